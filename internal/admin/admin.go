// Package admin is the owner's desk: what came in, what became of it, and everything that the owner can decide.
//
// The pages are rendered on the server, and every form works without JavaScript. One table says which role each route needs.
package admin

import (
	"cmp"
	"context"
	"errors"
	"net/http"
	"slices"
	"strings"
	"sync/atomic"
	"time"

	"github.com/labstack/echo/v4"
	"golang.org/x/time/rate"

	"tributary/internal/attribution"
	"tributary/internal/audit"
	"tributary/internal/auth"
	"tributary/internal/pages"
	"tributary/internal/store"
	"tributary/internal/texts"
	"tributary/web"
)

// Opener opens the sealed person of an opt-in. An error means that the person was erased or the key is gone.
type Opener interface {
	Open(sealed []byte, key attribution.PersonKey) (attribution.Person, error)
}

// Deps are what the desk works with. All are needed but SendLink, Zone, Stopping and Texts.
type Deps struct {
	Auth    *auth.Auth
	Audit   *audit.Log
	Store   store.Store
	Opener  Opener
	Assets  *web.Assets
	BaseURL string // the collector's public address; with https cookies are Secure
	// SendLink mails a user of the desk a link of their own; nil where there is no mail. The page shows one to copy either way.
	SendLink func(ctx context.Context, u auth.User, language string) error // that of who invites, as in Accept-Language
	Now      func() time.Time                                              // the clock
	Zone     *time.Location                                                // of the days; nil means UTC
	// Stopping is closed when the server begins to stop: open streams then end, so that it need not wait for them.
	Stopping <-chan struct{}
	Texts    *texts.Texts // what the pages say; nil for those of the program

	SetUp
	Incoming
}

const account = attribution.DefaultAccount

// handler answers a user who may.
type handler func(*desk, echo.Context, auth.User) error

// route is an address of the desk and the role that it needs.
type route struct {
	method, path string
	needs        auth.Role
	handle       handler
}

// routes lists everything behind the login. What changes something is a POST.
func routes() []route {
	return slices.Concat([]route{
		{http.MethodGet, "/admin", auth.Viewer, (*desk).home},
	}, startRoutes(), incomingRoutes(), setupRoutes(), webhookRoutes(), teamRoutes())
}

// Register adds the desk's pages to a router. Errors are answered as the portal's are: see pages.Face.Explained.
func Register(r pages.Router, d Deps) error {
	k, err := newDesk(d)
	if err != nil {
		return err
	}
	around := []echo.MiddlewareFunc{pages.Secured, k.Explained("the owner's desk", explanation), k.SameOrigin}
	k.doors(r, around)
	for _, at := range routes() {
		add := r.GET
		if at.method == http.MethodPost {
			add = r.POST
		}
		add(at.path, k.signedIn(at.needs, at.handle), around...)
	}
	r.GET("/admin/*", k.signedIn(auth.Viewer, (*desk).nowhere), around...)
	return nil
}

// desk is the face and what it works with.
type desk struct {
	Deps
	*pages.Face
	cookie   pages.Cookie         // of the session
	browsers pages.Cookie         // of a browser that a user has signed in with before
	arrived  *pages.Watch[string] // of what comes in
	started  atomic.Bool          // the set-up is through
	log      *pages.Watch[attribution.AccountID]
	checks   *rate.Limiter // of pages
	checking chan struct{} // those that are looked at now
}

func newDesk(d Deps) (*desk, error) {
	base, err := pages.ParseBase(d.BaseURL)
	if err != nil {
		return nil, err
	}
	if d.Zone == nil {
		d.Zone = time.UTC
	}
	k := &desk{Deps: d, cookie: pages.CookieFor("tributary-desk", base), browsers: pages.CookieFor("tributary-known", base)}
	k.checks, k.checking = rate.NewLimiter(rate.Every(checkPace), checkBurst), make(chan struct{}, checksAtOnce)
	k.arrived = pages.NewWatch(k.arrivalsVersion)
	k.BaseURL = strings.TrimRight(d.BaseURL, "/")
	k.log = pages.NewWatch(k.eventsVersion)
	if k.Face, err = pages.NewFace("admin", d.Assets, base, words); err != nil {
		return nil, err
	}
	k.Speak(cmp.Or(d.Texts, texts.Shipped()).Part("desk"))
	return k, nil
}

// nowhere answers an address that no page has.
func (k *desk) nowhere(echo.Context, auth.User) error { return errBadAddress }

// errForbidden is what who may not gets.
var errForbidden = errors.New("this needs another role")

// sessionKey is where the session of a request stands in its context.
const sessionKey = "desk-session"

// sessionOf is the session of a request behind the login.
func sessionOf(c echo.Context) auth.DeskSession {
	s, _ := c.Get(sessionKey).(auth.DeskSession)
	return s
}

// startPath is where who has just come in begins.
const startPath = startAt + "/next"

// signedIn runs a handler for a user whose role is enough. Who is not signed in gets the login, or auth.ErrNoSession where a
// form was lost by that; who may not, errForbidden.
func (k *desk) signedIn(needs auth.Role, next handler) echo.HandlerFunc {
	return func(c echo.Context) error {
		token := k.cookie.Token(c)
		s, err := k.Auth.Desk(c.Request().Context(), token)
		if errors.Is(err, auth.ErrNoSession) && c.Request().Method == http.MethodGet {
			return k.showLogin(c, http.StatusUnauthorized, loginForm{Next: c.Request().URL.RequestURI()})
		}
		if err != nil {
			return err
		}
		if s.Renewed {
			k.cookie.Set(c, token, s.Expires, k.Now())
		}
		if !s.User.Role.May(needs) {
			return errForbidden
		}
		c.Set(sessionKey, s)
		return next(k, c, s.User)
	}
}

// note writes what a user has changed into the audit log.
func (k *desk) note(ctx context.Context, who auth.User, action audit.Action, subject, detail string) error {
	return k.Audit.Write(ctx, audit.Entry{Who: who.Email, Action: action, Subject: subject, Detail: detail})
}
