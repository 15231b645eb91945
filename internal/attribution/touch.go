package attribution

import (
	"fmt"
	"time"
)

// Touch is an affiliate's parameter seen by a visitor.
type Touch struct {
	Ref Ref       `json:"ref"`
	At  time.Time `json:"at"`
}

// IsZero reports whether there is no touch.
func (t Touch) IsZero() bool { return t.Ref.IsZero() }

// Rule says which of a visitor's touches earns. Latest is Keap's own default.
type Rule string

const (
	Latest Rule = "latest"
	First  Rule = "first"
)

// Policy is how an account credits.
type Policy struct {
	Rule   Rule          `json:"rule"`
	Window time.Duration `json:"window"` // how long a touch earns
	Merge  time.Duration `json:"merge"`  // how far apart two arrivals of one person's opt-in may lie
}

// DefaultPolicy is Keap's default rule with the contract's windows.
var DefaultPolicy = Policy{Rule: Latest, Window: 90 * 24 * time.Hour, Merge: 24 * time.Hour}

// Earning picks the touch that earns an opt-in at a given time, or none with the reason in words.
func (p Policy) Earning(first, latest Touch, at time.Time) (Touch, string) {
	pick, other := latest, first
	if p.Rule == First {
		pick, other = first, latest
	}
	if pick.IsZero() {
		pick = other
	}
	if pick.IsZero() {
		return Touch{}, "no affiliate was named"
	}
	if age := at.Sub(pick.At); age > p.Window {
		return Touch{}, fmt.Sprintf("the touch of %s is %d days old, the window is %d days", pick.Ref, days(age), days(p.Window))
	}
	return pick, ""
}

func days(d time.Duration) int { return int(d / (24 * time.Hour)) }
