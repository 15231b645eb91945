package boltstore

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"time"

	"github.com/google/uuid"

	"tributary/internal/attribution"
	"tributary/internal/store"
)

// tell keeps the news of a change, where somebody wants it.
func (a *accountTx) tell(before, o *attribution.OptIn) error {
	what := o.Status
	switch {
	case before == nil:
		what = attribution.Received
	case what == before.Status || what == attribution.Received:
		return nil
	}
	wanted, err := a.wants(what)
	if err != nil || !wanted {
		return err
	}
	id, err := uuid.NewV7() // they come in order, and the committer is the only one who makes them
	if err != nil {
		return err
	}
	return a.table("news").putJSON(id[:], store.News{OptIn: o.ID, What: what, At: lastNoted(o)})
}

// lastNoted is the time of the latest line in a trace: what changes a status notes it there.
func lastNoted(o *attribution.OptIn) time.Time {
	if len(o.Trace) == 0 {
		return o.Received
	}
	return o.Trace[len(o.Trace)-1].At
}

func (a *accountTx) wants(what attribution.Status) (bool, error) {
	if a.cache.wanted == nil {
		wanted, err := a.readWanted()
		if err != nil {
			return false, err
		}
		a.cache.wanted = &wanted
	}
	return slices.Contains(*a.cache.wanted, what), nil
}

func (a *accountTx) readWanted() ([]attribution.Status, error) {
	d, err := a.tx.document(store.NewsKind, string(a.id))
	if err != nil || d.Version == 0 {
		return nil, err
	}
	var said struct{ Wanted []attribution.Status }
	if err := json.Unmarshal(d.Value, &said); err != nil {
		return nil, fmt.Errorf("%w: which news account %s wants: %w", store.ErrDamaged, a.id, err)
	}
	return said.Wanted, nil
}

// documentChanged drops what is remembered of a document.
func (tx *txn) documentChanged(kind, key string) {
	if c := tx.s.caches[key]; kind == store.NewsKind && c != nil {
		c.wanted = nil
	}
}

// News implements store.Newsroom.
func (s *Store) News(ctx context.Context, account attribution.AccountID, limit int) (out []store.News, err error) {
	err = s.readAccount(account, func(a *accountTx) error {
		return a.table("news").ascend(nil, nil, func(key, payload []byte) (bool, error) {
			if len(out) == limit {
				return false, nil
			}
			n := store.News{ID: uuid.UUID(key)}
			if err := json.Unmarshal(payload, &n); err != nil {
				return false, fmt.Errorf("%w: news %s: %w", store.ErrDamaged, n.ID, err)
			}
			out = append(out, n)
			return true, nil
		})
	})
	return out, err
}

// PassedOn implements store.Newsroom.
func (s *Store) PassedOn(ctx context.Context, account attribution.AccountID, ids []uuid.UUID) error {
	if len(ids) == 0 {
		return nil
	}
	return s.write(ctx, func(tx *txn) error {
		a, err := tx.account(account)
		for _, id := range ids {
			if err == nil {
				err = a.table("news").delete(id[:])
			}
		}
		return err
	})
}
