package boltstore

import (
	"bytes"
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"slices"
	"time"

	"tributary/internal/attribution"
	"tributary/internal/store"
)

// count adds to an hour's tally when the transaction commits. Most events of a batch share a few hours and
// affiliates, so each row is read and written once.
func (a *accountTx) count(ref attribution.Ref, hour attribution.Hour, t attribution.Tally) {
	k := tallyKey{a.id, ref, hour}
	a.tx.tallies[k] = a.tx.tallies[k].Add(t)
}

// countOptIn counts a new opt-in for the account; follow counts it for its affiliate, once it names one.
func (a *accountTx) countOptIn(o *attribution.OptIn) {
	a.count(attribution.Ref{}, attribution.HourOf(o.At), attribution.Tally{OptIns: 1})
}

// uncount takes an opt-in from an affiliate. Its person stays counted: that mark is of an opt-in that stays.
func (a *accountTx) uncount(o *attribution.OptIn, ref attribution.Ref) {
	if !ref.IsZero() {
		a.count(ref, attribution.HourOf(o.At), attribution.Tally{OptIns: -1})
	}
}

// countPerson counts a person for a reference, once. The mark of the empty reference is that of the account.
func (a *accountTx) countPerson(person attribution.PersonKey, ref attribution.Ref, at time.Time) error {
	hour := attribution.HourOf(at)
	isNew, err := a.markPerson(person, ref, hour)
	a.count(ref, hour, attribution.Tally{People: one(isNew)})
	return err
}

// countReferral counts an opt-in that became credited, at the hour of the opt-in.
func (a *accountTx) countReferral(o *attribution.OptIn) {
	hour := attribution.HourOf(o.At)
	a.count(o.Ref, hour, attribution.Tally{Referrals: 1})
	a.count(attribution.Ref{}, hour, attribution.Tally{Referrals: 1})
}

// uncountReferral takes back what countReferral counted.
func (a *accountTx) uncountReferral(o *attribution.OptIn) {
	hour := attribution.HourOf(o.At)
	a.count(o.Ref, hour, attribution.Tally{Referrals: -1})
	a.count(attribution.Ref{}, hour, attribution.Tally{Referrals: -1})
}

func creditKey(person attribution.PersonKey, ref attribution.Ref) []byte {
	return append(append([]byte(nil), person[:]...), ref.String()...)
}

func (a *accountTx) markPerson(person attribution.PersonKey, ref attribution.Ref, hour attribution.Hour) (isNew bool, err error) {
	key := creditKey(person, ref)
	marked, err := a.table("credits").has(key)
	if err != nil || marked {
		return false, err
	}
	return true, a.table("credits").put(key, binary.AppendVarint(nil, int64(hour)))
}

// flushTallies writes what was counted, in key order so that the tree is walked once.
func (tx *txn) flushTallies() error {
	type row struct {
		key []byte
		of  tallyKey
	}
	rows := make([]row, 0, len(tx.tallies))
	for k := range tx.tallies {
		rows = append(rows, row{counterKey(k.ref.String(), k.hour), k})
		tx.changed[changeKey{k.account, k.ref}] = true
	}
	slices.SortFunc(rows, func(x, y row) int { return bytes.Compare(x.key, y.key) })
	for _, r := range rows {
		if err := tx.addTally(r.of.account, r.key, tx.tallies[r.of]); err != nil {
			return fmt.Errorf("counting: %w", err)
		}
	}
	clear(tx.tallies)
	return tx.flushParts()
}

func (tx *txn) addTally(account attribution.AccountID, key []byte, t attribution.Tally) error {
	a, err := tx.account(account)
	if err != nil {
		return err
	}
	payload, found, err := a.table("counters").get(key)
	if err != nil {
		return err
	}
	if found {
		stored, err := decodeTally(payload)
		if err != nil {
			return err
		}
		t = t.Add(stored)
	}
	return a.table("counters").put(key, encodeTally(t))
}

func encodeTally(t attribution.Tally) []byte {
	b := make([]byte, 0, 16)
	for _, n := range []int64{t.Clicks, t.UniqueClicks, t.OptIns, t.People, t.Referrals} {
		b = binary.AppendVarint(b, n)
	}
	return b
}

func decodeTally(b []byte) (t attribution.Tally, err error) {
	for _, n := range []*int64{&t.Clicks, &t.UniqueClicks, &t.OptIns, &t.People, &t.Referrals} {
		v, size := binary.Varint(b)
		if size <= 0 {
			return t, fmt.Errorf("%w: a counter ends too early", store.ErrDamaged)
		}
		*n, b = v, b[size:]
	}
	return t, nil
}

// Counters implements store.Store.
func (s *Store) Counters(ctx context.Context, account attribution.AccountID, ref attribution.Ref, from, to attribution.Hour) (out []attribution.HourTally, err error) {
	err = s.readAccount(account, func(a *accountTx) error {
		c, err := a.canonicalInRead(ref)
		if err != nil {
			return err
		}
		return a.table("counters").ascend(refPrefix(c), counterKey(c.String(), from), func(key, payload []byte) (bool, error) {
			hour := counterHour(key)
			if hour >= to {
				return false, nil
			}
			t, err := decodeTally(payload)
			if t != (attribution.Tally{}) { // everything in it was taken back
				out = append(out, attribution.HourTally{Hour: hour, Tally: t})
			}
			return true, err
		})
	})
	return out, err
}

// readAccount runs a read of one account. An account that nothing was stored for reads as empty.
func (s *Store) readAccount(account attribution.AccountID, fn func(*accountTx) error) error {
	return s.view(func(tx *txn) error {
		a, err := tx.account(account)
		if errors.Is(err, store.ErrNotFound) {
			return nil
		}
		if err != nil {
			return err
		}
		return fn(a)
	})
}

// canonicalInRead is canonical without the committer's cache.
func (a *accountTx) canonicalInRead(ref attribution.Ref) (attribution.Ref, error) {
	if ref.Kind != attribution.ByCode {
		return ref, nil
	}
	c, _, err := a.owner(ref)
	return c, err
}
