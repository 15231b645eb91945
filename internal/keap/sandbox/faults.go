package sandbox

import (
	"errors"
	"fmt"
	"math/rand/v2"
	"slices"
	"time"
)

// Kind is one way to misbehave. "Applied" means that a write has been done and stands in the records.
type Kind string

const (
	// Reset cuts the connection (TCP reset); not applied.
	Reset Kind = "reset"
	// ApplyThenReset applies, then cuts the connection.
	ApplyThenReset Kind = "apply-then-reset"
	// CutAnswer applies, and cuts the connection in the middle of the answer.
	CutAnswer Kind = "cut-answer"
	// LateApply cuts the connection at once and applies Delay later: a look in between finds nothing.
	LateApply Kind = "late-apply"

	// Hang holds the call for Delay and then cuts the connection; not applied.
	Hang Kind = "hang"
	// ApplyThenHang applies, and holds the answer for Delay.
	ApplyThenHang Kind = "apply-then-hang"
	// SlowBody applies, and gives the answer byte by byte over Delay.
	SlowBody Kind = "slow-body"

	// Status500 answers 500 in Keap's shape; not applied.
	Status500 Kind = "500"
	// ApplyThen500 applies, then answers 500.
	ApplyThen500 Kind = "apply-then-500"
	// Status502 answers 502 with the HTML page of a proxy; not applied.
	Status502 Kind = "502"
	// Status503 answers 503 with an HTML page, and RetryAfter if set; not applied.
	Status503 Kind = "503"
	// Status429 answers as a quota that is used up, with RetryAfter if set; not applied.
	Status429 Kind = "429"
	// Status401 answers as the gateway does to a key that it does not know; not applied.
	Status401 Kind = "401"
	// Status403 answers that the key may not do this; not applied.
	Status403 Kind = "403"

	// Blank200 answers 200 with an empty body; applied if Apply is set.
	Blank200 Kind = "blank-200"
	// HTML answers 200 with a page; applied if Apply is set.
	HTML Kind = "html"
	// Redirect answers 307 to the same address, so that a client that follows sends its write again; applied if Apply
	// is set.
	Redirect Kind = "redirect"
	// Truncated applies, and answers with half of the JSON.
	Truncated Kind = "truncated"
	// HugeBody applies, and answers with valid JSON after 4 MiB of white space.
	HugeBody Kind = "huge-body"
)

// Kinds are all of them.
var Kinds = []Kind{
	Reset, ApplyThenReset, CutAnswer, LateApply, Hang, ApplyThenHang, SlowBody, Status500, ApplyThen500, Status502, Status503, Status429,
	Status401, Status403, Blank200, HTML, Redirect, Truncated, HugeBody,
}

// Fault is an order to misbehave. The first fault that fits a call is done.
type Fault struct {
	Operation string `json:"operation"` // Keap's operationId, such as "createReferral", or "*"
	Kind      Kind   `json:"kind"`

	// Times is how many calls get the fault, after which it is gone; once when neither Times nor Probability is set.
	Times int `json:"times,omitempty"`
	// Probability, from 0 to 1, gives the fault to a share of the calls (of Times calls at most, if set). Seed makes
	// the choice repeatable.
	Probability float64 `json:"probability,omitempty"`
	Seed        uint64  `json:"seed,omitempty"`

	// Skip is how many fitting calls are spared first, so that the second page of a list can be the one that fails.
	Skip int `json:"skip,omitempty"`

	Delay      Duration `json:"delay,omitempty"`       // of the kinds that wait: 100ms for late-apply, 30s for the others
	RetryAfter string   `json:"retry_after,omitempty"` // the header of 429 and 503, as it is to be sent
	Apply      bool     `json:"apply,omitempty"`       // of the kinds that leave it open
}

// Duration is a time.Duration that is "1.5s" in JSON.
type Duration time.Duration

// MarshalText writes it as time.Duration does.
func (d Duration) MarshalText() ([]byte, error) { return []byte(time.Duration(d).String()), nil }

// UnmarshalText reads what time.ParseDuration reads.
func (d *Duration) UnmarshalText(text []byte) error {
	parsed, err := time.ParseDuration(string(text))
	*d = Duration(parsed)
	return err
}

// AddFault orders a fault. The error says what is wrong with the order.
func (s *Sandbox) AddFault(fault Fault) error {
	if err := fault.check(); err != nil {
		return err
	}
	if fault.Times == 0 && fault.Probability == 0 {
		fault.Times = 1
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.faults = append(s.faults, &armed{Fault: fault, random: rand.New(rand.NewPCG(fault.Seed, 0))})
	return nil
}

// Faults returns the faults that are waiting, with the Times that are left.
func (s *Sandbox) Faults() []Fault {
	s.mu.Lock()
	defer s.mu.Unlock()
	waiting := make([]Fault, 0, len(s.faults))
	for _, fault := range s.faults {
		waiting = append(waiting, fault.Fault)
	}
	return waiting
}

// ClearFaults takes all orders back.
func (s *Sandbox) ClearFaults() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.faults = nil
}

func (f Fault) check() error {
	known := func(op operation) bool { return op.name == f.Operation }
	isToken := f.Operation == "exchangeCode" || f.Operation == "refreshToken"
	switch {
	case f.Operation != "*" && !isToken && !slices.ContainsFunc(operations, known):
		return fmt.Errorf("no operation %q: use Keap's operationId, or * for all", f.Operation)
	case !slices.Contains(Kinds, f.Kind):
		return fmt.Errorf("no kind of fault %q: use one of %v", f.Kind, Kinds)
	case f.Times < 0 || f.Skip < 0 || f.Probability < 0 || f.Probability > 1 || f.Delay < 0:
		return errors.New("times, skip and delay cannot be negative, and a probability is from 0 to 1")
	}
	return nil
}

// armed is a fault with its own dice.
type armed struct {
	Fault
	random *rand.Rand
}

type faultList []*armed

// takeFault finds the fault for this call, if it gets one, and uses it up.
func (s *Sandbox) takeFault(operation string) (Fault, bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for i, fault := range s.faults {
		if fault.Operation != "*" && fault.Operation != operation || fault.spares() || !fault.strikes() {
			continue
		}
		if fault.Times == 1 {
			s.faults = slices.Delete(s.faults, i, i+1)
		}
		taken := fault.Fault
		fault.Times = max(0, fault.Times-1)
		return taken, true
	}
	return Fault{}, false
}

func (a *armed) spares() bool {
	if a.Skip == 0 {
		return false
	}
	a.Skip--
	return true
}

func (a *armed) strikes() bool { return a.Probability == 0 || a.random.Float64() < a.Probability }
