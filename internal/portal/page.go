package portal

import (
	"net/http"

	"github.com/labstack/echo/v4"

	"tributary/internal/auth"
)

// page shows the numbers of a period. ?before= is where lists of earlier opt-ins were, and still are.
func (p *portal) page(c echo.Context, s auth.Session) error {
	if c.QueryParam("before") != "" {
		return p.optIns(c, s)
	}
	return p.show(c, "page", ownerOf(s))
}

// fragment is the part of the page that changes, for its script.
func (p *portal) fragment(c echo.Context, s auth.Session) error {
	return p.show(c, "live", ownerOf(s))
}

func (p *portal) show(c echo.Context, template string, who owner) error {
	ctx, query := c.Request().Context(), c.QueryParams()
	affiliate, err := p.affiliate(ctx, who)
	if err != nil {
		return err
	}
	snap, err := p.snapshot(ctx, who, readPeriod(query, p.Now(), p.Zone), readDimension(query))
	if err != nil {
		return err
	}
	return p.Render(c, http.StatusOK, template, p.view(p.Reader(c), affiliate, snap, query.Get("all") != ""))
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
