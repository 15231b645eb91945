package stats

import (
	"context"
	"fmt"
	"time"

	"tributary/internal/attribution"
)

// Parts is what a breakdown asks of the store; see store.Store.
type Parts interface {
	Counters
	Breakdown(ctx context.Context, account attribution.AccountID, ref attribution.Ref, by attribution.Dimension, from, to attribution.Day) (attribution.Breakdown, error)
}

// Breakdown is what was counted in a span by the values of one dimension: Values, Other and None make the total. Its JSON
// is the contract's.
type Breakdown struct {
	By     attribution.Dimension   `json:"by"`
	From   time.Time               `json:"from"` // the span that was broken down, [From, To), in whole days in UTC
	To     time.Time               `json:"to"`
	Values []attribution.ValuePart `json:"values"` // the most opt-ins first
	Other  attribution.Part        `json:"other"`  // values beyond those that are told apart
	None   attribution.Part        `json:"none"`   // what came without a value
}

// ReadBreakdown breaks down what was counted for an affiliate on the days in UTC that a range touches: breakdowns have no
// finer grain, so in another zone their first and last day reach a little further than the range.
func ReadBreakdown(ctx context.Context, s Parts, account attribution.AccountID, ref attribution.Ref, by attribution.Dimension, r Range) (b Breakdown, err error) {
	from, to := attribution.DayOf(r.From), attribution.DayOf(r.To-1)+1
	counted, err := s.Breakdown(ctx, account, ref, by, from, to)
	if err != nil {
		return b, fmt.Errorf("reading a breakdown: %w", err)
	}
	hours, err := s.Counters(ctx, account, ref, from.Hour(), to.Hour())
	if err != nil {
		return b, fmt.Errorf("reading counters: %w", err)
	}
	b = Breakdown{By: by, From: from.Time(), To: to.Time(), Values: counted.Values, Other: counted.Other}
	for _, h := range hours {
		b.None = b.None.Add(h.Part())
	}
	b.None = b.None.Less(b.Other)
	for _, v := range b.Values {
		b.None = b.None.Less(v.Part)
	}
	if b.Values == nil {
		b.Values = []attribution.ValuePart{} // in JSON a list, not null
	}
	return b, nil
}
