// Package portal is the affiliate's page: what came through their link and what became of it, and nobody else's.
//
// The pages are rendered on the server and hold everything without JavaScript. A small script keeps an open page
// current: it listens on /portal/live and fetches /portal/fragment when something has changed.
package portal

import (
	"cmp"
	"context"
	"time"

	"github.com/labstack/echo/v4"

	"tributary/internal/attribution"
	"tributary/internal/auth"
	"tributary/internal/pages"
	"tributary/internal/pass"
	"tributary/internal/settings"
	"tributary/internal/sites"
	"tributary/internal/stats"
	"tributary/internal/store"
	"tributary/internal/texts"
	"tributary/web"
)

// Store is what the pages ask of the store; see store.Store.
type Store interface {
	stats.Parts
	Version(ctx context.Context, account attribution.AccountID, ref attribution.Ref) (string, error)
	OptIns(ctx context.Context, account attribution.AccountID, q store.Query) (store.Page, error)
	Affiliate(ctx context.Context, account attribution.AccountID, ref attribution.Ref) (attribution.Affiliate, error)
}

// Opener opens the sealed person of an opt-in. An error means that the person was erased or the key is gone: the page
// then shows the opt-in without an address.
type Opener interface {
	Open(sealed []byte, key attribution.PersonKey) (attribution.Person, error)
}

// Deps are what the portal works with. All are needed but Zone, Sites, Passes, Mailer,
// Commissions, Stopping and Texts.
type Deps struct {
	Auth    *auth.Auth
	Store   Store
	Opener  Opener
	Assets  *web.Assets      // the server itself serves them at web.AssetsPath
	BaseURL string           // the collector's public address; with https cookies are Secure
	Now     func() time.Time // the clock
	Zone    *time.Location   // of the days; nil means UTC
	Sites   *sites.Keeper    // whose pages are linked to; nil knows none
	Mailer  Mailer           // nil where no mail server is set
	// Commissions stand beside the counts; nil leaves them out.
	Commissions Commissions
	Passes      *pass.Passes // nil: no cards, and no way out of a digest
	// Settings are those of the owner; needed with Passes, as Digests is.
	Settings func(context.Context, attribution.AccountID) (settings.Settings, error)
	Digests  Digests
	// Stopping is closed when the server begins to stop: open streams then end, so that it need not wait for them.
	Stopping <-chan struct{}
	Texts    *texts.Texts // nil means those that the program holds
}

// Register adds the portal's pages to a router. They check cross-origin requests and set their security headers
// themselves. What a reader can do something about they answer in full; any other error they answer with an error page
// and hand on, so the server's error handler must log it and leave a committed response alone.
func Register(r pages.Router, d Deps) error {
	p, err := newPortal(d)
	if err != nil {
		return err
	}
	around := []echo.MiddlewareFunc{pages.Secured, p.Explained("the affiliate's page", p.explanation), p.SameOrigin}
	r.GET("/portal", p.signedIn(p.page), around...)
	r.GET("/portal/optins", p.signedIn(p.optIns), around...)
	r.GET("/portal/optins.csv", p.signedIn(p.optInsCSV), around...)
	r.GET("/portal/days.csv", p.signedIn(p.daysCSV), around...)
	r.GET("/portal/breakdown.csv", p.signedIn(p.breakdownCSV), around...)
	r.GET("/portal/links", p.signedIn(p.links), around...)
	r.GET("/portal/links/qr.:format", p.signedIn(p.picture), around...)
	if p.Passes != nil {
		r.GET("/portal/digest", p.signedIn(p.digestSwitch), around...)
		r.POST("/portal/digest/off", p.signedIn(p.switchDigest(true)), around...)
		r.POST("/portal/digest/on", p.signedIn(p.switchDigest(false)), around...)
		r.GET("/portal/digest/:token", p.wayOut, around...)
		r.POST("/portal/digest/:token", p.leave, around...)
		r.GET("/portal/a/:token", p.doorbell, around...)
		r.POST("/portal/a/:token", p.ring, around...)
		r.GET("/portal/card/:token", p.card, around...)
		r.GET("/portal/card/:token/card.js", p.cardScript)
	}
	r.GET("/portal/fragment", p.signedIn(p.fragment), around...)
	r.GET("/portal/live", p.signedIn(p.live), around...)
	r.GET("/portal/login", p.askPage, around...)
	r.POST("/portal/login", p.ask, around...)
	r.GET("/portal/login/:token", p.loginPage, around...)
	r.POST("/portal/login/:token", p.login, around...)
	r.POST("/portal/logout", p.logout, around...)
	return nil
}

type portal struct {
	Deps
	*pages.Face
	cookie pages.Cookie
	watch  *pages.Watch[owner]
	// exports bounds how many files are written at once: each reads much.
	exports chan struct{}

	networks, addresses *gate // who asks for login mails, and for whom
}

// exportsAtOnce is how many files are written at once, for all readers together.
const exportsAtOnce = 4

func newPortal(d Deps) (*portal, error) {
	base, err := pages.ParseBase(d.BaseURL)
	if err != nil {
		return nil, err
	}
	if d.Zone == nil {
		d.Zone = time.UTC
	}
	p := &portal{Deps: d, cookie: pages.CookieFor("tributary", base), exports: make(chan struct{}, exportsAtOnce)}
	p.watch = pages.NewWatch(p.version)
	p.networks, p.addresses = newGate(asksOfNetwork, askSpan), newGate(asksForAddress, askSpan)
	if p.Face, err = pages.NewFace("portal", d.Assets, base, nil); err != nil {
		return nil, err
	}
	p.Speak(cmp.Or(d.Texts, texts.Shipped()))
	return p, nil
}
