package webhooks

import (
	"net/http"
	"strconv"
	"time"
)

// delays are the standard's: how long after one attempt the next one comes, the first at once. They span three days.
var delays = []time.Duration{
	0, 5 * time.Second, 5 * time.Minute, 30 * time.Minute, 2 * time.Hour, 5 * time.Hour,
	10 * time.Hour, 14 * time.Hour, 20 * time.Hour, 24 * time.Hour,
}

// jitter is the largest part of a delay that is added to it, so that what failed together is not tried together.
const jitter = 0.1

// Next is when a delivery that was tried a number of times, the last time now, is tried again; false when it is given up.
// luck is from 0 to 1.
func Next(now time.Time, tries int, luck float64) (time.Time, bool) {
	if tries >= len(delays) {
		return time.Time{}, false
	}
	return now.Add(delays[tries] + time.Duration(luck*jitter*float64(delays[tries]))), true
}

// rest is how long an endpoint is left alone after so many failures in a row, whatever else is due to it: one that is down
// is not helped by thousands of calls. It stays below what the schedule has for one delivery by then.
func rest(failures int) time.Duration {
	if failures < 3 {
		return 0
	}
	return min(5*time.Second<<min(failures-3, 10), 5*time.Minute)
}

// longestRetryAfter bounds what an answer can ask for.
const longestRetryAfter = 24 * time.Hour

// retryAfter reads when an answer asks to be left alone until; zero when it does not.
func retryAfter(h http.Header, now time.Time) time.Time {
	text := h.Get("Retry-After")
	if seconds, err := strconv.Atoi(text); err == nil && seconds > 0 {
		return now.Add(min(time.Duration(seconds)*time.Second, longestRetryAfter))
	}
	at, err := http.ParseTime(text)
	if err != nil || !at.After(now) {
		return time.Time{}
	}
	if latest := now.Add(longestRetryAfter); at.After(latest) {
		return latest
	}
	return at
}
