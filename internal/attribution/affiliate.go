package attribution

import "time"

// Affiliate is a referral partner of Keap, as we know it.
type Affiliate struct {
	ID        string      `json:"id"` // Keap's affiliate id
	Code      string      `json:"code,omitempty"`
	Name      string      `json:"name,omitempty"`
	Status    string      `json:"status,omitempty"` // Keap's ACTIVE or INACTIVE; empty when Keap was not asked
	ContactID string      `json:"contact_id,omitempty"`
	Email     SealedEmail `json:"email,omitzero"`
	Spellings []string    `json:"spellings,omitempty"` // the code in other cases, as links have it
	EmailVia  Via         `json:"email_via,omitempty"` // keap: the e-mail is their contact's, and follows it; empty: somebody gave it
	Learned   time.Time   `json:"learned"`             // when we first knew of it
	Gone      time.Time   `json:"gone,omitzero"`       // since when Keap has no such affiliate any more; never deleted here
	Via       Via         `json:"via,omitempty"`       // keap or api: who told us
}

// Ref is the one reference under which everything of this affiliate is counted.
func (a Affiliate) Ref() Ref { return Ref{Kind: ByID, Value: a.ID} }
