package admin_test

import (
	"context"
	"encoding/csv"
	"fmt"
	"net/http"
	"net/url"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/google/uuid"

	"tributary/internal/admin"
	"tributary/internal/attribution"
	"tributary/internal/auth"
	"tributary/internal/people"
	"tributary/internal/store"
)

// incoming is what the desk's pages of what came in work with, in a test.
func (d *desk) incoming() admin.Incoming {
	clock := func() time.Time { return d.now }
	return admin.Incoming{
		People: &people.People{Store: d.Store, Sealer: plain{}, Hooks: d.hooks, Now: clock, Deliveries: func(context.Context) (int, error) { return 2, nil }},
		Retake: func(_ context.Context, q store.Quarantined, _ []byte) ([]store.Outcome, error) {
			if q.Code == "good" {
				return []store.Outcome{{Disposition: store.Accepted}}, nil
			}
			return nil, fmt.Errorf("still refused: %s", q.Reason)
		},
		ContactEmail: func(_ context.Context, id string) (string, error) {
			if id == "555" {
				return "ann@example.com", nil
			}
			return "", store.ErrNotFound
		},
	}
}

func idOf(at time.Time) (id uuid.UUID) {
	id = uuid.Must(uuid.NewV7())
	for i := range 6 {
		id[i] = byte(at.UnixMilli() >> (40 - 8*i))
	}
	return id
}

// arrival is an opt-in of somebody by an affiliate.
func arrival(email, affiliate string, at time.Time) attribution.Event {
	key, sealed, _ := plain{}.Seal(attribution.Person{Email: email})
	touch := attribution.Touch{Ref: byID(affiliate), At: at.Add(-time.Minute)}
	return attribution.Event{
		ID: idOf(at), Type: attribution.OptedIn, At: at, Received: at, Visitor: idOf(at), URL: "https://www.example.com/webinar", Site: "st_test",
		Person: key, Sealed: sealed, First: touch, Latest: touch, Via: attribution.ViaForm, Form: attribution.Form{ID: "signup"},
	}
}

func (d *desk) take(events ...attribution.Event) []store.Outcome {
	d.t.Helper()
	out, err := d.Ingest(context.Background(), account, attribution.DefaultPolicy, events)
	if err != nil {
		d.t.Fatal(err)
	}
	return out
}

// hold has every credit job that is due parked, as package credit does with what does not look right.
func (d *desk) hold(s store.Settlement) {
	d.t.Helper()
	jobs, err := d.Claim(context.Background(), d.now, 1000, time.Minute)
	if err != nil {
		d.t.Fatal(err)
	}
	for _, j := range jobs {
		if j.Kind != store.CreditJob {
			continue
		}
		if err := d.Advance(context.Background(), j, d.now, s); err != nil {
			d.t.Fatal(err)
		}
	}
}

var suspicious = store.Settlement{
	State: store.Parked, Code: "suspicious", Status: attribution.Held, Reason: "the e-mail is the affiliate's own", Step: "held", Detail: "the e-mail is the affiliate's own",
	Flags: []attribution.Flag{{Code: "self_referral", Reason: "the e-mail is the affiliate's own", Hold: true}},
}

// held is one opt-in that waits for a decision.
func (d *desk) held(email string) attribution.OptIn {
	d.t.Helper()
	id := d.take(arrival(email, "42", d.now.Add(-time.Hour)))[0].OptIn
	d.hold(suspicious)
	return d.look(id)
}

func (d *desk) look(id uuid.UUID) attribution.OptIn {
	d.t.Helper()
	o, err := d.OptIn(context.Background(), account, id)
	if err != nil {
		d.t.Fatal(err)
	}
	return o
}

func (d *desk) keep(code, body string) store.Quarantined {
	d.t.Helper()
	q := store.Quarantined{ID: idOf(d.now), Received: d.now, Site: "st_test", Origin: "https://other.example.com", Code: code, Reason: "not yours", Sealed: []byte(body)}
	if err := d.Quarantine(context.Background(), q); err != nil {
		d.t.Fatal(err)
	}
	return q
}

// incomingPages are the pages that show, each with what it needs.
func (d *desk) incomingPages() map[string]auth.Role {
	o, q := d.held("ann@example.com"), d.keep("good", `{"email":"ann@example.com"}`)
	return map[string]auth.Role{
		"/admin/optins": auth.Viewer, "/admin/optins.csv": auth.Viewer, "/admin/optins/" + o.ID.String(): auth.Viewer, "/admin/review": auth.Viewer,
		"/admin/events": auth.Viewer, "/admin/events/" + o.ID.String(): auth.Viewer, "/admin/why?q=ann%40example.com": auth.Viewer,
		"/admin/outbox": auth.Viewer, "/admin/outbox?state=ready": auth.Viewer, "/admin/quarantine": auth.Viewer,
		"/admin/quarantine/" + q.ID.String(): auth.Manager, "/admin/people": auth.Manager, "/admin/people?email=ann%40example.com": auth.Manager,
		"/admin/people/export?email=ann%40example.com": auth.Manager,
	}
}

func TestEachPageOfWhatCameInNeedsItsRole(t *testing.T) {
	d := newDesk(t)
	viewer, manager := d.as(auth.Viewer), d.as(auth.Manager)
	for path, needs := range d.incomingPages() {
		if w := d.do(http.MethodGet, path, nil, ""); w.Code != http.StatusUnauthorized {
			t.Errorf("%s for nobody: %d", path, w.Code)
		}
		want := http.StatusOK
		if needs == auth.Manager {
			want = http.StatusForbidden
		}
		if w := d.do(http.MethodGet, path, viewer, ""); w.Code != want {
			t.Errorf("%s for a viewer: %d, want %d", path, w.Code, want)
		}
		if w := d.do(http.MethodGet, path, manager, ""); w.Code != http.StatusOK {
			t.Errorf("%s for a manager: %d %s", path, w.Code, w.Body)
		}
	}
}

func TestAViewerChangesNothingOfWhatCameIn(t *testing.T) {
	d := newDesk(t)
	o, q := d.held("ann@example.com"), d.keep("good", "x")
	viewer := d.as(auth.Viewer)
	for path, form := range map[string]string{
		"/admin/optins/" + o.ID.String() + "/decision": "verdict=credit", "/admin/outbox/retry": "id=credit:" + o.ID.String(), "/admin/outbox/retry-all": "", "/admin/mails/retry": "id=x",
		"/admin/quarantine/" + q.ID.String() + "/retry": "", "/admin/quarantine/" + q.ID.String() + "/delete": "", "/admin/people/erase": "email=ann@example.com&sure=yes",
	} {
		if w := d.do(http.MethodPost, path, viewer, form); w.Code != http.StatusForbidden {
			t.Errorf("%s by a viewer: %d", path, w.Code)
		}
		if w := d.do(http.MethodPost, path, nil, form); w.Code != http.StatusUnauthorized {
			t.Errorf("%s by nobody: %d", path, w.Code)
		}
	}
	if again := d.look(o.ID); again.Status != attribution.Held || len(again.Trace) != len(o.Trace) {
		t.Errorf("it is %s now", again.Status)
	}
	if _, err := d.Quarantined(context.Background(), q.ID); err != nil {
		t.Error(err)
	}
}

func TestAViewerSeesAddressesInPart(t *testing.T) {
	d := newDesk(t)
	viewer, manager := d.as(auth.Viewer), d.as(auth.Manager)
	for path, needs := range d.incomingPages() {
		if needs != auth.Viewer || strings.HasPrefix(path, "/admin/why") {
			continue
		}
		if page := d.get(path, viewer); strings.Contains(page, "ann@example.com") {
			t.Errorf("%s shows a viewer the address", path)
		}
		if page := d.get(path, manager); !strings.Contains(path, "/events") && !strings.Contains(path, "ready") && !strings.Contains(path, "quarantine") && !strings.Contains(page, "ann@example.com") {
			t.Errorf("%s does not show a manager the address", path)
		}
	}
	page := strings.ReplaceAll(d.get("/admin/why?q=ann%40example.com", viewer), `value="ann@example.com"`, "")
	if strings.Contains(page, ">ann@example.com<") || !strings.Contains(page, "an•••@e•••.com") {
		t.Errorf("the explanation shows a viewer the address")
	}
}

// corpus is what people type where scripts could run.
var corpus = []string{
	`<script>alert(1)</script>`, `"><img src=x onerror=alert(1)>`, `'><svg/onload=alert(1)>`, `javascript:alert(1)`, `</title><script>alert(1)</script>`,
	`{{.}}`, `</textarea><script>alert(1)</script>`, "`${alert(1)}`", `&lt;script&gt;`, `<!--`, `" autofocus onfocus="alert(1)`,
}

var tag = regexp.MustCompile(`<(script|img|svg|iframe)[^>]*>`)

func TestNoPageRunsWhatSomebodyTyped(t *testing.T) {
	for _, evil := range corpus {
		d := newDesk(t)
		e := arrival("ann@example.com", "42", d.now.Add(-time.Hour))
		e.Person, e.Sealed, _ = plain{}.Seal(attribution.Person{Email: evil + "@example.com", FirstName: evil, LastName: evil, Phone: evil, IP: evil})
		e.URL, e.Referrer, e.Site, e.Note = "https://www.example.com/"+evil, evil, evil, evil
		e.Form, e.UTM = attribution.Form{ID: evil, Action: evil, Provider: evil}, attribution.UTM{Source: evil, Campaign: evil, Term: evil}
		id := d.take(e)[0].OptIn
		s := suspicious
		s.Code, s.Reason, s.Step, s.Detail, s.ContactID = evil, evil, evil, evil, evil
		s.Flags = []attribution.Flag{{Code: evil, Reason: evil, Hold: true}}
		d.hold(s)
		ignored := arrival("bob@example.com", "42", d.now)
		ignored.Ignored = evil
		d.take(ignored)
		if err := d.PutAffiliate(context.Background(), account, attribution.Affiliate{ID: "42", Name: evil, Code: "maria"}, d.now); err != nil {
			t.Fatal(err)
		}
		q := d.keep(evil, evil)
		owner := d.as(auth.Owner)
		asked := url.QueryEscape(evil)
		for _, path := range []string{
			"/admin/optins", "/admin/optins?affiliate=" + asked, "/admin/optins?site=" + asked, "/admin/optins/" + id.String(), "/admin/review",
			"/admin/events", "/admin/events/" + id.String(), "/admin/events/" + ignored.ID.String(), "/admin/why?q=" + asked, "/admin/why?q=42", "/admin/why?q=" + id.String(),
			"/admin/outbox", "/admin/outbox?code=" + asked, "/admin/quarantine", "/admin/quarantine/" + q.ID.String(), "/admin/people?email=" + asked,
			"/admin/optins?email=" + asked, "/admin/events?site=" + asked, "/admin/review?done=" + asked + "&id=" + asked,
		} {
			page := d.do(http.MethodGet, path, owner, "").Body.String()
			for _, found := range tag.FindAllString(page, -1) {
				if !strings.Contains(found, "/assets/") {
					t.Errorf("%s has %s", path, found)
				}
			}
			if strings.Contains(page, `" autofocus onfocus=`) || strings.Contains(page, `href="javascript:`) {
				t.Errorf("%s lets %q out of its attribute", path, evil)
			}
		}
	}
}

func TestTheCSVHoldsWhatTheFilterSelects(t *testing.T) {
	d := newDesk(t)
	events := make([]attribution.Event, 1200)
	for i := range events {
		e := arrival(fmt.Sprintf("p%d@example.com", i), "42", d.now.Add(-time.Duration(i)*time.Minute))
		if i%2 == 0 {
			e.Site = "st_other"
		}
		if i == 7 {
			e.Form.ID = "=HYPERLINK(\"https://evil.example.com\")"
		}
		events[i] = e
	}
	d.take(events...)
	w := d.do(http.MethodGet, "/admin/optins.csv?site=st_test", d.as(auth.Manager), "")
	rows, err := csv.NewReader(w.Body).ReadAll()
	if err != nil || len(rows) != 601 {
		t.Fatalf("%d rows, %v", len(rows), err)
	}
	if got := w.Header().Get("Content-Disposition"); got != `attachment; filename="optins-2026-11-23.csv"` {
		t.Errorf("disposition %s", got)
	}
	if len(rows[0]) != len(rows[1]) || rows[1][2] != "p1@example.com" || rows[1][3] != "42" || rows[4][7] != `'=HYPERLINK("https://evil.example.com")` {
		t.Errorf("rows %v, %v", rows[1], rows[4])
	}
	if page, err := d.audit.List(context.Background(), "", 10); err != nil || len(page.Entries) != 1 || page.Entries[0].Action != "optin.export" {
		t.Errorf("the audit log has %+v, %v", page, err)
	}
}
