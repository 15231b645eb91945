package storetest

import (
	"errors"
	"fmt"
	"testing"
	"time"

	"tributary/internal/attribution"
	"tributary/internal/store"
)

var outboxTests = map[string]func(*testing.T, *bench){
	"a claimed job is hidden until its lease ends": func(t *testing.T, b *bench) {
		b.ingest(optIn(byID("7"), "ann", noon))
		start := noon.Add(time.Minute)
		first := b.claim(start, 10)
		if len(first) != 2 { // the opt-in's, and the look-up of the affiliate
			t.Fatalf("%d jobs, want 2", len(first))
		}
		if again := b.claim(start.Add(59*time.Second), 10); len(again) != 0 {
			t.Errorf("claimed twice within the lease: %+v", again)
		}
		later := b.claim(start.Add(61*time.Second), 10)
		if len(later) != 2 || later[0].Epoch != first[0].Epoch+1 {
			t.Errorf("after the lease: %+v", later)
		}
	},
	"a stale claim settles nothing": func(t *testing.T, b *bench) {
		o := b.ingest(optIn(byID("7"), "ann", noon))[0].OptIn
		old := b.claimCredit(noon.Add(time.Minute))
		now := b.claimCredit(noon.Add(10 * time.Minute))
		done := store.Settlement{State: store.Done, Status: attribution.Credited, ReferralID: "1"}
		if err := b.Advance(ctx, old, noon, done); !errors.Is(err, store.ErrStale) {
			t.Errorf("a stale claim: %v", err)
		}
		if got := b.getOptIn(o); got.Status != attribution.Received {
			t.Errorf("a stale claim left the opt-in %s", got.Status)
		}
		b.advance(now, done)
		if err := b.Advance(ctx, now, noon, done); !errors.Is(err, store.ErrStale) {
			t.Errorf("settling a job that is done: %v", err)
		}
		b.wantTotal(byID("7"), attribution.Tally{OptIns: 1, People: 1, Referrals: 1})
	},
	"settling a job tells its opt-in": func(t *testing.T, b *bench) {
		o := b.ingest(optIn(byID("7"), "ann", noon))[0].OptIn
		j := b.claimCredit(noon.Add(time.Minute))
		b.advance(j, store.Settlement{State: store.Ready, Due: noon.Add(time.Hour), Attempt: 1, Status: attribution.Waiting, Reason: "no contact yet", Step: "waiting", Detail: "for the contact"})
		got := b.getOptIn(o)
		if got.Status != attribution.Waiting || got.Reason != "no contact yet" || got.Trace[len(got.Trace)-1].Detail != "for the contact" {
			t.Errorf("waiting: %+v", got)
		}
		if early := b.claim(noon.Add(59*time.Minute), 10); len(early) != 0 && early[0].Kind == store.CreditJob {
			t.Errorf("due before its time: %+v", early)
		}
		j = b.claimCredit(noon.Add(time.Hour))
		if j.Attempt != 1 {
			t.Errorf("attempt %d, want 1", j.Attempt)
		}
		b.advance(j, store.Settlement{State: store.Sending, Due: noon.Add(2 * time.Hour), Intended: noon, ContactID: "55"})
		b.reopen()
		j = b.claimCredit(noon.Add(2 * time.Hour))
		if j.State != store.Sending || !j.Intended.Equal(noon) {
			t.Errorf("the intent did not last: %+v", j)
		}
		b.advance(j, store.Settlement{State: store.Done, Status: attribution.Credited, ReferralID: "9"})
		got = b.getOptIn(o)
		if got.Status != attribution.Credited || got.ContactID != "55" || got.ReferralID != "9" || got.Reason != "" {
			t.Errorf("credited: %+v", got)
		}
		if listed := b.optIns(store.Query{Status: attribution.Credited}); len(listed) != 1 {
			t.Errorf("%d credited opt-ins are listed", len(listed))
		}
	},
	"a parked job waits for a person": func(t *testing.T, b *bench) {
		o := b.ingest(optIn(byID("7"), "ann", noon))[0].OptIn
		j := b.claimCredit(noon.Add(time.Minute))
		b.advance(j, store.Settlement{State: store.Parked, Reason: "Keap says no", Status: attribution.Refused})
		for _, due := range b.claim(noon.Add(1000*time.Hour), 10) {
			if due.Kind == store.CreditJob {
				t.Fatal("a parked job is due")
			}
		}
		if parked, err := b.Jobs(ctx, account, store.Parked, "", 10); err != nil || len(parked) != 1 || parked[0].Reason != "Keap says no" {
			t.Errorf("parked jobs %+v, %v", parked, err)
		}
		if again, err := b.Retry(ctx, account, j.ID, noon); err != nil || again.State != store.Ready {
			t.Errorf("retry: %+v, %v", again, err)
		}
		if got := b.getOptIn(o); got.Status != attribution.Received || got.Reason != "" {
			t.Errorf("after retry the opt-in is %s, %q", got.Status, got.Reason)
		}
		b.claimCredit(noon)
	},
	"retry of a job that is not there": func(t *testing.T, b *bench) {
		if _, err := b.Retry(ctx, account, "credit:none", noon); !errors.Is(err, store.ErrNotFound) {
			t.Errorf("got %v", err)
		}
	},
	"jobs come oldest first, and no more than asked for": func(t *testing.T, b *bench) {
		for i := range 20 {
			b.ingest(optIn(byID("7"), string(rune('a'+i)), noon.Add(-time.Duration(i)*time.Minute)))
		}
		jobs := b.claim(noon.Add(time.Hour), 5)
		if len(jobs) != 5 || jobs[0].Created.After(jobs[4].Created) {
			t.Errorf("%d jobs: %+v", len(jobs), jobs)
		}
	},
	"a fresh opt-in goes before a backlog, and the backlog still moves": func(t *testing.T, b *bench) {
		for i := range 40 {
			b.ingest(optIn(byID("7"), fmt.Sprint("old", i), noon.Add(-time.Hour)))
		}
		for _, j := range b.claim(noon, 100) { // they were put off many times, and are all due again
			b.advance(j, store.Settlement{State: store.Ready, Due: noon.Add(time.Minute), Attempt: 9})
		}
		b.reopen()
		for i := range 9 {
			b.ingest(optIn(byID("7"), fmt.Sprint("new", i), noon.Add(time.Hour)))
		}
		fresh, old := 0, 0
		for range 12 { // one by one, as a busy outbox asks
			j := b.claim(noon.Add(2*time.Hour), 1)[0]
			if j.IsFresh() {
				fresh++
			} else {
				old++
			}
		}
		if fresh != 9 || old != 3 {
			t.Errorf("of 12 jobs %d are fresh and %d old, want 9 and 3", fresh, old)
		}
		rest := b.claim(noon.Add(2*time.Hour), 100)
		if len(rest) != 41-3 {
			t.Errorf("%d jobs are left of the backlog, want 38", len(rest))
		}
	},
	"look-ups of affiliates delay no opt-in": func(t *testing.T, b *bench) {
		for i := range 20 {
			b.ingest(click(byCode(fmt.Sprint("madeup", i)), newID(noon), noon.Add(-time.Hour)))
		}
		b.ingest(optIn(byID("7"), "ann", noon))
		if j := b.claim(noon.Add(time.Minute), 1)[0]; j.Kind != store.CreditJob {
			t.Errorf("first comes %s", j.ID)
		}
	},
	"what is put off and comes back keeps its place in the schedule": func(t *testing.T, b *bench) {
		b.ingest(optIn(byID("7"), "ann", noon))
		for attempt := range 10 {
			at := noon.Add(time.Duration(attempt+1) * time.Hour)
			j := b.claimCredit(at)
			if j.Attempt != attempt || j.IsFresh() != (attempt < 4) {
				t.Errorf("attempt %d: %+v is fresh: %v", attempt, j, j.IsFresh())
			}
			b.advance(j, store.Settlement{State: store.Ready, Due: at.Add(time.Minute), Attempt: attempt + 1})
		}
	},
	"the usage counts jobs and tells the oldest that is due": func(t *testing.T, b *bench) {
		if u, err := b.Usage(ctx); err != nil || !u.OldestDue.IsZero() || u.Quarantined != 0 {
			t.Errorf("of an empty store: %+v, %v", u, err)
		}
		b.ingest(optIn(byID("7"), "ann", noon), optIn(byID("7"), "bob", noon.Add(-time.Hour)))
		b.advance(b.claim(noon.Add(time.Minute), 1)[0], store.Settlement{State: store.Parked, Reason: "why"})
		if err := b.Quarantine(ctx, store.Quarantined{ID: newID(noon), Received: noon, Code: "bad"}); err != nil {
			t.Fatal(err)
		}
		u, err := b.Usage(ctx)
		if err != nil || u.Jobs[store.Ready] != 2 || u.Jobs[store.Parked] != 1 || u.Quarantined != 1 || u.Bytes <= 0 {
			t.Errorf("usage %+v, %v", u, err)
		}
		if want := noon.Add(time.Second); !u.OldestDue.Equal(want) { // when the opt-in came
			t.Errorf("the oldest is due at %s, want %s", u.OldestDue, want)
		}
	},
	"jobs of a dead process come back when asked": func(t *testing.T, b *bench) {
		b.ingest(optIn(byID("7"), "ann", noon))
		b.claim(noon.Add(time.Minute), 10)
		b.reopen()
		back := noon.Add(70 * time.Second)
		if err := b.Orphan(ctx, func(store.Job) time.Time { return back }); err != nil {
			t.Fatal(err)
		}
		if jobs := b.claim(back.Add(-time.Second), 10); len(jobs) != 0 {
			t.Errorf("%d jobs before their time", len(jobs))
		}
		if jobs := b.claim(back, 10); len(jobs) != 2 {
			t.Errorf("%d jobs came back, want 2", len(jobs))
		}
	},
}
