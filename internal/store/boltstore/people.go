package boltstore

import (
	"bytes"
	"context"
	"crypto/rand"
	"errors"
	"time"

	"github.com/google/uuid"

	"tributary/internal/attribution"
	"tributary/internal/store"
)

// scanChunk bounds one read of a scan of the log: bbolt cannot use a page again while a read that saw it goes on.
const scanChunk = 10_000

// eachEvent calls fn for the whole log, newest first.
func (s *Store) eachEvent(ctx context.Context, account attribution.AccountID, fn func(store.LoggedEvent)) error {
	for before := uuid.Nil; ; {
		page, err := s.Log(ctx, account, before, scanChunk)
		if err != nil {
			return err
		}
		for _, e := range page {
			fn(e)
		}
		if err := ctx.Err(); err != nil || len(page) < scanChunk {
			return err
		}
		before = page[len(page)-1].ID
	}
}

// Export implements store.People.
func (s *Store) Export(ctx context.Context, account attribution.AccountID, person attribution.PersonKey) (out store.Exported, err error) {
	if out.OptIns, err = s.optInsOf(account, person); err != nil {
		return out, err
	}
	own, visitors := ownEvents(person, out.OptIns), map[uuid.UUID]bool{}
	err = s.eachEvent(ctx, account, func(e store.LoggedEvent) {
		if own(e) {
			visitors[e.Visitor] = true
		}
	})
	if err != nil {
		return out, err
	}
	delete(visitors, uuid.Nil)
	err = s.eachEvent(ctx, account, func(e store.LoggedEvent) {
		if own(e) || e.Type == attribution.Clicked && visitors[e.Visitor] {
			out.Events = append(out.Events, e)
		}
	})
	return out, err
}

// ownEvents tells the events of a person: those that name them, and those that were merged into one of their opt-ins.
func ownEvents(person attribution.PersonKey, optIns []attribution.OptIn) func(store.LoggedEvent) bool {
	ids := map[uuid.UUID]bool{}
	for _, o := range optIns {
		ids[o.ID] = true
	}
	return func(e store.LoggedEvent) bool { return e.Person == person || ids[e.OptIn] }
}

func (s *Store) optInsOf(account attribution.AccountID, person attribution.PersonKey) (out []attribution.OptIn, err error) {
	err = s.readAccount(account, func(a *accountTx) error {
		return a.table("persons").descend(person[:], after(person[:]), func(key, _ []byte) (bool, error) {
			o, err := a.getOptIn(entryID(key))
			out = append(out, o)
			return true, err
		})
	})
	return out, err
}

// maxRounds ends an erasure whose person goes on sending.
const maxRounds = 3

// Erase implements store.People. The log is read outside of the commit, which would otherwise keep everybody waiting;
// what arrives meanwhile is found in another round.
func (s *Store) Erase(ctx context.Context, account attribution.AccountID, person attribution.PersonKey, now time.Time) (all store.Erasure, err error) {
	var ghost attribution.PersonKey
	rand.Read(ghost[:])
	for range maxRounds {
		events, err := s.eventsOf(ctx, account, person)
		if err != nil {
			return all, err
		}
		done, err := s.eraseNow(ctx, account, erasure{person, ghost, now}, events)
		if err != nil {
			return all, err
		}
		all.OptIns, all.Events, all.Jobs = all.OptIns+done.OptIns, all.Events+done.Events, all.Jobs+done.Jobs
		if done == (store.Erasure{}) {
			break
		}
	}
	return all, nil
}

func (s *Store) eventsOf(ctx context.Context, account attribution.AccountID, person attribution.PersonKey) (ids []uuid.UUID, err error) {
	optIns, err := s.optInsOf(account, person)
	if err != nil {
		return nil, err
	}
	own := ownEvents(person, optIns)
	err = s.eachEvent(ctx, account, func(e store.LoggedEvent) {
		if own(e) {
			ids = append(ids, e.ID)
		}
	})
	return ids, err
}

// erasure puts a ghost, which is random and kept nowhere else, in a person's place.
type erasure struct {
	person, ghost attribution.PersonKey
	now           time.Time
}

func (s *Store) eraseNow(ctx context.Context, account attribution.AccountID, e erasure, events []uuid.UUID) (done store.Erasure, err error) {
	err = s.write(ctx, func(tx *txn) error {
		done = store.Erasure{}
		a, err := tx.account(account)
		if err != nil {
			return err
		}
		if err := a.eraseOptIns(e, &done); err != nil {
			return err
		}
		if err := a.eraseEvents(e, events, &done); err != nil {
			return err
		}
		return errors.Join(a.eraseMarks(e), a.table("people").delete(e.person[:]))
	})
	return done, err
}

func (a *accountTx) eraseOptIns(e erasure, done *store.Erasure) error {
	var keys [][]byte
	err := a.table("persons").ascend(e.person[:], nil, func(key, _ []byte) (bool, error) {
		keys = append(keys, bytes.Clone(key))
		return true, nil
	})
	if err != nil {
		return err
	}
	for _, key := range keys {
		cancelled, err := a.eraseOptIn(e, key)
		if err != nil {
			return err
		}
		done.OptIns++
		done.Jobs += cancelled
	}
	return nil
}

func (a *accountTx) eraseOptIn(e erasure, key []byte) (cancelled int, err error) {
	before, err := a.getOptIn(entryID(key))
	if err != nil {
		return 0, err
	}
	o := before
	o.Erase(e.ghost, e.now)
	if err := a.saveOptIn(&before, &o); err != nil {
		return 0, err
	}
	if err := a.table("persons").move(key, append(e.ghost[:], key[len(e.ghost):]...)); err != nil {
		return 0, err
	}
	return a.cancel(o.ID)
}

// cancel removes the jobs of an opt-in. A worker that has one in hand finds its claim stale before it writes.
func (a *accountTx) cancel(id uuid.UUID) (cancelled int, err error) {
	for _, kind := range append([]store.JobKind{store.CreditJob}, store.AfterJobs...) {
		there, err := a.cancelJob(kind, id)
		if err != nil {
			return cancelled, err
		}
		cancelled += int(one(there))
	}
	return cancelled, nil
}

// cancelCredit removes the job that credits an opt-in, and leaves what follows on the credit.
func (a *accountTx) cancelCredit(id uuid.UUID) (bool, error) { return a.cancelJob(store.CreditJob, id) }

func (a *accountTx) cancelJob(kind store.JobKind, id uuid.UUID) (bool, error) {
	var j store.Job
	found, err := a.tx.jobs().getJSON(jobKey(a.id, store.JobID(kind, id.String())), &j)
	if err != nil || !found {
		return false, err
	}
	done := j
	done.State = store.Done
	return true, a.tx.saveJob(&j, &done)
}

func (a *accountTx) eraseEvents(e erasure, ids []uuid.UUID, done *store.Erasure) error {
	for _, id := range ids {
		payload, found, err := a.table("events").get(id[:])
		if err != nil {
			return err
		}
		if !found {
			continue
		}
		logged, err := a.decodeEvent(id, payload)
		if err != nil {
			return err
		}
		logged.Person, logged.Sealed, logged.Visitor = e.ghost, nil, uuid.Nil
		encoded, err := a.encodeEvent(nil, &logged.Event, logged.Outcome, logged.Counted)
		if err != nil {
			return err
		}
		if err := a.table("events").put(id[:], encoded); err != nil {
			return err
		}
		done.Events++
	}
	return nil
}

// eraseMarks gives the marks that say for whom the person was counted to the ghost: without them a recount of people
// would differ from the counters.
func (a *accountTx) eraseMarks(e erasure) error {
	marks := map[string][]byte{}
	err := a.table("credits").ascend(e.person[:], nil, func(key, payload []byte) (bool, error) {
		marks[string(key)] = bytes.Clone(payload)
		return true, nil
	})
	if err != nil {
		return err
	}
	for key, payload := range marks {
		if err := a.table("credits").delete([]byte(key)); err != nil {
			return err
		}
		if err := a.table("credits").put(append(e.ghost[:], key[len(e.person):]...), payload); err != nil {
			return err
		}
	}
	return nil
}
