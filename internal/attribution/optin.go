package attribution

import (
	"slices"
	"time"

	"github.com/google/uuid"
)

// Status is where an opt-in stands, in the words of the contract.
type Status string

const (
	Received     Status = "received"     // stored; Keap was not asked yet
	Waiting      Status = "waiting"      // no contact in Keap yet, or no e-mail to look for it
	Credited     Status = "credited"     // the referral stands in Keap
	Unattributed Status = "unattributed" // nobody sent this person, or too long ago
	Held         Status = "held"         // for a person to look at
	Refused      Status = "refused"      // Keap said no to this very referral
	Failed       Status = "failed"       // given up after the whole schedule
	Erased       Status = "erased"       // its person was erased; the row stays for the counts
)

// Statuses lists every Status.
var Statuses = []Status{Received, Waiting, Credited, Unattributed, Held, Refused, Failed, Erased}

// Step is one line of an opt-in's trace.
type Step struct {
	At     time.Time `json:"at"`
	Step   string    `json:"step"`
	Detail string    `json:"detail,omitempty"`
}

// maxTrace bounds an opt-in's trace: the first lines tell how it came, the last how it stands.
const maxTrace = 60

// OptIn is one person's opt-in and what became of it.
type OptIn struct {
	ID         uuid.UUID `json:"id"`
	At         time.Time `json:"at"`
	Received   time.Time `json:"received"`
	Ref        Ref       `json:"ref"`                 // the affiliate that earns; zero when unattributed
	Inherited  bool      `json:"inherited,omitempty"` // Ref is that of an earlier opt-in: an arrival that names one takes its place
	Person     PersonKey `json:"person"`              // zero while nobody's e-mail is known, not even its hash
	Sealed     []byte    `json:"sealed,omitempty"`    // the Person, encrypted; empty while the e-mail is not known
	Site       string    `json:"site,omitempty"`
	Visitor    uuid.UUID `json:"visitor"`
	URL        string    `json:"url,omitempty"`
	Referrer   string    `json:"referrer,omitempty"`
	UTM        UTM       `json:"utm,omitzero"`     // of the first arrival that has any
	Landing    Landing   `json:"landing,omitzero"` // of the click that brought the person to Ref; zero where it is not known
	Form       Form      `json:"form"`
	Via        []Via     `json:"via"`
	Status     Status    `json:"status"`
	Was        Status    `json:"was,omitempty"` // of an erased opt-in: where it stood
	Reason     string    `json:"reason,omitempty"`
	ContactID  string    `json:"contact_id,omitempty"`
	ReferralID string    `json:"referral_id,omitempty"`
	Trace      []Step    `json:"trace,omitempty"`

	First    Touch     `json:"first,omitzero"` // the touches that its visitor had
	Latest   Touch     `json:"latest,omitzero"`
	Signals  Signals   `json:"signals,omitzero"`
	Flags    []Flag    `json:"flags,omitempty"` // what does not look right; see package suspicion
	Decision *Decision `json:"decision,omitempty"`
}

// NewOptIn opens the record of an opt-in that is not the same as any we have. earlier is the touch of the person's
// last opt-in, which earns when this event names nobody itself.
func NewOptIn(id uuid.UUID, e Event, p Policy, earlier Touch) OptIn {
	o := OptIn{
		ID: id, At: e.At, Received: e.Received, Person: e.Person, Sealed: e.Sealed, Site: e.Site, Visitor: e.Visitor,
		URL: e.URL, Referrer: e.Referrer, UTM: e.UTM, Form: e.Form, Via: []Via{e.Via},
	}
	o.Note(e.Received, "received", "via "+string(e.Via)+noteOf(e))
	o.takeSignals(e)
	o.attribute(e, p, earlier)
	return o
}

// Merge folds another arrival of the same opt-in into its record. The affiliate that an arrival named first stays, so
// that no late message moves credit; an arrival that names one fills a record that has none, or that has it only from
// an earlier opt-in. fixed says that Keap may have been told already, or a person has refused it: then the affiliate stays in
// any case.
func (o *OptIn) Merge(e Event, p Policy, earlier Touch, fixed bool) {
	if o.Status == Erased {
		return // nothing that comes later makes it anybody's again
	}
	if !slices.Contains(o.Via, e.Via) {
		o.Via = append(o.Via, e.Via)
	}
	o.Note(e.Received, "arrived again", "via "+string(e.Via)+noteOf(e))
	if o.Form == (Form{}) {
		o.Form = e.Form
	}
	if o.Site == "" {
		o.Site = e.Site
	}
	if o.URL == "" && e.URL != "" { // the first to tell was no browser
		o.URL, o.Visitor, o.Referrer = e.URL, e.Visitor, e.Referrer
	}
	if o.UTM == (UTM{}) {
		o.UTM = e.UTM
	}
	o.takeSignals(e)
	o.name(e)
	switch {
	case o.Ref.IsZero():
		o.attribute(e, p, earlier)
	case o.Inherited && !fixed:
		o.attribute(e, p, Touch{})
	}
}

// name takes over what an arrival knows of the person and the record does not.
func (o *OptIn) name(e Event) {
	if o.Person.IsZero() {
		o.Person = e.Person
	}
	if len(o.Sealed) > 0 || len(e.Sealed) == 0 {
		return
	}
	o.Sealed = e.Sealed
	o.Note(e.Received, "e-mail known", "via "+string(e.Via))
	if !o.Ref.IsZero() {
		o.Status, o.Reason = Received, ""
	}
}

// Absorb folds in another record of the same opt-in: one that came without a person, before it was known whose it was.
// That one was never written into Keap, so nothing has to be taken back.
func (o *OptIn) Absorb(other OptIn, p Policy, now time.Time, fixed bool) {
	if o.Landing == (Landing{}) {
		o.Landing = other.Landing
	}
	if o.Landed() == (Landing{}) {
		o.Landing = other.Landed()
	}
	o.takeSignals(Event{First: other.First, Latest: other.Latest, Signals: other.Signals})
	for _, via := range other.Via {
		o.Merge(Event{
			At: other.At, Received: now, Site: other.Site, Form: other.Form, UTM: other.UTM, Via: via, Latest: Touch{Ref: other.Ref, At: other.At},
			Note: "as " + other.ID.String() + ", whose e-mail was not known",
		}, p, Touch{}, fixed)
	}
}

// Joinable reports whether an arrival that names this opt-in can be it. One id never stands for two e-mails: a page
// that was stored with its hidden fields filled in gives every visitor the same. What was erased is nobody's any more.
func (o OptIn) Joinable(e Event) bool {
	if o.Status == Erased {
		return false
	}
	return o.Person.IsZero() || e.Person.IsZero() || o.Person == e.Person
}

// Apart is the id of an opt-in whose own is taken by another person's.
func Apart(id uuid.UUID, person PersonKey) uuid.UUID { return uuid.NewSHA1(id, person[:]) }

func noteOf(e Event) string {
	if e.Note == "" {
		return ""
	}
	return "; " + e.Note
}

// noEmail is the reason of an opt-in that nothing can be asked of Keap for.
const noEmail = "the e-mail is not known yet: a hook, the API or a thank-you page brings it"

func (o *OptIn) attribute(e Event, p Policy, earlier Touch) {
	touch, why := p.Earning(e.First, e.Latest, o.At)
	from := ""
	if touch.IsZero() && !earlier.IsZero() {
		touch, _ = p.Earning(Touch{}, earlier, o.At)
		from = ", from this person's earlier opt-in"
	}
	if touch.IsZero() && !o.Ref.IsZero() {
		return
	}
	if touch.IsZero() {
		o.Status, o.Reason = Unattributed, why
		o.Note(e.Received, "unattributed", why)
		return
	}
	if touch.Ref != o.Ref {
		o.Flags, o.Decision = nil, nil // they were about another affiliate
	}
	o.Ref, o.Inherited, o.Status, o.Reason = touch.Ref, from != "", Received, ""
	o.Note(e.Received, "attributed", "to "+touch.Ref.String()+from)
	if len(o.Sealed) == 0 {
		o.Status, o.Reason = Waiting, noEmail
	}
}

// Note adds a line to the trace, dropping from its middle when it grows too long.
func (o *OptIn) Note(at time.Time, step, detail string) {
	o.Trace = append(o.Trace, Step{At: at, Step: step, Detail: detail})
	if len(o.Trace) > maxTrace {
		o.Trace = slices.Delete(o.Trace, maxTrace/2, maxTrace/2+1)
	}
}

// IsCredited reports whether the opt-in counts as a referral.
func (o OptIn) IsCredited() bool {
	return o.Status == Credited || o.Status == Erased && o.Was == Credited
}

// Erase takes out of the record who the person was, and what leads to them: the visitor, the records in Keap, and a trace
// that may quote either. The ghost stands in the person's place, so that what was counted stays counted.
func (o *OptIn) Erase(ghost PersonKey, at time.Time) {
	if o.Status != Erased {
		o.Was = o.Status
	}
	o.Person, o.Sealed, o.Visitor = ghost, nil, uuid.Nil
	o.Status, o.Reason, o.ContactID, o.ReferralID = Erased, "", "", ""
	o.First, o.Latest, o.Signals, o.Flags, o.Decision = Touch{}, Touch{}, Signals{}, nil, nil
	o.Trace = []Step{{At: at, Step: "erased", Detail: "the person's data was erased on request"}}
}

// SameAs reports whether an arrival at a given time belongs to this opt-in.
func (o OptIn) SameAs(at time.Time, p Policy) bool {
	return o.At.Sub(at).Abs() <= p.Merge
}
