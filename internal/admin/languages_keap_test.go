package admin_test

import (
	"encoding/json"
	"net/http"
	"net/url"
	"regexp"
	"testing"
	"time"

	"tributary/internal/admin"
	"tributary/internal/auth"
	"tributary/internal/connect"
	"tributary/internal/keap"
	"tributary/internal/keap/sandbox"
	"tributary/internal/reconcile"
)

// ofKeap is what package connect says in English, and what the form takes as it is.
func (d *desk) ofKeap() []string {
	d.t.Helper()
	s, err := d.keap.Status(d.t.Context(), false)
	if err != nil {
		d.t.Fatal(err)
	}
	said := []string{s.Reason}
	for _, note := range append(s.Attention, s.ByHand...) {
		said = append(said, regexp.MustCompile(`https?://\S+`).Split(note.Detail, -1)...)
	}
	return append(said, "KeapAK-...", "X-Keap-API-Key", "Authorization: Bearer", "one", "two", "Keap does not answer")
}

func TestTheConnectionIsWholeInASecondLanguage(t *testing.T) {
	d := inBrackets(t)
	owner := d.as(auth.Owner)
	pages := []string{"/admin/keap", "/admin/keap?done=connected", "/admin/keap?done=moved", "/admin/keap?done=checked", "/admin/keap?done=disconnected", "/admin/keap/disconnect"}
	wholeIn(t, d, owner, pages, d.ofKeap()...)
	whole(t, "a wrong key", d.read(http.MethodPost, "/admin/keap/key", owner, "key=KeapAK-wrong"), d.ofKeap()...)
	wholeIn(t, d, d.as(auth.Viewer), pages[:1], d.ofKeap()...)
	d.post("/admin/keap/key", owner, url.Values{"key": {keyOne}})
	wholeIn(t, d, owner, pages, d.ofKeap()...)
	whole(t, "another app", d.read(http.MethodPost, "/admin/keap/key", owner, "key="+keyTwo), d.ofKeap()...)
	whole(t, "no such app", d.read(http.MethodPost, "/admin/keap/tenant", owner, "tenant=none"), d.ofKeap()...)
	for _, pause := range []connect.Pause{{Since: d.now}, {Next: d.now}, {Since: d.now, Next: d.now.Add(time.Minute)}, {}} {
		pause.Reason = "Keap does not answer"
		d.pause = pause
		wholeIn(t, d, owner, pages[:1], d.ofKeap()...)
	}
	back, err := d.box.Approve(d.post("/admin/keap/login", owner, nil), "one")
	if err != nil {
		t.Fatal(err)
	}
	u, err := url.Parse(back)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := d.keap.Finish(t.Context(), connect.Answer{State: u.Query().Get("state"), Code: u.Query().Get("code")}); err != nil {
		t.Fatal(err)
	}
	wholeIn(t, d, owner, pages[:1], d.ofKeap()...)
}

// A collector that is started with a key of the app that it was connected to, with one of another app, and with none.
func TestAStartWithAKeyIsWholeInASecondLanguage(t *testing.T) {
	box := sandbox.New(sandbox.Options{Keys: []string{keyOne, keyTwo}, Tenants: map[string]string{keyOne: "one", keyTwo: "two"}})
	t.Cleanup(box.Close)
	for key, client := range map[string]string{keyOne: "c1", keyTwo: "", "": ""} {
		var started *connect.Connection
		d := inBrackets(t, func(deps *admin.Deps) {
			o := connect.Options{
				Account: string(account), Store: deps.Store, Sealer: plain{}, RedirectURL: "http://go.example.com/keap/callback", Now: deps.Now,
				Keap: keap.Config{BaseURL: keapHost + sandbox.BasePath, PerMinute: keap.Unlimited, Transport: served{box}},
			}
			before, err := connect.New(t.Context(), o)
			if err == nil {
				_, err = before.UseKey(t.Context(), keyOne, "", false)
			}
			if err != nil {
				t.Fatal(err)
			}
			o.Keap.Key, o.ClientID = key, client
			if started, err = connect.New(t.Context(), o); err != nil {
				t.Fatal(err)
			}
			deps.Keap.Connection = started
		})
		owner := d.as(auth.Owner)
		d.keap.Connection = started
		whole(t, "a key", d.read(http.MethodPost, "/admin/keap/key", owner, "key="+keyTwo), d.ofKeap()...)
		whole(t, "a login", d.read(http.MethodPost, "/admin/keap/login", owner, ""), d.ofKeap()...)
		page := d.get(d.post("/admin/keap/check", owner, nil), owner)
		switch key {
		case keyOne:
			has(t, page, "the key of --keap-key", "The collector&#39;s address is not https")
		case keyTwo:
			has(t, page, "Another app</span>", "Move to two", "<strong>two</strong>")
		}
		wholeIn(t, d, owner, []string{"/admin/keap"}, d.ofKeap()...)
	}
}

// kept has something that package reconcile found stand in the store.
func (d *desk) kept(kind string, what any) {
	d.t.Helper()
	value, err := json.Marshal(what)
	if err != nil {
		d.t.Fatal(err)
	}
	version := int64(0)
	if was, err := d.Store.Get(d.t.Context(), kind, string(account)); err == nil {
		version = was.Version
	}
	if _, err := d.Store.Put(d.t.Context(), kind, string(account), value, version); err != nil {
		d.t.Fatal(err)
	}
}

func TestTheComparisonIsWholeInASecondLanguage(t *testing.T) {
	d := inBrackets(t)
	owner, viewer := d.as(auth.Owner), d.as(auth.Viewer)
	pages := []string{"/admin/keap/reconcile", "/admin/keap/reconcile/fix"}
	wholeIn(t, d, owner, pages[:1])
	d.post("/admin/keap/key", owner, url.Values{"key": {keyOne}})
	wholeIn(t, d, owner, pages)
	found := reconcile.Report{State: reconcile.Finished, Fix: true, Started: d.now, RowsLeftOut: 1, AffiliatesLeftOut: 1, Counts: reconcile.Counts{InFlight: 3, Fixed: 1, Found: map[reconcile.Kind]int64{}}}
	for i, kind := range reconcile.Kinds {
		found.Counts.Found[kind] = int64(i + 1)
		found.Rows = append(found.Rows, reconcile.Row{Kind: kind, OptIn: "0198", Affiliate: "42", Reason: "why not", Advice: "why not", Fixable: true, Fixed: i == 1})
	}
	found.Rows[0].At = d.now
	found.ByAffiliate = []reconcile.AffiliateRow{{Affiliate: "42", Name: "Riva", Credited: 2, InKeap: 1, Difference: 1}, {Affiliate: "43"}}
	imported := reconcile.Backfill{State: reconcile.Finished, Skipped: map[string]int64{"no_affiliate": 1, "no_time": 2, "before_since": 3}}
	for _, state := range []reconcile.State{reconcile.Finished, reconcile.Broken, reconcile.Interrupted} {
		found.State, imported.State = state, state
		if state != reconcile.Finished {
			found.Reason, imported.Reason, found.Fix, found.Counts = "no answer", "no answer", false, reconcile.Counts{}
		}
		d.kept("reconcile", found)
		d.kept("backfill", imported)
		wholeIn(t, d, owner, pages, "why not", "Riva", "no answer")
		wholeIn(t, d, viewer, pages[:1], "why not", "Riva", "no answer")
	}
	d.kept("reconcile", reconcile.Report{State: reconcile.Finished})
	wholeIn(t, d, owner, pages, "no answer")
	whole(t, "a wrong day", d.read(http.MethodPost, "/admin/keap/backfill", owner, "since=soon"), "no answer")
	d.post("/admin/keap/backfill", owner, url.Values{})
	wholeIn(t, d, owner, []string{d.post("/admin/keap/reconcile", owner, nil), d.post("/admin/keap/reconcile", owner, nil), pages[0] + "?done=import"})
}
