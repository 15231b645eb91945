package pages

import "github.com/labstack/echo/v4"

// policy allows what the pages use and nothing else: no inline script or style, so that text which slips through as
// markup can do nothing.
const policy = "default-src 'none'; style-src 'self'; script-src 'self'; img-src 'self' data:; connect-src 'self'; " +
	"form-action 'self'; frame-ancestors 'none'; base-uri 'none'"

// Secured sets the headers of every page.
func Secured(next echo.HandlerFunc) echo.HandlerFunc {
	return func(c echo.Context) error {
		h := c.Response().Header()
		h.Set("Content-Security-Policy", policy)
		h.Set("X-Content-Type-Options", "nosniff")
		h.Set("Cache-Control", "private, no-store")
		h.Set("Cross-Origin-Opener-Policy", "same-origin")
		// The path of a login link is a secret and leaves in no Referer. no-referrer would do that too, but it makes
		// browsers send "Origin: null" with our own form, and over plain http the Origin is all that tells it from a
		// forged one (https://fetch.spec.whatwg.org/#append-a-request-origin-header).
		h.Set("Referrer-Policy", "strict-origin")
		return next(c)
	}
}
