package affiliates_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"tributary/internal/affiliates"
	"tributary/internal/attribution"
	"tributary/internal/store"
	"tributary/internal/store/boltstore"
	"tributary/internal/vault"
)

const account = attribution.DefaultAccount

var noon = time.Date(2026, 5, 4, 12, 0, 0, 0, time.UTC)

func newDesk(t *testing.T, change func(*affiliates.Options)) (*affiliates.Desk, store.Store) {
	t.Helper()
	s, err := boltstore.Open(boltstore.Options{Dir: t.TempDir()})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = s.Close() })
	v, err := vault.New(bytes.Repeat([]byte{1}, 32))
	if err != nil {
		t.Fatal(err)
	}
	o := affiliates.Options{Store: s, Sealer: v, Now: func() time.Time { return noon }}
	if change != nil {
		change(&o)
	}
	return affiliates.New(o), s
}

func TestPutSaysWhichFieldIsWrong(t *testing.T) {
	d, s := newDesk(t, nil)
	for _, c := range []struct {
		in    affiliates.Input
		field string
	}{
		{affiliates.Input{}, "id"},
		{affiliates.Input{ID: "0"}, "id"},
		{affiliates.Input{ID: "maria"}, "id"},
		{affiliates.Input{ID: "7 "}, "id"},
		{affiliates.Input{ID: "7", Code: "two words"}, "code"},
		{affiliates.Input{ID: "7", Code: strings.Repeat("x", 1000)}, "code"},
		{affiliates.Input{ID: "7", Email: "maria"}, "email"},
	} {
		_, _, err := d.Put(t.Context(), account, c.in)
		var wrong *affiliates.Wrong
		if !errors.As(err, &wrong) || wrong.Field != c.field {
			t.Errorf("%+v: %v, want a problem with %s", c.in, err, c.field)
		}
	}
	if list, err := s.Affiliates(t.Context(), account, "", 10); err != nil || len(list) != 0 {
		t.Errorf("saved all the same: %+v, %v", list, err)
	}
}

func TestPutKeepsWhatIsNotGiven(t *testing.T) {
	d, _ := newDesk(t, nil)
	put := func(in affiliates.Input, wantNew bool) attribution.Affiliate {
		t.Helper()
		a, added, err := d.Put(t.Context(), account, in)
		if err != nil || added != wantNew {
			t.Fatalf("%+v: new is %v, %v", in, added, err)
		}
		return a
	}
	put(affiliates.Input{ID: "7", Code: "00123", Name: " Maple Row ", Email: "Maple@Example.com"}, true)
	put(affiliates.Input{ID: "7"}, false)
	a := put(affiliates.Input{ID: "7", Name: "Maple"}, false)
	email, err := d.Email(a)
	if err != nil || a.Code != "00123" || a.Name != "Maple" || email != "maple@example.com" || a.Via != attribution.ViaAPI {
		t.Errorf("%+v, %q, %v", a, email, err)
	}
	if found, err := d.Find(t.Context(), account, "7"); err != nil || found.Name != "Maple" {
		t.Errorf("found %+v, %v", found, err)
	}
	if email, err := d.Email(attribution.Affiliate{ID: "8"}); email != "" || err != nil {
		t.Errorf("who has no e-mail has %q, %v", email, err)
	}
}

func TestFindAsksKeapForWhomNobodyKnows(t *testing.T) {
	var asked []attribution.Ref
	d, _ := newDesk(t, func(o *affiliates.Options) {
		o.Resolve = func(_ context.Context, ref attribution.Ref) (attribution.Affiliate, error) {
			asked = append(asked, ref)
			if ref.Value != "7" {
				return attribution.Affiliate{}, store.ErrNotFound
			}
			return attribution.Affiliate{ID: "7", Name: "Maple"}, nil
		}
	})
	if a, err := d.Find(t.Context(), account, "7"); err != nil || a.Name != "Maple" {
		t.Errorf("%+v, %v", a, err)
	}
	for _, id := range []string{"8", "0", "", "../7"} {
		if _, err := d.Find(t.Context(), account, id); !errors.Is(err, store.ErrNotFound) {
			t.Errorf("%q: %v", id, err)
		}
	}
	for _, ref := range asked {
		if ref.Value == "" || ref.Value == "0" {
			t.Errorf("Keap was asked for %+v", ref)
		}
	}
	alone, _ := newDesk(t, nil)
	if _, err := alone.Find(t.Context(), account, "7"); !errors.Is(err, store.ErrNotFound) {
		t.Errorf("with nobody to ask: %v", err)
	}
}

// TestListFillsItsPages: of a state that few are in, a page is as full as of any other, and nobody is left out or twice.
func TestListFillsItsPages(t *testing.T) {
	d, s := newDesk(t, nil)
	want := map[affiliates.State]int{}
	for i := range 100 {
		a := attribution.Affiliate{ID: fmt.Sprint(i + 1), Status: "ACTIVE"}
		switch {
		case i%10 == 3:
			a.Status = "INACTIVE"
		case i%25 == 7:
			a.Gone = noon
		case i == 50:
			a.Status = ""
		case i == 60:
			a.Status = "PAUSED" // a word of Keap's that we do not know
		}
		want[affiliates.StateOf(a)]++
		if err := s.PutAffiliate(t.Context(), account, a, noon); err != nil {
			t.Fatal(err)
		}
	}
	for _, state := range append([]affiliates.State{""}, affiliates.States...) {
		n := want[state]
		if state == "" {
			n = 100
		}
		if n == 0 {
			t.Fatalf("nobody is %s: the test says nothing", state)
		}
		seen := map[string]bool{}
		for after := ""; ; {
			page, err := d.List(t.Context(), account, state, after, 4)
			if err != nil {
				t.Fatal(err)
			}
			for _, a := range page {
				if seen[a.ID] || state != "" && affiliates.StateOf(a) != state {
					t.Errorf("%s: %+v is twice or of another state", state, a)
				}
				seen[a.ID] = true
			}
			if len(page) < 4 {
				break
			}
			after = page[len(page)-1].ID
		}
		if len(seen) != n {
			t.Errorf("%q: %d are listed, want %d", state, len(seen), n)
		}
	}
}
