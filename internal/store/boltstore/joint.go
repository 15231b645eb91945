package boltstore

import (
	"bytes"

	"github.com/google/uuid"

	"tributary/internal/store"
)

// maxJoint bounds the steps of one page of joint.
const maxJoint = 5000

// joint answers a query for a reference and a status from both indexes at once: each is asked for its next entry at or below
// the other's, so that the few held opt-ins of an affiliate with a million are found at once.
func (a *accountTx) joint(q store.Query) (page store.Page, err error) {
	refs, statuses := side{a.table("refs"), refPrefix(q.Ref)}, side{a.table("statuses"), statusPrefix(q.Status)}
	upper := below(nil, q)
	for range maxJoint {
		tail, err := refs.last(upper)
		if err != nil || tail == nil || !q.From.IsZero() && entryTime(tail).Before(q.From) {
			return page, err
		}
		other, err := statuses.last(justAbove(tail))
		if err != nil || other == nil {
			return page, err
		}
		if !bytes.Equal(tail, other) {
			upper = justAbove(other)
			continue
		}
		o, err := a.getOptIn(entryID(tail))
		if err != nil {
			return page, err
		}
		if matches(o, q) && len(page.OptIns) == q.Limit {
			page.Next = store.Cursor{At: page.OptIns[q.Limit-1].At, ID: page.OptIns[q.Limit-1].ID}
			return page, nil
		}
		if matches(o, q) {
			page.OptIns = append(page.OptIns, o)
		}
		upper = tail
	}
	page.Next = store.Cursor{At: keyTime(upper), ID: uuid.UUID(upper[keyTimeLength:entryLength])}
	return page, nil
}

const entryLength = keyTimeLength + 16

// justAbove is the bound below which an entry is the last.
func justAbove(tail []byte) []byte { return append(bytes.Clone(tail), 0) }

// side is one index of opt-ins, at one prefix.
type side struct {
	table
	prefix []byte
}

// last is the last entry below a bound, without the prefix; nil for none.
func (s side) last(bound []byte) (tail []byte, err error) {
	err = s.descend(s.prefix, append(bytes.Clone(s.prefix), bound...), func(key, _ []byte) (bool, error) {
		tail = bytes.Clone(key[len(s.prefix):])
		return false, nil
	})
	return tail, err
}
