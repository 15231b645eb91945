package admin_test

import (
	"context"
	"net/url"
	"strings"
	"testing"
	"time"

	"tributary/internal/attribution"
	"tributary/internal/auth"
	"tributary/internal/store"
)

func TestWhateverSomebodyHasInHandIsExplained(t *testing.T) {
	d := newDesk(t)
	o := d.held("ann@example.com")
	d.take(arrival("bob@example.com", "43", d.now.Add(-time.Hour)))
	jobs, err := d.Claim(context.Background(), d.now, 10, time.Minute)
	if err != nil {
		t.Fatal(err)
	}
	for _, j := range jobs {
		if j.Kind == store.CreditJob {
			if err := d.Advance(context.Background(), j, d.now, store.Settlement{State: store.Done, Status: attribution.Credited, ContactID: "77", ReferralID: "9"}); err != nil {
				t.Fatal(err)
			}
		}
	}
	nobody := arrival("cleo@example.com", "", d.now.Add(-time.Hour))
	nobody.First, nobody.Latest = attribution.Touch{}, attribution.Touch{}
	d.take(nobody)
	ignored := attribution.Event{ID: idOf(d.now), Type: attribution.Clicked, At: d.now, Received: d.now, Visitor: idOf(d.now), Ignored: "a crawler"}
	d.take(ignored)
	q := d.keep("forbidden_origin", `{"email":"lost@example.com"}`)
	if err := d.PutAffiliate(context.Background(), account, attribution.Affiliate{ID: "42", Name: "Maria Example", Code: "maria"}, d.now); err != nil {
		t.Fatal(err)
	}
	manager := d.as(auth.Manager)
	for asked, want := range map[string]string{
		"ann@example.com":                      "It waits for a person: the e-mail is the affiliate&#39;s own. It was flagged",
		" Ann@Example.com ":                    "It waits for a person",
		o.ID.String():                          "It waits for a person",
		"bob@example.com":                      "referral 9 stands in Keap at contact 77",
		"cleo@example.com":                     "No affiliate earns it: no affiliate was named",
		"lost@example.com":                     "It could not be taken: not yours. The page is not among the origins",
		q.ID.String():                          "In the quarantine",
		ignored.ID.String():                    "It is kept and counts nowhere: a crawler",
		o.Visitor.String():                     "It made a new opt-in",
		"42":                                   "Maria Example",
		"maria":                                "Maria Example",
		"code:maria":                           "Maria Example",
		"43":                                   "no affiliate of Keap has that",
		"77":                                   "referral 9 stands in Keap",
		"555":                                  "Nothing here knows it",
		"nobody@example.com":                   "Does it stand on the very page with the form",
		"half@an":                              "only whole addresses can be looked for",
		"01890000-0000-7000-8000-000000000000": "Looked through: opt-ins, events and the quarantine, by their ids",
		"?!":                                   "Nothing here knows it",
	} {
		if page := d.get("/admin/why?q="+url.QueryEscape(asked), manager); !strings.Contains(page, want) {
			t.Errorf("%q is not explained by %q: %s", asked, want, page[strings.Index(page, "<main"):])
		}
	}
	if page := d.get("/admin/why?q=555&deep=1", manager); !strings.Contains(page, "It waits for a person") || !strings.Contains(page, "Keap, for the contact") {
		t.Errorf("a contact that Keap knows: %s", page)
	}
	if page := d.get("/admin/why?q=lost%40example.com&deep=1", manager); !strings.Contains(page, "all of the quarantine") || strings.Contains(page, "everything that is kept") {
		t.Errorf("everything kept: %s", page)
	}
	if page := d.get("/admin/why", manager); strings.Contains(page, "Nothing here knows it") {
		t.Errorf("before a question: %s", page)
	}
}

func TestOneEventIsShownWithEverything(t *testing.T) {
	d := newDesk(t)
	e := arrival("ann@example.com", "42", d.now.Add(-time.Hour))
	e.UTM, e.Referrer, e.Note = attribution.UTM{Campaign: "spring"}, "https://blog.example.com/", "the clock was off"
	id := d.take(e)[0].OptIn
	again := arrival("ann@example.com", "42", d.now.Add(-time.Hour).Add(time.Second))
	d.take(again)
	manager := d.as(auth.Manager)
	page := d.get("/admin/events/"+e.ID.String(), manager)
	for _, want := range []string{"ann@example.com", "spring", "https://blog.example.com/", "the clock was off", "60 s before", "the form on the page", "/admin/optins/" + id.String()} {
		if !strings.Contains(page, want) {
			t.Errorf("the event lacks %q", want)
		}
	}
	if page := d.get("/admin/events/"+again.ID.String(), manager); !strings.Contains(page, "was merged into that one") {
		t.Errorf("one that was merged: %s", page)
	}
	page = d.get("/admin/optins/"+id.String(), manager)
	for _, want := range []string{e.ID.String(), again.ID.String(), "arrived again"} {
		if !strings.Contains(page, want) {
			t.Errorf("the opt-in lacks %q", want)
		}
	}
}
