package portal

import (
	"net/http"
	"net/url"
	"time"

	"github.com/labstack/echo/v4"

	"tributary/internal/auth"
)

// cookieShape is how this install's session cookie is named. Over https it carries the prefix __Host-, with which
// browsers refuse one that a neighbouring subdomain, or plain http, tries to plant.
type cookieShape struct {
	name   string
	secure bool
}

func cookieFor(base *url.URL) cookieShape {
	if base.Scheme == "https" {
		return cookieShape{name: "__Host-tributary", secure: true}
	}
	return cookieShape{name: "tributary"}
}

func (s cookieShape) token(c echo.Context) string {
	cookie, err := c.Cookie(s.name)
	if err != nil {
		return ""
	}
	return cookie.Value
}

func (s cookieShape) set(c echo.Context, token string, expires, now time.Time) {
	s.write(c, token, int(expires.Sub(now)/time.Second))
}

func (s cookieShape) drop(c echo.Context) { s.write(c, "", -1) }

// write sets the cookie. Lax, not Strict: the affiliate's page is opened from mails and from the owner's site.
func (s cookieShape) write(c echo.Context, token string, maxAge int) {
	c.SetCookie(&http.Cookie{
		Name: s.name, Value: token, Path: "/", MaxAge: maxAge,
		HttpOnly: true, Secure: s.secure, SameSite: http.SameSiteLaxMode,
	})
}

// signedIn runs a handler with the reader's session, or fails with auth.ErrNoSession.
func (p *portal) signedIn(next func(echo.Context, auth.Session) error) echo.HandlerFunc {
	return func(c echo.Context) error {
		token := p.cookie.token(c)
		s, err := p.Auth.Session(c.Request().Context(), token)
		if err != nil {
			return err
		}
		if s.Renewed {
			p.cookie.set(c, token, s.Expires, p.Now())
		}
		return next(c, s)
	}
}
