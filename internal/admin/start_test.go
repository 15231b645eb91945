package admin_test

import (
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/google/uuid"

	"tributary/internal/attribution"
	"tributary/internal/auth"
	"tributary/internal/store"
)

// addSite adds a website by the set-up, and returns its key.
func (d *desk) addSite(cookie *http.Cookie, address string) string {
	d.t.Helper()
	w := d.do("POST", "/admin/start/site", cookie, form("name", markup, "origins", address))
	if w.Code != http.StatusSeeOther || w.Header().Get("Location") != "/admin/start/tag" {
		d.t.Fatalf("adding a site: %d %s", w.Code, w.Body)
	}
	docs, err := d.List(d.t.Context(), store.SiteKind, "", 1)
	if err != nil || len(docs) != 1 {
		d.t.Fatalf("the sites are %v, %v", docs, err)
	}
	return docs[0].Key
}

func TestThePageThatWaitsSaysWhatItSaw(t *testing.T) {
	d := newDesk(t)
	owner := d.as(auth.Owner)
	if page := d.get("/admin/start/visit", owner); strings.Contains(page, "A visit with affiliate") {
		t.Error("a visit before any")
	}
	site := d.addSite(owner, "example.com")
	ref := attribution.Ref{Kind: attribution.ByID, Value: "101"}
	if err := d.PutAffiliate(t.Context(), account, attribution.Affiliate{ID: "101", Name: "Riva" + markup}, d.now); err != nil {
		t.Fatal(err)
	}
	touch := attribution.Touch{Ref: ref, At: d.now}
	click := attribution.Event{ID: uuid.Must(uuid.NewV7()), Type: attribution.Clicked, At: d.now, Received: d.now, Site: site, Visitor: uuid.New(), URL: "https://example.com/<script>alert(3)", First: touch, Latest: touch}
	if _, err := d.Ingest(t.Context(), account, attribution.DefaultPolicy, []attribution.Event{click}); err != nil {
		t.Fatal(err)
	}
	d.refuse(site, "https://other.example", "forbidden_origin", time.Second)
	d.refuse(site, "https://other.example", "forbidden_origin", time.Minute)
	d.refuse("", markup, "unknown_site", time.Hour)
	page := d.get("/admin/start/visit", owner)
	for what, times := range map[string]int{
		"A visit with affiliate 101 (Riva": 1, "another address than those of the site": 1, "Add https://other.example": 1, "Something that was not taken": 1, "<img src=x": 0, "<script>alert": 0,
	} {
		if got := strings.Count(page, what); got != times {
			t.Errorf("%q stands there %d times, want %d", what, got, times)
		}
	}
	for _, path := range []string{"/admin/start", "/admin/start/site", "/admin/start/tag", "/admin/start/affiliates", "/admin/start/keap"} {
		if page := d.get(path, owner); strings.Contains(page, "<img src=x") {
			t.Errorf("%s lets markup through", path)
		}
	}
}

func (d *desk) refuse(site, origin, code string, after time.Duration) {
	d.t.Helper()
	q := store.Quarantined{ID: uuid.Must(uuid.NewV7()), Received: d.now.Add(after), Site: site, Origin: origin, Code: code, Reason: "why: " + code}
	if err := d.Quarantine(d.t.Context(), q); err != nil {
		d.t.Fatal(err)
	}
}

func TestOnlyAnAddressThatWasRefusedIsAdded(t *testing.T) {
	d := newDesk(t)
	owner := d.as(auth.Owner)
	site := d.addSite(owner, "example.com")
	d.refuse(site, "https://other.example", "forbidden_origin", 0)
	if w := d.do("POST", "/admin/start/origin", owner, form("site", site, "origin", "https://evil.example")); w.Code != http.StatusNotFound {
		t.Errorf("an address that nobody saw: %d", w.Code)
	}
	if w := d.do("POST", "/admin/start/origin", owner, form("site", site, "origin", "https://other.example")); w.Code != http.StatusSeeOther {
		t.Errorf("one that was refused: %d %s", w.Code, w.Body)
	}
	page := d.get("/admin/start/site", owner)
	if !strings.Contains(page, "https://www.example.com, https://other.example") && !strings.Contains(page, "https://other.example") || strings.Contains(page, "evil") {
		t.Errorf("the site is %s", page)
	}
}

func TestTheSetupIsLeftAndComeBackTo(t *testing.T) {
	d := newDesk(t)
	owner := d.as(auth.Owner)
	next := func(cookie *http.Cookie) string {
		return d.do("GET", "/admin/start/next", cookie, "").Header().Get("Location")
	}
	if page := d.get("/admin", owner); !strings.Contains(page, "Get started") {
		t.Error("the menu has no way to the set-up")
	}
	first := next(owner)
	d.addSite(owner, "example.com")
	if again := next(owner); first != again || !strings.HasPrefix(first, "/admin/start/") {
		t.Errorf("next is %s, then %s: one step that was done later must not close the ones before", first, again)
	}
	if to := next(d.another(auth.Viewer)); to != "/admin" {
		t.Errorf("a viewer is led to %s", to)
	}
}
