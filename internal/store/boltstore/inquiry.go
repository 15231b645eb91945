package boltstore

import (
	"context"
	"fmt"

	"github.com/google/uuid"

	"tributary/internal/attribution"
	"tributary/internal/store"
)

// Event implements store.Inquiry.
func (s *Store) Event(ctx context.Context, account attribution.AccountID, id uuid.UUID) (e store.LoggedEvent, err error) {
	found := false
	err = s.readAccount(account, func(a *accountTx) error {
		var payload []byte
		if payload, found, err = a.table("events").get(id[:]); err != nil || !found {
			return err
		}
		e, err = a.decodeEvent(id, payload)
		return err
	})
	if err == nil && !found {
		err = fmt.Errorf("event %s: %w", id, store.ErrNotFound)
	}
	return e, err
}

// HasClicked implements store.Inquiry.
func (s *Store) HasClicked(ctx context.Context, account attribution.AccountID, visitor uuid.UUID, ref attribution.Ref) (clicked bool, err error) {
	err = s.readAccount(account, func(a *accountTx) error {
		if ref, err = a.canonicalInRead(ref); err != nil {
			return err
		}
		number, known, err := a.numberInRead(ref.String())
		if err != nil || !known {
			return err
		}
		stored, _, err := a.table("visits").get(visitor[:])
		if err != nil {
			return err
		}
		clicked, _, err = marks(stored).find(number)
		return err
	})
	return clicked, err
}

// numberInRead is the number of a text that has one.
func (a *accountTx) numberInRead(text string) (n uint64, known bool, err error) {
	payload, known, err := a.table("strings").get([]byte(text))
	if err != nil || !known {
		return 0, false, err
	}
	n, err = numberOf(payload)
	return n, true, err
}

func networkEntry(o *attribution.OptIn) []byte {
	return appendEntry(append([]byte(nil), o.Signals.Network[:]...), o.At, o.ID)
}

// FromNetwork implements store.Inquiry.
func (s *Store) FromNetwork(ctx context.Context, account attribution.AccountID, network attribution.NetworkKey, most int) (n int, err error) {
	if network.IsZero() {
		return 0, nil
	}
	err = s.readAccount(account, func(a *accountTx) error {
		return a.table("networks").ascend(network[:], nil, func(_, _ []byte) (bool, error) {
			n++
			return n < most, nil
		})
	})
	return n, err
}

// saveSuspicion keeps the indexes of what speaks for or against opt-ins: most have a network, and few have flags.
func (a *accountTx) saveSuspicion(before, o *attribution.OptIn) error {
	if before == nil {
		before = &attribution.OptIn{}
	}
	if before.Signals.Network != o.Signals.Network {
		if err := a.table("networks").swap(networkEntry(before), !before.Signals.Network.IsZero(), networkEntry(o), !o.Signals.Network.IsZero()); err != nil {
			return err
		}
	}
	had, has := len(before.Flags) > 0, len(o.Flags) > 0
	if had == has {
		return nil
	}
	entry := appendEntry(nil, o.At, o.ID)
	return a.table("flagged").swap(entry, had, entry, has)
}

// swap takes an entry out of an index, where it had been, and puts one in, where there is to be one.
func (t table) swap(old []byte, had bool, now []byte, has bool) error {
	if had {
		if err := t.delete(old); err != nil {
			return err
		}
	}
	if !has {
		return nil
	}
	return t.put(now, nil)
}
