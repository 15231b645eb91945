package keap

import (
	"cmp"
	"context"
	"sync"
	"time"

	"golang.org/x/time/rate"
)

// callRate spaces calls. It starts with Keap's limits for a service key, 10 calls in any second and 240 in any minute.
//
// A token bucket lets at most burst + rate*T calls pass in any stretch T. So
//
//	second: burst 4 + 5/s * 1 s                    =   9 of  10
//	minute: burst 240/5 + (240*3/4)/min * 1 min    = 228 of 240
//
// The rest is for the jitter of the way to Keap, which counts when calls arrive and not when they leave.
//
// Before Keap's limits stands a spike arrest that no header tells of. A 429 that nothing else explains is taken for its
// work: calls then leave one by one, and ever more slowly with each further refusal, until half an hour has passed without.
type callRate struct {
	asked          int // calls a minute by setting; 0 leaves it to Keap
	minute, second *rate.Limiter

	mu     sync.Mutex
	told   told
	slowed int // how often the spacing was widened
	since  time.Time
}

// told is how many calls a minute Keap allows, by its headers; 0 where it told nothing. What is told of the whole app can
// only lower the pace: it says nothing about what one key may do.
type told struct{ key, app int }

// The spacing is 5 calls a second, as for a service key, where Keap does not tell that more is allowed; never more than
// fastest.
const (
	usual    = 5.0
	fastest  = 20.0
	slowest  = 4  // steps
	least    = 12 // calls a minute: with fewer, the calls of one opt-in would outlast the lease of its job
	recovery = 30 * time.Minute
)

func newCallRate(perMinute int) *callRate {
	// A limiter begins full only when it is made with its burst and some rate.
	r := &callRate{asked: max(0, perMinute), minute: rate.NewLimiter(1, 1<<20), second: rate.NewLimiter(1, 1<<20)}
	r.set()
	return r
}

// perMinute is what counts: the setting, or else what Keap tells of the key; never more than Keap tells.
func (r *callRate) perMinute() int {
	n := cmp.Or(r.asked, r.told.key, DefaultPerMinute)
	for _, limit := range []int{r.told.key, r.told.app} {
		if limit > 0 {
			n = min(n, max(limit, least))
		}
	}
	return n
}

// set brings the limiters in line. Waiting calls keep their turn.
func (r *callRate) set() {
	perMinute := r.perMinute()
	perSecond := float64(perMinute) * 3 / 4 / 60
	r.minute.SetLimit(rate.Limit(perSecond))
	r.minute.SetBurst(max(1, perMinute/5))
	spacing, burst := min(max(usual, perSecond), fastest), 4
	if r.slowed > 0 {
		spacing, burst = spacing/float64(int(1)<<(r.slowed-1)), 1
	}
	r.second.SetLimit(rate.Limit(spacing))
	r.second.SetBurst(burst)
}

// wait returns when the next call may leave. The spacing comes last, so that no other wait can bunch what it has spaced.
func (r *callRate) wait(ctx context.Context) error {
	r.ease(time.Now())
	if err := r.minute.Wait(ctx); err != nil {
		return err
	}
	return r.second.Wait(ctx)
}

// relaxed says whether half of a burst could leave at once.
func (r *callRate) relaxed() bool { return r.minute.Tokens() >= float64(max(1, r.minute.Burst()/2)) }

// tell takes what Keap told, and says whether that changed the pace.
func (r *callRate) tell(now told) bool {
	r.mu.Lock()
	defer r.mu.Unlock()
	before := r.perMinute()
	if r.told = now; r.perMinute() == before {
		return false
	}
	r.set()
	return true
}

// slow widens the spacing after a spike; one spike refuses several calls, and counts once.
func (r *callRate) slow(now time.Time) bool {
	r.mu.Lock()
	defer r.mu.Unlock()
	if now.Sub(r.since) < time.Second {
		return false
	}
	r.since = now
	if r.slowed == slowest {
		return false
	}
	r.slowed++
	r.set()
	return true
}

// ease narrows the spacing step by step when nothing was refused for a while.
func (r *callRate) ease(now time.Time) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.slowed > 0 && now.Sub(r.since) >= recovery {
		r.slowed, r.since = r.slowed-1, now
		r.set()
	}
}
