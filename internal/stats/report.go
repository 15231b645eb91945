// Package stats answers what an affiliate brought, and what an account did, from counters alone. Its cost grows with
// the span that is asked for and never with the number of events.
//
// All counts are whole numbers. UniqueClicks counts each visitor once and People each person once, at the time of the
// first, so that the reports of two adjoining spans add up to the report of both.
package stats

import (
	"context"
	"fmt"
	"time"

	"tributary/internal/attribution"
)

// Counters is what a report asks of the store; see store.Store.
type Counters interface {
	Counters(ctx context.Context, account attribution.AccountID, ref attribution.Ref, from, to attribution.Hour) ([]attribution.HourTally, error)
}

// Report is what was counted in a span. Its JSON is the contract's.
type Report struct {
	Affiliate string    `json:"affiliate,omitempty"` // left out for the account's total
	From      time.Time `json:"from"`                // the span that was counted, [From, To), in whole hours
	To        time.Time `json:"to"`
	attribution.Tally
	ByDay []Day `json:"by_day"` // every day of the span, oldest first, also those without anything
}

// Day is what was counted on one day of the calendar.
type Day struct {
	Day string `json:"day"` // 2026-11-23, in the range's time zone
	attribution.Tally
}

// Read reports what was counted for a reference; the zero Ref asks for the whole account.
func Read(ctx context.Context, c Counters, account attribution.AccountID, ref attribution.Ref, r Range) (Report, error) {
	hours, err := c.Counters(ctx, account, ref, r.From, r.To)
	if err != nil {
		return Report{}, fmt.Errorf("reading counters: %w", err)
	}
	report := Report{Affiliate: ref.Value, From: r.moment(r.From), To: r.moment(r.To), ByDay: r.days()}
	report.add(hours, r)
	return report, nil
}

func (r *Report) add(hours []attribution.HourTally, span Range) {
	row := make(map[string]int, len(r.ByDay))
	for i, d := range r.ByDay {
		row[d.Day] = i
	}
	for _, h := range hours {
		r.Tally = r.Tally.Add(h.Tally)
		day := &r.ByDay[row[span.dayOf(h.Hour)]]
		day.Tally = day.Tally.Add(h.Tally)
	}
}
