// Package webhooks tells other programs of opt-ins, as Standard Webhooks says (https://www.standardwebhooks.com): signed,
// retried on its schedule, with a log of every delivery.
//
// What is to be told lies in the store's news, written with the change itself. News become one Delivery for each Endpoint
// that asked for them; a Delivery is a document until it has reached its end, and the log holds it after that. So a stop at
// any moment loses nothing: at worst an event comes twice, under the same webhook-id.
package webhooks

import (
	"fmt"
	"net/netip"
	"net/url"
	"slices"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"tributary/internal/attribution"
)

// Type says what an event tells of. It decides what the data is.
type Type string

const (
	Received Type = "optin.received" // a new opt-in, wherever it stands
	Credited Type = "optin.credited" // its referral stands in Keap
	Held     Type = "optin.held"     // a person has to look at it
	Refused  Type = "optin.refused"  // Keap said no
	Failed   Type = "optin.failed"   // given up
	Erased   Type = "optin.erased"   // its person was erased: forget what you were told
	Ping     Type = "ping"           // a test; an endpoint cannot ask for it and gets it by Test
)

// Types are what an endpoint can ask for.
var Types = []Type{Received, Credited, Held, Refused, Failed, Erased}

// typeOf names an event for what the store's news say.
func typeOf(what attribution.Status) Type { return Type("optin." + string(what)) }

func (t Type) what() attribution.Status {
	return attribution.Status(strings.TrimPrefix(string(t), "optin."))
}

// Email says how much of a person's address an endpoint is told.
type Email string

const (
	Full   Email = "full"
	Masked Email = "masked" // ma•••@e•••.com
	None   Email = "none"
)

// Endpoint is an address that is told of opt-ins.
type Endpoint struct {
	ID          string    `json:"id"`
	URL         string    `json:"url"`
	Description string    `json:"description,omitempty"`
	Events      []Type    `json:"events"`
	Email       Email     `json:"email"`
	Enabled     bool      `json:"enabled"`
	Reason      string    `json:"reason,omitempty"`     // why it was disabled by itself
	DisabledAt  time.Time `json:"disabled_at,omitzero"` // of one that is disabled
	Created     time.Time `json:"created"`
	Secrets     []Secret  `json:"secrets"` // the one that holds, and then those that still sign
}

// Host is the part of the address that may stand in a log: the rest of some addresses is a password.
func (e Endpoint) Host() string {
	u, err := url.Parse(e.URL)
	if err != nil {
		return ""
	}
	return u.Host
}

// Wants reports whether it is told of events of a type now.
func (e *Endpoint) Wants(t Type) bool { return e.Enabled && slices.Contains(e.Events, t) }

// Wrong is what a person has to correct in an endpoint.
type Wrong struct{ Field, Problem string }

func (w *Wrong) Error() string { return w.Field + " " + w.Problem }

// Bounds of what people write.
const (
	maxURL         = 2000
	maxDescription = 200
)

func (e *Endpoint) check(loopback bool) error {
	for _, err := range []error{checkURL(e.URL, loopback), e.checkDescription(), e.checkEvents()} {
		if err != nil {
			return err
		}
	}
	if !slices.Contains([]Email{Full, Masked, None}, e.Email) {
		return &Wrong{"email", fmt.Sprintf("must be full, masked or none, and is %q", e.Email)}
	}
	return nil
}

func (e *Endpoint) checkDescription() error {
	if !utf8.ValidString(e.Description) || utf8.RuneCountInString(e.Description) > maxDescription || strings.ContainsFunc(e.Description, unicode.IsControl) {
		return &Wrong{"description", fmt.Sprintf("must have at most %d characters on one line", maxDescription)}
	}
	return nil
}

func (e *Endpoint) checkEvents() error {
	if len(e.Events) == 0 {
		return &Wrong{"events", fmt.Sprintf("must name at least one of %v", Types)}
	}
	for _, t := range e.Events {
		if !slices.Contains(Types, t) {
			return &Wrong{"events", fmt.Sprintf("must name only %v, and names %q", Types, t)}
		}
	}
	slices.Sort(e.Events)
	e.Events = slices.Compact(e.Events)
	return nil
}

// checkURL refuses what could never be sent to. What a name leads to is looked at when it is called, each time.
func checkURL(text string, loopback bool) error {
	u, err := url.Parse(text)
	if err != nil || u.Hostname() == "" || u.Opaque != "" || len(text) > maxURL {
		return &Wrong{"url", "must be an address such as https://www.example.com/tributary"}
	}
	local := isLocalName(u.Hostname())
	switch {
	case u.User != nil || u.Fragment != "":
		return &Wrong{"url", "must have neither a user name nor a part behind #: put a secret into the path or the query, or verify the signature"}
	case local && !loopback:
		return &Wrong{"url", "is on this very machine, which is refused unless the collector runs with --webhooks-to-loopback, for development"}
	case u.Scheme != "https" && (u.Scheme != "http" || !local):
		return &Wrong{"url", "must begin with https://: what is sent tells of people"}
	}
	if ip, err := netip.ParseAddr(u.Hostname()); err == nil && !local {
		if why := refusal(ip, loopback); why != "" {
			return &Wrong{"url", "leads to " + why + ": only addresses of the public internet are called"}
		}
	}
	return nil
}

func isLocalName(host string) bool {
	ip, err := netip.ParseAddr(host)
	host = strings.TrimSuffix(strings.ToLower(host), ".")
	return host == "localhost" || strings.HasSuffix(host, ".localhost") || err == nil && ip.Unmap().IsLoopback()
}
