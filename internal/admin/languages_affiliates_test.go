package admin_test

import (
	"context"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/google/uuid"

	"tributary/internal/admin"
	"tributary/internal/affiliates"
	"tributary/internal/attribution"
	"tributary/internal/auth"
	"tributary/internal/store"
)

func TestAffiliatesAreWholeInASecondLanguage(t *testing.T) {
	d := inBrackets(t)
	manager := d.as(auth.Manager)
	wholeIn(t, d, manager, []string{"/admin/affiliates", "/admin/affiliates/new", "/admin/affiliates/unknown"}, "?aff=")
	whole(t, "a wrong affiliate", d.read(http.MethodPost, "/admin/affiliates", manager, "id=river"), "Id must be the affiliate's id in Keap, a number other than 0, as a string", "river", "?aff=")
	d.post("/admin/keap/key", d.as(auth.Owner), url.Values{"key": {keyOne}})
	wholeIn(t, d, manager, []string{"/admin/affiliates"})
	for i, status := range []string{"ACTIVE", "INACTIVE", "", "NEW"} {
		d.know(attribution.Affiliate{ID: string(rune('1' + i)), Status: status, Learned: d.now})
	}
	d.know(attribution.Affiliate{ID: "9", Code: "river", Name: "Riva", Status: "ACTIVE", Learned: d.now, Gone: d.now})
	for i := range 60 {
		d.know(attribution.Affiliate{ID: "1" + strings.Repeat("0", i%20+1) + string(rune('1'+i%9))})
	}
	d.now = d.now.Add(time.Hour)
	d.synced = affiliates.Synced{Started: d.now, Ended: d.now, Seen: 1200, New: 3, Changed: 1, Gone: 1, Error: "no answer"}
	d.mistaken(attribution.Ref{Kind: attribution.ByCode, Value: "rivr"}, byID("404"))
	wholeIn(t, d, manager, []string{
		"/admin/affiliates", "/admin/affiliates?page=1&sort=id", "/admin/affiliates?q=nobody", "/admin/affiliates?state=gone&sort=name", "/admin/affiliates?done=synced",
		"/admin/affiliates?done=syncing", "/admin/affiliates/unknown", "/admin/affiliates/unknown?done=again", "/admin/affiliates/404",
	}, "no answer", "Riva", "rivr", "river", "nobody")
	wholeIn(t, d, d.as(auth.Viewer), []string{"/admin/affiliates", "/admin/affiliates/unknown", "/admin/affiliates/9"}, "no answer", "Riva", "rivr", "river")
}

// mistaken has links name who is no affiliate of Keap.
func (d *desk) mistaken(refs ...attribution.Ref) {
	d.t.Helper()
	for _, ref := range refs {
		d.clicked(ref, 1)
	}
	jobs, err := d.Store.Claim(d.t.Context(), d.now.Add(time.Minute), 10, time.Minute)
	if err != nil {
		d.t.Fatal(err)
	}
	for _, j := range jobs {
		if err := d.Store.Advance(d.t.Context(), j, d.now, store.Settlement{State: store.Parked, Code: store.UnknownAffiliate}); err != nil {
			d.t.Fatal(err)
		}
	}
}

func TestAnAffiliateIsWholeInASecondLanguage(t *testing.T) {
	d := inBrackets(t, func(deps *admin.Deps) {
		deps.MailLogin = func(context.Context, attribution.Affiliate) error { return nil }
	})
	manager := d.as(auth.Manager)
	d.know(attribution.Affiliate{ID: "1", Learned: d.now}, attribution.Affiliate{ID: "2", Learned: d.now, Gone: d.now})
	for _, field := range []string{"id=42&code=river&name=Riva&email=riva@example.com", "id=42&name=Riva"} {
		form, _ := url.ParseQuery(field)
		wholeIn(t, d, manager, []string{d.post("/admin/affiliates", manager, form)}, "Riva", "river")
	}
	wholeIn(t, d, manager, []string{"/admin/affiliates/1", "/admin/affiliates/2"})
	d.post("/admin/sites", manager, url.Values{"name": {"Shop"}, "origins": {"https://www.example.com"}})
	for range 20 {
		d.optedIn(byID("42"), uuid.NewString()+"@example.com")
	}
	for _, status := range attribution.Statuses {
		d.optedIn(byID("42"), string(status)+"@example.com")
		d.settle(status)
	}
	wholeIn(t, d, manager, []string{"/admin/affiliates/42", "/admin/affiliates/42?done=renewed"}, "Riva", "river", "Shop", "webinar", "why not")
	whole(t, "a login link", d.read(http.MethodPost, "/admin/affiliates/42/login-link", manager, "how=show"), "Riva", "river", "Shop", "webinar", "why not")
	whole(t, "a mailed link", d.read(http.MethodPost, "/admin/affiliates/42/login-link", manager, "how=mail"), "Riva", "river", "Shop", "webinar", "why not")
}

// settle has the credit of each opt-in end so.
func (d *desk) settle(status attribution.Status) {
	d.t.Helper()
	jobs, err := d.Claim(d.t.Context(), d.now.Add(time.Hour), 1000, time.Minute)
	if err != nil {
		d.t.Fatal(err)
	}
	for _, j := range jobs {
		if j.Kind != store.CreditJob {
			continue
		}
		if err := d.Advance(d.t.Context(), j, d.now, store.Settlement{State: store.Done, Status: status, Reason: "why not"}); err != nil {
			d.t.Fatal(err)
		}
	}
}
