package portal_test

import (
	"context"
	"crypto/sha256"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/labstack/echo/v4"

	"tributary/internal/attribution"
	"tributary/internal/auth"
	"tributary/internal/pass"
	"tributary/internal/portal"
	"tributary/internal/settings"
	"tributary/internal/sites"
	"tributary/internal/store"
	"tributary/internal/store/boltstore"
	"tributary/internal/texts"
	"tributary/web"
)

const account = attribution.DefaultAccount

// bundled makes the assets once for all tests.
var bundled = sync.OnceValues(web.NewAssets)

// desk is the portal on a real store.
type desk struct {
	*boltstore.Store
	*echo.Echo
	t      testing.TB
	auth   *auth.Auth
	now    time.Time // the clock, unless live
	clock  func() time.Time
	sites  *sites.Keeper
	passes *pass.Passes
	off    wishes  // who wants no digest
	failed []error // what was handed on to the server
}

// options changes how a desk is set up.
type options struct {
	baseURL string
	clock   func() time.Time
	store   func(portal.Store) portal.Store
	stop    <-chan struct{}
	mailer  portal.Mailer

	commissions portal.Commissions
	cardOrigins []string
	texts       *texts.Texts
}

func newDesk(t testing.TB, o options) *desk {
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
	d.register(o)
	return d
}

func (d *desk) register(o options) {
	d.t.Helper()
	clock, behind := func() time.Time { return d.now }, portal.Store(d.Store)
	if o.clock != nil {
		clock = o.clock
	}
	if o.store != nil {
		behind = o.store(d.Store)
	}
	if o.baseURL == "" {
		o.baseURL = "http://example.com"
	}
	assets, err := bundled()
	if err != nil {
		d.t.Fatalf("bundling: %v", err)
	}
	d.off = wishes{}
	d.passes = pass.New(d.Store, plain{})
	d.auth, d.sites, d.clock = auth.New(d.Store, clock), sites.New(sites.Options{Docs: d.Store, Now: clock}), clock
	d.HTTPErrorHandler = func(err error, c echo.Context) { d.failed = append(d.failed, err) }
	err = portal.Register(d.Echo, portal.Deps{
		Auth: d.auth, Store: behind, Opener: plain{}, Assets: assets, BaseURL: o.baseURL, Now: clock, Stopping: o.stop, Mailer: o.mailer, Commissions: o.commissions, Sites: d.sites,
		Passes: d.passes, Digests: d.off, Texts: o.texts,
		Settings: func(context.Context, attribution.AccountID) (settings.Settings, error) {
			return settings.Settings{CardOrigins: o.cardOrigins}, nil
		},
	})
	if err != nil {
		d.t.Fatalf("registering: %v", err)
	}
}

// plain opens people that were not really sealed.
type plain struct{}

func (plain) Open(sealed []byte, _ attribution.PersonKey) (p attribution.Person, err error) {
	return p, json.Unmarshal(sealed, &p)
}

func (plain) Mac(purpose string, text []byte) []byte {
	sum := sha256.Sum256([]byte(purpose + string(text)))
	return sum[:]
}

func (d *desk) affiliate(a attribution.Affiliate) {
	d.t.Helper()
	if err := d.PutAffiliate(context.Background(), account, a, d.now); err != nil {
		d.t.Fatalf("saving an affiliate: %v", err)
	}
}

func (d *desk) ingest(events ...attribution.Event) {
	d.t.Helper()
	if _, err := d.Ingest(context.Background(), account, attribution.DefaultPolicy, events); err != nil {
		d.t.Fatalf("ingesting: %v", err)
	}
}

func event(typ attribution.EventType, affiliate string, at time.Time) attribution.Event {
	touch := attribution.Touch{Ref: attribution.Ref{Kind: attribution.ByID, Value: affiliate}, At: at}
	return attribution.Event{
		ID: uuid.Must(uuid.NewV7()), Type: typ, At: at, Received: at, Site: "st_test", Via: attribution.ViaForm,
		First: touch, Latest: touch, Visitor: uuid.New(), URL: "https://www.example.com/webinar",
	}
}

func click(affiliate string, at time.Time) attribution.Event {
	return event(attribution.Clicked, affiliate, at)
}

func optIn(affiliate, email string, at time.Time) attribution.Event {
	e := event(attribution.OptedIn, affiliate, at)
	e.Person = attribution.PersonKey(uuid.NewSHA1(uuid.Nil, []byte(email)))
	e.Sealed, _ = json.Marshal(attribution.Person{Email: email})
	return e
}

// settle brings every opt-in to a status.
func (d *desk) settle(status attribution.Status) {
	d.t.Helper()
	jobs, err := d.Claim(context.Background(), d.now.Add(time.Hour), 1000, time.Minute)
	if err != nil {
		d.t.Fatalf("claiming: %v", err)
	}
	for _, j := range jobs {
		if j.Kind != store.CreditJob {
			continue
		}
		if err := d.Advance(context.Background(), j, d.now, store.Settlement{State: store.Done, Status: status}); err != nil {
			d.t.Fatalf("settling: %v", err)
		}
	}
}

func (d *desk) link(affiliate string) string {
	d.t.Helper()
	token, _, err := d.auth.IssueLink(context.Background(), account, affiliate)
	if err != nil {
		d.t.Fatalf("issuing a link: %v", err)
	}
	return "/portal/login/" + token
}

// signIn returns the affiliate's cookie.
func (d *desk) signIn(affiliate string) *http.Cookie {
	d.t.Helper()
	w := d.do(http.MethodPost, d.link(affiliate), nil)
	if cookies := w.Result().Cookies(); w.Code == http.StatusSeeOther && len(cookies) == 1 {
		return cookies[0]
	}
	d.t.Fatalf("signing in: %d", w.Code)
	return nil
}

func (d *desk) do(method, path string, cookie *http.Cookie, header ...string) *httptest.ResponseRecorder {
	r := httptest.NewRequest(method, path, nil)
	if cookie != nil {
		r.AddCookie(cookie)
	}
	for i := 0; i < len(header); i += 2 {
		r.Header.Set(header[i], header[i+1])
	}
	w := httptest.NewRecorder()
	d.ServeHTTP(w, r)
	return w
}

// get returns a page that must be there.
func (d *desk) get(path string, cookie *http.Cookie) string {
	d.t.Helper()
	w := d.do(http.MethodGet, path, cookie)
	if w.Code != http.StatusOK {
		d.t.Fatalf("GET %s: %d\n%s", path, w.Code, w.Body)
	}
	return w.Body.String()
}

func wantStatus(t *testing.T, what string, w *httptest.ResponseRecorder, status int, says string) {
	t.Helper()
	if w.Code != status || !strings.Contains(w.Body.String(), says) {
		t.Errorf("%s: %d, want %d saying %q:\n%s", what, w.Code, status, says, w.Body)
	}
}

func TestRegisterNeedsAnAddress(t *testing.T) {
	for _, url := range []string{"", "go.example.com", "://", "/portal"} {
		if err := portal.Register(echo.New(), portal.Deps{BaseURL: url}); err == nil || !strings.Contains(err.Error(), "https://go.example.com") {
			t.Errorf("base URL %q: %v", url, err)
		}
	}
}

func TestPagesHoldTheNumbersWithoutJavaScript(t *testing.T) {
	d := newDesk(t, options{})
	d.affiliate(attribution.Affiliate{ID: "42", Code: "maria", Name: "Maria Rossi"})
	var events []attribution.Event
	for i := range 1250 {
		events = append(events, click("42", d.now.Add(-time.Duration(i)*time.Minute)))
	}
	for i := range 25 {
		events = append(events, optIn("42", fmt.Sprintf("person%d@example.com", i), d.now))
	}
	d.ingest(events...)
	d.settle(attribution.Credited)
	page := d.get("/portal", d.signIn("42"))
	for _, want := range []string{
		"Hello Maria Rossi", ">1,250</data>", ">25</data>", "<strong>2.0%</strong> of clicks", "<strong>100%</strong> of opt-ins",
		"1,250 new visitors", "25 new people", "pe•••@e•••.com", "www.example.com/webinar", "Credited to you",
		`datetime="2026-11-23T10:24:00Z" title="23 Nov 2026, 10:24 UTC" data-ago>just now<`, "?aff=maria", "?affiliate=42", "Show earlier opt-ins",
		`The best day was 23 Nov 2026: 25 opt-ins, 625 clicks.`, `<td>625</td><td>25</td><td>25</td>`, "<noscript>",
	} {
		if !strings.Contains(page, want) {
			t.Errorf("the page does not hold %q", want)
		}
	}
	if n := strings.Count(page, `class="day"`); n != 30 {
		t.Errorf("the chart has %d days", n)
	}
}

func TestEveryStateIsSaidInPlainWords(t *testing.T) {
	for status, words := range map[attribution.Status]string{
		attribution.Received: "Received, on its way to Keap",
		attribution.Waiting:  "Waiting for the contact to appear in Keap",
		attribution.Credited: "Credited to you",
		attribution.Held:     "Being checked by the team",
		attribution.Refused:  "Not credited: Keap did not accept it",
		attribution.Failed:   "Not credited yet: the team has to look at it",
	} {
		t.Run(string(status), func(t *testing.T) {
			d := newDesk(t, options{})
			d.affiliate(attribution.Affiliate{ID: "42"})
			d.ingest(optIn("42", "ann@example.com", d.now))
			d.settle(status)
			if page := d.get("/portal", d.signIn("42")); !strings.Contains(page, "</span>"+words+"</span>") {
				t.Errorf("the page does not say %q", words)
			}
		})
	}
}

func TestAnEmptyPageTellsWhatToDo(t *testing.T) {
	d := newDesk(t, options{})
	d.affiliate(attribution.Affiliate{ID: "42"})
	page := d.get("/portal", d.signIn("42"))
	for _, want := range []string{"Your first click is one link away", "?affiliate=42", "https://www.example.com/webinar?affiliate=42", "<h1>Hello</h1>"} {
		if !strings.Contains(page, want) {
			t.Errorf("the page does not hold %q", want)
		}
	}
	if strings.Contains(page, "?aff=") {
		t.Error("the page shows a code that there is not")
	}
	d.ingest(click("42", d.now))
	if page := d.get("/portal", d.signIn("42")); strings.Contains(page, "Your first click") || !strings.Contains(page, "nobody has signed up") {
		t.Error("after a click the page is still the empty one, or says nothing of opt-ins")
	}
}

func TestEarlierOptInsAreAllThereOnce(t *testing.T) {
	d := newDesk(t, options{})
	d.affiliate(attribution.Affiliate{ID: "42"})
	for i := range 67 {
		d.ingest(optIn("42", fmt.Sprintf("person%d@example.com", i), d.now.Add(-time.Duration(i/2)*48*time.Hour)))
	}
	cookie, path, seen := d.signIn("42"), "/portal", map[string]bool{}
	for path != "" {
		page := d.get(path, cookie)
		for _, part := range strings.Split(page, `data-optin="`)[1:] {
			id, _, _ := strings.Cut(part, `"`)
			if seen[id] {
				t.Fatalf("%s comes twice", id)
			}
			seen[id] = true
		}
		_, rest, more := strings.Cut(page, `id="earlier" href="`)
		path, _, _ = strings.Cut(rest, `"`)
		if !more {
			path = ""
		}
	}
	if len(seen) != 67 {
		t.Errorf("saw %d of 67 opt-ins", len(seen))
	}
	for _, bad := range []string{"x", "x_y", "1_", "_" + uuid.NewString(), "zzzzzzzzzzzzzzzzzzzz_" + uuid.NewString()} {
		wantStatus(t, bad, d.do(http.MethodGet, "/portal?before="+bad, cookie), http.StatusNotFound, "nothing at this address")
	}
}

func TestAStoreThatFailsShowsAPageAndReachesTheLog(t *testing.T) {
	d := newDesk(t, options{store: func(s portal.Store) portal.Store { return failing{s} }})
	d.affiliate(attribution.Affiliate{ID: "42"})
	cookie := d.signIn("42")
	wantStatus(t, "the page", d.do(http.MethodGet, "/portal", cookie), http.StatusInternalServerError, "Your numbers are safe")
	if len(d.failed) != 1 || !errors.Is(d.failed[0], errDisk) {
		t.Errorf("handed on: %v", d.failed)
	}
	if w := d.do(http.MethodGet, "/portal", cookie); strings.Contains(w.Body.String(), errDisk.Error()) {
		t.Error("the page tells what is wrong inside")
	}
}

var errDisk = errors.New("disk on fire")

// failing is a store whose counters cannot be read.
type failing struct{ portal.Store }

func (failing) Counters(context.Context, attribution.AccountID, attribution.Ref, attribution.Hour, attribution.Hour) ([]attribution.HourTally, error) {
	return nil, errDisk
}
