package admin_test

import (
	"context"
	"fmt"
	"html"
	"maps"
	"net/http"
	"net/netip"
	"net/url"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/uuid"

	"tributary/internal/attribution"
	"tributary/internal/auth"
	"tributary/internal/connect"
	"tributary/internal/doctor"
	"tributary/internal/store"
	"tributary/internal/webhooks"
)

// stored is what the records say: reasons and steps are kept in English, for all readers the same, and codes and names are no language.
func (d *desk) stored() []string {
	d.t.Helper()
	ctx, all := context.Background(), []string{"Maria Example", "signup", "spring", "utm_campaign", "one house", "id:", "code:", "credit:", "another was first"}
	page, err := d.OptIns(ctx, account, store.Query{Limit: 100})
	if err != nil {
		d.t.Fatal(err)
	}
	for _, o := range page.OptIns {
		all = append(all, o.Reason)
		for _, s := range o.Trace {
			all = append(all, s.Step, facts.ReplaceAllString(s.Detail, " "))
		}
		for _, f := range o.Flags {
			all = append(all, f.Reason)
		}
	}
	events, err := d.Log(ctx, account, idOf(d.now.Add(time.Hour)), 100)
	if err != nil {
		d.t.Fatal(err)
	}
	for _, e := range events {
		all = append(all, e.Reason, e.Ignored, e.Note)
	}
	kept, err := d.Quarantines(ctx, uuid.Nil, 100)
	if err != nil {
		d.t.Fatal(err)
	}
	for _, q := range kept {
		all = append(all, q.Reason, q.Code)
	}
	jobs, err := d.ListJobs(ctx, account, store.JobQuery{State: store.Parked, Limit: 100})
	if err != nil {
		d.t.Fatal(err)
	}
	for _, j := range jobs.Jobs {
		all = append(all, j.Reason, j.Code)
	}
	all = slices.DeleteFunc(all, func(s string) bool { return s == "" })
	slices.SortFunc(all, func(a, b string) int { return len(b) - len(a) }) // one may stand in another
	return all
}

// TestWhatCameInIsWholeInASecondLanguageBeforeAnything: the pages without a record, and asked for what cannot be.
func TestWhatCameInIsWholeInASecondLanguageBeforeAnything(t *testing.T) {
	d := inBrackets(t)
	manager, none := d.as(auth.Manager), uuid.NewString()
	wholeIn(t, d, manager, []string{
		"/admin/events", "/admin/events?type=click", "/admin/events?type=none", "/admin/events?disposition=none", "/admin/events?affiliate=a%20b", "/admin/events/" + none,
		"/admin/optins", "/admin/optins?status=held", "/admin/optins?status=none", "/admin/optins?email=half%40an", "/admin/optins?affiliate=a%20b", "/admin/optins?from=today", "/admin/optins?to=today",
		"/admin/review", "/admin/review?at=" + url.QueryEscape("mi9xjz40_"+none),
		"/admin/outbox", "/admin/outbox?state=ready", "/admin/outbox?code=gave_up", "/admin/outbox?kind=none", "/admin/outbox?affiliate=a%20b", "/admin/outbox?done=35", "/admin/outbox?done=35&on=x", "/admin/outbox?done=retried",
		"/admin/quarantine", "/admin/quarantine?cursor=" + none, "/admin/quarantine?done=taken", "/admin/quarantine?done=deleted", "/admin/quarantine/" + none,
		"/admin/why", "/admin/why?q=ann%40example.com", "/admin/why?q=ann%40example.com&deep=1", "/admin/why?q=half%40an", "/admin/why?q=" + none, "/admin/why?q=maria", "/admin/why?q=77", "/admin/why?q=77&deep=1", "/admin/why?q=555&deep=1",
		"/admin/people", "/admin/people?email=nobody%40example.com", "/admin/people?email=half",
	})
	whole(t, "an erasure without a sure word", d.read(http.MethodPost, "/admin/people/erase", manager, "email=ann@example.com"))
}

// TestWhatCameInIsWholeInASecondLanguage: the same pages, full.
func TestWhatCameInIsWholeInASecondLanguage(t *testing.T) {
	d := inBrackets(t)
	manager, viewer := d.as(auth.Manager), d.as(auth.Viewer)
	d.know(attribution.Affiliate{ID: "42", Name: "Maria Example", Code: "maria"}, attribution.Affiliate{ID: "44", Status: "INACTIVE"}, attribution.Affiliate{ID: "45", Gone: d.now})
	paths := []string{
		"/admin/events", "/admin/events?affiliate=42", "/admin/optins", "/admin/optins?flagged=1", "/admin/review", "/admin/outbox", "/admin/outbox?state=ready", "/admin/quarantine",
		"/admin/why?q=ann%40example.com", "/admin/why?q=42", "/admin/why?q=43", "/admin/why?q=44", "/admin/why?q=45", "/admin/why?q=maria", "/admin/why?q=nobody",
	}
	paths = append(paths, d.someOfEach()...)
	d.pause = connect.Pause{Reason: "another was first", Since: d.now, Next: d.now}
	wholeIn(t, d, manager, paths, d.stored()...)
	wholeIn(t, d, viewer, []string{"/admin/optins", paths[len(paths)-1], "/admin/review", "/admin/outbox", "/admin/quarantine", "/admin/why?q=ann%40example.com"}, d.stored()...)
	wholeIn(t, d, manager, []string{"/admin/people?email=ann%40example.com"}, d.stored()...)
	whole(t, "an erasure", d.read(http.MethodPost, "/admin/people/erase", manager, "email=ann@example.com&sure=yes"))
}

// someOfEach takes in what each page can show, and names the pages of single records, that of an opt-in last.
func (d *desk) someOfEach() (paths []string) {
	d.t.Helper()
	credited := arrival("bob@example.com", "43", d.now.Add(-50*time.Hour))
	credited.Latest.At = credited.At.Add(-10 * time.Second)
	credited.Via = attribution.ViaHook
	d.take(credited)
	d.hold(store.Settlement{State: store.Done, Status: attribution.Credited, ContactID: "77", ReferralID: "9"})
	early := arrival("ann@example.com", "42", d.now.Add(-2*time.Hour))
	early.UTM, early.Referrer, early.Note = attribution.UTM{Campaign: "spring"}, "https://blog.example.com/", "the clock was off"
	early.First.At = early.At.Add(-100 * time.Hour)
	again := arrival("ann@example.com", "42", early.At.Add(time.Second))
	test := arrival("test@example.com", "42", d.now.Add(-time.Minute))
	test.Test = true
	nobodys := arrival("cleo@example.com", "", d.now.Add(-time.Hour))
	nobodys.First, nobodys.Latest, nobodys.URL = attribution.Touch{}, attribution.Touch{}, ""
	ignored := attribution.Event{ID: idOf(d.now), Type: attribution.Clicked, At: d.now, Received: d.now, Visitor: idOf(d.now), Ignored: "a crawler"}
	click := attribution.Event{ID: idOf(d.now), Type: attribution.Clicked, At: d.now, Received: d.now, URL: "https://www.example.com/webinar", Visitor: idOf(d.now), First: early.First, Latest: early.Latest}
	out := d.take(early, again, nobodys, ignored, click, test)
	d.hold(suspicious)
	for _, e := range []attribution.Event{credited, early, again, nobodys, ignored, click, test} {
		paths = append(paths, "/admin/events/"+e.ID.String(), "/admin/why?q="+e.ID.String())
	}
	for _, code := range []string{"good", "forbidden_origin", "too_large"} {
		q := d.keep(code, `{"email":"ann@example.com"}`)
		paths = append(paths, "/admin/quarantine/"+q.ID.String(), "/admin/why?q="+q.ID.String())
	}
	d.take(arrival("fresh@example.com", "42", d.now.Add(-30*time.Minute)), arrival("dora@example.com", "44", d.now.Add(-time.Second)))
	paths = append(paths, "/admin/optins/"+d.look(credited.ID).ID.String(), "/admin/why?q="+early.Visitor.String(), "/admin/why?q=77", "/admin/why?q=ann%40example.com&deep=1", "/admin/optins/"+out[2].OptIn.String())
	return append(paths, "/admin/optins/"+out[0].OptIn.String())
}

// TestLongListsAreWholeInASecondLanguage: lists of several pages, the queue, and what only some records have.
func TestLongListsAreWholeInASecondLanguage(t *testing.T) {
	d := inBrackets(t)
	manager, viewer := d.as(auth.Manager), d.as(auth.Viewer)
	for range 51 {
		q := d.keep("good", "x")
		q.ID, q.Origin, q.Site = idOf(d.now), "", ""
		if err := d.Quarantine(t.Context(), q); err != nil {
			t.Fatal(err)
		}
	}
	var many []attribution.Event
	for i := range 60 {
		e := arrival(fmt.Sprintf("p%d@example.com", i), "42", d.now.Add(-time.Hour))
		e.Latest.Ref = attribution.Ref{Kind: attribution.ByCode, Value: "maria"}
		e.Signals.Network = attribution.NetworkKey{1}
		many = append(many, e)
	}
	many[59].Signals.Network = attribution.NetworkKey{2}
	out := d.take(many...)
	d.hold(suspicious)
	lists := []string{"/admin/events", "/admin/optins", "/admin/review", "/admin/outbox", "/admin/outbox?code=suspicious", "/admin/quarantine", "/admin/optins/" + out[0].OptIn.String(), "/admin/optins/" + out[59].OptIn.String()}
	for _, path := range lists[:6] {
		page := d.get(path, manager)
		if at := regexp.MustCompile(`href="([^"]+(?:cursor|at)=[^"]+)"`).FindStringSubmatch(page); at != nil {
			lists = append(lists, html.UnescapeString(at[1]))
		}
	}
	if len(lists) != 14 {
		t.Fatalf("not each list goes on: %s", lists)
	}
	wholeIn(t, d, manager, lists, d.stored()...)
	wholeIn(t, d, viewer, lists, d.stored()...)
}

// TestWhatHooksKeptIsToldInASecondLanguage: payloads in every state that name somebody.
func TestWhatHooksKeptIsToldInASecondLanguage(t *testing.T) {
	d := inBrackets(t)
	manager := d.as(auth.Manager)
	d.read(http.MethodPost, "/admin/hooks", manager, "name=Form+tool")
	all, err := d.hooks.List(t.Context(), "", 100)
	if err != nil || len(all) != 1 {
		t.Fatalf("%v, %v", all, err)
	}
	for _, body := range []string{`{"note":"write to ann@example.com"}`, `{"email":"ann@example.com"}`} {
		if _, err := d.hooks.Take(t.Context(), all[0], "application/json", []byte(body)); err != nil {
			t.Fatal(err)
		}
	}
	if err := d.hooks.Refuse(t.Context(), all[0], "text/plain", []byte("ann@example.com"), "not yours"); err != nil {
		t.Fatal(err)
	}
	page := d.read(http.MethodGet, "/admin/why?q=ann%40example.com&deep=1", manager, "").Body.String()
	has(t, page, "⟦A payload of a hook⟧", "⟦A hook brought this address.⟧", "⟦taken⟧", "⟦waiting⟧", "⟦refused⟧")
}

// TestDecisionsAreToldInASecondLanguage: what stands above the queue and on the card once somebody has decided.
func TestDecisionsAreToldInASecondLanguage(t *testing.T) {
	d := inBrackets(t)
	manager := d.as(auth.Manager)
	first, second := d.held("ann@example.com"), d.held("bob@example.com")
	wholeIn(t, d, manager, []string{d.say(manager, first.ID, "credit", "one house"), d.say(manager, second.ID, "refuse", "")}, d.stored()...)
	wholeIn(t, d, manager, []string{"/admin/optins/" + first.ID.String(), "/admin/optins/" + second.ID.String() + "?done=refuse", "/admin/optins/" + first.ID.String() + "?done=late", "/admin/review?done=hold", "/admin/optins/" + first.ID.String() + "?done=retried"}, d.stored()...)
}

// TestAPageThatIsCheckedIsToldInASecondLanguage: all but the findings of the doctor, which the command says in the same words.
func TestAPageThatIsCheckedIsToldInASecondLanguage(t *testing.T) {
	d := inBrackets(t)
	manager := d.as(auth.Manager)
	at, _, _ := strings.Cut(d.post("/admin/sites", manager, url.Values{"name": {"Shop"}, "origins": {"https://shop.example.com"}}), "?")
	check := func(page string, wants ...string) {
		t.Helper()
		has(t, d.read(http.MethodPost, at+"/check", manager, url.Values{"page": {page}}.Encode()).Body.String(), wants...)
	}
	d.examined = doctor.Report{URL: "https://shop.example.com/", Findings: []doctor.Finding{{Level: doctor.Problem, Text: "a"}, {Level: doctor.OK, Text: "b"}, {Level: doctor.Notice, Text: "c"}}}
	check("https://shop.example.com/", "⟦Problem⟧", "⟦Well⟧", "⟦Note⟧")
	check("nonsense", "⟦It must be the address of a page, such as https://www.example.com/webinar.⟧")
	d.refused = &webhooks.Inside{Address: netip.MustParseAddr("10.1.2.3"), What: "a private network"}
	check("https://inside.example.com/", "⟦The address leads to a private network, where this collector does not go")
	for range 8 {
		check("https://inside.example.com/")
	}
	check("https://inside.example.com/", "⟦Too many pages were looked at just now")
}

// TestArrivalsAreToldInASecondLanguage: what a page that waits for the first visit says of what came.
func TestArrivalsAreToldInASecondLanguage(t *testing.T) {
	d := inBrackets(t)
	owner := d.as(auth.Owner)
	site := d.addSite(owner, "example.com")
	d.know(attribution.Affiliate{ID: "42", Name: "Maria Example"})
	touch, nobody := attribution.Touch{Ref: byID("42"), At: d.now}, attribution.Touch{}
	kinds := map[string]attribution.Event{
		"⟦A visit with affiliate 42 (Maria Example)⟧": {Type: attribution.Clicked, Latest: touch}, "⟦A visit without an affiliate⟧": {Type: attribution.Clicked, Latest: nobody},
		"⟦A test visit with affiliate 42 (Maria Example)⟧":    {Type: attribution.Clicked, Latest: touch, Test: true},
		"⟦A test opt-in with affiliate ⟦99 (not known yet)⟧⟧": {Type: attribution.OptedIn, Latest: attribution.Touch{Ref: byID("99"), At: d.now}, Test: true},
	}
	for _, e := range kinds {
		e.ID, e.At, e.Received, e.Site, e.Visitor, e.URL = idOf(d.now), d.now, d.now, site, uuid.New(), "https://example.com/"
		e.First = e.Latest
		d.take(e)
	}
	d.refuse(site, "https://other.example", "forbidden_origin", time.Second)
	d.refuse("", "null", "unknown_site", time.Hour)
	page := d.read(http.MethodGet, "/admin/start/visit?done=allowed", owner, "").Body.String()
	has(t, page, slices.Collect(maps.Keys(kinds))...)
	has(t, page, "⟦The tag was loaded from another address", "⟦If these are pages of yours", "⟦Something that was not taken⟧", "⟦The address is added.", "⟦See the first visit⟧")
}
