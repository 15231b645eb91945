package boltstore

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"

	"github.com/google/uuid"
	bolterrors "go.etcd.io/bbolt/errors"

	"tributary/internal/attribution"
	"tributary/internal/store"
)

// Check implements store.Store. bbolt's own check comes last: it runs in a goroutine of its own, where a fault of memory
// ends the program, and what stands before it has then read every page of ours.
func (s *Store) Check(ctx context.Context) error {
	err := s.view(func(tx *txn) error {
		for _, check := range []func(context.Context) error{tx.checkWhole, tx.checkTables, tx.checkAccounts} {
			if err := check(ctx); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		return err
	}
	return s.checkPages()
}

// checkWhole finds a file that was cut, and one that is not ours.
func (tx *txn) checkWhole(context.Context) error {
	info, err := os.Stat(tx.s.path)
	if err != nil {
		return err
	}
	if info.Size() < tx.Size() {
		return fmt.Errorf("%w: the file has %d bytes and should have %d: it was cut", store.ErrDamaged, info.Size(), tx.Size())
	}
	for _, name := range topBuckets {
		if tx.Bucket(name) == nil {
			return fmt.Errorf("%w: the bucket %s is missing: this is no store of Tributary", store.ErrDamaged, name)
		}
	}
	return nil
}

// checkTables verifies what belongs to no account.
func (tx *txn) checkTables(context.Context) error {
	if _, err := tx.quarantine().size(); err != nil {
		return err
	}
	err := tx.Bucket(documentsBucket).ForEachBucket(func(kind []byte) error {
		t, _, err := tx.documents(string(kind))
		if err == nil {
			_, err = t.size()
		}
		return err
	})
	if err != nil {
		return err
	}
	return tx.checkSchedule()
}

func (tx *txn) checkAccounts(ctx context.Context) error {
	return tx.Bucket(accountsBucket).ForEachBucket(func(name []byte) error {
		if err := ctx.Err(); err != nil {
			return err
		}
		a, err := tx.account(attribution.AccountID(name))
		if err != nil {
			return err
		}
		return a.check()
	})
}

// checkPages holds the pages in use against the list of free ones. The list is that of the newest commit, so no commit may
// come between: as the writer, unless the file is open for reading alone. A commit waits meanwhile.
func (s *Store) checkPages() (err error) {
	defer guard(&err)
	defer faultsPanic()()
	tx, err := s.db.Begin(!s.db.IsReadOnly())
	if errors.Is(err, bolterrors.ErrDatabaseNotOpen) {
		return store.ErrClosed
	}
	if err != nil {
		return fmt.Errorf("checking the pages: %w", err)
	}
	defer func() { err = errors.Join(err, tx.Rollback()) }()
	for fault := range tx.Check() { // to its end: it goes on reading until then
		if err == nil {
			err = fmt.Errorf("%w: %w", store.ErrDamaged, fault)
		}
	}
	return err
}

// size counts a table's records, verifying each.
func (t table) size() (n int, err error) {
	err = t.ascend(nil, nil, func(_, _ []byte) (bool, error) { n++; return true, nil })
	return n, err
}

// checkSchedule holds jobs and their due times against each other.
func (tx *txn) checkSchedule() error {
	open, parked := 0, 0
	err := tx.jobs().ascend(nil, nil, func(key, _ []byte) (bool, error) {
		j, err := tx.job(key)
		if err != nil {
			return false, err
		}
		if j.State == store.Parked {
			parked++
			return true, tx.checkParked(&j)
		}
		if !isOpen(j.State) {
			return true, nil
		}
		open++
		scheduled, err := tx.due().has(dueKey(&j, key))
		if err == nil && !scheduled {
			err = fmt.Errorf("%w: job %s is open and never due", store.ErrDamaged, j.ID)
		}
		return err == nil, err
	})
	if err != nil {
		return err
	}
	if err := tx.checkParkedSize(parked); err != nil {
		return err
	}
	due, err := tx.due().size()
	if err == nil && due != open {
		err = fmt.Errorf("%w: %d jobs are open and %d are due", store.ErrDamaged, open, due)
	}
	return err
}

// hourKey is a row of counters, by the text that leads its key.
type hourKey struct {
	ref  string
	hour attribution.Hour
}

// recount is what the counters should hold. Unique visitors and people depend on the order of arrival in their hour, so
// they are compared by their sum.
type recount struct {
	hours  map[hourKey]attribution.Tally // clicks, opt-ins and referrals
	unique map[string]int64
	people map[string]int64
	parts  map[partKey]attribution.Part
}

func (a *accountTx) check() error {
	for _, name := range accountBuckets {
		if _, err := a.table(name).size(); err != nil {
			return err
		}
	}
	r := recount{hours: map[hourKey]attribution.Tally{}, unique: map[string]int64{}, people: map[string]int64{}, parts: map[partKey]attribution.Part{}}
	return errors.Join(a.recountEvents(&r), a.recountVisitors(&r), a.recountOptIns(&r), a.recountPeople(&r), a.compare(&r), a.compareParts(r.parts), a.checkUndated())
}

func (r *recount) add(ref string, hour attribution.Hour, t attribution.Tally) {
	for _, k := range []hourKey{{ref: ref, hour: hour}, {hour: hour}} {
		r.hours[k] = r.hours[k].Add(t)
	}
}

func (a *accountTx) recountEvents(r *recount) error {
	return a.table("events").ascend(nil, nil, func(key, payload []byte) (bool, error) {
		e, err := a.decodeEvent(uuid.UUID(key), payload)
		if err != nil || e.IsTest() || e.Ignored != "" || e.Type == attribution.OptedIn {
			return err == nil, err
		}
		if e.Type == attribution.Referred {
			return true, a.recountImport(e, r)
		}
		ref := e.Counted
		if ref.Kind == attribution.ByCode {
			_, ref, err = a.owner(ref)
		}
		r.add(ref.String(), attribution.HourOf(e.At), attribution.Tally{Clicks: 1})
		a.addTo(r.parts, ref, e.At, attribution.LandingOf(e.URL, e.UTM), attribution.Part{Clicks: 1})
		return err == nil, err
	})
}

func (a *accountTx) recountOptIns(r *recount) error {
	total, networks, flagged := 0, 0, 0
	err := a.table("optins").ascend(nil, nil, func(key, payload []byte) (bool, error) {
		total++
		var o attribution.OptIn
		if err := json.Unmarshal(payload, &o); err != nil {
			return false, fmt.Errorf("%w: opt-in %x: %w", store.ErrDamaged, key, err)
		}
		networks += int(one(!o.Signals.Network.IsZero()))
		flagged += int(one(len(o.Flags) > 0))
		t := attribution.Tally{OptIns: 1, Referrals: one(o.IsCredited())}
		if o.Ref.IsZero() {
			k := hourKey{hour: attribution.HourOf(o.At)}
			r.hours[k] = r.hours[k].Add(t)
		} else {
			r.add(o.Ref.String(), attribution.HourOf(o.At), t)
		}
		a.addTo(r.parts, o.Ref, o.At, o.Landed(), partOf(&o))
		return true, a.checkIndexes(o)
	})
	if err != nil {
		return err
	}
	return a.checkIndexSizes(map[string]int{
		"time": total, "owned": total, "persons": total, "statuses": total, "networks": networks, "flagged": flagged,
	})
}

func (a *accountTx) checkIndexes(o attribution.OptIn) error {
	places := map[string][]byte{"time": nil, "owned": append(refPrefix(o.Ref), statusPrefix(o.Status)...), "persons": o.Person[:], "statuses": statusPrefix(o.Status)}
	if !o.Signals.Network.IsZero() {
		places["networks"] = o.Signals.Network[:]
	}
	if len(o.Flags) > 0 {
		places["flagged"] = nil
	}
	for name, prefix := range places {
		listed, err := a.table(name).has(appendEntry(append([]byte(nil), prefix...), o.At, o.ID))
		if err != nil {
			return err
		}
		if !listed {
			return fmt.Errorf("%w: opt-in %s is missing in the index %s", store.ErrDamaged, o.ID, name)
		}
	}
	return nil
}

func (a *accountTx) checkIndexSizes(want map[string]int) error {
	for name, optIns := range want {
		n, err := a.table(name).size()
		if err != nil {
			return err
		}
		if n != optIns {
			return fmt.Errorf("%w: %d opt-ins, and %d in the index %s", store.ErrDamaged, optIns, n, name)
		}
	}
	return nil
}

func (a *accountTx) recountPeople(r *recount) error {
	return a.table("credits").ascend(nil, nil, func(key, _ []byte) (bool, error) {
		r.people[string(key[16:])]++
		return true, nil
	})
}

// compare holds the counters against the recount.
func (a *accountTx) compare(r *recount) error {
	err := a.table("counters").ascend(nil, nil, func(key, payload []byte) (bool, error) {
		t, err := decodeTally(payload)
		if err != nil {
			return false, err
		}
		ref := string(key[:len(key)-9])
		r.unique[ref] -= t.UniqueClicks
		r.people[ref] -= t.People
		k := hourKey{ref: ref, hour: counterHour(key)}
		want := r.hours[k]
		delete(r.hours, k)
		if t.Clicks != want.Clicks || t.OptIns != want.OptIns || t.Referrals != want.Referrals {
			return false, fmt.Errorf("%w: counters of %q at %s are %+v, a recount gives %+v", store.ErrDamaged, ref, k.hour.Time(), t, want)
		}
		return true, nil
	})
	if err != nil {
		return err
	}
	return r.rest()
}

// rest reports what the recount has and the counters lack.
func (r *recount) rest() error {
	for k, t := range r.hours {
		if t != (attribution.Tally{}) {
			return fmt.Errorf("%w: nothing was counted for %q at %s, a recount gives %+v", store.ErrDamaged, k.ref, k.hour.Time(), t)
		}
	}
	for name, sums := range map[string]map[string]int64{"unique visitors": r.unique, "people": r.people} {
		for ref, n := range sums {
			if n != 0 {
				return fmt.Errorf("%w: a recount of the %s of %q differs by %d", store.ErrDamaged, name, ref, n)
			}
		}
	}
	return nil
}
