package boltstore

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/google/uuid"

	"tributary/internal/attribution"
	"tributary/internal/store"
)

func (a *accountTx) getOptIn(id uuid.UUID) (o attribution.OptIn, err error) {
	found, err := a.table("optins").getJSON(id[:], &o)
	if err == nil && !found {
		err = fmt.Errorf("opt-in %s: %w", id, store.ErrNotFound)
	}
	return o, err
}

// saveOptIn writes an opt-in and its indexes; before is what was stored, nil for a new one. The time of an opt-in never
// changes, and its person only once, from nobody to somebody.
func (a *accountTx) saveOptIn(before, o *attribution.OptIn) error {
	a.breakDown(before, o)
	if err := a.table("optins").putJSON(o.ID[:], o); err != nil {
		return err
	}
	if err := a.tell(before, o); err != nil {
		return fmt.Errorf("keeping the news of opt-in %s: %w", o.ID, err)
	}
	if err := a.saveSuspicion(before, o); err != nil {
		return err
	}
	status := appendEntry(statusPrefix(o.Status), o.At, o.ID)
	if before != nil {
		return errors.Join(
			a.table("statuses").move(appendEntry(statusPrefix(before.Status), o.At, o.ID), status),
			a.table("owned").move(ownedEntry(before), ownedEntry(o)),
			a.table("persons").move(personEntry(before), personEntry(o)))
	}
	return errors.Join(
		a.table("statuses").put(status, nil),
		a.table("owned").put(ownedEntry(o), nil),
		a.table("time").put(appendEntry(nil, o.At, o.ID), nil),
		a.table("persons").put(personEntry(o), nil))
}

func personEntry(o *attribution.OptIn) []byte {
	return appendEntry(append([]byte(nil), o.Person[:]...), o.At, o.ID)
}

func ownedEntry(o *attribution.OptIn) []byte {
	return appendEntry(append(refPrefix(o.Ref), statusPrefix(o.Status)...), o.At, o.ID)
}

// dropOptIn removes an opt-in and its indexes.
func (a *accountTx) dropOptIn(o *attribution.OptIn) error {
	a.breakDown(o, nil)
	return errors.Join(
		a.saveSuspicion(o, &attribution.OptIn{ID: o.ID, At: o.At}),
		a.table("optins").delete(o.ID[:]),
		a.table("statuses").delete(appendEntry(statusPrefix(o.Status), o.At, o.ID)),
		a.table("owned").delete(ownedEntry(o)),
		a.table("time").delete(appendEntry(nil, o.At, o.ID)),
		a.table("persons").delete(personEntry(o)))
}

// OptIn implements store.Events.
func (s *Store) OptIn(ctx context.Context, account attribution.AccountID, id uuid.UUID) (o attribution.OptIn, err error) {
	err = s.view(func(tx *txn) error {
		a, err := tx.account(account)
		if err != nil {
			return err
		}
		found := false
		if o, found, err = a.claimed(id); err == nil && !found {
			err = fmt.Errorf("opt-in %s: %w", id, store.ErrNotFound)
		}
		return err
	})
	return o, err
}

// maxScan bounds how many rows one page may look at when its index does not answer the whole query: the page is then
// short, and its cursor goes on from there.
const maxScan = 20_000

// OptIns implements store.Events.
func (s *Store) OptIns(ctx context.Context, account attribution.AccountID, q store.Query) (page store.Page, err error) {
	err = s.readAccount(account, func(a *accountTx) error {
		if q.Ref, err = a.canonicalInRead(q.Ref); err != nil {
			return err
		}
		page, err = a.optIns(q)
		return err
	})
	return page, err
}

func (a *accountTx) optIns(q store.Query) (page store.Page, err error) {
	strands := a.strandsFor(q)
	if err := beginAll(strands, beyondIn(q)); err != nil {
		return page, err
	}
	scanned, last, most := 0, store.Cursor{}, maxScan
	if q.Scan > 0 {
		most = q.Scan
	}
	for s := firstOf(strands); s != nil && (q.From.IsZero() || !keyTime(s.tail).Before(q.From)); s = firstOf(strands) {
		if scanned++; scanned > most {
			page.Next = last
			return page, nil
		}
		o, err := a.getOptIn(entryID(s.tail))
		if err != nil {
			return page, err
		}
		if matches(o, q) && len(page.OptIns) == q.Limit { // only this one tells that there is more
			tail := page.OptIns[q.Limit-1]
			page.Next = store.Cursor{At: tail.At, ID: tail.ID}
			return page, nil
		}
		if matches(o, q) {
			page.OptIns = append(page.OptIns, o)
		}
		last = store.Cursor{At: o.At, ID: o.ID}
		if err := s.next(); err != nil {
			return page, err
		}
	}
	return page, nil
}

// strandsFor are the runs of the index that leaves the fewest rows to look at.
func (a *accountTx) strandsFor(q store.Query) []*strand {
	statuses := q.Statuses
	if q.Status != "" {
		statuses = []attribution.Status{q.Status}
	}
	switch {
	case !q.Person.IsZero():
		return strandsOf(a.table("persons"), q.Person[:])
	case q.Flagged:
		return strandsOf(a.table("flagged"), nil)
	case !q.Ref.IsZero() && len(statuses) == 0:
		return strandsOf(a.table("owned"), a.table("owned").groups(refPrefix(q.Ref))...)
	case !q.Ref.IsZero():
		return strandsOf(a.table("owned"), eachStatus(refPrefix(q.Ref), statuses)...)
	case len(statuses) > 0:
		return strandsOf(a.table("statuses"), eachStatus(nil, statuses)...)
	default:
		return strandsOf(a.table("time"), nil)
	}
}

// eachStatus are the prefixes of the statuses, each once.
func eachStatus(head []byte, statuses []attribution.Status) (prefixes [][]byte) {
	for _, s := range slices.Compact(slices.Sorted(slices.Values(statuses))) {
		prefixes = append(prefixes, append(bytes.Clone(head), statusPrefix(s)...))
	}
	return prefixes
}

// beyondIn is the tail that a page starts beyond; nil for the first page of all.
func beyondIn(q store.Query) []byte {
	switch {
	case !q.Cursor.IsZero():
		return appendEntry(nil, q.Cursor.At, q.Cursor.ID)
	case !q.To.IsZero():
		return appendTime(nil, q.To)
	default:
		return nil
	}
}

func matches(o attribution.OptIn, q store.Query) bool {
	return (q.Person.IsZero() || o.Person == q.Person) &&
		(q.Ref.IsZero() || o.Ref == q.Ref) &&
		(q.Status == "" || o.Status == q.Status) &&
		(len(q.Statuses) == 0 || slices.Contains(q.Statuses, o.Status)) &&
		(q.Site == "" || o.Site == q.Site) &&
		(!q.Flagged || len(o.Flags) > 0) &&
		(q.To.IsZero() || o.At.Before(q.To))
}

// Log implements store.Events.
func (s *Store) Log(ctx context.Context, account attribution.AccountID, before uuid.UUID, limit int) (out []store.LoggedEvent, err error) {
	err = s.readAccount(account, func(a *accountTx) error {
		return a.table("events").descend(nil, beforeID(before), func(key, payload []byte) (bool, error) {
			if len(out) == limit {
				return false, nil
			}
			e, err := a.decodeEvent(uuid.UUID(key), payload)
			out = append(out, e)
			return true, err
		})
	})
	return out, err
}

func beforeID(id uuid.UUID) []byte {
	if id == uuid.Nil {
		return after(nil)
	}
	return id[:]
}

// noteOptIn changes an opt-in as a settled job says. An opt-in that is gone, because its person was erased, is no error.
func (a *accountTx) noteOptIn(id uuid.UUID, now time.Time, change func(*attribution.OptIn)) error {
	o, err := a.getOptIn(id)
	if errors.Is(err, store.ErrNotFound) {
		return nil
	}
	if err != nil {
		return err
	}
	before := o
	change(&o)
	if o.Status == attribution.Credited && before.Status != attribution.Credited {
		a.countReferral(&o)
		if err := a.holdReferral(o.ReferralID); err != nil {
			return err
		}
	}
	return a.saveOptIn(&before, &o)
}
