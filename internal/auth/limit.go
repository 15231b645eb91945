package auth

import (
	"hash/maphash"
	"sync"
	"time"
)

// limiterSlots is how many keys a Limiter tells apart at best.
const limiterSlots = 1 << 14

// Limiter slows down who tries too often. Its memory is fixed: keys share slots, and which ones do is secret, so that
// nobody can aim at the slot of another. Who shares one is slowed a little sooner, and locked out never.
type Limiter struct {
	burst int
	every time.Duration
	now   func() time.Time
	seed  maphash.Seed

	mu    sync.Mutex
	slots [limiterSlots]time.Time // when a key's budget is whole again
}

// NewLimiter allows burst tries at once, and one more each time that every has passed.
func NewLimiter(burst int, every time.Duration, now func() time.Time) *Limiter {
	return &Limiter{burst: burst, every: every, now: now, seed: maphash.MakeSeed()}
}

// Take counts a try. Where it comes too soon it is not counted, and wait tells how long to wait.
func (l *Limiter) Take(key string) (wait time.Duration) {
	l.mu.Lock()
	defer l.mu.Unlock()
	slot, now := l.slot(key), l.now()
	whole := *slot
	if whole.Before(now) {
		whole = now
	}
	if wait = whole.Sub(now) - time.Duration(l.burst-1)*l.every; wait > 0 {
		return wait
	}
	*slot = whole.Add(l.every)
	return 0
}

// GiveBack undoes a Take: a try that was right costs nothing.
func (l *Limiter) GiveBack(key string) {
	l.mu.Lock()
	defer l.mu.Unlock()
	slot := l.slot(key)
	*slot = slot.Add(-l.every)
}

func (l *Limiter) slot(key string) *time.Time {
	return &l.slots[maphash.String(l.seed, key)%limiterSlots]
}
