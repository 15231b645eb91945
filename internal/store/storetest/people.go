package storetest

import (
	"testing"
	"time"

	"github.com/google/uuid"

	"tributary/internal/attribution"
	"tributary/internal/store"
)

func (b *bench) export(who string) store.Exported {
	b.t.Helper()
	out, err := b.Export(ctx, account, person(who))
	if err != nil {
		b.t.Fatalf("exporting %s: %v", who, err)
	}
	return out
}

func (b *bench) erase(who string) store.Erasure {
	b.t.Helper()
	out, err := b.Erase(ctx, account, person(who), noon)
	if err != nil {
		b.t.Fatalf("erasing %s: %v", who, err)
	}
	return out
}

var peopleTests = map[string]func(*testing.T, *bench){
	"an export holds a person's opt-ins and their visitors' clicks, and nobody else's": func(t *testing.T, b *bench) {
		o := optIn(byID("7"), "ann", noon)
		again := optIn(byID("7"), "ann", noon.Add(time.Minute))
		own, other := click(byID("7"), o.Visitor, noon.Add(-time.Hour)), click(byID("7"), newID(noon), noon)
		b.ingest(own, other, o, again, optIn(byID("7"), "bob", noon))
		got := b.export("ann")
		if len(got.OptIns) != 1 || got.OptIns[0].ID != o.ID || string(got.OptIns[0].Sealed) != "sealed ann" {
			t.Errorf("opt-ins %+v", got.OptIns)
		}
		held := map[uuid.UUID]bool{}
		for _, e := range got.Events {
			held[e.ID] = true
		}
		if len(held) != 3 || !held[o.ID] || !held[again.ID] || !held[own.ID] {
			t.Errorf("events %v", held)
		}
		if none := b.export("nobody"); len(none.OptIns)+len(none.Events) != 0 {
			t.Errorf("of nobody: %+v", none)
		}
	},
	"an erased person is nobody, and stays counted": func(t *testing.T, b *bench) {
		first, merged, late := optIn(byID("7"), "ann", noon), optIn(byID("7"), "ann", noon.Add(time.Minute)), optIn(byID("8"), "ann", noon.Add(48*time.Hour))
		crawled := optIn(byID("7"), "ann", noon)
		crawled.Ignored = "a crawler"
		b.ingest(click(byID("7"), first.Visitor, noon), first, merged, crawled, optIn(byID("7"), "bob", noon))
		b.advance(b.creditOf(first.ID), store.Settlement{State: store.Done, Status: attribution.Credited, ContactID: "55", ReferralID: "66", Step: "credited", Detail: "contact 55"})
		b.ingest(late)
		before := b.total(attribution.Ref{})
		if got := b.erase("ann"); got != (store.Erasure{OptIns: 2, Events: 4, Jobs: 1}) {
			t.Errorf("erased %+v", got)
		}
		b.wantTotal(attribution.Ref{}, before)
		b.wantTotal(byID("7"), attribution.Tally{Clicks: 1, UniqueClicks: 1, OptIns: 2, People: 2, Referrals: 1})
		for _, id := range []uuid.UUID{first.ID, late.ID} {
			o := b.getOptIn(id)
			if o.Status != attribution.Erased || o.Person == person("ann") || o.Sealed != nil || o.Visitor != uuid.Nil || o.ContactID+o.ReferralID+o.Reason != "" || len(o.Trace) != 1 {
				t.Errorf("opt-in %+v", o)
			}
		}
		if got := b.export("ann"); len(got.OptIns)+len(got.Events) != 0 {
			t.Errorf("still held: %+v", got)
		}
		if rows := b.optIns(store.Query{Status: attribution.Erased}); len(rows) != 2 {
			t.Errorf("%d rows are listed as erased", len(rows))
		}
		log, err := b.Log(ctx, account, uuid.Nil, 100)
		if err != nil {
			t.Fatal(err)
		}
		for _, e := range log {
			if string(e.Sealed) == "sealed ann" || e.Type == attribution.OptedIn && e.Visitor == first.Visitor {
				t.Errorf("the log still holds %+v", e)
			}
		}
		if bob := b.export("bob"); len(bob.OptIns) != 1 || string(bob.OptIns[0].Sealed) != "sealed bob" {
			t.Errorf("somebody else was erased: %+v", bob)
		}
		b.reopen()
	},
	"the jobs of an erased person are cancelled, also the one in hand": func(t *testing.T, b *bench) {
		o := optIn(byID("7"), "ann", noon)
		b.ingest(o)
		inHand := b.creditOf(o.ID)
		b.erase("ann")
		if err := b.Advance(ctx, inHand, noon, store.Settlement{State: store.Sending, Intended: noon, ContactID: "55"}); err == nil {
			t.Error("the worker may still write")
		}
		if jobs, err := b.Jobs(ctx, account, "", "", 10); err != nil || len(jobs) != 1 { // the look-up of affiliate 7
			t.Errorf("jobs %+v, %v", jobs, err)
		}
	},
	"an erased person's event that is sent again is a duplicate, and a new one is a new person's": func(t *testing.T, b *bench) {
		o := optIn(byID("7"), "ann", noon)
		b.ingest(o)
		b.erase("ann")
		if out := b.ingest(o)[0]; out.Disposition != store.Duplicate {
			t.Errorf("sent again: %+v", out)
		}
		if out := b.ingest(optIn(attribution.Ref{}, "ann", noon.Add(time.Minute)))[0]; out.Disposition != store.Accepted || !b.getOptIn(out.OptIn).Ref.IsZero() {
			t.Errorf("back again: %+v", out)
		}
		b.wantTotal(attribution.Ref{}, attribution.Tally{OptIns: 2, People: 2})
	},
	"what an erased person brought by code becomes the affiliate's all the same": func(t *testing.T, b *bench) {
		b.ingest(optIn(byCode("maple"), "ann", noon), optIn(byID("7"), "ann", noon.Add(48*time.Hour)))
		b.erase("ann")
		b.putAffiliate(attribution.Affiliate{ID: "7", Code: "maple"})
		b.wantTotal(byID("7"), attribution.Tally{OptIns: 2, People: 1})
	},
	"an arrival that names an erased opt-in does not bring it back": func(t *testing.T, b *bench) {
		o := optIn(attribution.Ref{}, "ann", noon)
		b.ingest(o)
		b.erase("ann")
		late := optIn(byID("7"), "ann", noon.Add(time.Minute))
		late.Joins, late.Person, late.Sealed = o.ID, attribution.PersonKey{}, nil
		b.ingest(late)
		if got := b.getOptIn(o.ID); got.Status != attribution.Erased || !got.Ref.IsZero() || len(got.Trace) != 1 {
			t.Errorf("opt-in %+v", got)
		}
	},
	"nobody is erased without fault": func(t *testing.T, b *bench) {
		if got := b.erase("nobody"); got != (store.Erasure{}) {
			t.Errorf("erased %+v", got)
		}
	},
}

// creditOf claims everything due and returns the job of one opt-in.
func (b *bench) creditOf(id uuid.UUID) store.Job {
	b.t.Helper()
	for _, j := range b.claim(noon.Add(time.Minute), 100) {
		if j.Subject == id.String() {
			return j
		}
	}
	b.t.Fatalf("no job credits opt-in %s", id)
	return store.Job{}
}
