package boltstore

import (
	"context"
	"fmt"
	"slices"

	"github.com/google/uuid"

	"tributary/internal/attribution"
	"tributary/internal/store"
)

// Decide implements store.Decisions.
func (s *Store) Decide(ctx context.Context, account attribution.AccountID, id uuid.UUID, d attribution.Decision) (o attribution.OptIn, err error) {
	err = s.write(ctx, func(tx *txn) error {
		a, err := tx.account(account)
		if err != nil {
			return err
		}
		before, found, err := a.claimed(id)
		if err == nil && !found {
			err = fmt.Errorf("opt-in %s: %w", id, store.ErrNotFound)
		}
		if err != nil {
			return err
		}
		c := &court{accountTx: a, before: before, d: d}
		if err := c.summon(); err != nil {
			return err
		}
		o, err = c.decide()
		return err
	})
	return o, err
}

// court decides one opt-in.
type court struct {
	*accountTx
	before attribution.OptIn
	d      attribution.Decision
	job    store.Job
	hasJob bool
}

// summon reads the job that credits the opt-in, where there is one.
func (c *court) summon() (err error) {
	c.hasJob, err = c.tx.jobs().getJSON(jobKey(c.id, store.JobID(store.CreditJob, c.before.ID.String())), &c.job)
	return err
}

// maybeSent says that something of this opt-in may stand in Keap, or be on its way there.
func (c *court) maybeSent() bool {
	return c.hasJob && (c.job.State == store.Sending || !c.job.Intended.IsZero())
}

func (c *court) decide() (o attribution.OptIn, err error) {
	o = c.before
	switch {
	case o.Ref.IsZero() || len(o.Sealed) == 0:
		return o, fmt.Errorf("%w: it has no affiliate, or nobody's e-mail is known", store.ErrDecided)
	case c.d.Verdict == attribution.Credit && c.stands(attribution.Held, attribution.Failed, attribution.Refused):
		return c.credit(o)
	case c.d.Verdict == attribution.Refuse && c.stands(attribution.Received, attribution.Waiting, attribution.Held, attribution.Failed) && !c.maybeSent():
		return c.refuse(o)
	case c.d.Verdict == attribution.Keep && c.mayKeep():
		return c.keep(o)
	}
	return o, fmt.Errorf("%w: it is %s", store.ErrDecided, o.Status)
}

func (c *court) stands(any ...attribution.Status) bool { return slices.Contains(any, c.before.Status) }

func (c *court) mayKeep() bool {
	if c.before.Status == attribution.Refused {
		return c.before.IsRefusedByHand()
	}
	return c.hasJob && !c.maybeSent() && c.stands(attribution.Received, attribution.Waiting, attribution.Held, attribution.Failed)
}

// remember keeps with the decision what it passes over, and what the opt-in was held for.
func (c *court) remember(o *attribution.OptIn) {
	c.d.Why, c.d.Code = o.Reason, c.job.Code
	if o.Decision != nil && o.IsRefusedByHand() {
		c.d.Why, c.d.Code = o.Decision.Why, o.Decision.Code
	}
	if o.Decision != nil {
		c.d.Over = append(c.d.Over, o.Decision.Over...)
	}
	for _, f := range o.Flags {
		c.d.Over = append(c.d.Over, f.Code)
	}
	if c.d.Code != "" {
		c.d.Over = append(c.d.Over, c.d.Code)
	}
	slices.Sort(c.d.Over)
	c.d.Over = slices.Compact(c.d.Over)
	o.Decision = &c.d
}

func (c *court) said(what string) string {
	text := what + " by " + c.d.By
	if c.d.Reason != "" {
		text += ": " + c.d.Reason
	}
	return text
}

func (c *court) credit(o attribution.OptIn) (attribution.OptIn, error) {
	c.remember(&o)
	o.Status, o.Reason = attribution.Received, ""
	o.Note(c.d.At, "decided", c.said("to be credited"))
	j := c.newJob()
	j.State, j.Due = store.Ready, c.d.At.Add(store.UndoWithin)
	return o, c.settle(&o, &j)
}

func (c *court) refuse(o attribution.OptIn) (attribution.OptIn, error) {
	c.remember(&o)
	o.Status, o.Reason = attribution.Refused, c.said("refused")
	o.Note(c.d.At, "decided", o.Reason)
	return o, c.settle(&o, nil)
}

func (c *court) keep(o attribution.OptIn) (attribution.OptIn, error) {
	why, code := c.said("held"), "by_hand"
	if o.Decision != nil {
		why, code = o.Decision.Why, o.Decision.Code
	}
	o.Status, o.Reason, o.Decision = attribution.Held, why, nil
	o.Note(c.d.At, "decided", c.said("held for a decision"))
	j := c.newJob()
	j.State, j.Reason, j.Code = store.Parked, why, code
	return o, c.settle(&o, &j)
}

// newJob begins the opt-in's job anew: whoever has the old one in hand finds the claim stale before they write.
func (c *court) newJob() store.Job {
	id := c.before.ID.String()
	return store.Job{
		Account: c.id, ID: store.JobID(store.CreditJob, id), Kind: store.CreditJob, Subject: id,
		Created: c.d.At, Due: c.d.At, Epoch: c.job.Epoch + 1, Intended: c.job.Intended,
	}
}

// settle saves the opt-in with its job; without one it has none any more.
func (c *court) settle(o *attribution.OptIn, j *store.Job) error {
	before := &c.job
	if !c.hasJob {
		before = nil
	}
	if j == nil && before != nil {
		done := c.job
		done.State = store.Done
		j = &done
	}
	if j != nil {
		if err := c.tx.saveJob(before, j); err != nil {
			return err
		}
	}
	return c.saveOptIn(&c.before, o)
}
