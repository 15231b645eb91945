package outbox_test

import (
	"context"
	"errors"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/uuid"

	"tributary/internal/attribution"
	"tributary/internal/outbox"
	"tributary/internal/store"
	"tributary/internal/store/boltstore"
)

// farSide does jobs by a rule, and can be asked whether it works.
type farSide struct {
	mu     sync.Mutex
	rule   func(*outbox.Claim) error
	works  error
	done   map[string]time.Time
	tries  map[string]int
	probes int
}

func (f *farSide) Deliver(_ context.Context, c *outbox.Claim) error {
	time.Sleep(time.Second) // three calls at Keap's pace
	f.mu.Lock()
	defer f.mu.Unlock()
	f.tries[c.ID]++
	if err := f.rule(c); err != nil {
		return err
	}
	f.done[c.ID] = time.Now()
	return &outbox.Finished{Settlement: store.Settlement{State: store.Done}}
}

func (f *farSide) Probe(context.Context) error {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.probes++
	return f.works
}

func (f *farSide) set(works error, rule func(*outbox.Claim) error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.works, f.rule = works, rule
}

func (f *farSide) tried(id string) int {
	f.mu.Lock()
	defer f.mu.Unlock()
	return f.tries[id]
}

func fine(*outbox.Claim) error { return nil }

func away(c *outbox.Claim) error {
	return &outbox.Outage{Later: outbox.Later{State: c.State, Reason: "no answer"}}
}

func denied(c *outbox.Claim) error {
	return &outbox.Outage{Later: outbox.Later{State: c.State, Reason: "the key is refused"}, Denied: true}
}

// quick gives up after two hours, so that the tests look at the store less often.
var quick = outbox.Schedule{Base: 2 * time.Second, Cap: 10 * time.Minute, Span: 2 * time.Hour}

// newOutbox runs an outbox with the far side until the test ends.
func newOutbox(t *testing.T) (*outbox.Outbox, *farSide, *boltstore.Store) {
	t.Helper()
	st, err := boltstore.Open(boltstore.Options{Dir: t.TempDir()})
	if err != nil {
		t.Fatal(err)
	}
	far := &farSide{rule: fine, done: map[string]time.Time{}, tries: map[string]int{}}
	b := outbox.New(st, far, outbox.Options{Poll: time.Second, Schedule: quick})
	ctx, stop := context.WithCancel(context.Background())
	ended := make(chan struct{})
	go func() { defer close(ended); b.Run(ctx) }()
	t.Cleanup(func() { stop(); <-ended; st.Close() })
	return b, far, st
}

// add makes n opt-ins with a job each, and returns the ids of the jobs.
func add(t *testing.T, st *boltstore.Store, n int) (ids []string) {
	t.Helper()
	var batch []attribution.Event
	now := time.Now().UTC().Truncate(time.Millisecond)
	for range n {
		person := attribution.PersonKey(uuid.New())
		batch = append(batch, attribution.Event{
			ID: uuid.New(), Type: attribution.OptedIn, At: now, Received: now, Person: person, Sealed: []byte{1}, Via: attribution.ViaForm,
			Latest: attribution.Touch{Ref: attribution.Ref{Kind: attribution.ByID, Value: "7"}, At: now},
		})
	}
	out, err := st.Ingest(t.Context(), attribution.DefaultAccount, attribution.DefaultPolicy, batch)
	if err != nil {
		t.Fatal(err)
	}
	for _, o := range out {
		ids = append(ids, store.JobID(store.CreditJob, o.OptIn.String()))
	}
	return ids
}

// One job that always fails, in whatever way, delays nobody, and does not go on for ever.
func TestAPoisonJobDelaysNobody(t *testing.T) {
	for name, poison := range map[string]func(*outbox.Claim) error{
		"no answer": away, "denied": denied, "an error": func(*outbox.Claim) error { return errors.New("odd") },
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				b, far, st := newOutbox(t)
				bad := add(t, st, 1)[0]
				far.set(nil, func(c *outbox.Claim) error {
					if c.ID == bad {
						return poison(c)
					}
					return nil
				})
				for range 10 {
					start := time.Now()
					id := add(t, st, 1)[0]
					time.Sleep(10 * time.Minute)
					if at := far.done[id]; at.Sub(start) > 3*time.Second {
						t.Errorf("a job was done after %s beside the poison", at.Sub(start))
					}
				}
				time.Sleep(6 * time.Hour)
				jobs, err := st.Jobs(t.Context(), attribution.DefaultAccount, store.Parked, "", 10)
				if err != nil || len(jobs) != 1 || !strings.Contains(jobs[0].Reason, "given up") || far.tried(bad) > 60 {
					t.Errorf("after %d tries %+v, %v; the outbox: %+v", far.tried(bad), jobs, err, b.Standing())
				}
			})
		})
	}
}

// A fresh opt-in goes before a backlog that has been waiting.
func TestABacklogDelaysNoFreshJob(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		_, far, st := newOutbox(t)
		later := time.Now().Add(time.Hour)
		far.set(nil, func(c *outbox.Claim) error {
			switch {
			case time.Now().After(later):
				return nil
			case c.Attempt < 4:
				return &outbox.Later{Reason: "no contact yet"}
			}
			return &outbox.Later{Reason: "no contact yet", At: later}
		})
		add(t, st, 300)
		time.Sleep(time.Until(later.Add(3 * time.Second)))
		start := time.Now()
		id := add(t, st, 1)[0]
		time.Sleep(10 * time.Minute)
		if at := far.done[id]; at.IsZero() || at.Sub(start) > 5*time.Second {
			t.Errorf("a fresh job was done after %s", at.Sub(start))
		}
		if len(far.done) < 301 {
			t.Errorf("%d jobs are done: the backlog stands still", len(far.done))
		}
	})
}

func TestAPauseEndsByItselfAndCostsNothing(t *testing.T) {
	for name, rule := range map[string]func(*outbox.Claim) error{"no answer": away, "denied": denied} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				b, far, st := newOutbox(t)
				far.set(errors.New("it is gone"), rule)
				ids := add(t, st, 50)
				time.Sleep(100 * time.Hour) // longer than the schedule's span
				if s := b.Standing(); s.Reason != "it is gone" || !s.Probing || s.Pauses != 1 || time.Since(s.Since) < 99*time.Hour {
					t.Errorf("the outbox stands at %+v", s)
				}
				tries := 0 // at most four before the outage shows, and one by each of four workers
				for _, id := range ids {
					tries += far.tried(id)
				}
				if tries > 8 || far.probes < 2900 || far.probes > 3100 {
					t.Errorf("%d tries and %d probes in 100 hours", tries, far.probes)
				}
				far.set(nil, fine)
				b.Resume()
				time.Sleep(30 * time.Second)
				if b.Paused() != "" || len(far.done) < 50 {
					t.Errorf("%d jobs are done; paused: %q", len(far.done), b.Paused())
				}
			})
		})
	}
}

func TestALimitPausesForItsTime(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b, far, st := newOutbox(t)
		far.set(nil, func(*outbox.Claim) error { return &outbox.Pause{For: time.Hour, Reason: "too many calls"} })
		id := add(t, st, 1)[0]
		time.Sleep(59 * time.Minute)
		far.set(nil, fine)
		if b.Paused() != "too many calls" || far.tried(id) != 1 {
			t.Errorf("paused: %q after %d tries", b.Paused(), far.tried(id))
		}
		time.Sleep(2 * time.Minute)
		if b.Paused() != "" || far.tried(id) != 2 || far.probes > 0 {
			t.Errorf("paused: %q after %d tries and %d probes", b.Paused(), far.tried(id), far.probes)
		}
	})
}
