package keap

import (
	"math"
	"net/http"
	"strconv"
	"strings"
	"time"
)

// Quota is what Keap told last about how many calls are left. Keap tells it in the headers of its answers, for all
// programs that share the key's app or account; what it left out is zero.
type Quota struct {
	Limit int       // calls a day; 0 while Keap has told nothing, or nothing that makes sense
	Used  int       // of them
	Left  int       // of them; calls that were sent since are taken off
	Turns time.Time // when the day's quota begins anew

	PerMinute int // calls a minute, by the narrowest throttle that Keap told; 0 when it told none

	Read  time.Time // when Keap told any of it; zero for never
	Until time.Time // no call leaves before, because Keap asked for a pause; zero or past when none does
}

// allowance is one group of headers, such as x-keap-product-quota-*: so many calls in a stretch of time.
type allowance struct {
	limit, left int
	window      time.Duration
	ends        time.Time // the stretch that runs
}

// The groups of headers that are read: the day's quota of the key, and the throttles of the key and of the whole app.
const (
	productQuota    = "X-Keap-Product-Quota-"
	productThrottle = "X-Keap-Product-Throttle-"
	tenantThrottle  = "X-Keap-Tenant-Throttle-"
)

// units are Keap's words for a stretch of time, as far as they are thinkable.
var units = map[string]time.Duration{
	"second": time.Second, "minute": time.Minute, "hour": time.Hour, "day": 24 * time.Hour, "week": 7 * 24 * time.Hour,
}

// readAllowance reads a group of headers, or says that it holds nothing to go by. Whatever stands there may slow us down
// and never stop us for longer than its own stretch: a limit that is not positive is none, what is left lies between nothing
// and the limit, and an end that cannot be is that of a whole stretch from now.
func readAllowance(h http.Header, group string, now time.Time) (allowance, bool) {
	limit, limited := count(h.Get(group + "Limit"))
	left, known := count(h.Get(group + "Available"))
	if used, told := count(h.Get(group + "Used")); !known && told && limited {
		left, known = limit-used, true
	}
	if !limited || limit == 0 || !known {
		return allowance{}, false
	}
	a := allowance{limit: limit, left: min(max(0, left), limit), window: window(h, group)}
	a.ends = endOf(h.Get(group+"Expiry-Time"), a.window, now)
	return a, true
}

// count reads a number of calls; false for anything else, such as a negative one.
func count(header string) (int, bool) {
	n, err := strconv.ParseFloat(strings.TrimSpace(header), 64)
	if err != nil || !(n >= 0) {
		return 0, false
	}
	return int(min(n, math.MaxInt32)), true
}

// window is the stretch that a group of headers speaks of. One without a unit that we know is that of the group's name.
func window(h http.Header, group string) time.Duration {
	unit := strings.ToLower(strings.TrimSpace(h.Get(group + "Time-Unit")))
	one, known := units[strings.TrimSuffix(unit, "s")]
	if !known {
		one = map[string]time.Duration{productQuota: units["day"]}[group]
	}
	if one == 0 {
		one = time.Minute
	}
	n, told := count(h.Get(group + "Interval"))
	if all := one * time.Duration(min(n, 1000)); told && n > 0 && all <= units["week"] {
		return all
	}
	return one
}

// endOf reads when a stretch ends: as seconds or milliseconds since 1970, or as a date. What cannot be read, has passed or
// lies further off than the stretch is long, becomes the next midnight in UTC for a day, when Keap's days turn, and a
// whole stretch from now for any other.
func endOf(header string, window time.Duration, now time.Time) time.Time {
	at := moments(strings.TrimSpace(header))
	if at.After(now) && !at.After(now.Add(window+time.Minute)) { // a minute is for clocks that differ
		return at
	}
	if window == units["day"] {
		return midnight(now)
	}
	return now.Add(window)
}

func midnight(now time.Time) time.Time { return now.UTC().Truncate(24 * time.Hour).Add(24 * time.Hour) }

func moments(header string) time.Time {
	if n, err := strconv.ParseFloat(header, 64); err == nil && n > 0 && n < 1e15 {
		if n > 1e11 { // in seconds that would be the year 5138
			n /= 1000
		}
		return time.UnixMilli(int64(n * 1000)).UTC()
	}
	if at, err := http.ParseTime(header); err == nil {
		return at.UTC()
	}
	var m moment
	_ = m.UnmarshalJSON([]byte(strconv.Quote(header))) // never fails
	return time.Time(m)
}

// heard takes in what an answer tells of Keap's limits.
func (p *pace) heard(res *http.Response, now time.Time) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if quota, ok := readAllowance(res.Header, productQuota, now); ok {
		p.day, p.read = quota, now
		p.noteReserve()
	}
	for _, group := range []string{productThrottle, tenantThrottle} {
		if a, ok := readAllowance(res.Header, group, now); ok && a.window <= time.Hour {
			p.throttles[group], p.read = a, now
		}
	}
	if p.rate.tell(told{p.perMinute(productThrottle), p.perMinute(tenantThrottle)}) {
		p.log.Info("Keap tells how many calls it allows; the pace follows", "key_per_minute", p.perMinute(productThrottle), "app_per_minute", p.perMinute(tenantThrottle))
	}
	p.refusedOrNot(res, now)
}

// perMinute is what a throttle comes to, 0 when Keap told none.
func (p *pace) perMinute(group string) int {
	a, told := p.throttles[group]
	if !told {
		return 0
	}
	return max(1, int(float64(a.limit)*float64(time.Minute)/float64(a.window)))
}

// refusedOrNot begins a pause when Keap asks for one, by a 429 or by a Retry-After, and widens the spacing when nothing
// that Keap told explains it.
func (p *pace) refusedOrNot(res *http.Response, now time.Time) {
	after := retryAfter(res.Header.Get("Retry-After"), now)
	if res.StatusCode != http.StatusTooManyRequests {
		if res.StatusCode < 300 {
			p.refusals = 0
		}
		if res.StatusCode == http.StatusServiceUnavailable {
			p.pauseFor(after, now)
		}
		return
	}
	if after == 0 {
		after = min(time.Second<<min(p.refusals, 6), time.Minute)
	}
	p.refusals++
	p.pauseFor(after, now)
	if !p.explained(now) && p.rate.slow(now) {
		p.log.Warn("Keap refused a call as too early; the pace slows", "per_second", float64(p.rate.second.Limit()))
	}
}

func (p *pace) pauseFor(d time.Duration, now time.Time) {
	until := now.Add(d)
	if d <= 0 || !until.After(p.hold) {
		return
	}
	if d > patience {
		p.log.Warn("Keap asks for a pause of its calls", "for", d.Round(time.Second))
	}
	p.hold = until
}

// explained says whether a limit that Keap told is used up.
func (p *pace) explained(now time.Time) bool {
	for _, a := range p.throttles {
		if a.left == 0 && a.ends.After(now) {
			return true
		}
	}
	return p.day.limit > 0 && p.day.left == 0 && p.day.ends.After(now)
}

// noteReserve logs when only the reserve of the day is left, and when there is more again.
func (p *pace) noteReserve() {
	low := p.day.left <= p.spared(false)
	if low == p.low {
		return
	}
	p.low = low
	if low {
		p.log.Warn("only the reserve of Keap's quota for today is left: opt-ins wait until it turns", "left", p.day.left, "limit", p.day.limit, "turns", p.day.ends)
		return
	}
	p.log.Info("Keap's quota has room again", "left", p.day.left, "limit", p.day.limit)
}

func (p *pace) quota(now time.Time) Quota {
	p.mu.Lock()
	defer p.mu.Unlock()
	q := Quota{Limit: p.day.limit, Left: p.day.left, Used: p.day.limit - p.day.left, Turns: p.day.ends, Read: p.read, Until: p.hold}
	if !p.day.ends.After(now) { // the day that was told is over
		q.Left, q.Used, q.Turns = q.Limit, 0, time.Time{}
	}
	q.PerMinute = p.perMinute(productThrottle)
	if app := p.perMinute(tenantThrottle); app > 0 && (q.PerMinute == 0 || app < q.PerMinute) {
		q.PerMinute = app
	}
	return q
}

// Quota is what Keap told last about its limits. It makes no call.
func (c *Client) Quota() Quota { return c.pace.quota(time.Now()) }
