// Package manual is the product's manual and its API reference, at /docs. The chapters are the Markdown files of web/docs,
// in the order of contents.go; the reference is made of the API's own description. All of it is rendered once and is
// public.
package manual

import (
	"fmt"
	"net/http"
	"sync"

	"github.com/labstack/echo/v4"

	"tributary/internal/pages"
	"tributary/web"
)

// Path is where the manual stands.
const Path = "/docs"

// Deps are what the manual is made of.
type Deps struct {
	Assets  *web.Assets
	BaseURL string // the collector's public address; with https the examples name it
	OpenAPI []byte // the API's description, in YAML
}

// Register adds the manual's pages to a router. They are made when the first reader comes: it takes some tenths of a
// second, which a start of the program need not wait for, and nothing in it depends on the machine.
func Register(r pages.Router, d Deps) error {
	if _, err := pages.ParseBase(d.BaseURL); err != nil {
		return err
	}
	made := sync.OnceValues(func() (*manual, error) { return newManual(d) })
	open := func(serve func(*manual, echo.Context) error) echo.HandlerFunc {
		return func(c echo.Context) error {
			m, err := made()
			if err != nil {
				return fmt.Errorf("making the manual: %w", err)
			}
			return serve(m, c)
		}
	}
	r.GET(Path, open(func(m *manual, c echo.Context) error { return m.page(c, "") }), pages.Secured)
	r.GET(Path+"/", func(c echo.Context) error { return c.Redirect(http.StatusMovedPermanently, Path) })
	r.GET(Path+"/:chapter", open(func(m *manual, c echo.Context) error { return m.page(c, c.Param("chapter")) }), pages.Secured)
	r.GET(Path+"/api/:tag", open(func(m *manual, c echo.Context) error { return m.page(c, "api/"+c.Param("tag")) }), pages.Secured)
	r.GET(Path+"/search", open((*manual).search), pages.Secured)
	return nil
}

type manual struct {
	*pages.Face
	groups []group
	pages  map[string]*web.Page // by the address below Path
	index  index
}

func newManual(d Deps) (*manual, error) {
	base, err := pages.ParseBase(d.BaseURL)
	if err != nil {
		return nil, err
	}
	face, err := pages.NewFace("docs", d.Assets, base, nil)
	if err != nil {
		return nil, err
	}
	reference, err := newReference(d.OpenAPI, address(base))
	if err != nil {
		return nil, fmt.Errorf("reading the API's description: %w", err)
	}
	m := &manual{Face: face, pages: map[string]*web.Page{}}
	if err := m.read(base, reference); err != nil {
		return nil, err
	}
	return m, m.render(reference)
}

// page serves what was rendered.
func (m *manual) page(c echo.Context, slug string) error {
	p, ok := m.pages[slug]
	if !ok {
		return m.Render(c, http.StatusNotFound, "absent", frame{Title: "No such page", Groups: m.groups})
	}
	p.ServeHTTP(c.Response(), c.Request())
	return nil
}
