package settings

import (
	"fmt"
	"time"

	"tributary/internal/suspicion"
)

// Suspicions say what is done about each thing that does not look right: see package suspicion. Each is off, flag or hold.
type Suspicions struct {
	SelfReferral string `json:"self_referral"`
	Disposable   string `json:"disposable_email"`
	TooFast      string `json:"too_fast"`
	TooFastUnder Span   `json:"too_fast_under"` // between landing and opt-in
	Burst        string `json:"burst"`
	BurstOver    int    `json:"burst_over"` // opt-ins of an affiliate within a minute
	SameNetwork  string `json:"same_network"`
	NetworkOver  int    `json:"same_network_over"` // opt-ins from a network within a day
	ForgedTouch  string `json:"forged_touch"`
	StaleTouch   string `json:"stale_touch"`
	NoClick      string `json:"no_click"`
}

// usualSuspicions hold what costs money and is rarely a mistake of ours, and mark the rest. A visitor without a click is no
// sign by itself: what Keap's own tracking had kept before us is a touch, and no click.
var usualSuspicions = Suspicions{
	SelfReferral: suspicion.Hold, Disposable: suspicion.Mark,
	TooFast: suspicion.Mark, TooFastUnder: Span(time.Second),
	Burst: suspicion.Mark, BurstOver: 30,
	SameNetwork: suspicion.Mark, NetworkOver: 10,
	ForgedTouch: suspicion.Mark, StaleTouch: suspicion.Mark, NoClick: suspicion.Off,
}

func (s Suspicions) byCode() map[string]string {
	return map[string]string{
		suspicion.SelfReferral: s.SelfReferral, suspicion.Disposable: s.Disposable, suspicion.TooFast: s.TooFast,
		suspicion.Burst: s.Burst, suspicion.SameNetwork: s.SameNetwork, suspicion.ForgedTouch: s.ForgedTouch,
		suspicion.StaleTouch: s.StaleTouch, suspicion.NoClick: s.NoClick,
	}
}

// Rules are what package suspicion works by.
func (s Settings) Rules() suspicion.Rules {
	return suspicion.Rules{
		Action: s.byCode(), FastUnder: time.Duration(s.TooFastUnder), BurstOver: s.BurstOver, NetworkOver: s.NetworkOver,
		Policy: s.Policy(),
	}
}

func (s Suspicions) check() error {
	actions := s.byCode()
	for _, code := range suspicion.Codes {
		if err := oneOf(code, actions[code], suspicion.Off, suspicion.Mark, suspicion.Hold); err != nil {
			return err
		}
	}
	if err := between("too_fast_under", s.TooFastUnder, usualSuspicions.TooFastUnder, 100*time.Millisecond, time.Minute); err != nil {
		return err
	}
	if err := within("burst_over", s.BurstOver, 1, 1000); err != nil {
		return err
	}
	return within("same_network_over", s.NetworkOver, 1, 1000)
}

func within(field string, n, least, most int) error {
	if n < least || n > most {
		return &Wrong{field, fmt.Sprintf("must be %d to %d, and is %d", least, most, n)}
	}
	return nil
}
