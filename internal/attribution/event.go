package attribution

import (
	"time"

	"github.com/google/uuid"
)

// EventType is what happened in the browser, or in Keap before us.
type EventType string

const (
	Clicked  EventType = "click"    // a visit that brought a touch
	OptedIn  EventType = "optin"    // a person gave an e-mail on a form
	Referred EventType = "referral" // Keap had a referral that is not ours: it is counted at its time, and nothing comes of it
)

// Via is how an opt-in reached us.
type Via string

const (
	ViaForm     Via = "form"
	ViaMessage  Via = "message"
	ViaThankYou Via = "thankyou"
	ViaHook     Via = "hook"
	ViaAPI      Via = "api"
	ViaPoll     Via = "poll"
	ViaImport   Via = "import"
	ViaKeap     Via = "keap" // of an affiliate: Keap told us
)

// ViaFromPage lists the ways that a browser may claim; the others are set by the door that they come through.
var ViaFromPage = []Via{ViaForm, ViaMessage, ViaThankYou}

// UTM are the campaign parameters of the landing address.
type UTM struct {
	Source   string `json:"source,omitempty"`
	Medium   string `json:"medium,omitempty"`
	Campaign string `json:"campaign,omitempty"`
	Term     string `json:"term,omitempty"`
	Content  string `json:"content,omitempty"`
}

// Form is the form that an opt-in was made on.
type Form struct {
	ID       string `json:"id,omitempty"`
	Action   string `json:"action,omitempty"`
	Provider string `json:"provider,omitempty"`
}

// Event is one judged event, ready to be committed. It holds no plain personal data.
type Event struct {
	ID       uuid.UUID // made in the browser; the same id is the same event
	Joins    uuid.UUID // of an opt-in: the one that it says it is, by its tributary_id; zero when it names none
	Type     EventType
	At       time.Time // when it happened; the browser's clock, or ours where that cannot be right
	Received time.Time
	Site     string
	Visitor  uuid.UUID
	URL      string // origin and path: a query may hold personal data
	Referrer string // likewise
	First    Touch
	Latest   Touch
	UTM      UTM
	Person   PersonKey // zero when the page tells nobody's e-mail, not even its hash
	Sealed   []byte    // the Person, encrypted; empty when only the hash of the e-mail is known
	Form     Form
	Via      Via
	Note     string  // what the judge noticed, such as a clock that was off
	Ignored  string  // why it does not count; it is kept all the same
	Test     bool    // the owner tries a page; see IsTest
	Referral string  // of a Referred event: Keap's id of the referral
	Signals  Signals // goes to the opt-in alone, and not into the log
}

// ReopensOnly reports that an event is no opt-in where the person has come by this way before: vendors' mails lead to the
// thank-you page again, also weeks later and on a device that knows of no affiliate.
func (e Event) ReopensOnly() bool {
	return e.Via == ViaThankYou && e.First.IsZero() && e.Latest.IsZero()
}

// Claim is the id of the opt-in that this event says it belongs to: the one it names, or else its own.
func (e Event) Claim() uuid.UUID {
	if e.Joins != uuid.Nil {
		return e.Joins
	}
	return e.ID
}
