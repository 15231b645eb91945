package admin_test

import (
	"bytes"
	"context"
	"fmt"
	"html"
	"net/http"
	"net/http/httptest"
	"net/url"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/labstack/echo/v4"

	"tributary/internal/admin"
	"tributary/internal/attribution"
	"tributary/internal/audit"
	"tributary/internal/auth"
	"tributary/internal/vault"
	"tributary/internal/webhooks"
)

// webhookDesk is a desk that tells others of opt-ins.
type webhookDesk struct {
	*desk
	hooks *webhooks.Service
	audit *audit.Log
}

func newWebhookDesk(t *testing.T, changes ...func(*admin.Deps)) *webhookDesk {
	t.Helper()
	d := &webhookDesk{desk: newDesk(t)}
	clock := func() time.Time { return d.now }
	v, err := vault.New(bytes.Repeat([]byte{7}, 32))
	if err != nil {
		t.Fatal(err)
	}
	d.hooks = webhooks.New(webhooks.Options{
		Store: d.Store, Sealer: v, Account: account, Loopback: true, Now: clock,
		Show: func(context.Context, attribution.OptIn, string) (any, error) { return "an opt-in", nil },
	})
	assets, err := bundled()
	if err != nil {
		t.Fatal(err)
	}
	d.audit, d.Echo = audit.New(d.Store, clock), echo.New()
	d.HTTPErrorHandler = func(err error, _ echo.Context) { d.failed = append(d.failed, err) }
	deps := admin.Deps{
		Auth: d.auth, Audit: d.audit, Store: d.Store, Opener: plain{}, Assets: assets, BaseURL: "http://example.com", Now: clock,
		SetUp: admin.SetUp{Webhooks: d.hooks},
	}
	for _, change := range changes {
		change(&deps)
	}
	if err := admin.Register(d.Echo, deps); err != nil {
		t.Fatal(err)
	}
	return d
}

// ask opens a page, or sends a form where there is one.
func (d *webhookDesk) ask(who *http.Cookie, path string, form url.Values) *httptest.ResponseRecorder {
	d.t.Helper()
	r := httptest.NewRequest(http.MethodGet, path, nil)
	if form != nil {
		r = httptest.NewRequest(http.MethodPost, path, strings.NewReader(form.Encode()))
		r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
		r.Header.Set("Sec-Fetch-Site", "same-origin")
	}
	if who != nil {
		r.AddCookie(who)
	}
	rec := httptest.NewRecorder()
	d.ServeHTTP(rec, r)
	for _, err := range d.failed {
		d.t.Errorf("%s: %v", path, err)
	}
	d.failed = nil
	return rec
}

func (d *webhookDesk) page(who *http.Cookie, path string, form url.Values, status int, parts ...string) string {
	d.t.Helper()
	rec := d.ask(who, path, form)
	if rec.Code != status {
		d.t.Fatalf("%s: %d, want %d: %s", path, rec.Code, status, rec.Body)
	}
	for _, part := range parts {
		if !strings.Contains(rec.Body.String(), part) {
			d.t.Errorf("%s lacks %q: %s", path, part, rec.Body)
		}
	}
	return rec.Body.String()
}

// goes sends a form that leads to another page, and returns where to.
func (d *webhookDesk) goes(who *http.Cookie, path string, form url.Values) string {
	d.t.Helper()
	rec := d.ask(who, path, form)
	if rec.Code != http.StatusSeeOther {
		d.t.Fatalf("%s: %d: %s", path, rec.Code, rec.Body)
	}
	return rec.Header().Get("Location")
}

func TestTheWebhookPages(t *testing.T) {
	status := 200
	receiver := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		w.WriteHeader(status)
		fmt.Fprint(w, `</pre><script>alert("x")</script>`)
	}))
	defer receiver.Close()
	d := newWebhookDesk(t)
	who := d.as(auth.Manager)
	d.page(who, "/admin/webhooks", nil, 200, "No webhook yet")
	once := regexp.MustCompile(`name="once" value="(\w+)"`).FindStringSubmatch(d.page(who, "/admin/webhooks/new", nil, 200))[1]
	form := url.Values{"url": {receiver.URL + "/?key=canary"}, "description": {`<b>CRM</b>`}, "events": {"optin.received", "optin.held"}, "email": {"none"}, "once": {once}}

	bad := url.Values{"url": {"http://10.0.0.1/"}, "email": {"none"}, "description": {"mine"}}
	d.page(who, "/admin/webhooks", bad, 422, "must begin with https://", `value="mine"`)
	d.page(who, "/admin/webhooks", url.Values{"url": {receiver.URL}, "email": {"none"}}, 422, "Choose at least one")

	made := d.page(who, "/admin/webhooks", form, 200, "whsec_", "&lt;b&gt;CRM&lt;/b&gt;")
	secret := regexp.MustCompile(`whsec_[\w/+=]+`).FindString(html.UnescapeString(made)) // where a + is written &#43;
	at := d.goes(who, "/admin/webhooks", form)                                           // sent twice: one endpoint, and its secret stays hidden
	if body := d.page(who, at, nil, 200, "key=canary", "Nothing was sent yet"); strings.Contains(html.UnescapeString(body), secret) {
		t.Error("the secret is shown again")
	}

	test := d.goes(who, at+"/test", url.Values{})
	if body := d.page(who, test, nil, 200, "Delivered", "200: taken", "&lt;script&gt;alert("); strings.Contains(body, "<script>alert") {
		t.Error("an answer stands in the page unescaped")
	}
	status = 500
	d.page(who, d.goes(who, at+"/test", url.Values{}), nil, 200, "Failed", "it answered 500")
	d.page(who, at+"?state=failed", nil, 200, "it answered 500")
	if body := d.page(who, at+"?state=waiting", nil, 200, "None in this state"); strings.Contains(body, "it answered 500") {
		t.Error("the filter does not filter")
	}

	d.page(who, d.goes(who, at, url.Values{"url": {receiver.URL}, "description": {"CRM"}, "events": {"optin.credited"}, "email": {"full"}}), nil, 200, "Saved.", `value="full" checked`)
	d.page(who, at, url.Values{"url": {"nonsense"}, "events": {"optin.credited"}, "email": {"full"}}, 422, "Nothing was saved", `value="nonsense"`)
	if second := regexp.MustCompile(`whsec_[\w/+=]+`).FindString(html.UnescapeString(d.page(who, at+"/secret", url.Values{"overlap": {"24"}}, 200, "replaced"))); second == "" || second == secret {
		t.Errorf("the new secret is %q", second)
	}
	d.page(who, at, nil, 200, "goes on signing until")
	d.page(who, at+"/secret", url.Values{"overlap": {"999"}}, 404)
	d.page(who, d.goes(who, at+"/switch", url.Values{"to": {"off"}}), nil, 200, "It is off.", "It has been off since")
	d.page(who, at+"/replay", url.Values{"since": {"2026-05-04"}}, 409, "turn it on first")
	d.page(who, d.goes(who, at+"/switch", url.Values{"to": {"on"}}), nil, 200, "It is on.")
	d.page(who, at+"/replay", url.Values{"since": {"soon"}}, 422, "Say since which day")
	d.page(who, d.goes(who, at+"/replay", url.Values{"since": {"2026-05-04"}}), nil, 200, "nothing to send again")
	d.page(who, at+"/delete", nil, 200, "Delete CRM?")
	d.page(who, d.goes(who, at+"/delete", url.Values{}), nil, 200, "The webhook is deleted", "No webhook yet")
	d.page(who, at, nil, 404, "nothing at this address")

	log, err := d.audit.List(context.Background(), "", 100)
	if err != nil {
		t.Fatal(err)
	}
	var actions []string
	for _, e := range log.Entries {
		actions = append(actions, strings.TrimPrefix(string(e.Action), "webhook.")+" "+e.Detail)
		if strings.Contains(e.Detail, "canary") || strings.Contains(e.Detail, "whsec_") {
			t.Errorf("the audit log tells %q", e.Detail)
		}
	}
	for _, action := range []string{"create", "test", "change", "rotate", ": off", ": on", "replay", "delete"} {
		if !strings.Contains(strings.Join(actions, " "), action) {
			t.Errorf("the audit log has %v, and lacks %s", actions, action)
		}
	}
}

// tell has an opt-in come in and be told of, until the receivers were called so often.
func (d *webhookDesk) tell(called <-chan bool, times int) {
	d.t.Helper()
	optIn := attribution.Event{ID: [16]byte{1}, Type: attribution.OptedIn, At: d.now, Received: d.now, Via: attribution.ViaForm}
	if _, err := d.Ingest(context.Background(), account, attribution.DefaultPolicy, []attribution.Event{optIn}); err != nil {
		d.t.Fatal(err)
	}
	ctx, stop := context.WithCancel(context.Background())
	done := make(chan struct{})
	go func() { defer close(done); d.hooks.Run(ctx) }()
	for range times {
		<-called
	}
	stop()
	<-done
}

// TestWhatWaitsIsSentNow by its button, and looks like it.
func TestWhatWaitsIsSentNow(t *testing.T) {
	called := make(chan bool, 10)
	receiver := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		w.WriteHeader(500)
		called <- true
	}))
	defer receiver.Close()
	d := newWebhookDesk(t)
	e, _, _, err := d.hooks.Create(context.Background(), webhooks.Change{URL: &receiver.URL}, "")
	if err != nil {
		t.Fatal(err)
	}
	d.tell(called, 1)
	who, at := d.as(auth.Manager), "/admin/webhooks/"+e.ID
	body := d.page(who, at, nil, 200, "Every attempt has failed since", "optin.received", "Waiting", "it answered 500 Internal Server Error; again")
	d.page(who, "/admin/webhooks", nil, 200, "Failing")
	delivery := regexp.MustCompile(at + `/deliveries/msg_\w+`).FindString(body)
	d.page(who, delivery, nil, 200, "Send it now", "Next attempt")
	d.page(who, d.goes(who, delivery+"/replay", url.Values{}), nil, 200, "on their way again")
}

// TestWhoMayWorkWithWebhooks tries every route as nobody and as a viewer.
func TestWhoMayWorkWithWebhooks(t *testing.T) {
	d := newWebhookDesk(t)
	address := "https://hooks.example.com/T0/canary"
	if _, _, _, err := d.hooks.Create(context.Background(), webhooks.Change{URL: &address}, ""); err != nil {
		t.Fatal(err)
	}
	viewer, tried := d.as(auth.Viewer), 0
	for _, r := range d.Routes() {
		if !strings.HasPrefix(r.Path, "/admin/webhooks") {
			continue
		}
		tried++
		var form url.Values
		if r.Method == http.MethodPost {
			form = url.Values{}
		}
		d.page(nil, r.Path, form, http.StatusUnauthorized)
		if r.Path != "/admin/webhooks" || form != nil {
			d.page(viewer, r.Path, form, http.StatusForbidden)
		}
	}
	if tried != 13 {
		t.Errorf("%d routes were tried", tried)
	}
	if body := d.page(viewer, "/admin/webhooks", nil, 200, "hooks.example.com"); strings.Contains(body, "canary") || strings.Contains(body, "Add a webhook") {
		t.Error("a viewer sees an address, or a button that is not for viewers")
	}
}
