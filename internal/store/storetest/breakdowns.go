package storetest

import (
	"fmt"
	"slices"
	"testing"
	"time"

	"github.com/google/uuid"

	"tributary/internal/attribution"
	"tributary/internal/store"
)

// breakdown is all that was counted for a reference by a dimension.
func (b *bench) breakdown(r attribution.Ref, by attribution.Dimension) attribution.Breakdown {
	b.t.Helper()
	day := attribution.DayOf(attribution.HourOf(noon))
	got, err := b.Breakdown(ctx, account, r, by, day-2000, day+2000)
	if err != nil {
		b.t.Fatalf("breakdown of %q by %s: %v", r, by, err)
	}
	return got
}

func (b *bench) wantParts(r attribution.Ref, by attribution.Dimension, want ...attribution.ValuePart) {
	b.t.Helper()
	if got := b.breakdown(r, by); !slices.Equal(got.Values, want) || got.Other != (attribution.Part{}) {
		b.t.Errorf("%q by %s is %+v, want %+v", r, by, got, want)
	}
}

func part(value string, clicks, optIns, referrals int64) attribution.ValuePart {
	return attribution.ValuePart{Value: value, Part: attribution.Part{Clicks: clicks, OptIns: optIns, Referrals: referrals}}
}

// from gives an event a page, a campaign and a sub-id.
func from(e attribution.Event, page, campaign, subID string) attribution.Event {
	e.URL, e.UTM = page, attribution.UTM{Campaign: campaign, Content: subID}
	return e
}

// brought is an opt-in on another page than the one that the visitor's click came in on.
func brought(click attribution.Event, who string, after time.Duration) attribution.Event {
	e := from(optIn(attribution.Ref{}, who, click.At.Add(after)), "https://www.example.com/form", "", "")
	e.Visitor, e.Latest, e.First = click.Visitor, click.Latest, click.First
	return e
}

const (
	pageA = "https://www.example.com/a"
	pageB = "https://www.example.com/b"
	form  = "https://www.example.com/form"
)

var breakdownTests = map[string]func(*testing.T, *bench){
	"clicks and opt-ins count by page, campaign and sub-id": func(t *testing.T, b *bench) {
		b.ingest(
			from(click(byID("7"), newID(noon), noon), pageA, "spring", "mail"),
			from(click(byID("7"), newID(noon), noon.Add(50*time.Hour)), pageA, "spring", "banner"),
			from(click(byID("7"), newID(noon), noon), pageB, "", ""),
			from(click(byID("8"), newID(noon), noon), pageB, "fall", ""),
			from(optIn(byID("7"), "ann", noon), pageB, "spring", "mail"),
			from(optIn(attribution.Ref{}, "bob", noon), pageB, "spring", "mail"))
		b.wantParts(byID("7"), attribution.ByPage, part(pageB, 1, 1, 0), part(pageA, 2, 0, 0))
		b.wantParts(byID("7"), attribution.ByCampaign, part("spring", 2, 1, 0))
		b.wantParts(byID("7"), attribution.BySubID, part("mail", 1, 1, 0), part("banner", 1, 0, 0))
		b.wantParts(byID("8"), attribution.ByCampaign, part("fall", 1, 0, 0))
		b.wantParts(byID("9"), attribution.ByPage)
		b.wantParts(attribution.Ref{}, attribution.ByPage)
	},
	"a breakdown includes its first day and not its last": func(t *testing.T, b *bench) {
		day := attribution.DayOf(attribution.HourOf(noon))
		for i := range 5 {
			at := (day + attribution.Day(i)).Time()
			b.ingest(from(click(byID("7"), newID(at), at), fmt.Sprint("https://www.example.com/", i), "", ""))
			b.ingest(from(click(byID("7"), newID(at), at.Add(24*time.Hour-time.Millisecond)), fmt.Sprint("https://www.example.com/", i), "", ""))
		}
		got, err := b.Breakdown(ctx, account, byID("7"), attribution.ByPage, day+1, day+3)
		want := []attribution.ValuePart{part("https://www.example.com/1", 2, 0, 0), part("https://www.example.com/2", 2, 0, 0)}
		if err != nil || !slices.Equal(got.Values, want) {
			t.Errorf("%+v, %v; want %+v", got, err, want)
		}
		if got, err := b.Breakdown(ctx, account, byID("7"), attribution.ByPage, day+3, day+1); err != nil || len(got.Values) > 0 {
			t.Errorf("backwards: %+v, %v", got, err)
		}
	},
	"an event that comes again, is ignored or is a test is in no breakdown": func(t *testing.T, b *bench) {
		c := click(byID("7"), newID(noon), noon)
		ignored, trial := click(byID("7"), newID(noon), noon), optIn(byID("7"), "ann", noon)
		ignored.Ignored, trial.Test = "a crawler", true
		b.ingest(c, c, ignored, trial)
		b.ingest(c)
		b.wantParts(byID("7"), attribution.ByCampaign, part("spring", 1, 0, 0))
		b.wantParts(byID("7"), attribution.ByPage, part("https://www.example.com/webinar", 1, 0, 0))
	},
	"what a vendor's frame carries is no campaign": func(t *testing.T, b *bench) {
		b.ingest(from(click(byID("7"), newID(noon), noon), "", "trb-id-7", "trb-code-maple-0198c0d2e7a07abc8def0123456789ab"),
			from(click(byID("7"), newID(noon), noon), "", "trb-ainers", ""))
		b.wantParts(byID("7"), attribution.ByCampaign, part("trb-ainers", 1, 0, 0))
		b.wantParts(byID("7"), attribution.BySubID)
	},
	"an opt-in counts for the landing of the click that brought it": func(t *testing.T, b *bench) {
		c := from(click(byID("7"), newID(noon), noon), pageA, "spring", "mail")
		other := from(click(byID("7"), newID(noon), noon.Add(time.Millisecond)), pageB, "fall", "")
		b.ingest(c, other, from(click(byID("8"), c.Visitor, noon), pageB, "fall", ""))
		b.ingest(brought(c, "ann", 10*24*time.Hour))
		b.wantParts(byID("7"), attribution.ByPage, part(pageA, 1, 1, 0), part(pageB, 1, 0, 0))
		b.wantParts(byID("7"), attribution.BySubID, part("mail", 1, 1, 0))
		stranger := brought(c, "bob", time.Hour)
		stranger.Visitor = newID(noon)
		b.ingest(stranger)
		b.wantParts(byID("7"), attribution.ByPage, part(pageA, 1, 1, 0), part(form, 0, 1, 0), part(pageB, 1, 0, 0))
	},
	"an opt-in by code finds the click that was counted under the id": func(t *testing.T, b *bench) {
		b.putAffiliate(attribution.Affiliate{ID: "7", Code: "maple"})
		c := from(click(byCode("maple"), newID(noon), noon), pageA, "spring", "")
		b.ingest(c, brought(c, "ann", time.Hour))
		b.wantParts(byID("7"), attribution.ByPage, part(pageA, 1, 1, 0))
	},
	"a hook and its page count for one landing": func(t *testing.T, b *bench) {
		c := from(click(byID("7"), newID(noon), noon), pageA, "spring", "")
		page := brought(c, "ann", time.Hour)
		b.ingest(c, hook(page.ID, "ann", page.At), page)
		b.wantParts(byID("7"), attribution.ByPage, part(pageA, 1, 1, 0))
		b.wantParts(byID("7"), attribution.ByCampaign, part("spring", 1, 1, 0))
	},
	"two records of one opt-in count once": func(t *testing.T, b *bench) {
		c := from(click(byID("7"), newID(noon), noon), pageA, "spring", "")
		page := nameless(brought(c, "ann", time.Hour))
		b.ingest(c, page)
		b.ingest(hook(uuid.Nil, "ann", page.At.Add(time.Second)))
		b.ingest(hook(page.ID, "ann", page.At.Add(2*time.Second)))
		b.wantParts(byID("7"), attribution.ByPage, part(pageA, 1, 1, 0))
		if all := b.optIns(store.Query{}); len(all) != 1 {
			t.Errorf("%d opt-ins", len(all))
		}
	},
	"credit is counted by landing, and taken back": func(t *testing.T, b *bench) {
		o := b.waiting("ann")
		page := "https://www.example.com/webinar"
		b.correct(true, store.Correction{Seen: o, Status: attribution.Credited, ContactID: "5", ReferralID: "50"})
		b.wantParts(byID("7"), attribution.ByPage, part(page, 0, 1, 1))
		b.ingest(imported(byID("7"), "60", noon)) // has no landing
		b.wantParts(byID("7"), attribution.ByPage, part(page, 0, 1, 1))
		b.correct(true, store.Correction{Seen: b.getOptIn(o.ID), Status: attribution.Received})
		b.wantParts(byID("7"), attribution.ByPage, part(page, 0, 1, 0))
		b.advance(b.claimCredit(noon.Add(time.Hour)), store.Settlement{State: store.Done, Status: attribution.Credited, ReferralID: "51"})
		b.wantParts(byID("7"), attribution.ByPage, part(page, 0, 1, 1))
	},
	"an erased opt-in stays counted by landing": func(t *testing.T, b *bench) {
		c := from(click(byID("7"), newID(noon), noon), pageA, "spring", "")
		b.ingest(c, brought(c, "ann", time.Hour))
		b.advance(b.claimCredit(noon.Add(2*time.Hour)), store.Settlement{State: store.Done, Status: attribution.Credited, ReferralID: "51"})
		if _, err := b.Erase(ctx, account, person("ann"), noon); err != nil {
			t.Fatal(err)
		}
		b.wantParts(byID("7"), attribution.ByPage, part(pageA, 1, 1, 1))
	},
	"what came by code is the affiliate's in every breakdown": func(t *testing.T, b *bench) {
		c := from(click(byCode("maple"), newID(noon), noon), pageA, "spring", "mail")
		b.ingest(c, brought(c, "ann", time.Hour), from(click(byID("7"), newID(noon), noon), pageA, "spring", ""))
		b.wantParts(byCode("maple"), attribution.ByPage, part(pageA, 1, 1, 0))
		b.putAffiliate(attribution.Affiliate{ID: "7", Code: "maple"})
		for _, r := range []attribution.Ref{byID("7"), byCode("maple")} {
			b.wantParts(r, attribution.ByPage, part(pageA, 2, 1, 0))
			b.wantParts(r, attribution.BySubID, part("mail", 1, 1, 0))
		}
		b.reopen()
		b.putAffiliate(attribution.Affiliate{ID: "7", Code: "maple"})
		b.wantParts(byID("7"), attribution.ByPage, part(pageA, 2, 1, 0))
	},
	"made-up campaigns are told apart up to a bound": func(t *testing.T, b *bench) {
		var batch []attribution.Event
		for i := range store.MaxValues + 30 {
			batch = append(batch, from(click(byCode("maple"), newID(noon), noon), pageA, fmt.Sprint("campaign ", i), ""))
		}
		for range 2 {
			for part := range slices.Chunk(batch, 50) {
				b.ingest(part...)
			}
			for i := range batch { // the same campaigns once more
				batch[i].ID = newID(noon)
			}
		}
		got := b.breakdown(byCode("maple"), attribution.ByCampaign)
		if len(got.Values) != store.MaxValues || got.Values[0].Clicks != 2 || got.Other != (attribution.Part{Clicks: 60}) {
			t.Errorf("%d values, other %+v", len(got.Values), got.Other)
		}
		b.wantParts(byCode("maple"), attribution.ByPage, part(pageA, int64(2*len(batch)), 0, 0))
		b.reopen()
		b.ingest(from(click(byID("7"), newID(noon), noon), pageA, fmt.Sprint("campaign ", store.MaxValues+5), ""))
		b.putAffiliate(attribution.Affiliate{ID: "7", Code: "maple"})
		got = b.breakdown(byID("7"), attribution.ByCampaign)
		sum := got.Other
		for _, v := range got.Values {
			sum = sum.Add(v.Part)
		}
		if len(got.Values) != store.MaxValues || sum.Clicks != int64(2*len(batch)+1) {
			t.Errorf("as the affiliate's: %d values, %+v in all", len(got.Values), sum)
		}
	},
	"an affiliate's version changes with what is theirs, and with nothing else": func(t *testing.T, b *bench) {
		b.putAffiliate(attribution.Affiliate{ID: "7", Code: "maple"})
		b.putAffiliate(attribution.Affiliate{ID: "8"})
		version := func(r attribution.Ref) string {
			v, err := b.Version(ctx, account, r)
			if err != nil {
				t.Fatal(err)
			}
			return v
		}
		before := version(byID("7"))
		changes := func(what string, want bool, do func()) {
			do()
			now := version(byID("7"))
			if (now != before) != want || now != version(byCode("maple")) || now != version(byID("7")) {
				t.Errorf("%s: from %s to %s, want a change: %v", what, before, now, want)
			}
			before = now
		}
		old := noon.AddDate(-1, 0, 0)
		changes("another's click", false, func() { b.ingest(click(byID("8"), newID(noon), noon)) })
		changes("a click", true, func() { b.ingest(click(byID("7"), newID(noon), noon)) })
		changes("an opt-in by code, of a year ago", true, func() { b.ingest(optIn(byCode("maple"), "ann", old)) })
		job := b.claimCredit(noon)
		all := version(attribution.Ref{})
		changes("another's opt-in", false, func() { b.ingest(optIn(byID("8"), "bob", old)) })
		if version(attribution.Ref{}) == all {
			t.Error("the account's version stays")
		}
		changes("a state without a count", true, func() {
			b.advance(job, store.Settlement{State: store.Ready, Due: noon, Status: attribution.Waiting})
		})
		changes("a merge", true, func() { b.ingest(hook(uuid.Nil, "ann", old)) })
	},
}
