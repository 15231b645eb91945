// Package ranking knows who brought most lately. To count for each of ten thousand affiliates takes seconds, so it is done
// in the background and kept: a page that asks gets what was counted last, and says how old that is.
package ranking

import (
	"context"
	"fmt"
	"log/slog"
	"sync"
	"time"

	"tributary/internal/attribution"
	"tributary/internal/stats"
)

// Store is what a ranking reads. Both are short reads: none is open while another is counted.
type Store interface {
	stats.Counters
	Affiliates(ctx context.Context, account attribution.AccountID, after string, limit int) ([]attribution.Affiliate, error)
}

// Options configure a Board. Zero fields get their defaults.
type Options struct {
	Store   Store
	Account attribution.AccountID
	Days    int            // that are counted, today among them; 30
	Zone    *time.Location // of the days; UTC
	Every   time.Duration  // between two counts, while somebody looks; 1 minute, and more where a count takes long
	Idle    time.Duration  // after which nobody looks any more; 10 minutes
	Now     func() time.Time
	Logger  *slog.Logger
}

func (o Options) withDefaults() Options {
	if o.Days == 0 {
		o.Days = 30
	}
	if o.Zone == nil {
		o.Zone = time.UTC
	}
	if o.Every == 0 {
		o.Every = time.Minute
	}
	if o.Idle == 0 {
		o.Idle = 10 * time.Minute
	}
	if o.Now == nil {
		o.Now = time.Now
	}
	if o.Logger == nil {
		o.Logger = slog.New(slog.DiscardHandler)
	}
	return o
}

// share is how much of the time may be spent counting: after a count of a second comes a pause of twenty.
const share = 20

// Row is an affiliate with what was counted in the days.
type Row struct {
	ID, Code, Name string
	Status         string // Keap's
	Gone           bool
	attribution.Tally
}

// List is what was counted last. It is never changed: whoever has it may read it for as long as they like.
type List struct {
	Rows []Row // in the order of ids, as text
	Days int
	At   time.Time // when it was counted; zero for never
}

// Board keeps the list.
type Board struct {
	o Options

	counting sync.Mutex // one count at a time
	mu       sync.Mutex
	list     List
	asked    time.Time
	took     time.Duration
	wake     chan struct{}
}

// New makes a Board.
func New(o Options) *Board {
	return &Board{o: o.withDefaults(), wake: make(chan struct{}, 1)}
}

// Run counts once, so that who looks first need not wait, and again and again while somebody looks, until ctx ends.
func (b *Board) Run(ctx context.Context) {
	tick := time.NewTicker(b.o.Every)
	defer tick.Stop()
	for first := true; ; first = false {
		if first || b.isDue() {
			if err := b.Refresh(ctx); err != nil && ctx.Err() == nil {
				b.o.Logger.Error("counting for the ranking of affiliates; the last one stays", "error", err)
			}
		}
		select {
		case <-ctx.Done():
			return
		case <-b.wake:
		case <-tick.C:
		}
	}
}

func (b *Board) isDue() bool {
	b.mu.Lock()
	defer b.mu.Unlock()
	now := b.o.Now()
	return now.Sub(b.asked) < b.o.Idle && now.Sub(b.list.At)+b.took >= max(b.o.Every, share*b.took)
}

// quick is a count that a reader does not feel: it is made for each, so that a small account is always as it stands.
const quick = 10 * time.Millisecond

// patience is how long who asks first waits for the first count: from a cold disk it can take half a minute.
const patience = 250 * time.Millisecond

// List returns what was counted last; with a zero At when the first count takes longer than a reader waits.
func (b *Board) List(ctx context.Context) (List, error) {
	list := b.latest()
	if !list.At.IsZero() && !b.isQuick() {
		b.nudge()
		return list, nil
	}
	counted := make(chan error, 1)
	go func() { counted <- b.Refresh(context.WithoutCancel(ctx)) }() // it goes on for the next who asks
	enough := time.NewTimer(patience)
	defer enough.Stop()
	select {
	case err := <-counted:
		if err != nil {
			return List{}, err
		}
	case <-enough.C:
	case <-ctx.Done():
		return List{}, ctx.Err()
	}
	return b.latest(), nil
}

// Latest is List for a page that must not wait: before the first count it has no rows and a zero At, and Run counts then.
func (b *Board) Latest(ctx context.Context) (List, error) {
	if list := b.latest(); list.At.IsZero() {
		b.nudge()
		return list, nil
	}
	return b.List(ctx)
}

// latest is what was counted last, for somebody who looks.
func (b *Board) latest() List {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.asked = b.o.Now()
	list := b.list
	list.Days = b.o.Days
	return list
}

func (b *Board) isQuick() bool {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.took < quick && b.o.Now().Sub(b.list.At) >= share*b.took
}

// nudge has Run look whether it is time: after a night in which nobody looked, a reader should not wait for the tick.
func (b *Board) nudge() {
	select {
	case b.wake <- struct{}{}:
	default:
	}
}

// Refresh counts now. Of several who ask at once the first one's count is everybody's.
func (b *Board) Refresh(ctx context.Context) error {
	asked := b.o.Now()
	b.counting.Lock()
	defer b.counting.Unlock()
	b.mu.Lock()
	fresh := b.list.At.After(asked)
	b.mu.Unlock()
	if fresh {
		return nil
	}
	began := b.o.Now()
	rows, err := b.count(ctx)
	if err != nil {
		return fmt.Errorf("ranking affiliates: %w", err)
	}
	b.mu.Lock()
	defer b.mu.Unlock()
	b.list, b.took = List{Rows: rows, Days: b.o.Days, At: b.o.Now()}, b.o.Now().Sub(began)
	return nil
}

// step is how many affiliates are read at once.
const step = 500

func (b *Board) count(ctx context.Context) (rows []Row, err error) {
	span := stats.LastDays(b.o.Days, b.o.Now(), b.o.Zone)
	for after := ""; ; {
		page, err := b.o.Store.Affiliates(ctx, b.o.Account, after, step)
		if err != nil {
			return nil, err
		}
		for _, a := range page {
			after = a.ID
			row := Row{ID: a.ID, Code: a.Code, Name: a.Name, Status: a.Status, Gone: !a.Gone.IsZero()}
			hours, err := b.o.Store.Counters(ctx, b.o.Account, a.Ref(), span.From, span.To)
			if err != nil {
				return nil, err
			}
			for _, h := range hours {
				row.Tally = row.Tally.Add(h.Tally)
			}
			rows = append(rows, row)
		}
		if len(page) < step {
			return rows, nil
		}
	}
}
