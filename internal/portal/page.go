package portal

import (
	"bytes"
	"fmt"
	"net/http"

	"github.com/labstack/echo/v4"

	"tributary/internal/auth"
	"tributary/internal/store"
)

// page shows the whole page; ?before= a list of earlier opt-ins instead.
func (p *portal) page(c echo.Context, s auth.Session) error {
	before, err := readCursor(c.QueryParam("before"))
	if err != nil {
		return err
	}
	return p.show(c, "page", ownerOf(s), before)
}

// fragment is the part of the page that changes, for its script.
func (p *portal) fragment(c echo.Context, s auth.Session) error {
	return p.show(c, "live", ownerOf(s), store.Cursor{})
}

func (p *portal) show(c echo.Context, template string, who owner, before store.Cursor) error {
	ctx := c.Request().Context()
	affiliate, err := p.affiliate(ctx, who)
	if err != nil {
		return err
	}
	snap, err := p.snapshot(ctx, who, before)
	if err != nil {
		return err
	}
	return p.render(c, http.StatusOK, template, p.view(affiliate, snap, !before.IsZero()))
}

// render runs a template to its end before the first byte goes out, so that no half page is ever sent.
func (p *portal) render(c echo.Context, status int, template string, data any) error {
	var page bytes.Buffer
	if err := p.templates.ExecuteTemplate(&page, template, data); err != nil {
		return fmt.Errorf("rendering %s: %w", template, err)
	}
	return c.HTMLBlob(status, page.Bytes())
}
