package portal

import (
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
	return p.Render(c, http.StatusOK, template, p.view(affiliate, snap, !before.IsZero()))
}

// live is a stream that tells of changes of the page.
func (p *portal) live(c echo.Context, s auth.Session) error {
	return p.watch.Follow(c, ownerOf(s), p.Stopping)
}

// signedIn runs a handler with the reader's session, or fails with auth.ErrNoSession.
func (p *portal) signedIn(next func(echo.Context, auth.Session) error) echo.HandlerFunc {
	return func(c echo.Context) error {
		token := p.cookie.Token(c)
		s, err := p.Auth.Session(c.Request().Context(), token)
		if err != nil {
			return err
		}
		if s.Renewed {
			p.cookie.Set(c, token, s.Expires, p.Now())
		}
		return next(c, s)
	}
}
