package storetest

import (
	"errors"
	"sync"
	"sync/atomic"
	"testing"

	"tributary/internal/store"
)

var documentTests = map[string]func(*testing.T, *bench){
	"a document is replaced only by who has read it": func(t *testing.T, b *bench) {
		if _, err := b.Get(ctx, "site", "a"); !errors.Is(err, store.ErrNotFound) {
			t.Errorf("before: %v", err)
		}
		v1, err := b.Put(ctx, "site", "a", []byte("one"), 0)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := b.Put(ctx, "site", "a", []byte("other"), 0); !errors.Is(err, store.ErrConflict) {
			t.Errorf("creating it again: %v", err)
		}
		if _, err := b.Put(ctx, "site", "a", []byte("two"), v1); err != nil {
			t.Errorf("replacing: %v", err)
		}
		if _, err := b.Put(ctx, "site", "a", []byte("late"), v1); !errors.Is(err, store.ErrConflict) {
			t.Errorf("replacing with an old version: %v", err)
		}
		b.reopen()
		d, err := b.Get(ctx, "site", "a")
		if err != nil || string(d.Value) != "two" {
			t.Errorf("read %q, %v", d.Value, err)
		}
		if err := b.Delete(ctx, "site", "a", v1); !errors.Is(err, store.ErrConflict) {
			t.Errorf("deleting an old version: %v", err)
		}
		if err := b.Delete(ctx, "site", "a", d.Version); err != nil {
			t.Errorf("deleting: %v", err)
		}
		if _, err := b.Get(ctx, "site", "a"); !errors.Is(err, store.ErrNotFound) {
			t.Errorf("after: %v", err)
		}
	},
	"of many who replace at once one wins": func(t *testing.T, b *bench) {
		var won atomic.Int32
		var all sync.WaitGroup
		for range 20 {
			all.Go(func() {
				if _, err := b.Put(ctx, "link", "x", []byte("mine"), 0); err == nil {
					won.Add(1)
				} else if !errors.Is(err, store.ErrConflict) {
					t.Errorf("losing: %v", err)
				}
			})
		}
		all.Wait()
		if won.Load() != 1 {
			t.Errorf("%d won", won.Load())
		}
	},
	"kinds do not mix, and list in key order": func(t *testing.T, b *bench) {
		for _, key := range []string{"c", "a", "b"} {
			if _, err := b.Put(ctx, "site", key, []byte(key), 0); err != nil {
				t.Fatal(err)
			}
		}
		if _, err := b.Put(ctx, "session", "a", []byte("secret"), 0); err != nil {
			t.Fatal(err)
		}
		first, err := b.List(ctx, "site", "", 2)
		if err != nil || len(first) != 2 || first[0].Key != "a" || first[1].Key != "b" {
			t.Fatalf("first page %+v, %v", first, err)
		}
		if rest, err := b.List(ctx, "site", "b", 10); err != nil || len(rest) != 1 || string(rest[0].Value) != "c" {
			t.Errorf("second page %+v, %v", rest, err)
		}
		if none, err := b.List(ctx, "unheard of", "", 10); err != nil || len(none) != 0 {
			t.Errorf("a kind that is not there: %+v, %v", none, err)
		}
	},
}
