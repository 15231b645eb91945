// Package storetest is the suite that every storage engine runs: what store.Store's comments promise.
package storetest

import (
	"context"
	"testing"
	"time"

	"github.com/google/uuid"

	"tributary/internal/attribution"
	"tributary/internal/store"
)

// Open opens the engine's store for a test. Opened twice with the same name within a test it must show the same data.
type Open func(t *testing.T, name string) store.Store

// Run runs the whole suite. Each test has a store of its own, whose invariants are checked on the way out.
func Run(t *testing.T, open Open) {
	for _, group := range []map[string]func(*testing.T, *bench){eventTests, logTests, quarantineTests, joinTests, outboxTests, followingTests, affiliateTests, documentTests, peopleTests, correctionTests, breakdownTests, newsTests, worklistTests, decisionTests} {
		for name, test := range group {
			t.Run(name, func(t *testing.T) {
				b := &bench{t: t, open: open, Store: open(t, "store")}
				test(t, b)
				b.close()
			})
		}
	}
}

// bench is a store under test.
type bench struct {
	store.Store
	t    *testing.T
	open Open
}

const account = attribution.DefaultAccount

var (
	policy = attribution.DefaultPolicy
	// noon is the time at which the tests play.
	noon = time.Date(2026, 5, 4, 12, 0, 0, 0, time.UTC)
	ctx  = context.Background()
)

func (b *bench) close() {
	b.t.Helper()
	if err := b.Check(ctx); err != nil {
		b.t.Errorf("the store does not hold together: %v", err)
	}
	if err := b.Store.Close(); err != nil {
		b.t.Errorf("closing: %v", err)
	}
}

// reopen is what a restart does.
func (b *bench) reopen() {
	b.t.Helper()
	b.close()
	b.Store = b.open(b.t, "store")
}

func (b *bench) ingest(events ...attribution.Event) []store.Outcome {
	b.t.Helper()
	out, err := b.Ingest(ctx, account, policy, events)
	if err != nil {
		b.t.Fatalf("ingesting: %v", err)
	}
	if len(out) != len(events) {
		b.t.Fatalf("%d outcomes for %d events", len(out), len(events))
	}
	return out
}

// total sums what was counted for a reference.
func (b *bench) total(r attribution.Ref) (sum attribution.Tally) {
	b.t.Helper()
	hours, err := b.Counters(ctx, account, r, 0, attribution.HourOf(noon)+1_000_000)
	if err != nil {
		b.t.Fatalf("counters of %q: %v", r, err)
	}
	for _, h := range hours {
		sum = sum.Add(h.Tally)
	}
	return sum
}

func (b *bench) wantTotal(r attribution.Ref, want attribution.Tally) {
	b.t.Helper()
	if got := b.total(r); got != want {
		b.t.Errorf("counters of %q are %+v, want %+v", r, got, want)
	}
}

func (b *bench) getOptIn(id uuid.UUID) attribution.OptIn {
	b.t.Helper()
	o, err := b.OptIn(ctx, account, id)
	if err != nil {
		b.t.Fatalf("opt-in %s: %v", id, err)
	}
	return o
}

func (b *bench) optIns(q store.Query) (all []attribution.OptIn) {
	b.t.Helper()
	if q.Limit == 0 {
		q.Limit = 100
	}
	for range 1000 {
		page, err := b.OptIns(ctx, account, q)
		if err != nil {
			b.t.Fatalf("listing opt-ins: %v", err)
		}
		all = append(all, page.OptIns...)
		if page.Next.IsZero() {
			return all
		}
		q.Cursor = page.Next
	}
	b.t.Fatal("the list of opt-ins has no end")
	return nil
}

func (b *bench) claim(now time.Time, n int) []store.Job {
	b.t.Helper()
	jobs, err := b.Claim(ctx, now, n, time.Minute)
	if err != nil {
		b.t.Fatalf("claiming: %v", err)
	}
	return jobs
}

// claimCredit claims everything due and returns the one job that credits an opt-in.
func (b *bench) claimCredit(now time.Time) store.Job {
	b.t.Helper()
	for _, j := range b.claim(now, 100) {
		if j.Kind == store.CreditJob {
			return j
		}
	}
	b.t.Fatal("no opt-in is due to be credited")
	return store.Job{}
}

func (b *bench) advance(j store.Job, s store.Settlement) {
	b.t.Helper()
	if err := b.Advance(ctx, j, noon, s); err != nil {
		b.t.Fatalf("advancing %s: %v", j.ID, err)
	}
}

func byID(id string) attribution.Ref { return attribution.Ref{Kind: attribution.ByID, Value: id} }
func byCode(code string) attribution.Ref {
	return attribution.Ref{Kind: attribution.ByCode, Value: code}
}

// newID is a version 7 id of a given time, as a browser makes them.
func newID(at time.Time) uuid.UUID {
	id := uuid.Must(uuid.NewV7())
	ms := at.UnixMilli()
	for i := range 6 {
		id[i] = byte(ms >> (40 - 8*i))
	}
	return id
}

func click(r attribution.Ref, visitor uuid.UUID, at time.Time) attribution.Event {
	touch := attribution.Touch{Ref: r, At: at}
	return attribution.Event{
		ID: newID(at), Type: attribution.Clicked, At: at, Received: at.Add(time.Second), Site: "st_test", Visitor: visitor,
		URL: "https://www.example.com/webinar", Referrer: "https://blog.example.com/", First: touch, Latest: touch,
		UTM: attribution.UTM{Source: "newsletter", Campaign: "spring"},
	}
}

func person(name string) (key attribution.PersonKey) {
	copy(key[:], name+"................")
	return key
}

func optIn(r attribution.Ref, who string, at time.Time) attribution.Event {
	e := attribution.Event{
		ID: newID(at), Type: attribution.OptedIn, At: at, Received: at.Add(time.Second), Site: "st_test",
		Visitor: newID(at), URL: "https://www.example.com/webinar", Person: person(who), Sealed: []byte("sealed " + who),
		Form: attribution.Form{ID: "signup", Action: "https://forms.example.com/in"}, Via: attribution.ViaForm,
	}
	if !r.IsZero() {
		e.Latest = attribution.Touch{Ref: r, At: at.Add(-time.Hour)}
	}
	return e
}
