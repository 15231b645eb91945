package keap

import (
	"context"
	"fmt"

	"golang.org/x/time/rate"
)

// pace keeps a client under Keap's limits for a service key: 10 calls in any second and 240 in any minute.
//
// A token bucket lets at most burst + rate*T calls pass in any stretch T. So
//
//	second: burst 4 + 5/s * 1 s                    =   9 of  10
//	minute: burst 240/5 + (240*3/4)/min * 1 min    = 228 of 240
//
// The rest is for the jitter of the way to Keap, which counts when calls arrive and not when they leave.
type pace []*rate.Limiter

func newPace(perMinute int) pace {
	if perMinute < 0 {
		return nil
	}
	perSecond := float64(perMinute) * 3 / 4 / 60
	return pace{
		rate.NewLimiter(rate.Limit(perSecond), max(1, perMinute/5)),
		rate.NewLimiter(5, 4), // last, so that no other wait can bunch what it has spaced
	}
}

// wait returns when the next call may leave. It fails when ctx ends before that, or would.
func (p pace) wait(ctx context.Context) error {
	for _, limiter := range p {
		if err := limiter.Wait(ctx); err != nil {
			return fmt.Errorf("waiting for the pace that Keap allows: %w", err)
		}
	}
	return ctx.Err()
}
