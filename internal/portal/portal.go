// Package portal is the affiliate's page: what came through their link and what became of it, and nobody else's.
//
// The pages are rendered on the server and hold everything without JavaScript. A small script keeps an open page
// current: it listens on /portal/live and fetches /portal/fragment when something has changed.
package portal

import (
	"context"
	"fmt"
	"html/template"
	"net/http"
	"net/url"
	"time"

	"github.com/labstack/echo/v4"

	"tributary/internal/attribution"
	"tributary/internal/auth"
	"tributary/internal/stats"
	"tributary/internal/store"
	"tributary/web"
)

// Store is what the pages ask of the store; see store.Store.
type Store interface {
	stats.Counters
	OptIns(ctx context.Context, account attribution.AccountID, q store.Query) (store.Page, error)
	Affiliate(ctx context.Context, account attribution.AccountID, ref attribution.Ref) (attribution.Affiliate, error)
}

// Opener opens the sealed person of an opt-in. An error means that the person was erased or the key is gone: the page
// then shows the opt-in without an address.
type Opener interface {
	Open(sealed []byte, key attribution.PersonKey) (attribution.Person, error)
}

// Deps are what the portal works with. All are needed but Zone and Stopping.
type Deps struct {
	Auth    *auth.Auth
	Store   Store
	Opener  Opener
	Assets  *web.Assets      // the server itself serves them at web.AssetsPath
	BaseURL string           // the collector's public address; with https cookies are Secure
	Now     func() time.Time // the clock
	Zone    *time.Location   // of the days; nil means UTC
	// Stopping is closed when the server begins to stop: open streams then end, so that it need not wait for them.
	Stopping <-chan struct{}
}

// Router is an *echo.Echo, or an *echo.Group of its root.
type Router interface {
	GET(path string, h echo.HandlerFunc, m ...echo.MiddlewareFunc) *echo.Route
	POST(path string, h echo.HandlerFunc, m ...echo.MiddlewareFunc) *echo.Route
}

// Register adds the portal's pages to a router. They check cross-origin requests and set their security headers
// themselves. What a reader can do something about they answer in full; any other error they answer with an error page
// and hand on, so the server's error handler must log it and leave a committed response alone.
func Register(r Router, d Deps) error {
	p, err := newPortal(d)
	if err != nil {
		return err
	}
	around := []echo.MiddlewareFunc{secured, p.explained, p.sameOrigin}
	r.GET("/portal", p.signedIn(p.page), around...)
	r.GET("/portal/fragment", p.signedIn(p.fragment), around...)
	r.GET("/portal/live", p.signedIn(p.live), around...)
	r.GET("/portal/login/:token", p.loginPage, around...)
	r.POST("/portal/login/:token", p.login, around...)
	r.POST("/portal/logout", p.logout, around...)
	return nil
}

type portal struct {
	Deps
	templates *template.Template
	cookie    cookieShape
	crossSite *http.CrossOriginProtection
	watch     *watch
}

func newPortal(d Deps) (*portal, error) {
	base, err := url.Parse(d.BaseURL)
	if err != nil || base.Host == "" {
		return nil, fmt.Errorf("the base URL %q must look like https://go.example.com", d.BaseURL)
	}
	if d.Zone == nil {
		d.Zone = time.UTC
	}
	p := &portal{Deps: d, cookie: cookieFor(base), crossSite: http.NewCrossOriginProtection()}
	p.watch = newWatch(p.version)
	// Behind a proxy that changes Host, a page's own Origin would otherwise look foreign.
	if err := p.crossSite.AddTrustedOrigin(base.Scheme + "://" + base.Host); err != nil {
		return nil, fmt.Errorf("trusting the base URL: %w", err)
	}
	p.templates, err = template.New("portal").Funcs(template.FuncMap{"asset": d.Assets.URL, "grouped": grouped}).ParseFS(web.Templates(), "portal/*.html")
	if err != nil {
		return nil, fmt.Errorf("reading the templates: %w", err)
	}
	return p, nil
}
