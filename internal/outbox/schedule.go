package outbox

import (
	"hash/fnv"
	"time"
)

// Schedule says when a job that could not be done is tried again: Base, doubled with each attempt up to Cap, for as long
// as Span after the job was made.
type Schedule struct {
	Base, Cap, Span time.Duration
}

// DefaultSchedule asks soon, because most form tools create the contact within seconds, and then ever more rarely for
// three days: about 25 calls for a contact that never comes.
var DefaultSchedule = Schedule{Base: 2 * time.Second, Cap: 6 * time.Hour, Span: 72 * time.Hour}

// Next is a pure function of its arguments. The job's name spreads the attempts of a burst over a fifth of the delay. No
// more attempts follow one that would begin after the span.
func (s Schedule) Next(now, created time.Time, job string, attempt int) (next time.Time, more bool) {
	if now.Sub(created) >= s.Span {
		return time.Time{}, false
	}
	delay := s.Cap
	if attempt < 40 {
		delay = min(s.Cap, s.Base<<attempt)
	}
	if delay <= 0 { // shifted out of its type
		delay = s.Cap
	}
	return now.Add(delay + time.Duration(spread(job, attempt)*float64(delay)/5)), true
}

// spread is a number in [0, 1) that is the same for the same job and attempt.
func spread(job string, attempt int) float64 {
	h := fnv.New32a()
	h.Write([]byte(job))
	h.Write([]byte{byte(attempt)})
	return float64(h.Sum32()) / (1 << 32)
}
