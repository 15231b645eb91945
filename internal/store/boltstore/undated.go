package boltstore

import (
	"bytes"
	"context"
	"fmt"

	"github.com/google/uuid"

	"tributary/internal/attribution"
	"tributary/internal/store"
)

// Undated implements store.Events.
func (s *Store) Undated(ctx context.Context, account attribution.AccountID, before store.Cursor, limit int) (out []store.LoggedEvent, err error) {
	from := after(nil)
	if !before.At.IsZero() {
		from = appendEntry(nil, before.At, before.ID)
	}
	err = s.readAccount(account, func(a *accountTx) error {
		return a.table("undated").descend(nil, from, func(key, _ []byte) (bool, error) {
			if len(out) == limit {
				return false, nil
			}
			id := entryID(key)
			payload, found, err := a.table("events").get(id[:])
			if err == nil && !found {
				err = fmt.Errorf("%w: the index of undated events names %s, which is not there", store.ErrDamaged, id)
			}
			if err != nil {
				return false, err
			}
			e, err := a.decodeEvent(id, payload)
			out = append(out, e)
			return true, err
		})
	})
	return out, err
}

// listUndated puts an event where it is found by its time.
func (a *accountTx) listUndated(e *attribution.Event) error {
	if !store.IsUndated(*e) {
		return nil
	}
	return a.table("undated").put(appendEntry(nil, e.Received, e.ID), nil)
}

// listAllUndated fills the index, which older files have not.
func (a *accountTx) listAllUndated() error {
	return a.table("events").ascend(nil, nil, func(key, payload []byte) (bool, error) {
		e, err := a.decodeEvent(uuid.UUID(key), bytes.Clone(payload))
		if err == nil {
			err = a.listUndated(&e.Event)
		}
		return err == nil, err
	})
}

// checkUndated holds the index against the log.
func (a *accountTx) checkUndated() error {
	undated := 0
	err := a.table("events").ascend(nil, nil, func(key, payload []byte) (bool, error) {
		e, err := a.decodeEvent(uuid.UUID(key), payload)
		if err != nil || !store.IsUndated(e.Event) {
			return err == nil, err
		}
		undated++
		listed, err := a.table("undated").has(appendEntry(nil, e.Received, e.ID))
		if err == nil && !listed {
			err = fmt.Errorf("%w: event %s is undated and not listed", store.ErrDamaged, e.ID)
		}
		return err == nil, err
	})
	if err != nil {
		return err
	}
	n, err := a.table("undated").size()
	if err == nil && n != undated {
		err = fmt.Errorf("%w: %d events are undated and %d listed", store.ErrDamaged, undated, n)
	}
	return err
}
