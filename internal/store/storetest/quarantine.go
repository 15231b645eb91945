package storetest

import (
	"errors"
	"fmt"
	"reflect"
	"testing"
	"time"

	"github.com/google/uuid"

	"tributary/internal/store"
)

var quarantineTests = map[string]func(*testing.T, *bench){
	"the quarantine keeps and lists": func(t *testing.T, b *bench) {
		for i := range 5 {
			q := store.Quarantined{ID: newID(noon.Add(time.Duration(i) * time.Second)), Received: noon, Code: "bad_json", Reason: fmt.Sprint(i), Sealed: []byte{1}}
			if err := b.Quarantine(ctx, q); err != nil {
				t.Fatal(err)
			}
		}
		b.reopen()
		page, err := b.Quarantines(ctx, uuid.Nil, 2)
		if err != nil || len(page) != 2 || page[0].Reason != "4" {
			t.Fatalf("first page %+v, %v", page, err)
		}
		if rest, err := b.Quarantines(ctx, page[1].ID, 10); err != nil || len(rest) != 3 || rest[0].Reason != "2" {
			t.Errorf("second page %+v, %v", rest, err)
		}
	},
	"what leaves the quarantine is gone, once": func(t *testing.T, b *bench) {
		q := store.Quarantined{ID: newID(noon), Received: noon, Code: "bad_json", Reason: "why", Sealed: []byte{1}}
		if err := b.Quarantine(ctx, q); err != nil {
			t.Fatal(err)
		}
		if got, err := b.Quarantined(ctx, q.ID); err != nil || !reflect.DeepEqual(got, q) {
			t.Errorf("kept %+v, read %+v, %v", q, got, err)
		}
		if err := b.Unquarantine(ctx, q.ID); err != nil {
			t.Errorf("removing: %v", err)
		}
		if err := b.Unquarantine(ctx, q.ID); !errors.Is(err, store.ErrNotFound) {
			t.Errorf("removing again: %v", err)
		}
		if _, err := b.Quarantined(ctx, q.ID); !errors.Is(err, store.ErrNotFound) {
			t.Errorf("afterwards: %v", err)
		}
	},
}
