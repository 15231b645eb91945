package admin_test

import (
	"context"
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"tributary/internal/admin"
	"tributary/internal/affiliates"
	"tributary/internal/attribution"
	"tributary/internal/audit"
	"tributary/internal/auth"
	"tributary/internal/doctor"
	"tributary/internal/hooks"
	"tributary/internal/ranking"
	"tributary/internal/reconcile"
	"tributary/internal/settings"
	"tributary/internal/sites"
	"tributary/internal/store"
	"tributary/internal/webhooks"
	"tributary/internal/whatif"
)

// setUp is what the pages of what is set up work with, on the real store.
func (d *desk) setUp(clock func() time.Time) admin.SetUp {
	d.ranking = ranking.New(ranking.Options{Store: d.Store, Account: account, Now: clock})
	d.hooks = hooks.NewService(hooks.Options{
		Store: d.Store, Sealer: plain{}, Now: clock, Policy: func() attribution.Policy { return attribution.DefaultPolicy },
		Site: func(context.Context, string) (attribution.Site, error) { return attribution.Site{}, store.ErrNotFound },
	})
	keap := d.connection(clock)
	d.reconciler = reconcile.New(reconcile.Options{Store: d.Store, Keap: keap.Client(), Account: account, Now: clock})
	d.settings = &settings.Desk{Keeper: settings.NewKeeper(d.Store, settings.Default(attribution.DefaultPolicy)), Ask: d.asked, Jobs: d.Store, Now: clock}
	d.whatif = whatif.NewRunner(whatif.Options{Store: d.Store, Account: account, Policy: func() attribution.Policy { return attribution.DefaultPolicy }, Now: clock})
	return admin.SetUp{
		WhatIf:   d.whatif,
		Webhooks: webhooks.New(webhooks.Options{Store: d.Store, Sealer: plain{}, Account: account, Now: clock}),
		Settings: d.settings, KeapLists: func(context.Context) (admin.KeapLists, error) { return d.lists, nil },
		Sites: sites.New(sites.Options{
			Docs: d.Store, Now: clock, Tag: func(key string) string {
				return `<script async src="https://go.example.com/s/` + key + `.js"></script>`
			},
			Pinned: func(_ context.Context, key string) (string, error) {
				return `<script integrity="sha384-x" src="` + key + `">`, nil
			},
		}),
		Affiliates: affiliates.New(affiliates.Options{Store: d.Store, Sealer: plain{}, Now: clock, LastSync: func() affiliates.Synced { return d.synced }}),
		Hooks:      d.hooks,
		Keap:       keap, Reconcile: d.reconciler,
		Ranking: d.ranking,
		Examine: func(_ context.Context, site, address string) (doctor.Report, error) {
			d.asks = append(d.asks, site+" "+address)
			return d.examined, d.refused
		},
		Doorbell: &bells{},
		Go:       func(do func(context.Context)) { do(context.Background()) },
	}
}

// bells are lasting addresses that name how often they were made anew.
type bells struct{ renewed int }

func (b *bells) Address(_ context.Context, affiliate string) (string, error) {
	return fmt.Sprintf("http://example.com/portal/a/%s-%d", affiliate, b.renewed), nil
}

func (b *bells) Renew(context.Context, string) error { b.renewed++; return nil }

// post sends a form that must be taken, and returns where it leads.
func (d *desk) post(path string, cookie *http.Cookie, form url.Values) string {
	d.t.Helper()
	w := d.do(http.MethodPost, path, cookie, form.Encode())
	if w.Code != http.StatusSeeOther {
		d.t.Fatalf("%s %v: %d %s", path, form, w.Code, w.Body)
	}
	return w.Header().Get("Location")
}

// wrong sends a form that must not be taken, and returns the page that says why.
func (d *desk) wrong(path string, cookie *http.Cookie, form url.Values) string {
	d.t.Helper()
	w := d.do(http.MethodPost, path, cookie, form.Encode())
	if w.Code != http.StatusUnprocessableEntity {
		d.t.Fatalf("%s %v: %d %s", path, form, w.Code, w.Body)
	}
	return w.Body.String()
}

// has checks that a page says all of something.
func has(t *testing.T, page string, wants ...string) {
	t.Helper()
	for _, want := range wants {
		if !strings.Contains(page, want) {
			t.Errorf("the page does not say %q:\n%s", want, page)
		}
	}
}

func hasNot(t *testing.T, page string, unwanted ...string) {
	t.Helper()
	for _, text := range unwanted {
		if strings.Contains(page, text) {
			t.Errorf("the page says %q", text)
		}
	}
}

// logged is what the audit log has of an action, newest first.
func (d *desk) logged(action audit.Action) (all []string) {
	d.t.Helper()
	page, err := d.audit.List(context.Background(), "", 100)
	if err != nil {
		d.t.Fatal(err)
	}
	for _, e := range page.Entries {
		if e.Action == action {
			all = append(all, e.Who+" "+e.Subject+" "+e.Detail)
		}
	}
	return all
}

func TestASiteIsAddedFromPlainWords(t *testing.T) {
	d := newDesk(t)
	cookie := d.as(auth.Manager)
	has(t, d.get("/admin/sites", cookie), "No site yet")
	page := d.wrong("/admin/sites", cookie, url.Values{"name": {" "}, "origins": {"example.com"}})
	has(t, page, "Name must have 1 to 200 characters.", "example.com")
	page = d.wrong("/admin/sites", cookie, url.Values{"name": {"Shop"}, "origins": {"my website"}})
	has(t, page, "must look like https://www.example.com", "my website", `value="Shop"`)
	at := d.post("/admin/sites", cookie, url.Values{"name": {"Shop"}, "origins": {"Example.com/landing?x=1\r\n*.example.org\nlocalhost:3000"}})
	page = d.get(at, cookie)
	has(t, page, "https://example.com\nhttps://www.example.com\nhttps://*.example.org\nhttp://localhost:3000", "&lt;script async src=", "integrity=")
	has(t, d.get("/admin/sites", cookie), "Shop", "https://example.com")
	if log := d.logged("site.create"); len(log) != 1 || !strings.HasPrefix(log[0], "manager@example.com st_") {
		t.Errorf("the log has %q", log)
	}
}

func TestASitesFormKeepsWhatItDoesNotAskFor(t *testing.T) {
	d := newDesk(t)
	cookie := d.as(auth.Manager)
	at, _, _ := strings.Cut(d.post("/admin/sites", cookie, url.Values{"name": {"Shop"}, "origins": {"https://example.com"}}), "?")
	form := url.Values{
		"name": {"Shop"}, "origins": {"https://example.com"}, "param_ids": {"partner, affiliate"}, "params": {"aff"}, "keap_cookies": {"on"},
		"tools": {"webflow", "kit"}, "consent": {"wait"}, "email": {"send"}, "cookie": {"trb"}, "utm_key": {"utm_content"},
		"linked_domains": {"Example.com\nexample.org"}, "frames": {"on"},
		"official_form": {"https://app.infusionsoft.com/app/form/process/abc"}, "official_name": {"Web form"}, "official_version": {"1.70.0"},
	}
	if to := d.post(at, cookie, form); !strings.HasSuffix(to, "?done=saved") {
		t.Errorf("saving leads to %s", to)
	}
	if to := d.post(at, cookie, form); !strings.HasSuffix(to, "?done=same") {
		t.Errorf("saving the same leads to %s", to)
	}
	has(t, d.get(at, cookie), `value="partner, affiliate"`, `value="webflow" checked`, `value="wait" checked`, "example.com\nexample.org", `value="Web form"`)
	s, err := d.Store.Get(t.Context(), "site", strings.TrimPrefix(at, "/admin/sites/"))
	if err != nil || strings.Contains(string(s.Value), `"cookie"`) {
		t.Errorf("what is the default is stored: %s, %v", s.Value, err)
	}
	has(t, strings.Join(d.logged("site.change"), "\n"), `consent: as usual -> "wait"`, "linked_domains")
	form.Set("cookie", "a b")
	page := d.wrong(at, cookie, form)
	has(t, page, "Nothing was saved", `must be 1 to 64 letters`, `value="a b"`, `value="partner, affiliate"`)
	form.Set("cookie", "trb")
	form.Set("linked_domains", "example.com")
	has(t, d.wrong(at, cookie, form), "must name at least two domains")
}

func TestADeletedSiteIsGone(t *testing.T) {
	d := newDesk(t)
	cookie := d.as(auth.Manager)
	at, _, _ := strings.Cut(d.post("/admin/sites", cookie, url.Values{"name": {"Shop"}, "origins": {"https://example.com"}}), "?")
	has(t, d.get(at+"/delete", cookie), "Delete Shop?", "stops working at once")
	to := d.post(at+"/delete", cookie, nil)
	has(t, d.get(to, cookie), "The site is deleted", "No site yet")
	if w := d.do(http.MethodGet, at, cookie, ""); w.Code != http.StatusNotFound {
		t.Errorf("the deleted site: %d", w.Code)
	}
	if len(d.logged("site.delete")) != 1 {
		t.Error("the log has nothing of it")
	}
}
