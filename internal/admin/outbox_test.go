package admin_test

import (
	"context"
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/google/uuid"

	"tributary/internal/attribution"
	"tributary/internal/auth"
	"tributary/internal/store"
)

func TestTheOutboxIsShownAndRetried(t *testing.T) {
	d := newDesk(t)
	manager := d.as(auth.Manager)
	if page := d.get("/admin/outbox", manager); !strings.Contains(page, "Nothing waits for you") || !strings.Contains(page, "nothing waits") || strings.Contains(page, "Retry") {
		t.Errorf("an empty outbox: %s", page)
	}
	events := make([]attribution.Event, 70)
	for i := range events {
		events[i] = arrival(fmt.Sprintf("p%d@example.com", i), []string{"42", "43"}[i%2], d.now.Add(-time.Hour))
	}
	d.take(events...)
	d.hold(store.Settlement{State: store.Parked, Code: "late", Status: attribution.Held, Reason: "another was first"})
	d.take(arrival("fresh@example.com", "42", d.now.Add(-30*time.Minute)))
	page := d.get("/admin/outbox", manager)
	for _, want := range []string{`<data value="70">70</data>`, "another was first", "Retry all that are parked", "Older", "It is 30 minutes late"} {
		if !strings.Contains(page, want) {
			t.Errorf("the outbox lacks %q", want)
		}
	}
	if n := strings.Count(page, `<input type="hidden" name="id"`); n != 50 {
		t.Errorf("%d jobs on a page", n)
	}
	if page := d.get("/admin/outbox?state=ready", manager); !strings.Contains(page, "fresh@example.com") || strings.Contains(page, "another was first") {
		t.Errorf("on the way: %s", page)
	}
	if page := d.get("/admin/outbox?code=gave_up", manager); !strings.Contains(page, "No job is like that") {
		t.Errorf("another code: %s", page)
	}
	w := d.do(http.MethodPost, "/admin/outbox/retry-all?affiliate=43", manager, "")
	if location := w.Header().Get("Location"); w.Code != http.StatusSeeOther || location != "/admin/outbox?affiliate=43&done=35" {
		t.Fatalf("%d to %s", w.Code, location)
	}
	if page := d.get("/admin/outbox?affiliate=43&done=35", manager); !strings.Contains(page, "35 jobs are due now.") || strings.Contains(page, "go on") {
		t.Errorf("after a retry of many: %s", page)
	}
	left, err := d.ListJobs(context.Background(), account, store.JobQuery{State: store.Parked, Limit: 100})
	if err != nil || len(left.Jobs) != 35 {
		t.Fatalf("%d are left, %v", len(left.Jobs), err)
	}
	w = d.do(http.MethodPost, "/admin/outbox/retry?code=late", manager, "id="+left.Jobs[0].ID)
	if location := w.Header().Get("Location"); location != "/admin/outbox?code=late&done=retried" {
		t.Errorf("one retry leads to %s", location)
	}
	if j, err := d.Job(context.Background(), account, left.Jobs[0].ID); err != nil || j.State != store.Ready {
		t.Errorf("%+v, %v", j, err)
	}
	for path, want := range map[string]int{
		"/admin/outbox?state=done": 404, "/admin/outbox?cursor=nonsense": 404, "/admin/outbox?affiliate=a%20b": 422, "/admin/outbox?from=today": 422, "/admin/outbox?kind=none": 422,
	} {
		if w := d.do(http.MethodGet, path, manager, ""); w.Code != want {
			t.Errorf("%s: %d, want %d", path, w.Code, want)
		}
	}
	if w := d.do(http.MethodPost, "/admin/outbox/retry", manager, "id=credit:none"); w.Code != http.StatusNotFound {
		t.Errorf("a job that is not there: %d", w.Code)
	}
}

func TestOptInsAreFiltered(t *testing.T) {
	d := newDesk(t)
	viewer := d.as(auth.Viewer)
	if page := d.get("/admin/optins", viewer); !strings.Contains(page, "No opt-ins yet") {
		t.Errorf("without any: %s", page)
	}
	d.held("ann@example.com")
	d.take(arrival("bob@example.com", "43", d.now.Add(-48*time.Hour)))
	for query, want := range map[string]string{
		"": "a•••@ b•••@", "status=held": "a•••@", "affiliate=43": "b•••@", "email=bob%40example.com": "b•••@", "flagged=1": "a•••@",
		"from=2026-11-22": "a•••@", "to=2026-11-21": "b•••@", "site=st_test&status=received": "b•••@", "site=st_other": "", "affiliate=43&status=held": "",
	} {
		page, got := d.get("/admin/optins?"+query, viewer), ""
		for _, who := range []string{"an", "bo"} {
			if strings.Contains(page, who+"•••@") {
				got += who[:1] + "•••@ "
			}
		}
		if strings.TrimSpace(got) != want || want == "" && !strings.Contains(page, "No opt-in is like that") {
			t.Errorf("%q shows %q, want %q", query, got, want)
		}
	}
	for path, want := range map[string]int{
		"/admin/optins?status=gone": 422, "/admin/optins?email=ann": 422, "/admin/optins?from=x": 422, "/admin/optins?cursor=x": 404, "/admin/optins/x": 404,
		"/admin/optins/" + uuid.NewString(): 404, "/admin/events?type=x": 422, "/admin/events?cursor=x": 404, "/admin/events/" + uuid.NewString(): 404,
		"/admin/quarantine?cursor=x": 404, "/admin/optins.csv?status=gone": 404,
	} {
		if w := d.do(http.MethodGet, path, viewer, ""); w.Code != want {
			t.Errorf("%s: %d, want %d", path, w.Code, want)
		}
	}
}

// TestALongListHasNoEnd: each page leads to the next, and nothing is shown twice or left out.
func TestALongListHasNoEnd(t *testing.T) {
	d := newDesk(t)
	viewer := d.as(auth.Viewer)
	events := make([]attribution.Event, 130)
	for i := range events {
		events[i] = arrival(fmt.Sprintf("p%d@example.com", i), "42", d.now.Add(-time.Duration(i)*time.Minute))
	}
	d.take(events...)
	for path, row := range map[string]string{"/admin/optins": `<a href="/admin/optins/`, "/admin/events": `data-event="`, "/admin/outbox?state=ready&kind=credit": `<td class="wrap lead"><a href="/admin/optins/`} {
		seen, shown := map[string]bool{}, 0
		for next := path; next != ""; {
			page := d.get(next, viewer)
			for _, part := range strings.Split(page, row)[1:] {
				seen[part[:36]], shown = true, shown+1
			}
			next = ""
			if before, _, found := strings.Cut(page, `" rel="next">`); found {
				next = strings.ReplaceAll(before[strings.LastIndex(before, `"`)+1:], "&amp;", "&")
			}
		}
		if len(seen) != 130 || shown != 130 {
			t.Errorf("%s shows %d rows of %d", path, shown, len(seen))
		}
	}
}

func TestTheQuarantineIsTriedAndEmptied(t *testing.T) {
	d := newDesk(t)
	manager := d.as(auth.Manager)
	if page := d.get("/admin/quarantine", manager); !strings.Contains(page, "The quarantine is empty") {
		t.Errorf("an empty one: %s", page)
	}
	good, bad := d.keep("good", `{"events":[]}`), d.keep("unknown_site", `<b>`)
	if page := d.get("/admin/quarantine/"+bad.ID.String(), manager); !strings.Contains(page, "&lt;b&gt;") || !strings.Contains(page, "tag of a site that is not here") {
		t.Errorf("one record: %s", page)
	}
	if w := d.do(http.MethodPost, "/admin/quarantine/"+good.ID.String()+"/retry", manager, ""); w.Header().Get("Location") != "/admin/quarantine?done=taken" {
		t.Errorf("%d %s", w.Code, w.Body)
	}
	if w := d.do(http.MethodPost, "/admin/quarantine/"+bad.ID.String()+"/retry", manager, ""); w.Code != http.StatusUnprocessableEntity || !strings.Contains(w.Body.String(), "still refused: not yours") {
		t.Errorf("%d %s", w.Code, w.Body)
	}
	if w := d.do(http.MethodPost, "/admin/quarantine/"+bad.ID.String()+"/delete", manager, ""); w.Header().Get("Location") != "/admin/quarantine?done=deleted" {
		t.Errorf("%d %s", w.Code, w.Body)
	}
	if left, err := d.Quarantines(context.Background(), uuid.Nil, 10); err != nil || len(left) != 0 {
		t.Errorf("%d are left, %v", len(left), err)
	}
}

func TestAPersonIsShownExportedAndErased(t *testing.T) {
	d := newDesk(t)
	manager, o := d.as(auth.Manager), d.held("ann@example.com")
	d.keep("good", `{"email":"ann@example.com"}`)
	if page := d.get("/admin/people?email=Ann%40Example.com", manager); !strings.Contains(page, "<dt>Opt-ins</dt><dd>1</dd>") || !strings.Contains(page, "<dt>In the quarantine</dt><dd>1</dd>") {
		t.Errorf("held: %s", page)
	}
	if page := d.get("/admin/people?email=nobody%40example.com", manager); !strings.Contains(page, "Nothing is held of this person") {
		t.Errorf("nobody: %s", page)
	}
	if text := d.get("/admin/people/export?email=ann%40example.com", manager); !strings.Contains(text, o.ID.String()) || strings.Contains(text, "sealed") {
		t.Errorf("exported: %s", text)
	}
	if w := d.do(http.MethodPost, "/admin/people/erase", manager, "email=ann%40example.com"); w.Code != http.StatusUnprocessableEntity {
		t.Errorf("erased without being sure: %d", w.Code)
	}
	w := d.do(http.MethodPost, "/admin/people/erase", manager, "email=ann%40example.com&sure=yes")
	if w.Code != http.StatusOK || !strings.Contains(w.Body.String(), "Erased: 1 opt-in, 1 event, 1 job, 1 quarantined record, 0 payloads and 2 deliveries of webhooks.") {
		t.Errorf("%d %s", w.Code, w.Body)
	}
	if again := d.look(o.ID); again.Status != attribution.Erased || len(again.Sealed) > 0 {
		t.Errorf("%+v", again)
	}
	if page := d.get("/admin/optins/"+o.ID.String(), manager); strings.Contains(page, "example.com/webinar?") || strings.Contains(page, "ann@") || !strings.Contains(page, "erased on request") {
		t.Errorf("after the erasure: %s", page)
	}
	log, err := d.audit.List(context.Background(), "", 10)
	if err != nil || len(log.Entries) != 2 || strings.Contains(fmt.Sprint(log.Entries), "ann@") {
		t.Errorf("the audit log has %+v, %v", log.Entries, err)
	}
}
