package boltstore

import (
	"cmp"
	"encoding/binary"
	"fmt"

	"github.com/google/uuid"

	"tributary/internal/attribution"
	"tributary/internal/store"
)

// marks are the numbers of the references that a visitor is counted for, as varints in the order of the visits.
type marks []byte

// each calls fn for every number, until fn returns false.
func (m marks) each(fn func(n uint64, encoded []byte) bool) error {
	for len(m) > 0 {
		n, size := binary.Uvarint(m)
		if size <= 0 {
			return fmt.Errorf("%w: the marks of a visitor end too early", store.ErrDamaged)
		}
		if !fn(n, m[:size]) {
			return nil
		}
		m = m[size:]
	}
	return nil
}

// find reports whether a number is among the marks, and how many stand before it.
func (m marks) find(number uint64) (found bool, before int, err error) {
	err = m.each(func(n uint64, _ []byte) bool {
		found = n == number
		if !found {
			before++
		}
		return !found
	})
	return found, before, err
}

// without appends the marks but for one number to b.
func (m marks) without(number uint64, b []byte) ([]byte, error) {
	err := m.each(func(n uint64, encoded []byte) bool {
		if n != number {
			b = append(b, encoded...)
		}
		return true
	})
	return b, err
}

// markVisitor notes that a visitor is counted for a reference, and reports whether that is new for the reference and
// for the account. Keys are visitors' ids, whose time is that of the first visit, so most of them append.
func (a *accountTx) markVisitor(visitor uuid.UUID, ref attribution.Ref, hour attribution.Hour) (newForRef, newForAccount bool, err error) {
	n, err := a.refNumber(ref)
	if err != nil {
		return false, false, err
	}
	stored, seen, err := a.table("visits").get(visitor[:])
	if err != nil {
		return false, false, err
	}
	marked, count, err := marks(stored).find(n)
	if err != nil || marked || count >= store.RefsOfVisitor {
		return false, false, err
	}
	if ref.Kind == attribution.ByCode { // may turn out to be an affiliate that this visitor is counted for
		pending := append(refPrefix(ref), visitor[:]...)
		if err := a.table("pending").put(pending, binary.AppendVarint(nil, int64(hour))); err != nil {
			return false, false, err
		}
	}
	now := append(a.tx.room(len(stored)+binary.MaxVarintLen64), stored...)
	return true, !seen, a.table("visits").put(visitor[:], binary.AppendUvarint(now, n))
}

// moveMark gives a visitor's mark of one reference to another, and reports whether that had none yet.
func (a *accountTx) moveMark(visitor uuid.UUID, from, to attribution.Ref) (isNew bool, err error) {
	old, err := a.refNumber(from)
	if err != nil {
		return false, err
	}
	n, err := a.refNumber(to)
	if err != nil {
		return false, err
	}
	stored, _, err := a.table("visits").get(visitor[:])
	if err != nil {
		return false, err
	}
	has, _, err := marks(stored).find(n)
	if err != nil {
		return false, err
	}
	now, err := marks(stored).without(old, a.tx.room(len(stored)+binary.MaxVarintLen64))
	if err != nil {
		return false, err
	}
	if !has {
		now = binary.AppendUvarint(now, n)
	}
	return !has, a.table("visits").put(visitor[:], now)
}

// recountVisitors counts the marks of each reference, and each visitor once for the account.
func (a *accountTx) recountVisitors(r *recount) error {
	return a.table("visits").ascend(nil, nil, func(_, payload []byte) (bool, error) {
		r.unique[""]++
		var missing error
		err := marks(payload).each(func(n uint64, _ []byte) bool {
			var ref string
			ref, missing = a.text(n)
			r.unique[ref]++
			return missing == nil
		})
		return err == nil && missing == nil, cmp.Or(err, missing)
	})
}

// joinMarks moves what an older file keeps as one record for each mark into one for each visitor: 16 bytes of the
// visitor's id and 20 more were spent on every mark.
func (a *accountTx) joinMarks() error {
	old := newTable(string(a.id)+"/visitors", a.bucket.Bucket([]byte("visitors")), a.tx)
	var visitor uuid.UUID
	var joined []byte
	save := func() error {
		if len(joined) == 0 {
			return nil
		}
		return a.table("visits").put(visitor[:], joined)
	}
	err := old.ascend(nil, nil, func(key, _ []byte) (bool, error) {
		if id := uuid.UUID(key[:16]); id != visitor {
			if err := save(); err != nil {
				return false, err
			}
			visitor, joined = id, joined[:0]
		}
		joined = append(joined, key[16:]...)
		return true, nil
	})
	if err == nil {
		err = save()
	}
	if err != nil {
		return fmt.Errorf("joining the marks of visitors: %w", err)
	}
	return a.bucket.DeleteBucket([]byte("visitors"))
}
