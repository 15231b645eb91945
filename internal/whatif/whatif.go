// Package whatif tells what another rule, or another window, would have credited. It reads the log again and judges each
// opt-in twice: as the policy of today does, and as the other would. It writes nothing.
//
// Both judgements take the same road through package attribution, so that with the policy of today nothing differs. What
// belongs to one opt-in is taken from the log: neither the rule nor the window decides that.
package whatif

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/google/uuid"

	"tributary/internal/attribution"
	"tributary/internal/store"
)

// MaxDays bounds the span that can be asked for.
const MaxDays = 90

// Question is what somebody wants to know.
type Question struct {
	Rule     attribution.Rule
	Window   time.Duration
	From, To time.Time // of the opt-ins, [From, To)
}

// ErrSpan is returned for a span that cannot be asked for.
var ErrSpan = fmt.Errorf("the span must be 1 to %d days, and end after it begins", MaxDays)

// Check says what is wrong with a question.
func (q Question) Check() error {
	if q.Rule != attribution.Latest && q.Rule != attribution.First {
		return errors.New("rule must be latest or first")
	}
	if q.Window < time.Hour || q.Window > 400*24*time.Hour {
		return errors.New("window must be 1h to 400d")
	}
	if span := q.To.Sub(q.From); span <= 0 || span > MaxDays*24*time.Hour+time.Hour { // an hour more for the end of summer time
		return ErrSpan
	}
	return nil
}

// Store is what is read: both calls end quickly, and nothing is held between them, so that the log goes on meanwhile.
type Store interface {
	Log(ctx context.Context, account attribution.AccountID, before uuid.UUID, limit int) ([]store.LoggedEvent, error)
	Affiliate(ctx context.Context, account attribution.AccountID, ref attribution.Ref) (attribution.Affiliate, error)
	Counters(ctx context.Context, account attribution.AccountID, ref attribution.Ref, from, to attribution.Hour) ([]attribution.HourTally, error)
}

// Limits bound a run. What they cut off stands in the answer.
type Limits struct {
	Step     int // events that are read at once
	Events   int // that are read in all
	Arrivals int // of opt-ins that are kept in memory
	Rows     int // affiliates of an answer
	Examples int
}

// DefaultLimits keep a run below a minute and 100 MB.
var DefaultLimits = Limits{Step: 1000, Events: 4_000_000, Arrivals: 300_000, Rows: 1000, Examples: 50}

// Reading answers one question.
type Reading struct {
	Store   Store
	Account attribution.AccountID
	Today   attribution.Policy
	Limits  Limits
	Now     time.Time
	// Progress hears how many events were read; it may be nil.
	Progress func(read int)
}

// Other is the policy that the question is about.
func (r Reading) Other(q Question) attribution.Policy {
	p := r.Today
	p.Rule, p.Window = q.Rule, q.Window
	return p
}

// Answer reads and judges.
func (r Reading) Answer(ctx context.Context, q Question) (Result, error) {
	if err := q.Check(); err != nil {
		return Result{}, err
	}
	found, err := r.arrivals(ctx, q)
	if err != nil {
		return Result{}, fmt.Errorf("reading the log: %w", err)
	}
	out := newResult(q, r.Today, found)
	for _, group := range found.groups() {
		if err := ctx.Err(); err != nil {
			return out, err
		}
		today, other := replay(group, r.Today), replay(group, r.Other(q))
		for _, id := range today.order {
			out.compare(q, today.optins[id], other.optins[id])
		}
	}
	if err := r.complete(ctx, q, &out); err != nil {
		return out, err
	}
	out.sort(r.Limits)
	return out, nil
}

// complete adds the names of affiliates, and how many opt-ins of the span could not be judged.
func (r Reading) complete(ctx context.Context, q Question, out *Result) error {
	hours, err := r.Store.Counters(ctx, r.Account, attribution.Ref{}, attribution.HourOf(q.From), attribution.HourOf(q.To))
	if err != nil {
		return fmt.Errorf("reading counters: %w", err)
	}
	counted := int64(0)
	for _, h := range hours {
		counted += h.OptIns
	}
	out.NotJudged = max(0, counted-out.OptIns)
	for ref, row := range out.rows {
		a, err := r.Store.Affiliate(ctx, r.Account, ref)
		if err != nil && !errors.Is(err, store.ErrNotFound) {
			return fmt.Errorf("looking for affiliate %s: %w", ref, err)
		}
		row.Code, row.Name = a.Code, a.Name
	}
	return nil
}
