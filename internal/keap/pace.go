package keap

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"sync"
	"time"
)

// ErrPaced is what errors.Is finds when a call was not sent because Keap allows none for a while: RetryAfter says for how
// long. IsThrottled is true for it, too.
var ErrPaced = errors.New("no call of Keap is allowed for a while")

const (
	// patience is how long a call waits for its turn by itself. A longer wait is told, so that the caller can let go of
	// what it holds meanwhile.
	patience = 10 * time.Second
	// peek is how often one call leaves although only the reserve of the day's quota is left. Somebody may have bought
	// more of it, and only an answer can tell.
	peek = 10 * time.Minute
	// yield is how long a call of the background gives way to fresh ones at most, so that it ends at some time.
	yield = 30 * time.Second
	// quiet is how long no fresh call may have been under way before one of the background leaves: an opt-in's calls
	// follow each other that soon.
	quiet = 300 * time.Millisecond
)

// pace keeps a client under what Keap allows: under what Keap tells in its headers, and, as long as it tells nothing, under
// the limits of a service key.
//
// Three things make a call wait. The rate (rate.go) spaces calls. A pause that Keap asked for holds all of them. And the
// day's quota is not used up to its end: a share is left for the owner's other programs, and a larger one by calls of the
// background.
type pace struct {
	off     bool
	reserve float64 // the share of the day's quota that is left alone
	log     *slog.Logger
	rate    *callRate

	mu        sync.Mutex
	day       allowance            // zero while Keap has told none
	throttles map[string]allowance // by group of headers
	read      time.Time
	hold      time.Time // until when Keap asked for a pause
	refusals  int       // 429s in a row
	peeked    time.Time
	low       bool // the log was told that only the reserve is left

	fresh     int // fresh calls under way
	lastFresh time.Time
}

func newPace(perMinute int, reserve float64, log *slog.Logger) *pace {
	return &pace{off: perMinute < 0, reserve: reserve, log: log, rate: newCallRate(perMinute), throttles: map[string]allowance{}}
}

// held is a call that was not sent, because it would have to wait longer than patience.
type held struct {
	wait time.Duration
	why  string
}

func (h *held) Error() string {
	return fmt.Sprintf("%s; next call in %s", h.why, h.wait.Round(time.Second))
}
func (h *held) Unwrap() error { return ErrPaced }

// enter returns when the next call may leave, and what to call when it has ended. It fails when ctx ends before that, or
// with *held.
func (p *pace) enter(ctx context.Context) (leave func(), err error) {
	if p.off {
		return func() {}, ctx.Err()
	}
	leave = func() {}
	if isBackground(ctx) {
		err = p.giveWay(ctx)
	} else {
		leave = p.beFresh()
	}
	if err == nil {
		err = p.admit(ctx)
	}
	if err != nil {
		leave()
		return nil, err
	}
	return leave, nil
}

func (p *pace) admit(ctx context.Context) error {
	if err := p.pauses(ctx); err != nil {
		return err
	}
	if err := p.rate.wait(ctx); err != nil {
		return fmt.Errorf("waiting for the pace that Keap allows: %w", err)
	}
	if err := p.pauses(ctx); err != nil { // one may have begun meanwhile
		return err
	}
	p.count()
	return ctx.Err()
}

// pauses waits for the end of a short pause, and fails with *held for a long one.
func (p *pace) pauses(ctx context.Context) error {
	for {
		wait, why := p.blocked(time.Now(), isBackground(ctx))
		if wait > patience {
			return &held{wait, why}
		}
		if wait <= 0 {
			return nil
		}
		if err := sleep(ctx, wait); err != nil {
			return fmt.Errorf("waiting for the pace that Keap allows: %w", err)
		}
	}
}

// blocked is how long no call may leave, and why.
func (p *pace) blocked(now time.Time, background bool) (time.Duration, string) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if wait := p.hold.Sub(now); wait > 0 {
		return wait, "Keap asked for a pause"
	}
	for _, a := range p.throttles {
		if wait := a.ends.Sub(now); wait > 0 && a.left <= a.limit/50 {
			return wait, "Keap's calls of this minute are used up"
		}
	}
	return p.beyondReserve(now, background)
}

// beyondReserve is how long the day's quota lasts no more: its last share belongs to the owner's other programs.
func (p *pace) beyondReserve(now time.Time, background bool) (time.Duration, string) {
	wait := p.day.ends.Sub(now)
	if wait <= 0 || p.day.left > p.spared(background) {
		return 0, ""
	}
	if p.day.left > 0 && !background && now.Sub(p.peeked) >= peek {
		return 0, ""
	}
	return wait, fmt.Sprintf("%d of %d calls of Keap's quota for today are left, and %d are kept for other programs and for what is urgent", p.day.left, p.day.limit, p.spared(background))
}

// spared is how many calls of the day are left alone: by the background also a quarter of what fresh opt-ins may use.
func (p *pace) spared(background bool) int {
	share := p.reserve
	if background {
		share += (1 - share) / 4
	}
	return int(share * float64(p.day.limit))
}

// count takes a call that leaves off what is left, until an answer tells better.
func (p *pace) count() {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.day.left <= p.spared(false) {
		p.peeked = time.Now()
	}
	p.day.left = max(0, p.day.left-1)
	for group, a := range p.throttles {
		a.left = max(0, a.left-1)
		p.throttles[group] = a
	}
}

// beFresh notes a fresh call, for which the background waits.
func (p *pace) beFresh() (leave func()) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.fresh++
	return func() {
		p.mu.Lock()
		defer p.mu.Unlock()
		p.fresh--
		p.lastFresh = time.Now()
	}
}

// giveWay waits until no fresh call is under way and half of the burst is there for the next ones; not for ever.
func (p *pace) giveWay(ctx context.Context) error {
	for end := time.Now().Add(yield); time.Now().Before(end) && (p.busy() || !p.rate.relaxed()); {
		if err := sleep(ctx, quiet/3); err != nil {
			return fmt.Errorf("giving way to fresh opt-ins: %w", err)
		}
	}
	return ctx.Err()
}

func (p *pace) busy() bool {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.fresh > 0 || time.Since(p.lastFresh) < quiet
}

func sleep(ctx context.Context, d time.Duration) error {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-timer.C:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}
