package boltstore_test

import (
	"bytes"
	"context"
	"errors"
	"path/filepath"
	"testing"
	"time"

	"github.com/google/uuid"
	bolt "go.etcd.io/bbolt"

	"tributary/internal/attribution"
	"tributary/internal/store"
)

// TestCheckRecountsBreakdowns: every checksum of a file that lacks a day fits.
func TestCheckRecountsBreakdowns(t *testing.T) {
	dir, ctx := t.TempDir(), context.Background()
	s := openIn(t, dir)
	now := time.Date(2026, 5, 4, 12, 0, 0, 0, time.UTC)
	touch := attribution.Touch{Ref: attribution.Ref{Kind: attribution.ByID, Value: "7"}, At: now}
	click := attribution.Event{ID: uuid.New(), Type: attribution.Clicked, At: now, Received: now, Visitor: uuid.New(), Latest: touch, URL: "https://www.example.com/"}
	if _, err := s.Ingest(ctx, "main", attribution.DefaultPolicy, []attribution.Event{click}); err != nil {
		t.Fatal(err)
	}
	if err := s.Check(ctx); err != nil {
		t.Fatal(err)
	}
	s.Close()
	empty(t, filepath.Join(dir, "tributary.db"), "breakdowns")
	s = openIn(t, dir)
	defer s.Close()
	if err := s.Check(ctx); !errors.Is(err, store.ErrDamaged) {
		t.Errorf("a breakdown is missing: %v", err)
	}
}

// empty takes the records out of a bucket of the account of a file.
func empty(t *testing.T, path, bucket string) {
	t.Helper()
	db, err := bolt.Open(path, 0o600, nil)
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	if err := db.Update(func(tx *bolt.Tx) error {
		b := tx.Bucket([]byte("accounts")).Bucket([]byte("main")).Bucket([]byte(bucket))
		return b.ForEach(func(key, _ []byte) error { return b.Delete(bytes.Clone(key)) })
	}); err != nil {
		t.Fatal(err)
	}
}
