package whatif_test

import (
	"context"
	"errors"
	"math/rand/v2"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/uuid"

	"tributary/internal/attribution"
	"tributary/internal/store"
	"tributary/internal/whatif"
)

func TestQuestionsAreAnsweredOneAtATimeAndRemembered(t *testing.T) {
	w := &world{Rand: rand.New(rand.NewPCG(1, 4)), at: now.Add(-30 * day)}
	w.fill(60)
	s := open(t)
	stored(t, s, attribution.DefaultPolicy, w.events)
	synctest.Test(t, func(t *testing.T) {
		gate := &gated{Store: s, open: make(chan struct{})}
		r := whatif.NewRunner(whatif.Options{Store: gate, Account: account, Policy: func() attribution.Policy { return attribution.DefaultPolicy }, Now: func() time.Time { return now }})
		ctx, stop := context.WithCancel(t.Context())
		go r.Run(ctx)
		defer stop()
		q := whatif.Question{Rule: attribution.First, Window: 90 * day, From: now.Add(-40 * day), To: now}
		if a, err := r.Ask(ctx, q, time.Second); err != nil || a.State != whatif.Running {
			t.Fatalf("%+v, %v", a, err)
		}
		other := q
		other.Window = day
		if _, err := r.Ask(ctx, other, time.Second); !errors.Is(err, whatif.ErrBusy) {
			t.Errorf("a second question: %v", err)
		}
		close(gate.open)
		a, err := r.Ask(ctx, q, time.Minute)
		if err != nil || a.State != whatif.Finished || a.Result.OptIns == 0 {
			t.Fatalf("%+v, %v", a, err)
		}
		reads := gate.reads
		if again, err := r.Ask(ctx, q, time.Minute); err != nil || again.Result.Changed != a.Result.Changed || gate.reads != reads {
			t.Errorf("the same once more: %+v, %v, %d reads", again, err, gate.reads-reads)
		}
		if a, err := r.Ask(ctx, other, time.Minute); err != nil || a.State != whatif.Finished || gate.reads == reads {
			t.Errorf("another: %+v, %v", a, err)
		}
		if _, err := r.Ask(ctx, whatif.Question{}, 0); err == nil {
			t.Error("no question is answered")
		}
	})
}

// gated is a store whose log is read once the gate is open.
type gated struct {
	whatif.Store
	open  chan struct{}
	reads int
}

func (g *gated) Log(ctx context.Context, a attribution.AccountID, before uuid.UUID, limit int) ([]store.LoggedEvent, error) {
	<-g.open
	g.reads++
	return g.Store.Log(ctx, a, before, limit)
}
