// Package suspicion says what about an opt-in does not look right, and why. It decides nothing: the owner's settings say
// whether an opt-in that is flagged waits for a person.
package suspicion

import (
	"fmt"
	"slices"
	"time"

	"tributary/internal/attribution"
)

// Codes of what can be flagged.
const (
	SelfReferral = "self_referral"    // the affiliate opted in by their own link
	Disposable   = "disposable_email" // the address is of a service that gives addresses for some minutes
	TooFast      = "too_fast"         // the form was sent sooner after landing than people can
	Burst        = "burst"            // too many opt-ins of one affiliate within a minute
	SameNetwork  = "same_network"     // too many opt-ins from one network within a day
	ForgedTouch  = "forged_touch"     // the touch has a time that cannot be
	StaleTouch   = "stale_touch"      // the touch is older than what earns
	NoClick      = "no_click"         // this visitor has never come by the affiliate's link
)

// Codes lists all of them, in the order in which they are told.
var Codes = []string{SelfReferral, Disposable, TooFast, Burst, SameNetwork, ForgedTouch, StaleTouch, NoClick}

// What is done about a flag.
const (
	Off  = "off"  // it is not looked for
	Mark = "flag" // it is shown
	Hold = "hold" // it is shown, and the opt-in waits for a person
)

// Rules are what the owner has decided.
type Rules struct {
	Action      map[string]string // by code; one that is missing is off
	FastUnder   time.Duration
	BurstOver   int
	NetworkOver int
	Policy      attribution.Policy
}

// Facts are what was looked up for one opt-in. What is not known is zero, and speaks against nobody.
type Facts struct {
	Email       string
	Affiliate   attribution.Affiliate
	Contact     string    // in Keap, once it is found
	Minute      int       // opt-ins of the affiliate in the minute up to this one, itself included
	FromNetwork int       // opt-ins from its network on its day, itself included
	SiteSince   time.Time // when the site was made
	Clicked     bool      // the visitor has a click for the affiliate
}

// Flags looks at one opt-in by the rules. The order is that of Codes.
func Flags(o attribution.OptIn, f Facts, r Rules) (flags []attribution.Flag) {
	for _, code := range Codes {
		action := r.Action[code]
		if action != Mark && action != Hold {
			continue
		}
		if reason := checks[code](o, f, r); reason != "" {
			flags = append(flags, attribution.Flag{Code: code, Reason: reason, Hold: action == Hold})
		}
	}
	return flags
}

// checks say what is wrong, each by itself; "" for nothing.
var checks = map[string]func(attribution.OptIn, Facts, Rules) string{
	SelfReferral: selfReferral, Disposable: disposable, TooFast: tooFast, Burst: burst,
	SameNetwork: sameNetwork, ForgedTouch: forgedTouch, StaleTouch: staleTouch, NoClick: noClick,
}

func selfReferral(o attribution.OptIn, f Facts, _ Rules) string {
	switch {
	case !o.Person.IsZero() && o.Person == f.Affiliate.Email.Key:
		return "the e-mail is the affiliate's own"
	case f.Contact != "" && f.Contact == f.Affiliate.ContactID:
		return "the contact in Keap is the affiliate's own"
	}
	return ""
}

func disposable(_ attribution.OptIn, f Facts, _ Rules) string {
	if domain := disposableDomain(f.Email); domain != "" {
		return domain + " gives addresses that end after some minutes"
	}
	return ""
}

// tooFast measures from the touch, which is the landing where the visitor came and opted in at once.
func tooFast(o attribution.OptIn, _ Facts, r Rules) string {
	if !byForm(o) || o.Signals.Touch != attribution.ToldWell || o.Latest.IsZero() {
		return ""
	}
	took := o.At.Sub(o.Latest.At)
	if took < 0 || took >= r.FastUnder {
		return ""
	}
	return fmt.Sprintf("the form was sent %d ms after landing", took.Milliseconds())
}

// byForm says that a visitor was seen filling in a form: all else has neither a landing nor a click.
func byForm(o attribution.OptIn) bool { return slices.Contains(o.Via, attribution.ViaForm) }

func burst(_ attribution.OptIn, f Facts, r Rules) string {
	if f.Minute <= r.BurstOver {
		return ""
	}
	return fmt.Sprintf("more than %d opt-ins of this affiliate within a minute", r.BurstOver)
}

func sameNetwork(_ attribution.OptIn, f Facts, r Rules) string {
	if f.FromNetwork <= r.NetworkOver {
		return ""
	}
	return fmt.Sprintf("more than %d opt-ins from the same network on one day", r.NetworkOver)
}

// siteSlack lets the first touches of a site be a little older than its record: the tag may have been pasted in advance.
const siteSlack = 24 * time.Hour

func forgedTouch(o attribution.OptIn, f Facts, _ Rules) string {
	switch {
	case o.Signals.Touch == attribution.ToldAhead:
		return "the page said that the affiliate's link was opened after the form was sent"
	case o.Signals.Touch == attribution.ToldWell && !f.SiteSince.IsZero() && !o.Latest.IsZero() && o.Latest.At.Before(f.SiteSince.Add(-siteSlack)):
		return "the affiliate's link was opened on " + o.Latest.At.Format(time.DateOnly) + ", before the site was set up"
	}
	return ""
}

// staleTouch asks by today's rules: the opt-in may have come while others held.
func staleTouch(o attribution.OptIn, _ Facts, r Rules) string {
	if o.First.IsZero() && o.Latest.IsZero() {
		return ""
	}
	touch, why := r.Policy.Earning(o.First, o.Latest, o.At)
	if !touch.IsZero() {
		return ""
	}
	return why
}

func noClick(o attribution.OptIn, f Facts, _ Rules) string {
	if f.Clicked || !byForm(o) {
		return ""
	}
	return "this visitor has never been seen coming by the affiliate's link"
}
