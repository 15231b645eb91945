package boltstore

import (
	"context"
	"fmt"
	"time"

	"tributary/internal/attribution"
	"tributary/internal/store"
)

// isPutOff reports whether a job credits an opt-in, could not do so before, and is to try again.
func isPutOff(j *store.Job) bool {
	return j.Kind == store.CreditJob && j.State == store.Ready && j.Attempt > 0
}

// Waits implements store.Waiters.
func (s *Store) Waits(context.Context) (bool, error) { return s.putOff.Load() > 0, nil }

// Wake implements store.Waiters. It looks first: most contacts are nobody's who waits, and must cost no commit.
func (s *Store) Wake(ctx context.Context, account attribution.AccountID, persons []attribution.PersonKey, now time.Time) (n int, err error) {
	err = s.readAccount(account, func(a *accountTx) error {
		n, err = a.eachAsleep(persons, func(attribution.OptIn, store.Job) error { return nil })
		return err
	})
	if err != nil || n == 0 {
		return 0, err
	}
	err = s.write(ctx, func(tx *txn) error {
		a, err := tx.account(account)
		if err != nil {
			return err
		}
		n, err = a.eachAsleep(persons, func(o attribution.OptIn, j store.Job) error { return a.rouse(o, j, now) })
		return err
	})
	return n, err
}

// eachAsleep calls do for the opt-ins of these persons that wait for a contact.
func (a *accountTx) eachAsleep(persons []attribution.PersonKey, do func(attribution.OptIn, store.Job) error) (n int, err error) {
	for _, person := range persons {
		optIns, err := a.optInsAsleep(person)
		if err != nil {
			return n, err
		}
		for _, o := range optIns {
			var j store.Job
			found, err := a.tx.jobs().getJSON(jobKey(a.id, store.JobID(store.CreditJob, o.ID.String())), &j)
			if err != nil {
				return n, err
			}
			if !found || j.State != store.Ready || j.Epoch == 0 || j.Code == store.UnknownAffiliate {
				continue
			}
			n++
			if err := do(o, j); err != nil {
				return n, err
			}
		}
	}
	return n, nil
}

func (a *accountTx) optInsAsleep(person attribution.PersonKey) (out []attribution.OptIn, err error) {
	if person.IsZero() {
		return nil, nil
	}
	err = a.table("persons").ascend(person[:], nil, func(key, _ []byte) (bool, error) {
		o, err := a.getOptIn(entryID(key))
		if o.Status == attribution.Waiting || o.Status == attribution.Received {
			out = append(out, o)
		}
		return true, err
	})
	return out, err
}

func (a *accountTx) rouse(o attribution.OptIn, before store.Job, now time.Time) error {
	j := before
	j.Epoch++
	j.Due, j.Attempt = now, 0
	if err := a.tx.saveJob(&before, &j); err != nil {
		return err
	}
	was := o
	o.Note(now, "woken", "Keap told of a contact with this e-mail")
	if err := a.saveOptIn(&was, &o); err != nil {
		return fmt.Errorf("waking opt-in %s: %w", o.ID, err)
	}
	return nil
}
