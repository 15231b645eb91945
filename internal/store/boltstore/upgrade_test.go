package boltstore_test

import (
	"context"
	"path/filepath"
	"testing"
	"time"

	"github.com/google/uuid"
	bolt "go.etcd.io/bbolt"

	"tributary/internal/attribution"
)

// TestAnOlderFileGetsWhatItLacks: a file of before opt-ins were joined by id has no bucket for it.
func TestAnOlderFileGetsWhatItLacks(t *testing.T) {
	dir := t.TempDir()
	now := time.Date(2026, 5, 4, 12, 0, 0, 0, time.UTC)
	optIn := attribution.Event{ID: uuid.New(), Type: attribution.OptedIn, At: now, Received: now, Person: attribution.PersonKey{1}, Sealed: []byte{1}, Via: attribution.ViaForm}
	s := openIn(t, dir)
	if _, err := s.Ingest(context.Background(), "main", attribution.DefaultPolicy, []attribution.Event{optIn}); err != nil {
		t.Fatal(err)
	}
	s.Close()
	db, err := bolt.Open(filepath.Join(dir, "tributary.db"), 0o600, nil)
	if err != nil {
		t.Fatal(err)
	}
	if err := db.Update(func(tx *bolt.Tx) error {
		return tx.Bucket([]byte("accounts")).Bucket([]byte("main")).DeleteBucket([]byte("joins"))
	}); err != nil {
		t.Fatal(err)
	}
	db.Close()
	s = openIn(t, dir)
	defer s.Close()
	optIn.Joins, optIn.ID = optIn.ID, uuid.New()
	out, err := s.Ingest(context.Background(), "main", attribution.DefaultPolicy, []attribution.Event{optIn})
	if err != nil || out[0].OptIn != optIn.Joins {
		t.Errorf("%+v, %v", out, err)
	}
	if err := s.Check(context.Background()); err != nil {
		t.Error(err)
	}
}
