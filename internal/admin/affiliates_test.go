package admin_test

import (
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/google/uuid"

	"tributary/internal/affiliates"
	"tributary/internal/attribution"
	"tributary/internal/auth"
	"tributary/internal/store"
)

// know saves affiliates.
func (d *desk) know(all ...attribution.Affiliate) {
	d.t.Helper()
	for _, a := range all {
		if err := d.Store.PutAffiliate(d.t.Context(), account, a, d.now); err != nil {
			d.t.Fatal(err)
		}
	}
}

// clicked stores clicks of as many visitors.
func (d *desk) clicked(ref attribution.Ref, n int) {
	d.t.Helper()
	var batch []attribution.Event
	for range n {
		batch = append(batch, attribution.Event{
			ID: uuid.Must(uuid.NewV7()), Type: attribution.Clicked, At: d.now, Received: d.now, Visitor: uuid.New(), Latest: attribution.Touch{Ref: ref, At: d.now},
		})
	}
	d.ingest(batch...)
}

func (d *desk) ingest(batch ...attribution.Event) {
	d.t.Helper()
	if _, err := d.Store.Ingest(d.t.Context(), account, attribution.DefaultPolicy, batch); err != nil {
		d.t.Fatal(err)
	}
}

// optedIn stores the opt-in of somebody.
func (d *desk) optedIn(ref attribution.Ref, email string) uuid.UUID {
	d.t.Helper()
	e := attribution.Event{
		ID: uuid.Must(uuid.NewV7()), Type: attribution.OptedIn, At: d.now, Received: d.now, Visitor: uuid.New(), Latest: attribution.Touch{Ref: ref, At: d.now},
		Via: attribution.ViaForm, Form: attribution.Form{ID: "webinar"},
	}
	e.Person, e.Sealed, _ = plain{}.Seal(attribution.Person{Email: email})
	d.ingest(e)
	return e.ID
}

func byID(id string) attribution.Ref { return attribution.Ref{Kind: attribution.ByID, Value: id} }

func TestAffiliatesAreRankedFoundAndPaged(t *testing.T) {
	d := newDesk(t)
	cookie := d.as(auth.Viewer)
	has(t, d.get("/admin/affiliates", cookie), "No affiliate yet", "Connect Keap")
	for i := range 120 {
		a := attribution.Affiliate{ID: fmt.Sprint(100 + i), Name: fmt.Sprintf("Partner %d", i), Status: "ACTIVE"}
		if i%2 == 1 {
			a.Status = "INACTIVE"
		}
		d.know(a)
	}
	d.know(attribution.Affiliate{ID: "7", Code: "River-Bank", Name: "Riva", Status: "ACTIVE"})
	d.optedIn(byID("150"), "a@example.com")
	d.clicked(byID("7"), 3)
	d.now = d.now.Add(time.Hour)
	if err := d.ranking.Refresh(t.Context()); err != nil {
		t.Fatal(err)
	}
	page := d.get("/admin/affiliates", cookie)
	if first, second := strings.Index(page, "Partner 50<"), strings.Index(page, "Riva<"); first < 0 || second < first {
		t.Errorf("the one with an opt-in stands at %d, the one with clicks at %d", first, second)
	}
	has(t, page, "1 to 50 of 121", `href="?page=1"`)
	has(t, d.get("/admin/affiliates?page=2&sort=id", cookie), "101 to 121 of 121", "Partner 119<", `page=1&amp;sort=id`)
	page = d.get("/admin/affiliates?q=RIVER", cookie)
	has(t, page, "Riva<", "1 to 1 of 1")
	hasNot(t, page, "Partner 50<")
	has(t, d.get("/admin/affiliates?state=inactive&sort=clicks", cookie), "of 60", "Inactive</span>")
	has(t, d.get("/admin/affiliates?q=nobody", cookie), "None fits")
	has(t, d.get("/admin/affiliates?page=99", cookie), "None fits")
}

func TestAnAffiliateIsAddedByHand(t *testing.T) {
	d := newDesk(t)
	cookie := d.as(auth.Manager)
	has(t, d.wrong("/admin/affiliates", cookie, url.Values{"id": {"river"}}), "Id must be the affiliate", `value="river"`)
	has(t, d.wrong("/admin/affiliates", cookie, url.Values{"id": {"42"}, "email": {"no"}}), "Email is not an e-mail address.")
	at := d.post("/admin/affiliates", cookie, url.Values{"id": {"42"}, "name": {"Maple"}, "code": {"maple"}, "email": {"Maple@Example.com"}})
	has(t, d.get(at, cookie), "The affiliate is there", "maple@example.com", "Not confirmed", "None yet.")
	has(t, d.get("/admin/affiliates", cookie), "Maple<")
	at = d.post("/admin/affiliates", cookie, url.Values{"id": {"42"}, "name": {"Maple Garden"}})
	has(t, d.get(at, cookie), "There was an affiliate of this id", "Maple Garden", "maple")
	if len(d.logged("affiliate.create")) != 1 || len(d.logged("affiliate.change")) != 1 {
		t.Error("the log has not both")
	}
}

func TestALoginLinkIsShownOnceAndWorks(t *testing.T) {
	d := newDesk(t)
	cookie := d.as(auth.Manager)
	d.know(attribution.Affiliate{ID: "42", Name: "Maple"})
	w := d.do(http.MethodPost, "/admin/affiliates/42/login-link", cookie, "how=show")
	_, rest, ok := strings.Cut(w.Body.String(), "http://example.com/portal/login/")
	token, _, _ := strings.Cut(rest, "<")
	if !ok || w.Code != http.StatusOK {
		t.Fatalf("%d %s", w.Code, w.Body)
	}
	if s, _, err := d.auth.Redeem(t.Context(), token); err != nil || s.Affiliate != "42" {
		t.Errorf("the link opens %+v, %v", s, err)
	}
	hasNot(t, d.get("/admin/affiliates/42", cookie), "/portal/login/", "Mail one to them")
	if w := d.do(http.MethodPost, "/admin/affiliates/42/login-link", cookie, "how=mail"); w.Code != http.StatusNotFound {
		t.Errorf("mailing without mail: %d", w.Code)
	}
	if log := d.logged("affiliate.link"); len(log) != 1 || strings.Contains(log[0], token) {
		t.Errorf("the log has %q", log)
	}
}

func TestALastingAddressIsShownToWhoMayAndMadeAnew(t *testing.T) {
	d := newDesk(t)
	d.know(attribution.Affiliate{ID: "42", Name: "Maple"})
	manager := d.as(auth.Manager)
	has(t, d.get("/admin/affiliates/42", manager), "http://example.com/portal/a/42-0")
	hasNot(t, d.get("/admin/affiliates/42", d.as(auth.Viewer)), "/portal/a/")
	at := d.post("/admin/affiliates/42/doorbell", manager, nil)
	has(t, d.get(at, manager), "The old lasting address is void", "http://example.com/portal/a/42-1")
	if log := d.logged("affiliate.doorbell"); len(log) != 1 || !strings.Contains(log[0], "42") || strings.Contains(log[0], "/portal/a/") {
		t.Errorf("the log has %q", log)
	}
}

func TestUnknownAffiliatesAreListedAndAskedForAgain(t *testing.T) {
	d := newDesk(t)
	cookie := d.as(auth.Manager)
	has(t, d.get("/admin/affiliates/unknown", cookie), "Keap knows everybody")
	slip := attribution.Ref{Kind: attribution.ByCode, Value: "rivr"}
	d.clicked(slip, 3)
	jobs, err := d.Store.Claim(t.Context(), d.now.Add(time.Minute), 1, time.Minute)
	if err != nil || len(jobs) != 1 {
		t.Fatalf("%v, %v", jobs, err)
	}
	err = d.Store.Advance(t.Context(), jobs[0], d.now, store.Settlement{State: store.Parked, Code: store.UnknownAffiliate, Reason: "Keap has no such affiliate"})
	if err != nil {
		t.Fatal(err)
	}
	has(t, d.get("/admin/affiliates/unknown", cookie), "rivr", "as a code", `>3</td>`, `value="code:rivr"`)
	has(t, d.get(d.post("/admin/affiliates/unknown", cookie, url.Values{"ref": {"code:rivr"}}), cookie), "Keap is asked for it once more", "Keap knows everybody")
	if w := d.do(http.MethodPost, "/admin/affiliates/unknown", cookie, "ref=x"); w.Code != http.StatusNotFound {
		t.Errorf("no reference: %d", w.Code)
	}
}

func TestASyncsResultIsShown(t *testing.T) {
	d := newDesk(t)
	d.synced = affiliates.Synced{Started: d.now, Ended: d.now, Seen: 1200, New: 3, Error: "no answer from Keap"}
	has(t, d.get("/admin/affiliates", d.as(auth.Viewer)), "1,200 seen, 3 new", "no answer from Keap", "It did not come to its end")
}
