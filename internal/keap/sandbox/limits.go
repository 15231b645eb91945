package sandbox

import (
	"fmt"
	"net/http"
	"slices"
	"strconv"
	"time"
)

// Limits are those of a key. Zero is no limit. Keap gives a service key 10 calls a second, 240 a minute and 30,000 a day.
type Limits struct {
	PerSecond, PerMinute int
	PerDay               int // days turn at 00:00 UTC
	// Spike is a spike arrest: a call that comes sooner than this part of a second after the one before is refused. At
	// Keap 25, 10 and 5 were seen.
	Spike int
	// Quiet leaves out the headers that tell what is left.
	Quiet bool
	// RetryAfter tells with a refusal when to come again; Keap does so only sometimes.
	RetryAfter bool
}

// usage is what was let in and counts against the limits.
type usage struct {
	recent  []time.Time // in the last minute
	last    time.Time
	day     time.Time // that today counts for
	today   int
	refused int
}

// SpendQuota counts calls of the owner's other tools against today's quota.
func (s *Sandbox) SpendQuota(calls int) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.used.turn(s.options.Now())
	s.used.today += calls
}

// Throttled is how many calls the limits have refused. A client that keeps its pace has none.
func (s *Sandbox) Throttled() int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.used.refused
}

// withinLimits counts this call, or says why it is one too many. s.mu is held.
func (s *Sandbox) withinLimits() (answer, bool) {
	now := s.options.Now()
	s.used.turn(now)
	refusal, refused := s.options.Limits.judge(s.used, now)
	if refused {
		s.used.refused++
		return refusal, false
	}
	s.used.today++
	if s.options.Limits != (Limits{}) {
		s.used.recent, s.used.last = append(s.used.recent, now), now
	}
	return answer{}, true
}

// turn forgets what does not count any more.
func (u *usage) turn(now time.Time) {
	u.recent = slices.DeleteFunc(u.recent, func(at time.Time) bool { return now.Sub(at) >= time.Minute })
	if day := dayOf(now); !day.Equal(u.day) {
		u.day, u.today = day, 0
	}
}

func (l Limits) judge(used usage, now time.Time) (answer, bool) {
	lastSecond := 0
	for _, at := range used.recent {
		if now.Sub(at) < time.Second {
			lastSecond++
		}
	}
	switch {
	case l.Spike > 0 && now.Sub(used.last) < time.Second/time.Duration(l.Spike):
		return l.spiked(), true
	case tooMany(lastSecond, l.PerSecond):
		return l.refuse(time.Second), true
	case tooMany(len(used.recent), l.PerMinute):
		return l.refuse(used.recent[0].Add(time.Minute).Sub(now)), true
	case tooMany(used.today, l.PerDay):
		return l.refuse(dayOf(now).AddDate(0, 0, 1).Sub(now)), true
	}
	return answer{}, false
}

func tooMany(n, limit int) bool { return limit > 0 && n >= limit }

func dayOf(now time.Time) time.Time { return now.UTC().Truncate(24 * time.Hour) }

// refuse is Keap's 429.
func (l Limits) refuse(again time.Duration) answer {
	a := throttled()
	if l.RetryAfter {
		a.header = http.Header{"Retry-After": {strconv.Itoa(int(again/time.Second) + 1)}}
	}
	return a
}

// spiked is the 429 of the gateway, which has another shape.
func (l Limits) spiked() answer {
	told := fmt.Sprintf("Spike arrest violation. Allowed rate : MessageRate{messagesPerPeriod=%d, periodInMicroseconds=1000000, maxBurstMessageCount=1.0}", l.Spike)
	return gatewayFault(http.StatusTooManyRequests, told, "policies.ratelimit.SpikeArrestViolation")
}

// tellQuota writes what is left into the headers of an answer, as Keap does with every one.
func (s *Sandbox) tellQuota(h http.Header) {
	limits := s.options.Limits
	if limits.Quiet {
		return
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	now := s.options.Now()
	s.used.turn(now)
	if limits.PerDay > 0 {
		s.announce(h, "product-quota", "day", limits.PerDay, s.used.today, dayOf(now).AddDate(0, 0, 1))
	}
	if limits.PerMinute > 0 {
		end := now.Add(time.Minute)
		if len(s.used.recent) > 0 {
			end = s.used.recent[0].Add(time.Minute)
		}
		s.announce(h, "product-throttle", "minute", limits.PerMinute, len(s.used.recent), end)
		s.announce(h, "tenant-throttle", "minute", 10_000, len(s.used.recent), end)
	}
}

func (s *Sandbox) announce(h http.Header, what, unit string, limit, used int, end time.Time) {
	for name, value := range map[string]string{
		"limit": strconv.Itoa(limit), "time-unit": unit, "interval": "1", "used": strconv.Itoa(used),
		"available": strconv.Itoa(max(0, limit-used)), "expiry-time": s.expiry(end),
	} {
		h.Set("x-keap-"+what+"-"+name, value)
	}
}

// expiry writes a time in one of the ways that are thinkable: no source says which is Keap's.
func (s *Sandbox) expiry(at time.Time) string {
	if s.options.Unknowns.DatedQuota {
		return at.UTC().Format(time.RFC3339)
	}
	return strconv.FormatInt(at.UnixMilli(), 10)
}
