package admin_test

import (
	"net/http"
	"regexp"
	"strings"
	"testing"
	"time"

	"tributary/internal/attribution"
	"tributary/internal/auth"
	"tributary/internal/store"
)

func TestTheOverviewTellsWhatNeedsSomebody(t *testing.T) {
	d := newDesk(t)
	cookie := d.as(auth.Manager)
	has(t, d.get("/admin", cookie), "The set-up is not through", "They stand here as soon as")
	yesterday := d.now.Add(-24 * time.Hour)
	d.take(arrival("ann@example.com", "42", d.now.Add(-time.Hour)), arrival("bob@example.com", "42", yesterday), arrival("cid@example.com", "42", yesterday))
	d.hold(store.Settlement{State: store.Parked, Code: "gave_up", Status: attribution.Held, Reason: "Keap did not answer"})
	d.keep("malformed_json", "{")
	d.take(arrival("dot@example.com", "42", d.now.Add(-30*time.Minute)))
	has(t, d.get("/admin", cookie),
		"3 opt-ins to decide", `href="/admin/review"`, "3 jobs were given up", `href="/admin/outbox?code=gave_up"`, "1 record in quarantine", `href="/admin/quarantine"`,
		`<data value="2">2</data></dd><dd class="soft">2 yesterday`, "dot@example.com", "the first is 30 minutes late",
	)
}

func TestTheOverviewCountsTheDaysThatWereChosen(t *testing.T) {
	d := newDesk(t)
	cookie := d.as(auth.Viewer)
	d.take(arrival("ann@example.com", "42", d.now.AddDate(0, 0, -1)), arrival("bob@example.com", "42", d.now.AddDate(0, 0, -10)), arrival("cid@example.com", "42", d.now.AddDate(0, 0, -40)))
	for query, want := range map[string]string{"?days=7": "1", "": "2", "?days=90": "3", "?days=5000": "2", "?days=x": "2"} {
		if page := d.get("/admin"+query, cookie); !strings.Contains(page, `<p class="number"><data value="`+want+`">`) {
			t.Errorf("%q does not count %s opt-ins", query, want)
		}
	}
	if page := d.get("/admin", cookie); strings.Contains(page, "ann@example.com") {
		t.Error("a viewer sees whole addresses")
	}
}

// What cannot be undone must not happen by one slip of a finger.
func TestWhatCannotBeUndoneAsksFirst(t *testing.T) {
	d := newDesk(t)
	owner := d.as(auth.Owner)
	u := d.user("lee@example.com", auth.Viewer)
	k, _, err := d.auth.AddKey(t.Context(), "report", auth.Viewer, "")
	if err != nil {
		t.Fatal(err)
	}
	q := d.keep("malformed_json", "{")
	for page, action := range map[string]string{
		"/admin/keys": "/admin/keys/" + k.ID + "/revoke", "/admin/users/" + u.ID: "/admin/users/" + u.ID + "/remove",
		"/admin/quarantine/" + q.ID.String(): "/admin/quarantine/" + q.ID.String() + "/delete",
	} {
		asks := regexp.MustCompile(`<details class="sure"><summary>[^\n]*</summary><form method="post" action="` + action + `"><p>`)
		if !asks.MatchString(d.get(page, owner)) {
			t.Errorf("%s does not ask before %s", page, action)
		}
	}
}

func TestAnAddressWithoutAPageIsExplained(t *testing.T) {
	d := newDesk(t)
	cookie := d.as(auth.Viewer)
	for path, status := range map[string]int{"/admin/nowhere": http.StatusNotFound, "/admin/affiliates/1/2/3": http.StatusNotFound} {
		w := d.do(http.MethodGet, path, cookie, "")
		if w.Code != status {
			t.Errorf("%s: %d", path, w.Code)
		}
		has(t, w.Body.String(), "<h1>There is nothing at this address</h1>", "Open the desk")
	}
	if w := d.do(http.MethodGet, "/admin/nowhere", nil, ""); w.Code != http.StatusUnauthorized {
		t.Errorf("before the login: %d", w.Code)
	}
}
