package pages

import (
	"net/http"
	"net/url"
	"time"

	"github.com/labstack/echo/v4"
)

// Cookie is how a face's session cookie is named. Over https it carries the prefix __Host-, with which browsers refuse one
// that a neighbouring subdomain, or plain http, tries to plant.
type Cookie struct {
	name   string
	secure bool
}

// CookieFor names the cookie of a face on an install with a base URL.
func CookieFor(name string, base *url.URL) Cookie {
	if base.Scheme == "https" {
		return Cookie{name: "__Host-" + name, secure: true}
	}
	return Cookie{name: name}
}

// Token is what the reader's browser has; "" for nothing.
func (s Cookie) Token(c echo.Context) string {
	cookie, err := c.Cookie(s.name)
	if err != nil {
		return ""
	}
	return cookie.Value
}

// Set gives the reader's browser a token until it expires.
func (s Cookie) Set(c echo.Context, token string, expires, now time.Time) {
	s.write(c, token, int(expires.Sub(now)/time.Second))
}

// Drop takes it away.
func (s Cookie) Drop(c echo.Context) { s.write(c, "", -1) }

// write sets the cookie. Lax, not Strict: the pages are opened from mails and from the owner's site.
func (s Cookie) write(c echo.Context, token string, maxAge int) {
	c.SetCookie(&http.Cookie{
		Name: s.name, Value: token, Path: "/", MaxAge: maxAge,
		HttpOnly: true, Secure: s.secure, SameSite: http.SameSiteLaxMode,
	})
}
