package storetest

import (
	"reflect"
	"slices"
	"testing"
	"time"

	"github.com/google/uuid"

	"tributary/internal/attribution"
	"tributary/internal/store"
)

var logTests = map[string]func(*testing.T, *bench){
	"the log returns every field": func(t *testing.T, b *bench) {
		e := optIn(byID("7"), "ann", noon)
		e.First = attribution.Touch{Ref: byCode("00123"), At: noon.Add(-80 * 24 * time.Hour)}
		e.UTM = attribution.UTM{Source: "a", Medium: "b", Campaign: "c", Term: "d", Content: "e"}
		e.Form.Provider, e.Referrer, e.Note = "everwebinar", "https://blog.example.com/post", "the clock was off"
		e.Joins, e.Test = newID(noon), true
		b.ingest(e)
		log, err := b.Log(ctx, account, uuid.Nil, 10)
		if err != nil || len(log) != 1 || !reflect.DeepEqual(log[0].Event, e) {
			t.Errorf("stored %+v\nread   %+v\n%v", e, log, err)
		}
	},
	"events whose id tells no time are listed by when they came": func(t *testing.T, b *bench) {
		var want []uuid.UUID
		for i := range 25 {
			at := noon.Add(time.Duration(i/2) * time.Second) // two at each moment
			e := click(byID("7"), newID(noon), at)
			switch {
			case i%5 == 0:
				e.ID = newID(at.Add(time.Hour)) // a clock that is ahead
			case i%2 == 0:
				e.ID = uuid.NewSHA1(uuid.NameSpaceURL, []byte{byte(i)})
			}
			if out := append(b.ingest(e), b.ingest(e)...); out[1].Disposition != store.Duplicate {
				t.Fatalf("%+v", out)
			}
			if i%5 == 0 || i%2 == 0 {
				want = append(want, e.ID)
			}
		}
		b.reopen()
		seen := map[uuid.UUID]bool{}
		var before store.Cursor
		for {
			page, err := b.Undated(ctx, account, before, 4)
			if err != nil {
				t.Fatal(err)
			}
			for _, e := range page {
				if !before.At.IsZero() && e.Received.After(before.At) || seen[e.ID] {
					t.Errorf("%s at %s comes after %s", e.ID, e.Received, before.At)
				}
				seen[e.ID], before = true, store.Cursor{At: e.Received, ID: e.ID}
			}
			if len(page) < 4 {
				break
			}
		}
		for _, id := range want {
			if !seen[id] {
				t.Errorf("%s is missing", id)
			}
		}
		if len(seen) != len(want) {
			t.Errorf("%d are listed, want %d", len(seen), len(want))
		}
		if none, err := b.Undated(ctx, "nobody", store.Cursor{}, 10); len(none) != 0 || err != nil {
			t.Errorf("of an account that is not there: %v, %v", none, err)
		}
	},
	"the log pages from the newest": func(t *testing.T, b *bench) {
		var want []uuid.UUID
		for i := range 25 {
			e := click(byID("7"), newID(noon), noon.Add(time.Duration(i)*time.Second))
			want = append([]uuid.UUID{e.ID}, want...)
			b.ingest(e)
		}
		var got []uuid.UUID
		for cursor := uuid.Nil; len(got) < 25; {
			page, err := b.Log(ctx, account, cursor, 10)
			if err != nil || len(page) == 0 {
				t.Fatalf("page after %d: %v", len(got), err)
			}
			for _, e := range page {
				got = append(got, e.ID)
			}
			cursor = got[len(got)-1]
		}
		if !slices.Equal(got, want) {
			t.Error("the pages do not make the log")
		}
	},
}
