package credit

import (
	"context"
	"fmt"
	"time"

	"tributary/internal/attribution"
	"tributary/internal/keap"
	"tributary/internal/outbox"
)

const (
	pauseThrottled = 5 * time.Second
	// longestPause is when the pace is asked again, however long Keap's own pause is: the client holds its calls by itself,
	// and knows when there is more quota.
	longestPause = 10 * time.Minute
)

// steer turns an error of a read, or of a write that did not happen, into what the outbox does next.
func (c *Crediter) steer(claim *outbox.Claim, step string, err error) error {
	later := outbox.Later{State: claim.State, Step: "put off", Reason: fmt.Sprintf("%s: %v", step, err), GiveUp: attribution.Failed}
	switch {
	case keap.IsKeyRefused(err):
		later.Reason = keyRefused(err)
		return &outbox.Outage{Later: later, Denied: true}
	case keap.IsThrottled(err):
		return throttled(err)
	case keap.IsOutage(err):
		return &outbox.Outage{Later: later}
	case keap.IsRefused(err) && !keap.IsNotFound(err): // asked again it says the same
		return &outbox.Permanent{Status: attribution.Held, Code: "invalid", Step: "held", Reason: step + ": " + err.Error(), State: claim.State}
	}
	return &later
}

// Probe implements outbox.Prober: it asks Keap whom the key belongs to, which is the cheapest call.
func (c *Crediter) Probe(ctx context.Context) error {
	_, err := c.keap.UserInfo(ctx)
	switch {
	case err == nil:
		return nil
	case keap.IsThrottled(err):
		return throttled(err)
	case keap.IsKeyRefused(err):
		return &outbox.Outage{Later: outbox.Later{Reason: keyRefused(err)}, Denied: true}
	}
	return &outbox.Outage{Later: outbox.Later{Reason: "Keap cannot be reached: " + err.Error()}}
}

func throttled(err error) error {
	return &outbox.Pause{For: min(max(keap.RetryAfter(err), pauseThrottled), longestPause), Reason: "Keap's limit is reached: " + err.Error()}
}

func keyRefused(err error) string {
	return "Keap refuses the key: check --keap-key, or see \"tributary keap status\". " + err.Error()
}
