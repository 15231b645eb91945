// Package pages is what the faces of the product share: the affiliate's page, the owner's desk and the manual. Rendering,
// security headers, session cookies, live streams, charts, and the way numbers are written.
package pages

import (
	"bytes"
	"fmt"
	"html/template"
	"io"
	"net/http"
	"net/url"

	"github.com/labstack/echo/v4"

	"tributary/web"
)

// Router is an *echo.Echo, or an *echo.Group of its root.
type Router interface {
	GET(path string, h echo.HandlerFunc, m ...echo.MiddlewareFunc) *echo.Route
	POST(path string, h echo.HandlerFunc, m ...echo.MiddlewareFunc) *echo.Route
}

// Face is one of the faces: its templates and its guard against forms of other sites.
type Face struct {
	templates *template.Template
	crossSite *http.CrossOriginProtection
}

// NewFace reads the templates of a folder below web/templates and those that all faces share, with functions of its own
// beside the usual ones.
func NewFace(folder string, assets *web.Assets, base *url.URL, funcs template.FuncMap) (*Face, error) {
	return newFace(folder, assets, base, funcs, "shared/*.html", folder+"/*.html")
}

// NewMessages is a face that says a few words, in the looks of another: for doors that belong to none.
func NewMessages(looks string, assets *web.Assets, base *url.URL) (*Face, error) {
	return newFace(looks, assets, base, nil, "shared/*.html")
}

func newFace(looks string, assets *web.Assets, base *url.URL, funcs template.FuncMap, files ...string) (*Face, error) {
	f := &Face{crossSite: http.NewCrossOriginProtection()}
	// Behind a proxy that changes Host, a page's own Origin would otherwise look foreign.
	if err := f.crossSite.AddTrustedOrigin(base.Scheme + "://" + base.Host); err != nil {
		return nil, fmt.Errorf("trusting the base URL: %w", err)
	}
	usual := template.FuncMap{
		"asset": assets.URL, "grouped": Grouped, "style": func() string { return assets.URL(looks + ".css") },
	}
	var err error
	f.templates, err = template.New(looks).Funcs(usual).Funcs(funcs).ParseFS(web.Templates(), files...)
	if err != nil {
		return nil, fmt.Errorf("reading the templates of %s: %w", looks, err)
	}
	return f, nil
}

// ParseBase reads the collector's public address.
func ParseBase(text string) (*url.URL, error) {
	base, err := url.Parse(text)
	if err != nil || base.Host == "" {
		return nil, fmt.Errorf("the base URL %q must look like https://go.example.com", text)
	}
	return base, nil
}

// Render runs a template to its end before the first byte goes out, so that no half page is ever sent.
func (f *Face) Render(c echo.Context, status int, template string, data any) error {
	var page bytes.Buffer
	if err := f.Execute(&page, template, data); err != nil {
		return fmt.Errorf("rendering %s: %w", template, err)
	}
	return c.HTMLBlob(status, page.Bytes())
}

// Execute runs a template, for what is kept or sent otherwise.
func (f *Face) Execute(w io.Writer, template string, data any) error {
	return f.templates.ExecuteTemplate(w, template, data)
}

// SameOrigin refuses a form that another site sends in our reader's name.
func (f *Face) SameOrigin(next echo.HandlerFunc) echo.HandlerFunc {
	return func(c echo.Context) error {
		if err := f.crossSite.Check(c.Request()); err != nil {
			return echo.NewHTTPError(http.StatusForbidden).SetInternal(err)
		}
		return next(c)
	}
}
