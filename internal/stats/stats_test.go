package stats_test

import (
	"context"
	"encoding/json"
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/google/uuid"

	"tributary/internal/attribution"
	"tributary/internal/stats"
	"tributary/internal/store/boltstore"
)

const account = attribution.DefaultAccount

var now = time.Date(2026, 11, 23, 10, 24, 0, 0, time.UTC)

func newStore(t testing.TB) *boltstore.Store {
	t.Helper()
	s, err := boltstore.Open(boltstore.Options{Dir: t.TempDir()})
	if err != nil {
		t.Fatalf("opening the store: %v", err)
	}
	t.Cleanup(func() {
		if err := s.Close(); err != nil {
			t.Errorf("closing the store: %v", err)
		}
	})
	return s
}

func byID(id string) attribution.Ref { return attribution.Ref{Kind: attribution.ByID, Value: id} }

func event(typ attribution.EventType, ref attribution.Ref, at time.Time, who string) attribution.Event {
	touch := attribution.Touch{Ref: ref, At: at}
	e := attribution.Event{
		ID: uuid.Must(uuid.NewV7()), Type: typ, At: at, Received: at, Site: "st_test", Via: attribution.ViaForm,
		First: touch, Latest: touch, Visitor: uuid.NewSHA1(uuid.Nil, []byte(who)),
	}
	if typ == attribution.OptedIn {
		copy(e.Person[:], who+"................")
		e.Sealed = []byte("sealed")
	}
	return e
}

func ingest(t *testing.T, s *boltstore.Store, events ...attribution.Event) {
	t.Helper()
	if _, err := s.Ingest(t.Context(), account, attribution.DefaultPolicy, events); err != nil {
		t.Fatalf("ingesting: %v", err)
	}
}

func mustRange(t *testing.T, from, to, tz string) stats.Range {
	t.Helper()
	r, err := stats.ParseRange(from, to, tz, now)
	if err != nil {
		t.Fatalf("range %q to %q in %q: %v", from, to, tz, err)
	}
	return r
}

func read(t *testing.T, s *boltstore.Store, ref attribution.Ref, r stats.Range) stats.Report {
	t.Helper()
	report, err := stats.Read(t.Context(), s, account, ref, r)
	if err != nil {
		t.Fatalf("reading: %v", err)
	}
	return report
}

func TestReportIsTheContract(t *testing.T) {
	s := newStore(t)
	ingest(t, s,
		event(attribution.Clicked, byID("7"), now, "ann"),
		event(attribution.Clicked, byID("7"), now, "ann"),
		event(attribution.OptedIn, byID("7"), now, "ann"),
		event(attribution.Clicked, byID("8"), now, "bob"))

	got, err := json.Marshal(read(t, s, byID("7"), mustRange(t, "2026-11-22", "2026-11-23", "")))
	if err != nil {
		t.Fatal(err)
	}
	want := `{"affiliate":"7","from":"2026-11-22T00:00:00Z","to":"2026-11-24T00:00:00Z",` +
		`"clicks":2,"unique_clicks":1,"optins":1,"people":1,"referrals":0,"by_day":[` +
		`{"day":"2026-11-22","clicks":0,"unique_clicks":0,"optins":0,"people":0,"referrals":0},` +
		`{"day":"2026-11-23","clicks":2,"unique_clicks":1,"optins":1,"people":1,"referrals":0}]}`
	if string(got) != want {
		t.Errorf("got  %s\nwant %s", got, want)
	}
}

func TestReportOfTheAccountNamesNobody(t *testing.T) {
	s := newStore(t)
	ingest(t, s, event(attribution.Clicked, byID("7"), now, "ann"), event(attribution.Clicked, byID("8"), now, "bob"))
	report := read(t, s, attribution.Ref{}, mustRange(t, "", "", ""))
	if report.Clicks != 2 {
		t.Errorf("the account has %d clicks, want 2", report.Clicks)
	}
	if text, _ := json.Marshal(report); strings.Contains(string(text), "affiliate") {
		t.Errorf("the account's report names an affiliate: %s", text)
	}
}

func TestAdjoiningRangesAddUp(t *testing.T) {
	s := newStore(t)
	for i := range 48 {
		ingest(t, s, event(attribution.Clicked, byID("7"), now.Add(-time.Duration(i)*time.Hour), "ann"))
	}
	left := read(t, s, byID("7"), mustRange(t, "2026-11-20T00:00:00Z", "2026-11-22T13:00:00Z", ""))
	right := read(t, s, byID("7"), mustRange(t, "2026-11-22T13:00:00Z", "2026-11-24T00:00:00Z", ""))
	if sum := left.Add(right.Tally); sum.Clicks != 48 || sum.UniqueClicks != 1 {
		t.Errorf("both halves add up to %+v, want 48 clicks of 1 visitor", sum)
	}
}

func TestDaysFollowTheTimeZone(t *testing.T) {
	s := newStore(t)
	ingest(t, s, event(attribution.Clicked, byID("7"), time.Date(2026, 11, 22, 23, 30, 0, 0, time.UTC), "ann"))
	for zone, day := range map[string]string{"": "2026-11-22", "Europe/Vienna": "2026-11-23", "America/New_York": "2026-11-22", "Asia/Kolkata": "2026-11-23"} {
		for _, d := range read(t, s, byID("7"), mustRange(t, "2026-11-21", "2026-11-24", zone)).ByDay {
			if (d.Clicks == 1) != (d.Day == day) {
				t.Errorf("in %q %s has %d clicks, want them on %s", zone, d.Day, d.Clicks, day)
			}
		}
	}
}

func TestEveryDayIsThereOnce(t *testing.T) {
	s := newStore(t)
	// Days of 23 and 25 hours, a midnight that did not exist, and a zone that is half an hour off.
	for _, zone := range []string{"UTC", "Europe/Vienna", "America/Havana", "Africa/Cairo", "Asia/Kolkata", "Australia/Lord_Howe"} {
		days := read(t, s, byID("7"), mustRange(t, "2026-01-01", "2026-12-31", zone)).ByDay
		if len(days) != 365 || days[0].Day != "2026-01-01" || days[364].Day != "2026-12-31" {
			t.Errorf("%s: %d days from %s to %s", zone, len(days), days[0].Day, days[len(days)-1].Day)
		}
	}
}

// In Cairo and Havana summer time starts at midnight, so that this midnight does not exist; in Havana it also ends so
// that another comes twice.
func TestDaysWithoutAMidnight(t *testing.T) {
	s := newStore(t)
	for _, c := range []struct {
		zone, day string
		hours     attribution.Hour
	}{
		{"Africa/Cairo", "2026-04-24", 23}, {"America/Havana", "2026-03-08", 23}, {"America/Havana", "2026-11-01", 25},
		{"Europe/Vienna", "2026-10-25", 25}, {"Europe/Vienna", "2026-03-29", 23}, {"Asia/Kolkata", "2026-03-08", 24},
	} {
		r := mustRange(t, c.day, c.day, c.zone)
		if r.To-r.From != c.hours {
			t.Errorf("%s in %s has %d hours, want %d", c.day, c.zone, r.To-r.From, c.hours)
		}
		if days := read(t, s, byID("7"), r).ByDay; len(days) != 1 || days[0].Day != c.day {
			t.Errorf("%s in %s reads as %v", c.day, c.zone, days)
		}
	}
}

func TestParseRange(t *testing.T) {
	for _, c := range []struct{ name, from, to, tz, wantFrom, wantTo string }{
		{"default", "", "", "", "2026-10-25T00:00:00Z", "2026-11-24T00:00:00Z"},
		{"one day", "2026-11-01", "2026-11-01", "", "2026-11-01T00:00:00Z", "2026-11-02T00:00:00Z"},
		{"from only", "2026-11-20", "", "", "2026-11-20T00:00:00Z", "2026-11-24T00:00:00Z"},
		{"to only", "", "2026-10-31", "", "2026-10-02T00:00:00Z", "2026-11-01T00:00:00Z"},
		{"times take in their hours", "2026-11-23T10:24:05Z", "2026-11-23T10:30:00Z", "", "2026-11-23T10:00:00Z", "2026-11-23T11:00:00Z"},
		{"whole hours stay", "2026-11-23T10:00:00Z", "2026-11-23T11:00:00Z", "", "2026-11-23T10:00:00Z", "2026-11-23T11:00:00Z"},
		{"an offset", "2026-11-23T01:00:00+01:00", "2026-11-23T02:00:00+01:00", "", "2026-11-23T00:00:00Z", "2026-11-23T01:00:00Z"},
		{"a zone", "2026-11-01", "2026-11-01", "America/New_York", "2026-11-01T04:00:00Z", "2026-11-02T05:00:00Z"},
		{"400 days", "2025-10-20", "2026-11-23", "", "2025-10-20T00:00:00Z", "2026-11-24T00:00:00Z"},
	} {
		t.Run(c.name, func(t *testing.T) {
			r := mustRange(t, c.from, c.to, c.tz)
			from, to := r.From.Time().Format(time.RFC3339), r.To.Time().Format(time.RFC3339)
			if from != c.wantFrom || to != c.wantTo {
				t.Errorf("got %s to %s, want %s to %s", from, to, c.wantFrom, c.wantTo)
			}
		})
	}
}

func TestBadRangeSaysWhatToWrite(t *testing.T) {
	for _, c := range []struct{ name, from, to, tz, field, says string }{
		{"no date", "yesterday", "", "", "from", "2026-11-01T08:00:00Z"},
		{"no such day", "", "2026-02-30", "", "to", "2026-11-01"},
		{"an American date", "11/01/2026", "", "", "from", "2026-11-01"},
		{"a time without a zone", "2026-11-01T08:00:00", "", "", "from", "2026-11-01T08:00:00Z"},
		{"backwards", "2026-11-02", "2026-11-01", "", "from", "before to"},
		{"empty", "2026-11-02T10:00:00Z", "2026-11-02T10:00:00Z", "", "from", "before to"},
		{"from the future", "2026-12-24", "", "", "from", "before to"},
		{"too long", "2025-10-19", "2026-11-23", "", "to", "400 days"},
		{"no such zone", "", "", "Europe/Atlantis", "tz", "Europe/Vienna"},
		{"the server's own zone", "", "", "Local", "tz", "Europe/Vienna"},
		{"a path for a zone", "", "", "../../etc/passwd", "tz", "Europe/Vienna"},
	} {
		t.Run(c.name, func(t *testing.T) {
			_, err := stats.ParseRange(c.from, c.to, c.tz, now)
			var bad *stats.BadRange
			if !errors.As(err, &bad) {
				t.Fatalf("got %v, want a BadRange", err)
			}
			if bad.Field != c.field || !strings.Contains(bad.Problem, c.says) {
				t.Errorf("got %v, want it to name %s and say %q", err, c.field, c.says)
			}
		})
	}
}

func TestLastDays(t *testing.T) {
	r := stats.LastDays(30, now, time.UTC)
	if want := mustRange(t, "", "", ""); r.From != want.From || r.To != want.To {
		t.Errorf("got %+v, want %+v", r, want)
	}
}

func TestAdjoiningCalendarDays(t *testing.T) {
	day := func(text string) time.Time {
		at, err := time.Parse(time.DateOnly, text)
		if err != nil {
			t.Fatal(err)
		}
		return at
	}
	vienna, err := time.LoadLocation("Europe/Vienna")
	if err != nil {
		t.Fatal(err)
	}
	for _, zone := range []*time.Location{time.UTC, vienna} {
		r := stats.Between(day("2026-10-20"), day("2026-10-29"), zone) // with the end of summer time
		if want := mustRange(t, "2026-10-20", "2026-10-29", zone.String()); r.From != want.From || r.To != want.To || r.Days() != 10 {
			t.Errorf("%s: %d days, %+v, want %+v", zone, r.Days(), r, want)
		}
		if before := r.Before(); before.To != r.From || before.Days() != 10 || !before.First().Equal(day("2026-10-10")) || !before.Last().Equal(day("2026-10-19")) {
			t.Errorf("%s: before is %s to %s, %d days", zone, before.First(), before.Last(), before.Days())
		}
	}
}

func TestABreakdownAddsUpToTheTotal(t *testing.T) {
	s := newStore(t)
	from := func(campaign string, typ attribution.EventType, at time.Time, who string) {
		e := event(typ, byID("7"), at, who)
		e.UTM.Campaign = campaign
		ingest(t, s, e)
	}
	from("spring", attribution.Clicked, now, "ann")
	from("", attribution.Clicked, now, "bob")
	from("", attribution.OptedIn, now, "bob")
	from("fall", attribution.OptedIn, now, "cyd")
	from("spring", attribution.Clicked, now.Add(-48*time.Hour), "dan")
	b, err := stats.ReadBreakdown(context.Background(), s, "main", byID("7"), attribution.ByCampaign, mustRange(t, "2026-11-22", "2026-11-23", ""))
	if err != nil {
		t.Fatal(err)
	}
	got, err := json.Marshal(b)
	want := `{"by":"campaign","from":"2026-11-22T00:00:00Z","to":"2026-11-24T00:00:00Z","values":[` +
		`{"value":"fall","clicks":0,"optins":1,"referrals":0},{"value":"spring","clicks":1,"optins":0,"referrals":0}],` +
		`"other":{"clicks":0,"optins":0,"referrals":0},"none":{"clicks":1,"optins":1,"referrals":0}}`
	if err != nil || string(got) != want {
		t.Errorf("got  %s\nwant %s", got, want)
	}
	// In Vienna the day begins in the last hour of the day before: that day is broken down as a whole.
	b, err = stats.ReadBreakdown(context.Background(), s, "main", byID("7"), attribution.ByCampaign, mustRange(t, "2026-11-22", "2026-11-23", "Europe/Vienna"))
	if err != nil || b.None != (attribution.Part{Clicks: 1, OptIns: 1}) || len(b.Values) != 2 || b.Values[1].Clicks != 2 {
		t.Errorf("in Vienna: %+v, %v", b, err)
	}
	none, err := stats.ReadBreakdown(context.Background(), s, "main", byID("8"), attribution.ByPage, mustRange(t, "", "", ""))
	if text, _ := json.Marshal(none.Values); err != nil || string(text) != "[]" {
		t.Errorf("of nothing: %s, %v", text, err)
	}
}
