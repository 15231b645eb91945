package storetest

import (
	"errors"
	"testing"
	"time"

	"github.com/google/uuid"

	"tributary/internal/attribution"
	"tributary/internal/store"
)

// credit settles an opt-in's job as credited, with what follows.
func (b *bench) credit(now time.Time, then ...store.Following) (optIn string) {
	b.t.Helper()
	j := b.claimCredit(now)
	b.advance(j, store.Settlement{State: store.Done, Status: attribution.Credited, ReferralID: "9", Step: "credited", Then: then})
	return j.Subject
}

// claimKind claims everything due and returns the jobs of a kind.
func (b *bench) claimKind(now time.Time, kind store.JobKind) (found []store.Job) {
	b.t.Helper()
	for _, j := range b.claim(now, 100) {
		if j.Kind == kind {
			found = append(found, j)
		}
	}
	return found
}

var followingTests = map[string]func(*testing.T, *bench){
	"what follows on a credit is in the same commit, and leaves its opt-in where it stands": func(t *testing.T, b *bench) {
		o := b.ingest(optIn(byID("7"), "ann", noon))[0].OptIn
		b.credit(noon.Add(time.Minute), store.Following{Kind: store.TagJob, Subject: o.String()})
		b.reopen()
		tags := b.claimKind(noon.Add(2*time.Minute), store.TagJob)
		if len(tags) != 1 || tags[0].Subject != o.String() {
			t.Fatalf("what followed: %+v", tags)
		}
		b.advance(tags[0], store.Settlement{State: store.Parked, Status: attribution.Failed, ReferralID: "10", Code: "gone", Reason: "the tag is gone", Step: "tag", Detail: "the tag is gone"})
		got := b.getOptIn(o)
		if last := got.Trace[len(got.Trace)-1]; got.Status != attribution.Credited || got.ReferralID != "9" || got.Reason != "" || last.Step != "tag" {
			t.Errorf("the opt-in became %+v", got)
		}
		if _, err := b.Retry(ctx, account, tags[0].ID, noon); err != nil {
			t.Fatal(err)
		}
		if got := b.getOptIn(o); got.Status != attribution.Credited {
			t.Errorf("after retry the opt-in is %s", got.Status)
		}
		b.wantTotal(byID("7"), attribution.Tally{OptIns: 1, People: 1, Referrals: 1})
	},
	"what follows is one job while it waits, and is done again where it was in hand": func(t *testing.T, b *bench) {
		totals := store.Following{Kind: store.TotalsJob, Subject: "7", After: time.Minute}
		for i, who := range []string{"ann", "bob", "cid"} {
			b.ingest(optIn(byID("7"), who, noon))
			b.credit(noon.Add(time.Duration(i+1)*time.Second), totals)
		}
		due := noon.Add(time.Minute) // advance plays at noon
		if early := b.claimKind(due.Add(-time.Second), store.TotalsJob); len(early) != 0 {
			t.Fatalf("before its time: %+v", early)
		}
		held := b.claimKind(due, store.TotalsJob)
		if len(held) != 1 || held[0].Again {
			t.Fatalf("%+v, want one", held)
		}
		b.ingest(optIn(byID("7"), "dan", noon))
		b.credit(due.Add(time.Second), totals)
		b.advance(held[0], store.Settlement{State: store.Done})
		next := b.claimKind(noon.Add(time.Hour), store.TotalsJob)
		if len(next) != 1 || !next[0].Created.Equal(noon) {
			t.Fatalf("wanted once more while in hand: %+v", next)
		}
		b.advance(next[0], store.Settlement{State: store.Done})
		if left := b.claimKind(noon.Add(2*time.Hour), store.TotalsJob); len(left) != 0 {
			t.Errorf("done, and there again: %+v", left)
		}
	},
	"a job that follows on nothing is one job, however often it is asked for": func(t *testing.T, b *bench) {
		b.putAffiliate(attribution.Affiliate{ID: "8"})
		link := store.Following{Kind: store.LinkJob, Subject: "7", After: time.Minute}
		for range 3 {
			if err := b.Follow(ctx, account, noon, []store.Following{link, {Kind: store.LinkJob, Subject: "8"}}); err != nil {
				t.Fatal(err)
			}
		}
		b.reopen()
		page, err := b.ListJobs(ctx, account, store.JobQuery{State: store.Ready, Ref: byID("8"), Limit: 9})
		if err != nil || len(page.Jobs) != 1 || page.Jobs[0].Subject != "8" {
			t.Errorf("of affiliate 8: %+v, %v", page, err)
		}
		now := b.claimKind(noon, store.LinkJob)
		if len(now) != 1 || now[0].Subject != "8" {
			t.Fatalf("at once: %+v", now)
		}
		b.advance(now[0], store.Settlement{State: store.Done})
		later := b.claimKind(noon.Add(time.Minute), store.LinkJob)
		if len(later) != 1 || later[0].Subject != "7" {
			t.Fatalf("a minute later: %+v", later)
		}
		if err := b.Follow(ctx, account, noon, []store.Following{link}); err != nil {
			t.Fatal(err)
		}
		b.advance(later[0], store.Settlement{State: store.Done})
		if again := b.claimKind(noon.Add(time.Hour), store.LinkJob); len(again) != 1 || again[0].Subject != "7" {
			t.Errorf("asked for while it was in hand: %+v", again)
		}
	},
	"what follows on an opt-in goes with its person": func(t *testing.T, b *bench) {
		o := b.ingest(optIn(byID("7"), "ann", noon))[0].OptIn
		var then []store.Following
		for _, kind := range store.AfterJobs {
			then = append(then, store.Following{Kind: kind, Subject: o.String()})
		}
		b.credit(noon.Add(time.Minute), then...)
		held := b.claimKind(noon.Add(2*time.Minute), store.TagJob)
		if got := b.erase("ann"); got.Jobs != len(store.AfterJobs) {
			t.Errorf("%d jobs were cancelled", got.Jobs)
		}
		if err := b.Advance(ctx, held[0], noon, store.Settlement{State: store.Done, Step: "tag", Detail: "contact 55"}); !errors.Is(err, store.ErrStale) {
			t.Errorf("the one in hand: %v", err)
		}
		if got := b.getOptIn(o); len(got.Trace) != 1 {
			t.Errorf("the erased opt-in has the trace %+v", got.Trace)
		}
	},
	"an opt-in keeps the campaign that its first arrival names": func(t *testing.T, b *bench) {
		first := optIn(byID("7"), "ann", noon)
		first.Referrer = "https://blog.example.com/"
		second := optIn(byID("7"), "ann", noon.Add(time.Hour))
		second.UTM = attribution.UTM{Source: "newsletter", Content: "Ünïcode"}
		third := optIn(byID("7"), "ann", noon.Add(2*time.Hour))
		third.UTM = attribution.UTM{Source: "later"}
		var o uuid.UUID
		for _, e := range []attribution.Event{first, second, third} {
			o = b.ingest(e)[0].OptIn
		}
		b.reopen()
		if got := b.getOptIn(o); got.UTM != second.UTM || got.Referrer != first.Referrer {
			t.Errorf("utm %+v, referrer %q", got.UTM, got.Referrer)
		}
	},
	"opt-ins parked for an inactive affiliate go on when it is active": func(t *testing.T, b *bench) {
		b.putAffiliate(attribution.Affiliate{ID: "7", Status: "INACTIVE"})
		o := b.ingest(optIn(byID("7"), "ann", noon))[0].OptIn
		b.advance(b.claimCredit(noon.Add(time.Minute)), store.Settlement{State: store.Parked, Code: store.InactiveAffiliate, Reason: "inactive", Status: attribution.Held})
		b.putAffiliate(attribution.Affiliate{ID: "7", Status: "INACTIVE", Name: "renamed"})
		b.putAffiliate(attribution.Affiliate{ID: "7", Status: "ACTIVE", Gone: noon})
		if got := b.getOptIn(o); got.Status != attribution.Held {
			t.Fatalf("woken before its time: %s", got.Status)
		}
		b.putAffiliate(attribution.Affiliate{ID: "7", Status: "ACTIVE"})
		if got := b.getOptIn(o); got.Status != attribution.Received {
			t.Errorf("the opt-in is %s", got.Status)
		}
		if a, err := b.Affiliate(ctx, account, byID("7")); err != nil || !a.Gone.IsZero() {
			t.Errorf("%+v, %v", a, err)
		}
	},
}
