package people

import (
	"time"

	"github.com/google/uuid"

	"tributary/internal/attribution"
)

// Document is what is held of a person, as they may be given it: with nothing encrypted, and nothing of ours alone.
type Document struct {
	Email      string               `json:"email"`
	Details    []attribution.Person `json:"details"`
	OptIns     []documentOptIn      `json:"optins"`
	Events     []documentEvent      `json:"events"`
	Quarantine []string             `json:"quarantine"`
	Payloads   []string             `json:"payloads"`
	Affiliate  string               `json:"affiliate,omitempty"`
}

type documentOptIn struct {
	ID        uuid.UUID          `json:"id"`
	At        time.Time          `json:"at"`
	Affiliate string             `json:"affiliate,omitempty"`
	Site      string             `json:"site,omitempty"`
	Page      string             `json:"page,omitempty"`
	Referrer  string             `json:"referrer,omitempty"`
	UTM       attribution.UTM    `json:"utm,omitzero"`
	Form      attribution.Form   `json:"form,omitzero"`
	Via       []attribution.Via  `json:"via"`
	Status    attribution.Status `json:"status"`
	Reason    string             `json:"reason,omitempty"`
	Contact   string             `json:"keap_contact_id,omitempty"`
	Referral  string             `json:"keap_referral_id,omitempty"`
	Flags     []attribution.Flag `json:"flags,omitempty"`
	Trace     []attribution.Step `json:"trace"`
}

type documentEvent struct {
	ID        uuid.UUID             `json:"id"`
	Type      attribution.EventType `json:"type"`
	At        time.Time             `json:"at"`
	Received  time.Time             `json:"received"`
	Visitor   uuid.UUID             `json:"visitor"`
	Page      string                `json:"page,omitempty"`
	Referrer  string                `json:"referrer,omitempty"`
	Affiliate string                `json:"affiliate,omitempty"`
	Outcome   string                `json:"outcome"`
}

// Document makes a file of what is held.
func (h Held) Document(email string) Document {
	d := Document{Email: email, Details: h.Details}
	for _, o := range h.OptIns {
		d.OptIns = append(d.OptIns, documentOptIn{
			o.ID, o.At, o.Ref.String(), o.Site, o.URL, o.Referrer, o.UTM, o.Form, o.Via, o.Status, o.Reason, o.ContactID, o.ReferralID, o.Flags, o.Trace,
		})
	}
	for _, e := range h.Events {
		d.Events = append(d.Events, documentEvent{e.ID, e.Type, e.At, e.Received, e.Visitor, e.URL, e.Referrer, e.Latest.Ref.String(), string(e.Disposition)})
	}
	for _, q := range h.Quarantine {
		d.Quarantine = append(d.Quarantine, q.Body)
	}
	for _, p := range h.Payloads {
		d.Payloads = append(d.Payloads, string(p.Body))
	}
	if h.Affiliate != nil {
		d.Affiliate = h.Affiliate.ID
	}
	return d
}
