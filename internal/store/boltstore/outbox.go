package boltstore

import (
	"bytes"
	"context"
	"fmt"
	"slices"
	"time"

	"github.com/google/uuid"

	"tributary/internal/attribution"
	"tributary/internal/store"
)

func isLookup(key []byte) bool {
	_, id, _ := bytes.Cut(key, []byte{0})
	return bytes.HasPrefix(id, []byte(store.AffiliateJob))
}

// newJob adds a job that is due now, unless the same intent is there already.
func (a *accountTx) newJob(kind store.JobKind, subject string, now time.Time) (made bool, err error) {
	j := store.Job{Account: a.id, ID: store.JobID(kind, subject), Kind: kind, Subject: subject, State: store.Ready, Due: now, Created: now}
	there, err := a.tx.jobs().has(jobKey(j.Account, j.ID))
	if err != nil || there {
		return false, err
	}
	return true, a.tx.saveJob(nil, &j)
}

func isOpen(s store.JobState) bool { return s == store.Ready || s == store.Sending }

// saveJob writes a job and its place in the schedule; before is what was stored, nil for a new one. A job that is done
// is removed: what it did stands with its opt-in.
func (tx *txn) saveJob(before, j *store.Job) error {
	key := jobKey(j.Account, j.ID)
	tx.s.putOff.Add(one(isPutOff(j)) - one(before != nil && isPutOff(before)))
	tx.s.standings.move(before, j)
	if err := tx.saveParked(before, j); err != nil {
		return err
	}
	if before != nil && isOpen(before.State) {
		if err := tx.due().delete(dueKey(before, key)); err != nil {
			return err
		}
	}
	if j.State == store.Done {
		if j.Kind == store.AffiliateJob {
			tx.s.lookups--
		}
		return tx.jobs().delete(key)
	}
	if isOpen(j.State) {
		if err := tx.due().put(dueKey(j, key), nil); err != nil {
			return err
		}
	}
	return tx.jobs().putJSON(key, j)
}

func (tx *txn) job(key []byte) (j store.Job, err error) {
	found, err := tx.jobs().getJSON(key, &j)
	if err == nil && !found {
		err = fmt.Errorf("job %q: %w", key, store.ErrNotFound)
	}
	return j, err
}

// Claim implements store.Outbox. It writes only when something is due, so that an idle outbox costs no commit.
func (s *Store) Claim(ctx context.Context, now time.Time, n int, lease time.Duration) (claimed []store.Job, err error) {
	idle, err := s.idle(now)
	if err != nil || idle {
		return nil, err
	}
	err = s.write(ctx, func(tx *txn) (err error) {
		claimed, err = tx.claim(now, n, now.Add(lease))
		return err
	})
	if err != nil {
		return nil, err
	}
	return claimed, nil
}

func (s *Store) idle(now time.Time) (idle bool, err error) {
	err = s.view(func(tx *txn) error {
		first, err := tx.firstDue()
		idle = first.IsZero() || first.After(now)
		return err
	})
	return idle, err
}

// firstDue is when the first job of all is due; zero when none is open.
func (tx *txn) firstDue() (first time.Time, err error) {
	for _, lane := range lanes {
		err := tx.due().ascend(lane.prefix, lane.from, func(key, _ []byte) (bool, error) {
			if at, _ := dueAt(key); first.IsZero() || at.Before(first) {
				first = at
			}
			return false, nil
		})
		if err != nil {
			return first, err
		}
	}
	return first, nil
}

func (tx *txn) claim(now time.Time, n int, until time.Time) ([]store.Job, error) {
	keys, err := tx.dueJobs(now, n)
	if err != nil {
		return nil, err
	}
	jobs := make([]store.Job, 0, len(keys))
	for _, key := range keys {
		before, err := tx.job(key)
		if err != nil {
			return nil, fmt.Errorf("%w: the schedule names a job that is not there: %v", store.ErrDamaged, err)
		}
		j := before
		j.Epoch++
		j.Due, j.Again = until, false
		if err := tx.saveJob(&before, &j); err != nil {
			return nil, err
		}
		jobs = append(jobs, j)
	}
	return jobs, nil
}

// slowShare is which part of the jobs that are handed out comes from the slow lane while it has any.
const slowShare = 4

// dueJobs picks the jobs to hand out: of both lanes, as Claim's contract says.
func (tx *txn) dueJobs(now time.Time, n int) (keys [][]byte, err error) {
	fast, err := tx.dueIn(lanes[0], now, n)
	if err != nil {
		return nil, err
	}
	slow, err := tx.dueIn(lanes[1], now, n)
	if err != nil {
		return nil, err
	}
	for len(keys) < n && len(fast)+len(slow) > 0 {
		from := tx.s.lane(&fast, &slow)
		keys, *from = append(keys, (*from)[0]), (*from)[1:]
	}
	return keys, nil
}

// lane chooses where the next job comes from; not both are empty.
func (s *Store) lane(fast, slow *[][]byte) *[][]byte {
	switch {
	case len(*slow) == 0:
		return fast
	case len(*fast) == 0:
		return slow
	}
	if s.handed++; s.handed%slowShare == 0 {
		return slow
	}
	return fast
}

// dueIn are the jobs of one lane that are due, oldest first.
func (tx *txn) dueIn(l lane, now time.Time, n int) (keys [][]byte, err error) {
	err = tx.due().ascend(l.prefix, l.from, func(key, _ []byte) (bool, error) {
		at, job := dueAt(key)
		if len(keys) == n || at.After(now) {
			return false, nil
		}
		keys = append(keys, bytes.Clone(job))
		return true, nil
	})
	return keys, err
}

// Advance implements store.Outbox.
func (s *Store) Advance(ctx context.Context, job store.Job, now time.Time, settle store.Settlement) error {
	return s.write(ctx, func(tx *txn) error {
		before, err := tx.job(jobKey(job.Account, job.ID))
		if err != nil {
			return fmt.Errorf("%w: %v", store.ErrStale, err)
		}
		if before.Epoch != job.Epoch {
			return store.ErrStale
		}
		return tx.settle(before, now, settle)
	})
}

func (tx *txn) settle(before store.Job, now time.Time, s store.Settlement) error {
	j := before
	j.State, j.Due, j.Attempt, j.Reason, j.Code = s.State, s.Due, s.Attempt, s.Reason, s.Code
	if !s.Intended.IsZero() {
		j.Intended = s.Intended
	}
	if j.State == store.Done && j.Again {
		j = again(j, now)
	}
	if err := tx.saveJob(&before, &j); err != nil {
		return err
	}
	if err := tx.follow(j.Account, now, s.Then); err != nil {
		return err
	}
	switch {
	case j.Kind == store.CreditJob:
		return tx.settleOptIn(j, now, s)
	case slices.Contains(store.AfterJobs, j.Kind) && s.Step != "":
		return tx.settleOptIn(j, now, store.Settlement{Step: s.Step, Detail: s.Detail})
	}
	return nil
}

func (tx *txn) settleOptIn(j store.Job, now time.Time, s store.Settlement) error {
	id, err := uuid.Parse(j.Subject)
	if err != nil {
		return fmt.Errorf("%w: job %s names no opt-in", store.ErrDamaged, j.ID)
	}
	a, err := tx.account(j.Account)
	if err != nil {
		return err
	}
	return a.noteOptIn(id, now, func(o *attribution.OptIn) {
		if j.Kind == store.CreditJob {
			o.Status, o.Reason = orElse(s.Status, o.Status), s.Reason
		}
		o.ContactID, o.ReferralID = orElse(s.ContactID, o.ContactID), orElse(s.ReferralID, o.ReferralID)
		if s.Step != "" {
			o.Note(now, s.Step, s.Detail)
		}
		if s.Flags != nil {
			o.Flags = s.Flags
		}
	})
}

func orElse[T ~string](s, other T) T {
	if s == "" {
		return other
	}
	return s
}

// Jobs implements store.Outbox.
func (s *Store) Jobs(ctx context.Context, account attribution.AccountID, state store.JobState, cursor string, limit int) (out []store.Job, err error) {
	prefix := jobKey(account, "")
	from := after(prefix)
	if cursor != "" {
		from = jobKey(account, cursor)
	}
	err = s.view(func(tx *txn) error {
		return tx.jobs().descend(prefix, from, func(key, _ []byte) (bool, error) {
			if len(out) == limit {
				return false, nil
			}
			j, err := tx.job(key)
			if state == "" || j.State == state {
				out = append(out, j)
			}
			return true, err
		})
	})
	return out, err
}

// Retry implements store.Outbox.
func (s *Store) Retry(ctx context.Context, account attribution.AccountID, id string, now time.Time) (j store.Job, err error) {
	err = s.write(ctx, func(tx *txn) error {
		if j, err = tx.job(jobKey(account, id)); err != nil || j.State != store.Parked {
			return err
		}
		j, err = tx.wake(j, now, "retried", "by hand")
		return err
	})
	return j, err
}

// wake makes a parked job due and its opt-in look so.
func (tx *txn) wake(before store.Job, now time.Time, step, detail string) (store.Job, error) {
	j := before
	j.State, j.Due, j.Created, j.Attempt, j.Reason, j.Code = store.Ready, now, now, 0, "", "" // a new schedule begins
	if err := tx.saveJob(&before, &j); err != nil {
		return j, err
	}
	if j.Kind != store.CreditJob {
		return j, nil
	}
	return j, tx.settleOptIn(j, now, store.Settlement{Status: attribution.Received, Step: step, Detail: detail})
}

// Orphan implements store.Outbox.
func (s *Store) Orphan(ctx context.Context, due func(store.Job) time.Time) error {
	return s.write(ctx, func(tx *txn) error {
		var claimed []store.Job
		err := tx.jobs().ascend(nil, nil, func(key, _ []byte) (bool, error) {
			j, err := tx.job(key)
			if isOpen(j.State) && j.Epoch > 0 {
				claimed = append(claimed, j)
			}
			return true, err
		})
		if err != nil {
			return err
		}
		for _, before := range claimed {
			j := before
			if at := due(j); at.Before(j.Due) {
				j.Due = at
			}
			if err := tx.saveJob(&before, &j); err != nil {
				return err
			}
		}
		return nil
	})
}
