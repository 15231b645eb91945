package admin_test

import (
	"context"
	"crypto/sha256"
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/labstack/echo/v4"

	"tributary/internal/admin"
	"tributary/internal/affiliates"
	"tributary/internal/attribution"
	"tributary/internal/audit"
	"tributary/internal/auth"
	"tributary/internal/connect"
	"tributary/internal/doctor"
	"tributary/internal/hooks"
	"tributary/internal/keap/sandbox"
	"tributary/internal/ranking"
	"tributary/internal/reconcile"
	"tributary/internal/settings"
	"tributary/internal/store/boltstore"
	"tributary/internal/whatif"
	"tributary/web"
)

const account = attribution.DefaultAccount

// bundled makes the assets once for all tests.
var bundled = sync.OnceValues(web.NewAssets)

// desk is the owner's desk on a real store.
type desk struct {
	*boltstore.Store
	*echo.Echo
	t          testing.TB
	auth       *auth.Auth
	audit      *audit.Log
	synced     affiliates.Synced
	ranking    *ranking.Board
	hooks      *hooks.Service
	settings   *settings.Desk
	whatif     *whatif.Runner
	lists      admin.KeapLists
	box        *sandbox.Sandbox // Keap
	keap       connect.Desk
	pause      connect.Pause
	reconciler *reconcile.Reconciler
	now        time.Time
	failed     []error // what was handed on to the server
	examined   doctor.Report
	refused    error    // why a page was not examined
	asks       []string // for a page to be examined
}

func newDesk(t testing.TB, changes ...func(*admin.Deps)) *desk {
	t.Helper()
	s, err := boltstore.Open(boltstore.Options{Dir: t.TempDir()})
	if err != nil {
		t.Fatalf("opening the store: %v", err)
	}
	t.Cleanup(func() {
		if err := s.Close(); err != nil {
			t.Errorf("closing the store: %v", err)
		}
	})
	d := &desk{Store: s, Echo: echo.New(), t: t, now: time.Date(2026, 11, 23, 10, 24, 0, 0, time.UTC)}
	clock := func() time.Time { return d.now }
	d.auth = auth.New(s, clock, auth.WithKDF(func(password, salt []byte) []byte { // fast: what it costs is tested in auth
		sum := sha256.Sum256(append(salt, password...))
		return sum[:]
	}))
	d.audit = audit.New(s, clock)
	t.Cleanup(d.knowsActions)
	d.HTTPErrorHandler = func(err error, _ echo.Context) { d.failed = append(d.failed, err) }
	assets, err := bundled()
	if err != nil {
		t.Fatalf("bundling: %v", err)
	}
	deps := admin.Deps{
		SetUp: d.setUp(clock), Incoming: d.incoming(),
		Auth: d.auth, Audit: d.audit, Store: s, Opener: plain{}, Assets: assets, BaseURL: "http://example.com", Now: clock,
	}
	for _, change := range changes {
		change(&deps)
	}
	if err := admin.Register(d.Echo, deps); err != nil {
		t.Fatalf("registering: %v", err)
	}
	return d
}

// knowsActions holds what was recorded against the vocabulary, at the end of every test.
func (d *desk) knowsActions() {
	page, err := d.audit.List(context.Background(), "", 1000)
	if err != nil {
		d.t.Error(err)
	}
	for _, e := range page.Entries {
		if !e.Action.IsKnown() {
			d.t.Errorf("the desk records %q, which is not in the vocabulary", e.Action)
		}
	}
}

// plain opens people that were not really sealed.
type plain struct{}

func (plain) Seal(p attribution.Person) (k attribution.PersonKey, sealed []byte, err error) {
	sealed, err = json.Marshal(p)
	return plain{}.Key(p.Email), sealed, err
}

func (plain) Key(text string) attribution.PersonKey {
	sum := sha256.Sum256([]byte(text))
	return attribution.PersonKey(sum[:16])
}

func (plain) SealBytes(text []byte, _, _ string) []byte { return text }

func (plain) OpenBytes(sealed []byte, _, _ string) ([]byte, error) { return sealed, nil }

func (plain) Open(sealed []byte, _ attribution.PersonKey) (p attribution.Person, err error) {
	return p, json.Unmarshal(sealed, &p)
}

// as is a user of a role who is signed in. How they came in is not in the audit log.
func (d *desk) as(role auth.Role) *http.Cookie {
	d.t.Helper()
	ctx := context.Background()
	u, err := d.auth.AddUser(ctx, auth.User{Account: account, Email: string(role) + "@example.com", Role: role})
	if err != nil {
		d.t.Fatal(err)
	}
	_, token, err := d.auth.OpenDesk(ctx, u.ID, auth.ByLink, "")
	if err != nil {
		d.t.Fatal(err)
	}
	return &http.Cookie{Name: "tributary-desk", Value: token}
}

func (d *desk) do(method, path string, cookie *http.Cookie, form string) *httptest.ResponseRecorder {
	d.t.Helper()
	r := httptest.NewRequest(method, path, strings.NewReader(form))
	if form != "" {
		r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	}
	if cookie != nil {
		r.AddCookie(cookie)
	}
	w := httptest.NewRecorder()
	d.ServeHTTP(w, r)
	return w
}

// get is a page that must be there.
func (d *desk) get(path string, cookie *http.Cookie) string {
	d.t.Helper()
	w := d.do(http.MethodGet, path, cookie, "")
	if w.Code != http.StatusOK {
		d.t.Fatalf("%s: %d %s", path, w.Code, w.Body)
	}
	return w.Body.String()
}

func TestALinkOpensTheDeskOnce(t *testing.T) {
	d := newDesk(t)
	d.as(auth.Owner)
	u, err := d.auth.ByEmail(t.Context(), "owner@example.com")
	if err != nil {
		t.Fatal(err)
	}
	token, _, err := d.auth.IssueDeskLink(t.Context(), u.ID)
	if err != nil {
		t.Fatal(err)
	}
	w := d.do(http.MethodPost, "/admin/enter/"+token, nil, "")
	if w.Code != http.StatusSeeOther || len(w.Result().Cookies()) == 0 {
		t.Fatalf("entering: %d %s", w.Code, w.Body)
	}
	cookie := w.Result().Cookies()[0]
	if w := d.do(http.MethodPost, "/admin/enter/"+token, nil, ""); w.Code != http.StatusGone {
		t.Errorf("entering again: %d", w.Code)
	}
	if page := d.get("/admin", cookie); !strings.Contains(page, "<h1>Overview</h1>") {
		t.Errorf("the desk is %s", page)
	}
	if w := d.do(http.MethodPost, "/admin/leave", cookie, ""); w.Code != http.StatusOK {
		t.Errorf("leaving: %d", w.Code)
	}
	if w := d.do(http.MethodGet, "/admin", cookie, ""); w.Code != http.StatusUnauthorized {
		t.Errorf("after leaving: %d", w.Code)
	}
}

func TestAnAffiliatesSessionOpensNoDesk(t *testing.T) {
	d := newDesk(t)
	link, _, err := d.auth.IssueLink(t.Context(), account, "42")
	if err != nil {
		t.Fatal(err)
	}
	_, token, err := d.auth.Redeem(t.Context(), link)
	if err != nil {
		t.Fatal(err)
	}
	cookie := d.as(auth.Viewer)
	cookie.Value = token
	if w := d.do(http.MethodGet, "/admin", cookie, ""); w.Code != http.StatusUnauthorized {
		t.Errorf("an affiliate at the desk: %d", w.Code)
	}
	other, _, err := d.auth.IssueLink(t.Context(), account, "42")
	if err != nil {
		t.Fatal(err)
	}
	if w := d.do(http.MethodPost, "/admin/enter/"+other, nil, ""); w.Code != http.StatusGone {
		t.Errorf("an affiliate's link at the desk: %d", w.Code)
	}
}
