package storetest

import (
	"errors"
	"fmt"
	"testing"
	"time"

	"github.com/google/uuid"

	"tributary/internal/attribution"
	"tributary/internal/store"
)

// backlog makes credit jobs: some parked for two reasons, some put off, some fresh; and the look-ups of two affiliates.
func (b *bench) backlog() {
	b.t.Helper()
	for i := range 30 {
		ref := byID("7")
		if i%2 == 1 {
			ref = byID("8")
		}
		e := optIn(ref, fmt.Sprint("p", i), noon.Add(time.Duration(i)*time.Minute))
		b.ingest(e)
	}
	for _, j := range b.claim(noon.Add(20*time.Minute+time.Second), 100) {
		if j.Kind != store.CreditJob {
			continue
		}
		s := store.Settlement{State: store.Parked, Code: "late", Status: attribution.Held}
		switch at := j.Created.Sub(noon) / time.Minute; {
		case at%5 == 0:
			s = store.Settlement{State: store.Ready, Due: noon.Add(time.Hour + at*time.Minute), Attempt: 9, Code: "paused"}
		case at%3 == 0:
			s.Code = "refused"
		}
		b.advance(j, s)
	}
}

func (b *bench) jobs(q store.JobQuery) (all []store.Job) {
	b.t.Helper()
	for range 1000 {
		page, err := b.ListJobs(ctx, account, q)
		if err != nil {
			b.t.Fatalf("listing jobs: %v", err)
		}
		if all = append(all, page.Jobs...); page.Next == "" {
			return all
		}
		q.Cursor = page.Next
	}
	b.t.Fatal("the list of jobs has no end")
	return nil
}

// wantWorklist holds the counts against a recount.
func (b *bench) wantWorklist() (w store.Worklist) {
	b.t.Helper()
	w, err := b.Worklist(ctx, account)
	if err != nil {
		b.t.Fatal(err)
	}
	all, err := b.Jobs(ctx, account, "", "", 1000)
	if err != nil {
		b.t.Fatal(err)
	}
	want := map[store.Standing]int{}
	for _, j := range all {
		want[store.Standing{Kind: j.Kind, State: j.State, Code: j.Code}]++
	}
	for _, s := range w.Standings {
		n := s.Jobs
		s.Jobs = 0
		if want[s] != n {
			b.t.Errorf("%+v has %d jobs, a recount gives %d", s, n, want[s])
		}
		delete(want, s)
	}
	if len(want) > 0 {
		b.t.Errorf("not counted: %v", want)
	}
	return w
}

var worklistTests = map[string]func(*testing.T, *bench){
	"jobs are counted as they stand": func(t *testing.T, b *bench) {
		b.backlog()
		before := b.wantWorklist()
		if len(before.Standings) < 4 || !before.OldestDue.After(noon) {
			t.Errorf("%+v", before)
		}
		b.reopen()
		if after := b.wantWorklist(); len(after.Standings) != len(before.Standings) {
			t.Errorf("after a restart: %+v", after)
		}
	},
	"jobs are listed by what they stand for, in pages": func(t *testing.T, b *bench) {
		b.backlog()
		for _, limit := range []int{1, 4, 100} {
			parked := b.jobs(store.JobQuery{State: store.Parked, Limit: limit})
			open := b.jobs(store.JobQuery{State: store.Ready, Limit: limit})
			if len(parked) != 16 || len(open) != 16 { // of 21 due ones 5 were put off; 9 are fresh, 2 look-ups
				t.Errorf("%d parked and %d open by %d", len(parked), len(open), limit)
			}
			for i := 1; i < len(parked); i++ {
				if parked[i].Created.After(parked[i-1].Created) {
					t.Errorf("parked ones are not latest first: %v after %v", parked[i].Created, parked[i-1].Created)
				}
			}
			for i := 1; i < len(open); i++ {
				if open[i].Due.Before(open[i-1].Due) {
					t.Errorf("open ones are not soonest first")
				}
			}
		}
		for want, q := range map[int]store.JobQuery{
			5:  {State: store.Parked, Code: "refused"}, // 3, 6, 9, 12, 18
			11: {State: store.Parked, Code: "late"},
			0:  {State: store.Ready, Code: "late"},
			1:  {State: store.Ready, Code: "paused", From: noon.Add(4 * time.Minute), To: noon.Add(6 * time.Minute)},
			2:  {State: store.Ready, Kind: store.AffiliateJob},
			8:  {State: store.Parked, Ref: byID("8")},
			4:  {State: store.Parked, From: noon.Add(10 * time.Minute), To: noon.Add(15 * time.Minute)},
		} {
			q.Limit = 3
			if got := b.jobs(q); len(got) != want {
				t.Errorf("%+v: %d jobs, want %d", q, len(got), want)
			}
		}
		if _, err := b.ListJobs(ctx, account, store.JobQuery{State: store.Parked, Cursor: "nonsense", Limit: 1}); !errors.Is(err, store.ErrNotFound) {
			t.Errorf("a made-up cursor: %v", err)
		}
	},
	"many are retried step by step": func(t *testing.T, b *bench) {
		b.backlog()
		q, total := store.JobQuery{State: store.Parked, Code: "late", Limit: 4}, 0
		for range 10 {
			done, err := b.RetryMany(ctx, account, q, noon.Add(time.Hour))
			if err != nil || done.Jobs > 4 {
				t.Fatalf("%+v, %v", done, err)
			}
			total += done.Jobs
			if q.Cursor = done.Next; q.Cursor == "" {
				break
			}
		}
		if left := b.jobs(store.JobQuery{State: store.Parked, Limit: 100}); total != 11 || len(left) != 5 {
			t.Errorf("%d retried, %d left", total, len(left))
		}
		if held := b.optIns(store.Query{Status: attribution.Held}); len(held) != 5 {
			t.Errorf("%d opt-ins are still held", len(held))
		}
		b.wantWorklist()
	},
	"one job is found by its id, until it is done": func(t *testing.T, b *bench) {
		b.ingest(optIn(byID("7"), "ann", noon))
		j := b.claimCredit(noon.Add(time.Minute))
		if got, err := b.Job(ctx, account, j.ID); err != nil || got.ID != j.ID || got.Epoch != j.Epoch {
			t.Errorf("%+v, %v", got, err)
		}
		b.advance(j, store.Settlement{State: store.Done, Status: attribution.Credited, ReferralID: "1"})
		if _, err := b.Job(ctx, account, j.ID); !errors.Is(err, store.ErrNotFound) {
			t.Errorf("one that is done: %v", err)
		}
	},
	"an account without anything has no outbox": func(t *testing.T, b *bench) {
		if w := b.wantWorklist(); len(w.Standings) != 0 || !w.OldestDue.IsZero() {
			t.Errorf("%+v", w)
		}
		if got := b.jobs(store.JobQuery{State: store.Parked, Limit: 1}); len(got) != 0 {
			t.Errorf("%+v", got)
		}
	},
	"one event is found by its id": func(t *testing.T, b *bench) {
		e := click(byID("7"), uuid.New(), noon)
		b.ingest(e)
		if got, err := b.Event(ctx, account, e.ID); err != nil || got.ID != e.ID || got.Latest.Ref != byID("7") || got.Disposition != store.Accepted {
			t.Errorf("%+v, %v", got, err)
		}
		if _, err := b.Event(ctx, account, uuid.New()); !errors.Is(err, store.ErrNotFound) {
			t.Errorf("one that is not there: %v", err)
		}
	},
	"a visitor's clicks are known by affiliate": func(t *testing.T, b *bench) {
		ann := uuid.New()
		b.ingest(click(byCode("maria"), ann, noon), click(byID("9"), uuid.New(), noon))
		if err := b.PutAffiliate(ctx, account, attribution.Affiliate{ID: "7", Code: "maria"}, noon); err != nil {
			t.Fatal(err)
		}
		for ref, want := range map[attribution.Ref]bool{byID("7"): true, byCode("maria"): true, byID("9"): false, byID("404"): false} {
			if got, err := b.HasClicked(ctx, account, ann, ref); err != nil || got != want {
				t.Errorf("%s: %v, %v", ref, got, err)
			}
		}
	},
	"opt-ins are counted by network": func(t *testing.T, b *bench) {
		home, other := attribution.NetworkKey{1}, attribution.NetworkKey{2}
		for i := range 5 {
			e := optIn(byID("7"), fmt.Sprint("p", i), noon)
			e.Signals.Network = home
			b.ingest(e, e)
		}
		for _, c := range []struct {
			key        attribution.NetworkKey
			most, want int
		}{{home, 10, 5}, {home, 3, 3}, {other, 10, 0}, {attribution.NetworkKey{}, 10, 0}} {
			if n, err := b.FromNetwork(ctx, account, c.key, c.most); err != nil || n != c.want {
				t.Errorf("%v: %d, %v, want %d", c.key, n, err, c.want)
			}
		}
		if _, err := b.Erase(ctx, account, person("p0"), noon); err != nil {
			t.Fatal(err)
		}
		if n, err := b.FromNetwork(ctx, account, home, 10); err != nil || n != 4 {
			t.Errorf("after an erasure: %d, %v", n, err)
		}
	},
}
