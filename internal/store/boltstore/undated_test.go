package boltstore_test

import (
	"context"
	"path/filepath"
	"testing"
	"time"

	"github.com/google/uuid"

	"tributary/internal/attribution"
	"tributary/internal/store"
)

// TestAnOlderFileListsItsUndatedEvents: a file of before there was a list of them has it after it was opened.
func TestAnOlderFileListsItsUndatedEvents(t *testing.T) {
	dir, ctx := t.TempDir(), context.Background()
	now := time.Date(2026, 5, 4, 12, 0, 0, 0, time.UTC)
	undated := attribution.Event{ID: uuid.New(), Type: attribution.Clicked, At: now, Received: now, Visitor: uuid.New()}
	dated := undated
	dated.ID = uuid.Must(uuid.NewV7())
	dated.Received = time.Now().UTC()
	s := openIn(t, dir)
	if _, err := s.Ingest(ctx, "main", attribution.DefaultPolicy, []attribution.Event{undated, dated}); err != nil {
		t.Fatal(err)
	}
	s.Close()
	drop(t, filepath.Join(dir, "tributary.db"), "undated")
	s = openIn(t, dir)
	defer s.Close()
	found, err := s.Undated(ctx, "main", store.Cursor{}, 10)
	if err != nil || len(found) != 1 || found[0].ID != undated.ID {
		t.Errorf("%+v, %v", found, err)
	}
	if err := s.Check(ctx); err != nil {
		t.Error(err)
	}
}
