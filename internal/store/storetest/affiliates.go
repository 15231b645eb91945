package storetest

import (
	"errors"
	"testing"
	"time"

	"tributary/internal/attribution"
	"tributary/internal/store"
)

func (b *bench) putAffiliate(a attribution.Affiliate) {
	b.t.Helper()
	if err := b.PutAffiliate(ctx, account, a, noon); err != nil {
		b.t.Fatalf("saving affiliate %s: %v", a.ID, err)
	}
}

var affiliateTests = map[string]func(*testing.T, *bench){
	"an affiliate is found by id and by code": func(t *testing.T, b *bench) {
		if _, err := b.Affiliate(ctx, account, byID("7")); !errors.Is(err, store.ErrNotFound) {
			t.Errorf("before: %v", err)
		}
		b.putAffiliate(attribution.Affiliate{ID: "7", Code: "00123", Name: "Ann Example"})
		for _, r := range []attribution.Ref{byID("7"), byCode("00123")} {
			if a, err := b.Affiliate(ctx, account, r); err != nil || a.Name != "Ann Example" {
				t.Errorf("%s: %+v, %v", r, a, err)
			}
		}
		for _, r := range []attribution.Ref{byCode("123"), byCode("7"), byID("00123")} {
			if _, err := b.Affiliate(ctx, account, r); !errors.Is(err, store.ErrNotFound) {
				t.Errorf("%s: %v", r, err)
			}
		}
	},
	"what came by code before the affiliate was known is the affiliate's, each once": func(t *testing.T, b *bench) {
		both, codeOnly := newID(noon), newID(noon)
		b.ingest(
			click(byCode("maple"), both, noon), click(byID("7"), both, noon.Add(time.Hour)), click(byCode("maple"), codeOnly, noon),
			optIn(byCode("maple"), "ann", noon), optIn(byID("7"), "ann", noon.Add(48*time.Hour)), optIn(byCode("maple"), "bob", noon),
			optIn(byCode("maple"), "bob", noon.Add(72*time.Hour)))
		b.putAffiliate(attribution.Affiliate{ID: "7", Code: "maple"})
		want := attribution.Tally{Clicks: 3, UniqueClicks: 2, OptIns: 4, People: 2}
		b.wantTotal(byID("7"), want)
		b.wantTotal(byCode("maple"), want) // the code answers for its affiliate
		if all := b.optIns(store.Query{Ref: byID("7")}); len(all) != 4 {
			t.Errorf("%d opt-ins are listed, want 4", len(all))
		}
		b.ingest(click(byCode("maple"), both, noon.Add(2*time.Hour)))
		want.Clicks++
		b.wantTotal(byID("7"), want)
		b.putAffiliate(attribution.Affiliate{ID: "7", Code: "maple", Name: "again"})
		b.wantTotal(byID("7"), want)
	},
	"a code that passes to another affiliate takes nothing along": func(t *testing.T, b *bench) {
		b.ingest(click(byCode("maple"), newID(noon), noon))
		b.putAffiliate(attribution.Affiliate{ID: "7", Code: "maple"})
		b.ingest(click(byCode("maple"), newID(noon), noon))
		b.putAffiliate(attribution.Affiliate{ID: "8", Code: "maple"})
		b.ingest(click(byCode("maple"), newID(noon), noon))
		b.wantTotal(byID("7"), attribution.Tally{Clicks: 2, UniqueClicks: 2})
		b.wantTotal(byID("8"), attribution.Tally{Clicks: 1, UniqueClicks: 1})
	},
	"another spelling of a code is the affiliate's, until somebody has that very code": func(t *testing.T, b *bench) {
		b.ingest(click(byCode("MAPLE"), newID(noon), noon), optIn(byCode("MAPLE"), "ann", noon))
		seven := attribution.Affiliate{ID: "7", Code: "maple", Spellings: []string{"MAPLE"}}
		b.putAffiliate(seven)
		want := attribution.Tally{Clicks: 1, UniqueClicks: 1, OptIns: 1, People: 1}
		b.wantTotal(byID("7"), want)
		b.wantTotal(byCode("MAPLE"), want)
		b.putAffiliate(attribution.Affiliate{ID: "8", Code: "MAPLE"})
		b.putAffiliate(seven)
		b.ingest(click(byCode("MAPLE"), newID(noon), noon))
		b.wantTotal(byID("8"), attribution.Tally{Clicks: 1, UniqueClicks: 1})
		b.wantTotal(byID("7"), want)
	},
	"an affiliate is looked up on first sight, once": func(t *testing.T, b *bench) {
		b.putAffiliate(attribution.Affiliate{ID: "7", Code: "maple"})
		b.ingest(click(byID("7"), newID(noon), noon), click(byCode("maple"), newID(noon), noon))
		for range 3 {
			b.ingest(click(byID("8"), newID(noon), noon), click(byCode("oak"), newID(noon), noon))
		}
		jobs := b.claim(noon.Add(time.Hour), 10)
		if len(jobs) != 2 {
			t.Fatalf("%d look-ups, want those of 8 and oak: %+v", len(jobs), jobs)
		}
		for _, j := range jobs {
			if j.Subject != "id:8" && j.Subject != "code:oak" {
				t.Errorf("looked up %q", j.Subject)
			}
		}
	},
	"opt-ins parked for an unknown affiliate go on when it becomes known": func(t *testing.T, b *bench) {
		for _, ref := range []attribution.Ref{byID("7"), byCode("maple")} {
			o := b.ingest(optIn(ref, ref.String(), noon))[0].OptIn
			j := b.claimCredit(noon.Add(time.Minute))
			b.advance(j, store.Settlement{State: store.Parked, Code: store.UnknownAffiliate, Reason: "nobody", Status: attribution.Held})
			b.putAffiliate(attribution.Affiliate{ID: "7", Code: "maple"})
			if got := b.getOptIn(o); got.Status != attribution.Received || got.Ref != byID("7") {
				t.Errorf("%s: %s for %s", ref, got.Status, got.Ref)
			}
			b.advance(b.claimCredit(noon.Add(time.Hour)), store.Settlement{State: store.Done, Status: attribution.Credited})
		}
		b.wantTotal(byID("7"), attribution.Tally{OptIns: 2, People: 2, Referrals: 2})
	},
	"affiliates are listed in pages": func(t *testing.T, b *bench) {
		for _, id := range []string{"1", "10", "2", "9"} {
			b.putAffiliate(attribution.Affiliate{ID: id})
		}
		first, err := b.Affiliates(ctx, account, "", 3)
		if err != nil || len(first) != 3 || first[1].ID != "10" {
			t.Fatalf("first page %+v, %v", first, err)
		}
		if rest, err := b.Affiliates(ctx, account, first[2].ID, 3); err != nil || len(rest) != 1 || rest[0].ID != "9" {
			t.Errorf("second page %+v, %v", rest, err)
		}
	},
}
