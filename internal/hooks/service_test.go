package hooks_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"strings"
	"sync"
	"testing"
	"time"

	"tributary/internal/attribution"
	"tributary/internal/hooks"
	"tributary/internal/store"
	"tributary/internal/store/boltstore"
	"tributary/internal/vault"
)

const asJSON = "application/json"

var ctx = context.Background()

type world struct {
	*hooks.Service
	t     *testing.T
	store *boltstore.Store
	hook  hooks.Hook
}

func newWorld(t *testing.T) *world {
	t.Helper()
	st, err := boltstore.Open(boltstore.Options{Dir: t.TempDir()})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := st.Check(ctx); err != nil {
			t.Error(err)
		}
		st.Close()
	})
	w := &world{t: t, store: st}
	w.restart()
	if w.hook, _, err = hooks.New(hooks.Hook{Account: attribution.DefaultAccount, Name: "Zapier"}); err != nil {
		t.Fatal(err)
	}
	if err := w.Save(ctx, w.hook, 0); err != nil {
		t.Fatal(err)
	}
	return w
}

func (w *world) restart() {
	v, err := vault.New(bytes.Repeat([]byte{7}, 32))
	if err != nil {
		w.t.Fatal(err)
	}
	w.Service = hooks.NewService(hooks.Options{Store: w.store, Sealer: v, Policy: usualPolicy, Now: time.Now})
}

func (w *world) kept(state hooks.State) []hooks.Payload {
	w.t.Helper()
	page, err := w.Payloads(ctx, w.hook.ID, state, "", 5000)
	if err != nil {
		w.t.Fatal(err)
	}
	return page
}

func (w *world) take(body string) []hooks.Result {
	w.t.Helper()
	out, err := w.Take(ctx, w.hook, asJSON, []byte(body))
	if err != nil {
		w.t.Fatal(err)
	}
	return out
}

// TestWhatWaitsIsNeverThrownAway: the last payloads make room for each other, those that may be leads do not.
func TestWhatWaitsIsNeverThrownAway(t *testing.T) {
	w := newWorld(t)
	send := func(format string, n int) {
		var all sync.WaitGroup
		for worker := range 8 {
			all.Go(func() {
				for i := range n / 8 {
					body := fmt.Sprintf(format, worker*1000+i)
					if _, err := w.Take(ctx, w.hook, asJSON, []byte(body)); err != nil {
						t.Errorf("%s: %v", body, err)
					}
				}
			})
		}
		all.Wait()
	}
	send(`{"name":"nobody %d"}`, 1000)
	w.restart()
	send(`{"email":"p%d@example.com"}`, 80)
	if waiting, taken := len(w.kept(hooks.Waiting)), len(w.kept(hooks.Taken)); waiting != 1000 || taken != 20 {
		t.Errorf("%d wait and %d are kept", waiting, taken)
	}
	if _, err := w.Take(ctx, w.hook, asJSON, []byte(`{"name":"one too many"}`)); !errors.Is(err, store.ErrFull) {
		t.Errorf("one too many: %v", err)
	}
	if out := w.take(`{"name":"nobody 0"}`); out[0].Status != hooks.Kept {
		t.Errorf("one that waits, again: %+v", out)
	}
	if out := w.take(`{"email":"ann@example.com"}`); out[0].Status != store.Accepted {
		t.Errorf("beside those that wait: %+v", out)
	}
}

func TestAPersonIsForgotten(t *testing.T) {
	w := newWorld(t)
	w.take(`{"email":"ann@example.com"}`)
	w.take(`[{"email":"Ann@Example.com"},{"name":"nobody"},{"email":"bob@example.com"}]`)
	w.take(`{"email":"cid@example.com"}`)
	if err := w.Refuse(ctx, w.hook, "", []byte("x=ANN@example.com"), "too large"); err != nil {
		t.Fatal(err)
	}
	told, err := w.Told(ctx, attribution.DefaultAccount, "ann@example.com")
	if err != nil || len(told) != 3 || string(told[1].Body) != `[{"email":"Ann@Example.com"}]` || len(told[1].Results) != 1 {
		t.Errorf("told of ann: %+v, %v", told, err)
	}
	if n, err := w.Forget(ctx, attribution.DefaultAccount, "ann@example.com"); n != 3 || err != nil {
		t.Errorf("%d payloads told of ann, %v", n, err)
	}
	left := w.kept("")
	if len(left) != 2 {
		t.Fatalf("%d payloads are left", len(left))
	}
	for _, p := range left {
		if strings.Contains(strings.ToLower(string(p.Body)), "ann@") {
			t.Errorf("left: %s", p.Body)
		}
	}
	if list := left[1]; list.State != hooks.Waiting || len(list.Results) != 2 || !strings.Contains(string(list.Body), "bob@") {
		t.Errorf("what is left of the list: %+v", list)
	}
	if p, err := w.Retry(ctx, w.hook, left[1].ID.String()); err != nil || p.Results[1].Status != store.Duplicate {
		t.Errorf("the rest of the list, again: %+v, %v", p.Results, err)
	}
}

func usualPolicy() attribution.Policy { return attribution.DefaultPolicy }
