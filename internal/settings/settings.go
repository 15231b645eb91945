// Package settings is what the owner of an account decides about crediting: one document, with a default for everything.
package settings

import (
	"encoding/json"
	"time"

	"tributary/internal/attribution"
)

// What becomes of an opt-in whose affiliate cannot be credited.
const (
	Hold         = "hold"         // it waits for a person
	Refuse       = "refuse"       // it is refused, with the reason
	Unattributed = "unattributed" // it is nobody's
)

// What becomes of an opt-in whose contact has another partner's referral.
const (
	Respect = "respect" // what others wrote stays: the opt-in is held
	Write   = "write"   // the referral is written, and Keap's own rule says who earns
)

// How an opt-in gets its contact.
const (
	Wait   = "wait"   // the form tool makes it
	Create = "create" // we make it, when the form tool has not within the grace
)

// Settings of an account, as they stand on the wire and in the store.
type Settings struct {
	Rule        attribution.Rule `json:"rule"`
	Window      Span             `json:"window"`       // how long a touch earns
	MergeWindow Span             `json:"merge_window"` // arrivals of one person's opt-in within it are one

	ReferralType    string `json:"referral_type"`    // MANUAL, COOKIE or PERMANENT
	ReferralExpires Span   `json:"referral_expires"` // after the opt-in; 0 for never
	Description     string `json:"description"`      // see Describe; "" for the usual words
	WriteIP         bool   `json:"write_ip"`

	OtherPartner      string `json:"other_partner"`      // Respect or Write
	Late              string `json:"late"`               // Hold or Write: an opt-in older than another partner's referral
	UnknownAffiliate  string `json:"unknown_affiliate"`  // Hold, Refuse or Unattributed
	InactiveAffiliate string `json:"inactive_affiliate"` // likewise

	Contact      string `json:"contact"`       // Wait or Create
	ContactGrace Span   `json:"contact_grace"` // before a contact is created
	OptInReason  string `json:"opt_in_reason"` // of a contact that is created

	TagID           string            `json:"tag_id"`           // applied to the contact of a credited opt-in; "" for none
	GoalIntegration string            `json:"goal_integration"` // achieved for it; "" for none
	GoalCallName    string            `json:"goal_call_name"`
	Fields          map[string]string `json:"fields"`       // what is written into custom fields of the contact: see Sources; to ids of Keap
	TotalsField     string            `json:"totals_field"` // custom field of the affiliate's own contact that gets the count of opt-ins
	LinkField       string            `json:"link_field"`   // custom field of the affiliate's own contact that gets the address behind which they have a login link mailed

	CardOrigins []string `json:"card_origins"` // sites whose pages may hold an affiliate's card, as attribution.Origin has them

	DigestDay  string `json:"digest_day"`  // of Weekdays; "" sends no weekly mail to affiliates
	DigestHour int    `json:"digest_hour"` // 0 to 23
	DigestZone string `json:"digest_zone"` // IANA name of the time zone of both; "" is UTC

	Suspicions
}

// Default is what holds until the owner decides otherwise.
//
// Another partner's referral is respected, and a late one not written, because Keap can neither change nor delete a
// referral: what was written too much stays, and by Keap's usual rule moves the credit. What was held can still be written.
func Default(p attribution.Policy) Settings {
	return Settings{
		Rule: p.Rule, Window: Span(p.Window), MergeWindow: Span(p.Merge),
		ReferralType: "MANUAL", WriteIP: true,
		OtherPartner: Respect, Late: Hold, UnknownAffiliate: Hold, InactiveAffiliate: Hold,
		Contact: Wait, ContactGrace: Span(15 * time.Minute), OptInReason: "Opt-in on a form, recorded by Tributary",
		Fields: map[string]string{}, CardOrigins: []string{}, DigestHour: 8, Suspicions: usualSuspicions,
	}
}

// Policy is the part that says which touch earns.
func (s Settings) Policy() attribution.Policy {
	return attribution.Policy{Rule: s.Rule, Window: time.Duration(s.Window), Merge: time.Duration(s.MergeWindow)}
}

// Sources are what Fields can name: the values of an opt-in that a custom field can hold.
var Sources = []string{
	"lead_source", "utm_source", "utm_medium", "utm_campaign", "utm_term", "utm_content",
	"referrer", "page", "form", "affiliate_id", "affiliate_code", "affiliate_name",
}

// Span is a length of time, as "90d", "36h" or "15m".
type Span time.Duration

const day = 24 * time.Hour

func (s Span) String() string {
	d := time.Duration(s)
	if d != 0 && d%day == 0 {
		return fmtInt(int64(d/day)) + "d"
	}
	return trimZeros(d.String())
}

// MarshalText and UnmarshalText let a Span stand in JSON as its String.
func (s Span) MarshalText() ([]byte, error) { return []byte(s.String()), nil }

func (s *Span) UnmarshalText(text []byte) error {
	d, err := parseSpan(string(text))
	*s = Span(d)
	return err
}

// over lays what was chosen over the defaults.
func over(defaults Settings, chosen map[string]json.RawMessage) (Settings, error) {
	s := defaults
	s.Fields = map[string]string{} // decoding into the map of the defaults would change them
	s.CardOrigins = []string{}
	text, err := json.Marshal(chosen)
	if err != nil {
		return s, err
	}
	err = json.Unmarshal(text, &s)
	if s.Fields == nil {
		s.Fields = map[string]string{}
	}
	if s.CardOrigins == nil {
		s.CardOrigins = []string{}
	}
	return s, err
}
