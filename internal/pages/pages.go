// Package pages is what the faces of the product share: the affiliate's page, the owner's desk and the manual. Rendering,
// security headers, session cookies, live streams, charts, and the way numbers are written.
package pages

import (
	"fmt"
	"net/url"

	"github.com/labstack/echo/v4"
)

// Router is an *echo.Echo, or an *echo.Group of its root.
type Router interface {
	GET(path string, h echo.HandlerFunc, m ...echo.MiddlewareFunc) *echo.Route
	POST(path string, h echo.HandlerFunc, m ...echo.MiddlewareFunc) *echo.Route
}

// ParseBase reads the collector's public address.
func ParseBase(text string) (*url.URL, error) {
	base, err := url.Parse(text)
	if err != nil || base.Host == "" {
		return nil, fmt.Errorf("the base URL %q must look like https://go.example.com", text)
	}
	return base, nil
}
