package lease_test

import (
	"context"
	"errors"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"tributary/internal/lease"
	"tributary/internal/store/boltstore"
)

var noon = time.Date(2026, 5, 4, 12, 0, 0, 0, time.UTC)

func open(t *testing.T) *boltstore.Store {
	t.Helper()
	s, err := boltstore.Open(boltstore.Options{Dir: t.TempDir()})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { s.Close() })
	return s
}

func TestOneOfManyHoldsALease(t *testing.T) {
	s := open(t)
	var won atomic.Int32
	var all sync.WaitGroup
	for range 20 {
		all.Go(func() {
			switch _, err := lease.Take(t.Context(), s, "x", time.Minute, noon); {
			case err == nil:
				won.Add(1)
			case !errors.Is(err, lease.ErrHeld):
				t.Error(err)
			}
		})
	}
	all.Wait()
	if won.Load() != 1 {
		t.Errorf("%d hold it", won.Load())
	}
	if _, err := lease.Take(t.Context(), s, "y", time.Minute, noon); err != nil {
		t.Errorf("another name: %v", err)
	}
}

func TestALeasePassesOn(t *testing.T) {
	s := open(t)
	take := func(at time.Time) (*lease.Lease, error) { return lease.Take(t.Context(), s, "x", time.Minute, at) }
	slow, err := take(noon)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := take(noon.Add(time.Minute - 1)); !errors.Is(err, lease.ErrHeld) {
		t.Errorf("before its end: %v", err)
	}
	next, err := take(noon.Add(time.Minute))
	if err != nil {
		t.Fatalf("at its end: %v", err)
	}
	if err := slow.Release(t.Context()); err != nil { // it has lost it, and must not take it from the next
		t.Fatal(err)
	}
	if _, err := take(noon.Add(time.Minute)); !errors.Is(err, lease.ErrHeld) {
		t.Errorf("after the first holder's late release: %v", err)
	}
	if err := next.Release(t.Context()); err != nil {
		t.Fatal(err)
	}
	if _, err := take(noon.Add(time.Minute)); err != nil {
		t.Errorf("after the release: %v", err)
	}
}

func TestALeaseIsExtendedAndSeized(t *testing.T) {
	s := open(t)
	first, err := lease.Take(t.Context(), s, "x", time.Minute, noon)
	if err != nil {
		t.Fatal(err)
	}
	if err := first.Extend(t.Context(), time.Minute, noon.Add(50*time.Second)); err != nil {
		t.Fatal(err)
	}
	if _, err := lease.Take(t.Context(), s, "x", time.Minute, noon.Add(70*time.Second)); !errors.Is(err, lease.ErrHeld) {
		t.Errorf("within the extension: %v", err)
	}
	second, err := lease.Seize(t.Context(), s, "x", time.Minute, noon.Add(70*time.Second))
	if err != nil {
		t.Fatal(err)
	}
	if err := first.Extend(t.Context(), time.Minute, noon.Add(71*time.Second)); !errors.Is(err, lease.ErrHeld) {
		t.Errorf("extending what was lost: %v", err)
	}
	if err := second.Extend(t.Context(), time.Minute, noon.Add(72*time.Second)); err != nil {
		t.Errorf("extending what was seized: %v", err)
	}
}

// stopping is a store whose user is stopped in the midst of each write.
type stopping struct {
	*boltstore.Store
	stop context.CancelFunc
}

func (s *stopping) Put(ctx context.Context, kind, key string, value []byte, version int64) (int64, error) {
	s.stop()
	return s.Store.Put(ctx, kind, key, value, version)
}

// context is one that ends in the midst of the next write.
func (s *stopping) context(t *testing.T) (ctx context.Context) {
	ctx, s.stop = context.WithCancel(t.Context())
	return ctx
}

// TestAStopInTheMidstOfAWriteLeavesNothingHeld: the one that stops knows what it has, and gives it back.
func TestAStopInTheMidstOfAWriteLeavesNothingHeld(t *testing.T) {
	s := &stopping{Store: open(t)}
	held, err := lease.Take(s.context(t), s, "x", time.Minute, noon)
	if err != nil {
		t.Fatalf("taking, stopped meanwhile: %v", err)
	}
	if err := held.Extend(s.context(t), time.Minute, noon.Add(time.Second)); err != nil {
		t.Fatalf("extending, stopped meanwhile: %v", err)
	}
	if err := held.Release(s.context(t)); err != nil {
		t.Fatalf("giving back, stopped meanwhile: %v", err)
	}
	if _, err := lease.Take(s.context(t), s, "x", time.Minute, noon); err != nil {
		t.Errorf("after it was given back: %v", err)
	}
	ended, end := context.WithCancel(t.Context())
	end()
	if _, err := lease.Take(ended, s, "y", time.Minute, noon); !errors.Is(err, context.Canceled) {
		t.Errorf("taken after the stop: %v", err)
	}
}
