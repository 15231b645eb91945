package admin_test

import (
	"context"
	"fmt"
	"net/http"
	"net/http/httptest"
	"net/url"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"tributary/internal/admin"
	"tributary/internal/auth"
	"tributary/internal/hooks"
	"tributary/internal/keaphook"
	"tributary/internal/webhooks"
)

// keapsHook is our hook at Keap, as it stands.
type keapsHook struct{ now keaphook.Status }

func (k *keapsHook) Status() keaphook.Status               { return k.now }
func (k *keapsHook) Check(context.Context) keaphook.Status { return k.now }

func TestTheHooksAreWholeInASecondLanguage(t *testing.T) {
	all, err := bracketed()
	if err != nil {
		t.Fatal(err)
	}
	keaps := &keapsHook{}
	d := newDesk(t, func(d *admin.Deps) { d.Texts, d.KeapHook = all, keaps })
	manager, viewer := d.as(auth.Manager), d.as(auth.Viewer)
	wholeIn(t, d, manager, []string{"/admin/hooks", "/admin/hooks?done=deleted", "/admin/hooks?done=checked", "/admin/hooks/new", "/admin/hooks/none"})
	d.send(t, "/admin/hooks", manager, url.Values{"name": {""}}, "Name must have 1 to 200 characters, such as the tool that sends.")
	d.send(t, "/admin/hooks", manager, url.Values{"name": {"x"}, "site": {"st_no"}})
	d.send(t, "/admin/hooks", manager, url.Values{"name": {"Shop"}}, "Shop")
	if _, err := d.keap.UseKey(t.Context(), keyOne, "", false); err != nil {
		t.Fatal(err)
	}
	for _, state := range []keaphook.State{keaphook.Unchecked, keaphook.Active, keaphook.Unverified, keaphook.Failed, keaphook.Off} {
		keaps.now = keaphook.Status{State: state, Reason: "it is so", Address: "https://go.example.com/k", Checked: d.now}
		wholeIn(t, d, manager, []string{"/admin/hooks"}, "Shop", "it is so")
	}
	own, _, err := hooks.New(hooks.Hook{Account: account, Kind: hooks.Keap, Name: "Ours", Created: d.now})
	if err != nil {
		t.Fatal(err)
	}
	if err := d.hooks.Save(t.Context(), own, 0); err != nil {
		t.Fatal(err)
	}
	wholeIn(t, d, manager, []string{"/admin/hooks", "/admin/hooks/" + own.ID}, "Shop", "Ours", "it is so")
	wholeIn(t, d, viewer, []string{"/admin/hooks", "/admin/hooks/" + own.ID}, "Shop", "Ours", "it is so")
}

func TestThePayloadsOfAHookAreWholeInASecondLanguage(t *testing.T) {
	d := inBrackets(t)
	manager, viewer := d.as(auth.Manager), d.as(auth.Viewer)
	h, _, err := d.hooks.Add(t.Context(), account, hooks.Hook{Name: "Shop"})
	if err != nil {
		t.Fatal(err)
	}
	at := "/admin/hooks/" + h.ID
	for _, body := range []string{`{"email":"ann@example.com","first_name":"Ann"}`, `{"who":{"reach":"a@example.com"}}`, `{"email":"ann@example.com","first_name":"Ann"}`, `nonsense`} {
		_, _ = d.hooks.Take(t.Context(), h, "application/json", []byte(body)) // what cannot be read is kept, and shown
		d.now = d.now.Add(time.Second)
	}
	for i := range 25 {
		_, _ = d.hooks.Take(t.Context(), h, "application/json", fmt.Appendf(nil, `{"person":"nobody %d"}`, i))
	}
	payloads, err := d.hooks.Payloads(t.Context(), h.ID, "", "", 100)
	if err != nil || len(payloads) < 25 {
		t.Fatalf("%d payloads are kept: %v", len(payloads), err)
	}
	data := []string{"Shop", "application/json", "email", "first_name"}
	paths := []string{at, at + "?state=waiting", at + "?state=refused", at + "?done=saved", at + "/delete"}
	for _, p := range payloads {
		data = append(data, p.Reason)
		for _, r := range p.Results {
			data = append(data, r.Reason)
		}
		paths = append(paths, at+"/payloads/"+p.ID.String(), at+"/payloads/"+p.ID.String()+"?done=taken")
	}
	slices.SortFunc(data, func(a, b string) int { return len(b) - len(a) }) // one may stand in another
	wholeIn(t, d, manager, paths, data...)
	wholeIn(t, d, viewer, paths[:2], data...)
	has(t, d.read(http.MethodGet, at, manager, "").Body.String(), "⟦Older ones⟧", "⟦Waits for you⟧")
	d.send(t, at, manager, url.Values{"name": {"Shop"}, "map-email": {strings.Repeat("x", 301)}}, append(data, "Mapping of email must be a place of at most 300 characters.")...)
	for _, p := range payloads[len(payloads)-4:] {
		d.send(t, at+"/payloads/"+p.ID.String()+"/retry", manager, nil, data...)
	}
}

func TestTheWebhooksAreWholeInASecondLanguage(t *testing.T) {
	status := 200
	receiver := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(status) }))
	defer receiver.Close()
	all, err := bracketed()
	if err != nil {
		t.Fatal(err)
	}
	d := newWebhookDesk(t, func(d *admin.Deps) { d.Texts = all })
	manager, viewer := d.as(auth.Manager), d.as(auth.Viewer)
	wholeIn(t, d.desk, manager, []string{"/admin/webhooks", "/admin/webhooks?done=deleted", "/admin/webhooks/new", "/admin/webhooks/none"})
	wholeIn(t, d.desk, viewer, []string{"/admin/webhooks"})
	d.send(t, "/admin/webhooks", manager, url.Values{"url": {"http://10.0.0.1/"}, "email": {"none"}}, "must begin with https:// and be on the public internet")
	d.send(t, "/admin/webhooks", manager, url.Values{"url": {receiver.URL}, "events": {"optin.held"}, "description": {strings.Repeat("x", 201)}}, strings.Repeat("x", 201), "must have at most 200 characters on one line")
	form := url.Values{"url": {receiver.URL}, "description": {"Shop"}, "events": {"optin.received", "optin.held"}, "email": {"none"}, "once": {"once"}}
	d.send(t, "/admin/webhooks", manager, form, "Shop")
	at := d.goes(manager, "/admin/webhooks", form)
	d.send(t, at+"/test", manager, nil, "Shop")
	status = 500
	d.send(t, at+"/test", manager, nil, "Shop", "it answered 500 Internal Server Error")
	data := []string{"Shop", "it answered 500 Internal Server Error", "ping"}
	for _, done := range []string{"", "?done=saved", "?done=on", "?done=off", "?done=replayed", "?done=none", "?state=waiting", "?state=failed"} {
		wholeIn(t, d.desk, manager, []string{at + done}, data...)
	}
	d.send(t, at+"/secret", manager, url.Values{"overlap": {"24"}}, data...)
	d.send(t, at, manager, url.Values{"url": {"nonsense"}, "email": {"full"}}, append(data, "nonsense", "must begin with https:// and be on the public internet")...)
	d.send(t, at+"/replay", manager, url.Values{"since": {"soon"}}, data...)
	d.send(t, at+"/switch", manager, url.Values{"to": {"off"}}, data...)
	d.send(t, at+"/replay", manager, url.Values{"since": {"2026-05-04"}}, data...)
	wholeIn(t, d.desk, manager, []string{"/admin/webhooks", at + "/delete"}, data...)
	for range 50 {
		d.goes(manager, at+"/test", url.Values{})
	}
	wholeIn(t, d.desk, manager, []string{at}, data...)
	has(t, d.read(http.MethodGet, at, manager, "").Body.String(), "⟦Older ones⟧", "⟦Off⟧")
}

// TestAWebhookThatFailsIsToldInASecondLanguage: one whose messages wait, and one that was stopped for it.
func TestAWebhookThatFailsIsToldInASecondLanguage(t *testing.T) {
	called := make(chan bool, 10)
	receiver := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.WriteHeader(map[string]int{"/full": 500, "/gone": 410}[r.URL.Path])
		called <- true
	}))
	defer receiver.Close()
	all, err := bracketed()
	if err != nil {
		t.Fatal(err)
	}
	d := newWebhookDesk(t, func(d *admin.Deps) { d.Texts = all })
	manager, data := d.as(auth.Manager), []string{"it answered 500 Internal Server Error", "it answered 410 Gone, which asks for no more", "it answered 410 Gone", "optin.received"}
	var pages []string
	for _, name := range []string{"full", "gone"} {
		address := receiver.URL + "/" + name
		e, _, _, err := d.hooks.Create(t.Context(), webhooks.Change{URL: &address, Description: &name}, "")
		if err != nil {
			t.Fatal(err)
		}
		data, pages = append(data, name), append(pages, "/admin/webhooks/"+e.ID)
	}
	d.tell(called, len(pages))
	wholeIn(t, d.desk, manager, append(pages, "/admin/webhooks"), data...)
	var said strings.Builder
	for _, at := range pages {
		page := d.read(http.MethodGet, at, manager, "").Body.String()
		delivery := regexp.MustCompile(at + `/deliveries/msg_\w+`).FindString(page)
		wholeIn(t, d.desk, manager, []string{delivery}, data...)
		said.WriteString(page + d.read(http.MethodGet, delivery, manager, "").Body.String())
	}
	has(t, said.String(), "⟦Every attempt has failed since", "⟦It was stopped ", "⟦it answered 500 Internal Server Error; again ", "⟦Next attempt⟧", "⟦Send it now⟧")
}
