package webhooks_test

import (
	"context"
	"fmt"
	"net/http"
	"testing"
	"time"

	"tributary/internal/webhooks"
)

// also runs one more process over the same store, until the test ends it.
func (w *world) also() (s *webhooks.Service, stop func()) {
	s = w.service()
	ctx, cancel := context.WithCancel(context.Background())
	done := make(chan struct{})
	go func() {
		defer close(done)
		s.Run(ctx)
	}()
	return s, func() { cancel(); <-done }
}

// shareStore starts the world anew as one of many.
func (w *world) shareStore() {
	w.stop()
	w.shared = true
	w.start()
}

// TestOneOfManyProcessesDelivers: each event comes once, also when the one that delivers stops or dies in the midst of it.
func TestOneOfManyProcessesDelivers(t *testing.T) {
	inWorld(t, func(w *world) {
		w.shareStore()
		_, stopSecond := w.also()
		_, stopThird := w.also()
		defer stopThird()
		r := w.receive("8001", nil)
		w.add("8001")
		var emails []string
		for i := range 30 {
			emails = append(emails, fmt.Sprintf("p%d@example.com", i))
		}
		w.optIns(emails...)
		time.Sleep(10 * time.Second)
		wantOnceEach(t, r, 30)
		w.stop() // whoever it was that delivered
		stopSecond()
		w.optIn("late@example.com")
		time.Sleep(time.Minute)
		wantOnceEach(t, r, 31)
	})
}

// wantOnceEach checks that n events came, none of them twice.
func wantOnceEach(t *testing.T, r *receiver, n int) {
	t.Helper()
	times := map[string]int{}
	for _, got := range r.all() {
		times[got.id()]++
	}
	for id, came := range times {
		if came != 1 {
			t.Errorf("%s came %d times", id, came)
		}
	}
	if len(times) != n {
		t.Errorf("%d events came, want %d", len(times), n)
	}
}

// TestAnotherProcessTakesOverFromOneThatCannotWrite: its lease ends, and so does what it delivers.
func TestAnotherProcessTakesOverFromOneThatCannotWrite(t *testing.T) {
	inWorld(t, func(w *world) {
		dead := &dying{}
		w.stop()
		w.shared = true
		w.use = func(s webhooks.Store) webhooks.Store { dead.Store = s; return dead }
		w.start()
		r := w.receive("8001", nil)
		w.add("8001")
		w.use = func(s webhooks.Store) webhooks.Store { return s }
		second, stopSecond := w.also()
		defer stopSecond()
		w.optIn("ann@example.com")
		r.wait(t, 1)
		dead.gone.Store(true)
		time.Sleep(15 * time.Second)
		if second.Standing().Endpoints != 1 {
			t.Error("the one that does not deliver does not know the endpoints")
		}
		w.optIn("bob@example.com")
		time.Sleep(time.Minute)
		if n := len(r.all()); n != 2 {
			t.Errorf("%d requests came, want 2", n)
		}
	})
}

// TestAReplayThatAnotherProcessIsAskedFor comes from the one that delivers, within seconds.
func TestAReplayThatAnotherProcessIsAskedFor(t *testing.T) {
	inWorld(t, func(w *world) {
		w.shareStore()
		second, stopSecond := w.also()
		defer stopSecond()
		r := w.receive("8001", func(w http.ResponseWriter, n int) {
			if n == 1 {
				w.WriteHeader(500)
			}
		})
		id, _ := w.add("8001")
		w.optIn("ann@example.com")
		r.wait(t, 1)
		time.Sleep(time.Minute)
		before := len(r.all())
		if _, err := second.Replay(context.Background(), id, w.only(id, webhooks.Delivered).ID); err != nil {
			t.Fatal(err)
		}
		time.Sleep(7 * time.Second)
		if n := len(r.all()); n != before+1 {
			t.Errorf("%d requests came, want %d", n, before+1)
		}
	})
}
