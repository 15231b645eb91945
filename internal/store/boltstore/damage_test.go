package boltstore_test

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"testing"
	"time"

	"github.com/google/uuid"

	"tributary/internal/attribution"
	"tributary/internal/store"
	"tributary/internal/store/boltstore"
)

// TestDamageIsNeverServed flips one bit at a time in a store's file. Every opt-in that is read afterwards must be as it
// was stored, or an error; a wrong value must never come out, and the program must not end.
func TestDamageIsNeverServed(t *testing.T) {
	dir := t.TempDir()
	want := fill(t, openIn(t, dir))
	whole, err := os.ReadFile(filepath.Join(dir, "tributary.db"))
	if err != nil {
		t.Fatal(err)
	}
	used := bytes.LastIndexFunc(whole, func(r rune) bool { return r != 0 })
	whole = whole[:min(len(whole), (used/os.Getpagesize()+4)*os.Getpagesize())] // without the tail that nothing is in yet
	random := rand.New(rand.NewPCG(1, 2))
	noticed := 0
	for range 150 {
		damaged := slices.Clone(whole)
		damaged[random.IntN(used)] ^= 1 << random.IntN(8)
		if !readDamaged(t, damaged, want) {
			noticed++
		}
	}
	if noticed == 0 {
		t.Error("no damage was noticed: the test does not reach the records")
	}
	t.Logf("%d of 150 damaged files gave an error", noticed)
}

// fill stores 60 opt-ins, closes the store and returns them as JSON by id.
func fill(t *testing.T, s *boltstore.Store) map[uuid.UUID]string {
	t.Helper()
	ctx, want := context.Background(), map[uuid.UUID]string{}
	at := time.Date(2026, 5, 4, 12, 0, 0, 0, time.UTC)
	for i := range 60 {
		e := optInEvent(at, attribution.PersonKey{byte(i), 1}, fmt.Sprint("sealed ", i))
		if _, err := s.Ingest(ctx, attribution.DefaultAccount, attribution.DefaultPolicy, []attribution.Event{e}); err != nil {
			t.Fatal(err)
		}
		want[e.ID] = optInText(t, s, e.ID)
	}
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	return want
}

func optInEvent(at time.Time, person attribution.PersonKey, sealed string) attribution.Event {
	return attribution.Event{
		ID: uuid.Must(uuid.NewV7()), Type: attribution.OptedIn, At: at, Received: at, Site: "st_test", Visitor: uuid.New(),
		Person: person, Sealed: []byte(sealed), Via: attribution.ViaForm,
		Latest: attribution.Touch{Ref: attribution.Ref{Kind: attribution.ByID, Value: "101"}, At: at},
	}
}

func optInText(t *testing.T, s *boltstore.Store, id uuid.UUID) string {
	t.Helper()
	o, err := s.OptIn(context.Background(), attribution.DefaultAccount, id)
	if err != nil {
		return ""
	}
	text, err := json.Marshal(o)
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

// readDamaged reads everything of a damaged file and reports whether all of it was whole.
func readDamaged(t *testing.T, file []byte, want map[uuid.UUID]string) (whole bool) {
	t.Helper()
	dir := t.TempDir()
	if err := os.WriteFile(filepath.Join(dir, "tributary.db"), file, 0o600); err != nil {
		t.Fatal(err)
	}
	s, err := boltstore.Open(boltstore.Options{Dir: dir})
	if err != nil {
		return false
	}
	defer s.Close()
	whole = true
	for id, text := range want {
		switch optInText(t, s, id) {
		case text:
		case "":
			whole = false
		default:
			t.Errorf("opt-in %s came back changed", id)
		}
	}
	page, err := s.OptIns(context.Background(), attribution.DefaultAccount, store.Query{Limit: 100})
	for _, o := range page.OptIns {
		if text, _ := json.Marshal(o); string(text) != want[o.ID] {
			t.Errorf("opt-in %s is listed changed", o.ID)
		}
	}
	return whole && err == nil
}
