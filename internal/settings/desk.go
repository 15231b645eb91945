package settings

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"tributary/internal/attribution"
	"tributary/internal/store"
)

// Jobs are those of the outbox that a change can wake.
type Jobs interface {
	Jobs(ctx context.Context, account attribution.AccountID, state store.JobState, cursor string, limit int) ([]store.Job, error)
	Retry(ctx context.Context, account attribution.AccountID, id string, now time.Time) (store.Job, error)
}

// Desk is where an owner changes settings.
type Desk struct {
	*Keeper
	// Ask asks Keap, when it is connected, for what a change names: a *Wrong for what it does not have.
	Ask  func(ctx context.Context, before, after Settings) error
	Jobs Jobs
	// Changed is told after a change; nil for nobody.
	Changed func()
	Now     func() time.Time
}

// ErrUnasked is wrapped where Keap could not be asked for what a change names.
var ErrUnasked = errors.New("nothing was saved, because Keap could not be asked whether it has what is named")

// Apply saves changes; null goes back to a default. What names a record of Keap is asked for there first, while Keap is
// connected. The error is a *Wrong where one field is to blame.
func (d *Desk) Apply(ctx context.Context, account attribution.AccountID, changes map[string]json.RawMessage) (Settings, error) {
	after, err := d.Change(ctx, account, changes, func(before, after Settings) error {
		return unasked(d.Ask(ctx, before, after))
	})
	if err != nil {
		return after, err
	}
	if d.Changed != nil {
		d.Changed()
	}
	return after, d.wakeTotals(ctx, account)
}

// unasked tells a setting that Keap denies from a Keap that could not be asked.
func unasked(err error) error {
	var w *Wrong
	if err == nil || errors.As(err, &w) {
		return err
	}
	return fmt.Errorf("%w: %w", ErrUnasked, err)
}

// wakeTotals tries again what was parked for a custom field that another now takes the place of. There is one such job
// for an affiliate; what was parked for an opt-in is for a person to retry.
func (d *Desk) wakeTotals(ctx context.Context, account attribution.AccountID) error {
	for _, kind := range []store.JobKind{store.TotalsJob, store.LinkJob} {
		if err := d.wake(ctx, account, kind); err != nil {
			return err
		}
	}
	return nil
}

func (d *Desk) wake(ctx context.Context, account attribution.AccountID, kind store.JobKind) error {
	jobs, err := d.Jobs.Jobs(ctx, account, store.Parked, store.JobID(kind, "\xff"), 1000)
	if err != nil {
		return err
	}
	for _, j := range jobs {
		if j.Kind != kind {
			continue
		}
		if _, err := d.Jobs.Retry(ctx, account, j.ID, d.Now().UTC()); err != nil && !errors.Is(err, store.ErrNotFound) {
			return err
		}
	}
	return nil
}
