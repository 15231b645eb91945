package boltstore

import (
	"context"
	"time"

	"tributary/internal/attribution"
	"tributary/internal/store"
)

// Follow implements store.Outbox.
func (s *Store) Follow(ctx context.Context, account attribution.AccountID, now time.Time, then []store.Following) error {
	return s.write(ctx, func(tx *txn) error { return tx.follow(account, now, then) })
}

// follow makes the jobs that a settlement brings. One that is there and parked stays so: a person looks at it.
func (tx *txn) follow(account attribution.AccountID, now time.Time, then []store.Following) error {
	for _, f := range then {
		j := store.Job{
			Account: account, ID: store.JobID(f.Kind, f.Subject), Kind: f.Kind, Subject: f.Subject, State: store.Ready,
			Due: now.Add(f.After), Created: now, After: f.After,
		}
		var old store.Job
		found, err := tx.jobs().getJSON(jobKey(account, j.ID), &old)
		if err != nil {
			return err
		}
		switch {
		case !found:
			err = tx.saveJob(nil, &j)
		case !old.Again:
			j = old
			j.Again = true
			err = tx.saveJob(&old, &j)
		}
		if err != nil {
			return err
		}
	}
	return nil
}

// again begins a job anew that was wanted once more while it was in hand.
func again(j store.Job, now time.Time) store.Job {
	j.State, j.Due, j.Created, j.Attempt, j.Again = store.Ready, now.Add(j.After), now, 0, false
	j.Reason, j.Code = "", ""
	return j
}
