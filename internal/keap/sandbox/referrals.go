package sandbox

import (
	"errors"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"time"
)

// Referral is Keap's Referral.
type Referral struct {
	ID                string `json:"id"`
	ContactID         string `json:"contact_id"`
	ReferralPartnerID string `json:"referral_partner_id,omitempty"`
	ReferralTime      string `json:"referral_time,omitempty"`
	ExpirationTime    string `json:"expiration_time,omitempty"`
	IPAddress         string `json:"ip_address,omitempty"`
	Source            string `json:"source,omitempty"`
	Description       string `json:"description,omitempty"`
	ReferralType      string `json:"referral_type,omitempty"` // COOKIE, MANUAL or PERMANENT
}

type newReferral struct {
	ContactID         string `json:"contact_id"`
	ReferralPartnerID string `json:"referral_partner_id"`
	ReferralTime      string `json:"referral_time"`
	ExpirationTime    string `json:"expiration_time"`
	IPAddress         string `json:"ip_address"`
	Source            string `json:"source"`
	Description       string `json:"description"`
	ReferralType      string `json:"referral_type"`
}

var referralTypes = []string{"COOKIE", "MANUAL", "PERMANENT"}

// Referrals returns all referrals, oldest first.
func (s *Sandbox) Referrals() []Referral {
	s.mu.Lock()
	defer s.mu.Unlock()
	return slices.Clone(s.referrals)
}

var referralFields = map[string]field[Referral]{
	"referral_partner_id": {values: func(r Referral) []string { return []string{r.ReferralPartnerID} }, operators: comparing},
	"contact_id":          {values: func(r Referral) []string { return []string{r.ContactID} }, operators: comparing},
	"source":              {values: func(r Referral) []string { return []string{r.Source} }, wildcard: true},
	"description":         {values: func(r Referral) []string { return []string{r.Description} }, wildcard: true},
	"type":                {values: func(r Referral) []string { return []string{r.ReferralType} }, allowed: referralTypes},
}

// fieldsOfAffiliate are those of the list below one affiliate.
var fieldsOfAffiliate = map[string]field[Referral]{"source": referralFields["source"]}

var referralOrders = map[string]func(a, b Referral) int{
	"id":            func(a, b Referral) int { return byID(a.ID, b.ID) },
	"referral_time": func(a, b Referral) int { return strings.Compare(a.ReferralTime, b.ReferralTime) },
}

func (s *Sandbox) listReferrals(r request) answer {
	s.mu.Lock()
	defer s.mu.Unlock()
	return listed(s.referrals, r.URL.Query(), "referrals", referralFields, referralOrders)
}

func (s *Sandbox) listReferralsOfAffiliate(r request) answer {
	s.mu.Lock()
	defer s.mu.Unlock()
	id := r.PathValue("id")
	if s.affiliateAt(id) < 0 {
		return refuse(http.StatusNotFound, "there is no such affiliate")
	}
	own := slices.Clone(s.referrals)
	own = slices.DeleteFunc(own, func(referral Referral) bool { return referral.ReferralPartnerID != id })
	return listed(own, r.URL.Query(), "referrals", fieldsOfAffiliate, referralOrders)
}

func (s *Sandbox) createReferral(r request) answer {
	var sent newReferral
	if err := decode(r.body, &sent); err != nil {
		return badRequest(err)
	}
	if err := sent.normalize(); err != nil {
		return badRequest(err)
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if refusal, refused := s.refuseReferral(sent); refused {
		return refusal
	}
	referral := sent.referral(s.nextID("referral"))
	if !s.options.Unknowns.LeaveOutDefaults {
		referral.ReferralTime = firstOf(referral.ReferralTime, s.timestamp())
		referral.ReferralType = firstOf(referral.ReferralType, "MANUAL")
	}
	s.referrals = append(s.referrals, referral)
	return answer{status: http.StatusCreated, body: referral}
}

// normalize checks what can be checked without the records, and writes times as Keap does.
func (n *newReferral) normalize() error {
	if n.ContactID == "" {
		return errors.New("contact_id is required")
	}
	for name, id := range map[string]string{"contact_id": n.ContactID, "referral_partner_id": n.ReferralPartnerID} {
		if id != "" && !isNumber(id) {
			return fmt.Errorf("%s must be a number", name)
		}
	}
	if n.ReferralType != "" && !slices.Contains(referralTypes, n.ReferralType) {
		return fmt.Errorf("referral_type must be one of %v", referralTypes)
	}
	return errors.Join(normalizeTime(&n.ReferralTime), normalizeTime(&n.ExpirationTime))
}

func normalizeTime(text *string) error {
	if *text == "" {
		return nil
	}
	at, err := time.Parse(time.RFC3339, *text)
	if err != nil {
		return errors.New("a time must be a date-time of RFC 3339")
	}
	*text = at.UTC().Format(time.RFC3339)
	return nil
}

// refuseReferral holds the cases that only Options.Unknowns can decide. s.mu is held.
func (s *Sandbox) refuseReferral(sent newReferral) (answer, bool) {
	unknowns, partner := s.options.Unknowns, s.affiliateAt(sent.ReferralPartnerID)
	switch {
	case s.contactAt(sent.ContactID) < 0 && !unknowns.AcceptUnknownContact:
		return refuse(http.StatusBadRequest, "there is no such contact"), true
	case sent.ReferralPartnerID != "" && partner < 0 && !unknowns.AcceptUnknownPartner:
		return refuse(http.StatusBadRequest, "there is no such referral partner"), true
	case partner >= 0 && s.affiliates[partner].Status != "ACTIVE" && unknowns.RefuseInactivePartner:
		return refuse(http.StatusBadRequest, "the referral partner is not active"), true
	case unknowns.ConflictOnDuplicate && slices.ContainsFunc(s.referrals, sent.isTwin):
		return refuse(http.StatusConflict, "there is such a referral"), true
	}
	return answer{}, false
}

func (n newReferral) isTwin(r Referral) bool {
	return r.ContactID == n.ContactID && r.ReferralPartnerID == n.ReferralPartnerID && r.Source == n.Source
}

func (n newReferral) referral(id string) Referral {
	return Referral{
		ID: id, ContactID: n.ContactID, ReferralPartnerID: n.ReferralPartnerID, ReferralTime: n.ReferralTime,
		ExpirationTime: n.ExpirationTime, IPAddress: n.IPAddress, Source: n.Source, Description: n.Description,
		ReferralType: n.ReferralType,
	}
}
