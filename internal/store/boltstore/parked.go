package boltstore

import (
	"bytes"
	"fmt"

	"tributary/internal/attribution"
	"tributary/internal/store"
)

// parkedKey is the place of a parked job: those of a code and kind lie together, by when they were made.
func parkedKey(j *store.Job) []byte {
	head := append(append(append([]byte(j.Code), 0), j.Kind...), 0)
	return append(appendTime(head, j.Created), j.ID...)
}

// saveParked keeps the index of what waits for a person.
func (tx *txn) saveParked(before, j *store.Job) error {
	was, is := before != nil && before.State == store.Parked, j.State == store.Parked
	if !was && !is {
		return nil
	}
	a, err := tx.account(j.Account)
	if err != nil {
		return err
	}
	if was && is && bytes.Equal(parkedKey(before), parkedKey(j)) {
		return nil
	}
	var old []byte
	if was {
		old = parkedKey(before)
	}
	return a.table("parked").swap(old, was, parkedKey(j), is)
}

// parkedStrands are the groups of the index that a query may find something in.
func (a *accountTx) parkedStrands(q store.JobQuery) (out []*strand, err error) {
	t := a.table("parked")
	c := t.bucket.Cursor()
	for k, _ := c.First(); k != nil; {
		code, rest, _ := bytes.Cut(k, []byte{0})
		kind, _, _ := bytes.Cut(rest, []byte{0})
		group := bytes.Clone(k[:len(code)+len(kind)+2])
		if (q.Code == "" || q.Code == string(code)) && (q.Kind == "" || q.Kind == store.JobKind(kind)) {
			out = append(out, &strand{table: t, prefix: group, within: group, back: true})
		}
		k, _ = c.Seek(after(group))
	}
	return out, nil
}

func (tx *txn) openStrands() []*strand {
	return []*strand{
		{table: tx.due(), prefix: lanes[0].prefix, within: lanes[0].prefix},
		{table: tx.due(), within: lanes[1].from},
	}
}

// checkParked holds a parked job against the index.
func (tx *txn) checkParked(j *store.Job) error {
	a, err := tx.account(j.Account)
	if err != nil {
		return err
	}
	listed, err := a.table("parked").has(parkedKey(j))
	if err == nil && !listed {
		err = fmt.Errorf("%w: job %s is parked and not listed", store.ErrDamaged, j.ID)
	}
	return err
}

func (tx *txn) checkParkedSize(jobs int) error {
	listed := 0
	err := tx.Bucket(accountsBucket).ForEachBucket(func(name []byte) error {
		a, err := tx.account(attribution.AccountID(name))
		if err != nil {
			return err
		}
		n, err := a.table("parked").size()
		listed += n
		return err
	})
	if err == nil && listed != jobs {
		err = fmt.Errorf("%w: %d jobs are parked and %d listed", store.ErrDamaged, jobs, listed)
	}
	return err
}
