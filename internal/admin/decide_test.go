package admin_test

import (
	"context"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/google/uuid"

	"tributary/internal/attribution"
	"tributary/internal/auth"
	"tributary/internal/store"
)

func (d *desk) say(cookie *http.Cookie, id uuid.UUID, verdict, reason string) string {
	d.t.Helper()
	form := url.Values{"verdict": {verdict}, "reason": {reason}, "from": {"review"}}
	w := d.do(http.MethodPost, "/admin/optins/"+id.String()+"/decision", cookie, form.Encode())
	if w.Code != http.StatusSeeOther {
		d.t.Fatalf("%s: %d %s", verdict, w.Code, w.Body)
	}
	return w.Header().Get("Location")
}

func TestTheQueueIsDecidedOneAfterTheOther(t *testing.T) {
	d := newDesk(t)
	manager := d.as(auth.Manager)
	if page := d.get("/admin/review", manager); !strings.Contains(page, "Nothing waits for you") {
		t.Errorf("an empty queue: %s", page)
	}
	first, second := d.held("ann@example.com"), d.held("bob@example.com")
	page := d.get("/admin/review", manager)
	if !strings.Contains(page, "2 wait for your decision") || !strings.Contains(page, "the e-mail is the affiliate&#39;s own") || !strings.Contains(page, `data-key="c"`) {
		t.Fatalf("the queue: %s", page)
	}
	shown, other := second, first
	if strings.Contains(page, "ann@example.com") {
		shown, other = first, second
	}
	back := d.say(manager, shown.ID, "credit", "one\nhouse")
	if o := d.look(shown.ID); o.Status != attribution.Received || o.Decision.By != "manager@example.com" || o.Decision.Reason != "one house" {
		t.Fatalf("credited: %+v", o)
	}
	page = d.get(back, manager)
	if !strings.Contains(page, "1 waits") || !strings.Contains(page, `data-seconds="10"`) || !strings.Contains(page, other.ID.String()) {
		t.Errorf("after a credit: %s", page)
	}
	d.now = d.now.Add(store.UndoWithin)
	if page := d.get(back, manager); strings.Contains(page, "Take it back") {
		t.Error("the way back stays open after its time")
	}
	d.now = d.now.Add(-5 * time.Second)
	if back = d.say(manager, shown.ID, "hold", ""); !strings.Contains(back, "done=hold") {
		t.Errorf("undo leads to %s", back)
	}
	if o := d.look(shown.ID); o.Status != attribution.Held || o.Reason != "the e-mail is the affiliate's own" {
		t.Errorf("taken back: %+v", o)
	}
	d.now = d.now.Add(time.Second)
	page = d.get(d.say(manager, shown.ID, "refuse", ""), manager)
	if !strings.Contains(page, "You can take that back at any time") || strings.Contains(page, "data-seconds") || !strings.Contains(page, "Take it back") {
		t.Errorf("after a refusal: %s", page)
	}
	if location := d.say(manager, shown.ID, "refuse", ""); !strings.Contains(location, "done=late") {
		t.Errorf("refused twice: %s", location)
	}
	log, err := d.audit.List(context.Background(), "", 10)
	if err != nil || len(log.Entries) != 3 || log.Entries[2].Action != "optin.credit" || log.Entries[2].Detail != "one house" || log.Entries[0].Action != "optin.refuse" {
		t.Errorf("the audit log has %+v, %v", log.Entries, err)
	}
}

func TestSkippingGoesThroughTheQueue(t *testing.T) {
	d := newDesk(t)
	for _, who := range []string{"ann", "bob", "cleo"} {
		d.now = d.now.Add(time.Minute)
		d.held(who + "@example.com")
	}
	manager, path, seen := d.as(auth.Manager), "/admin/review", ""
	for range 3 {
		page := d.get(path, manager)
		for _, who := range []string{"ann", "bob", "cleo"} {
			if strings.Contains(page, "<h2>"+who+"@") {
				seen += who + " "
			}
		}
		_, rest, _ := strings.Cut(page, `<a class="button quiet" href="`)
		path, _, _ = strings.Cut(rest, `"`)
	}
	if seen != "cleo bob ann " {
		t.Errorf("seen %q", seen)
	}
	if page := d.get(path, manager); path != "/admin/review" || !strings.Contains(page, "3 wait") {
		t.Errorf("the end leads to %s", path)
	}
}

func TestADecisionOfNoKindIsNone(t *testing.T) {
	d := newDesk(t)
	o, manager := d.held("ann@example.com"), d.as(auth.Manager)
	for path, form := range map[string]string{
		"/admin/optins/" + o.ID.String() + "/decision":    "verdict=maybe",
		"/admin/optins/nonsense/decision":                 "verdict=credit",
		"/admin/optins/" + uuid.NewString() + "/decision": "verdict=credit",
	} {
		if w := d.do(http.MethodPost, path, manager, form); w.Code != http.StatusNotFound {
			t.Errorf("%s: %d", path, w.Code)
		}
	}
}
