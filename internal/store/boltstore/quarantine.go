package boltstore

import (
	"context"
	"fmt"

	"github.com/google/uuid"

	"tributary/internal/store"
)

// Quarantine implements store.Events.
func (s *Store) Quarantine(ctx context.Context, q store.Quarantined) error {
	return s.write(ctx, func(tx *txn) error {
		if tx.s.quarantined >= s.quarantineLimit {
			return store.ErrFull
		}
		tx.s.quarantined++
		return tx.quarantine().putJSON(q.ID[:], q)
	})
}

// Quarantines implements store.Events.
func (s *Store) Quarantines(ctx context.Context, before uuid.UUID, limit int) (out []store.Quarantined, err error) {
	err = s.view(func(tx *txn) error {
		t := tx.quarantine()
		return t.descend(nil, beforeID(before), func(key, _ []byte) (bool, error) {
			if len(out) == limit {
				return false, nil
			}
			var q store.Quarantined
			_, err := t.getJSON(key, &q)
			out = append(out, q)
			return true, err
		})
	})
	return out, err
}

// Quarantined implements store.Events.
func (s *Store) Quarantined(ctx context.Context, id uuid.UUID) (q store.Quarantined, err error) {
	err = s.view(func(tx *txn) error {
		found, err := tx.quarantine().getJSON(id[:], &q)
		if err == nil && !found {
			err = fmt.Errorf("quarantined %s: %w", id, store.ErrNotFound)
		}
		return err
	})
	return q, err
}

// Unquarantine implements store.Events.
func (s *Store) Unquarantine(ctx context.Context, id uuid.UUID) error {
	return s.write(ctx, func(tx *txn) error {
		found, err := tx.quarantine().has(id[:])
		if err != nil {
			return err
		}
		if !found {
			return fmt.Errorf("quarantined %s: %w", id, store.ErrNotFound)
		}
		tx.s.quarantined--
		return tx.quarantine().delete(id[:])
	})
}
