package keap

import (
	"context"
	"fmt"
	"strings"
	"time"
)

// The types of a referral.
const (
	ReferralCookie    = "COOKIE"
	ReferralManual    = "MANUAL"
	ReferralPermanent = "PERMANENT"
)

// Referral says that an affiliate sent a contact. Keap has no way to change or delete one, or to fetch it by its id.
type Referral struct {
	ID                string
	ContactID         string    // the person who was sent
	ReferralPartnerID string    // the affiliate's id, not the affiliate's contact
	ReferralTime      time.Time // UTC; zero when Keap gave none
	ExpirationTime    time.Time // UTC; zero when Keap gave none
	IPAddress         string
	Source            string
	Description       string
	ReferralType      string // ReferralCookie, ReferralManual or ReferralPermanent
}

// NewReferral is what CreateReferral sends; zero fields are left out. Give ReferralTime the time of the opt-in: by Keap's
// default rule the latest referral gets the credit, and a late one would move it.
type NewReferral struct {
	ContactID         string
	ReferralPartnerID string
	ReferralTime      time.Time
	ExpirationTime    time.Time
	IPAddress         string
	Source            string
	Description       string
	ReferralType      string
}

// ReferralFilter narrows Referrals; its conditions are joined with "and", and empty ones are none.
type ReferralFilter struct {
	ContactID string
	PartnerID string
	// Source matches without case. A '*' at its end means "begins with"; ';' and any other '*' are refused. Compare
	// what comes back when it must be exact.
	Source string
}

type wireReferral struct {
	ID                text   `json:"id"`
	ContactID         text   `json:"contact_id"`
	ReferralPartnerID text   `json:"referral_partner_id"`
	ReferralTime      moment `json:"referral_time"`
	ExpirationTime    moment `json:"expiration_time"`
	IPAddress         text   `json:"ip_address"`
	Source            text   `json:"source"`
	Description       text   `json:"description"`
	ReferralType      text   `json:"referral_type"`
}

func (w wireReferral) referral() Referral {
	return Referral{
		ID:                string(w.ID),
		ContactID:         string(w.ContactID),
		ReferralPartnerID: string(w.ReferralPartnerID),
		ReferralTime:      time.Time(w.ReferralTime),
		ExpirationTime:    time.Time(w.ExpirationTime),
		IPAddress:         string(w.IPAddress),
		Source:            string(w.Source),
		Description:       string(w.Description),
		ReferralType:      string(w.ReferralType),
	}
}

type wireNewReferral struct {
	ContactID         string `json:"contact_id"`
	ReferralPartnerID string `json:"referral_partner_id,omitempty"`
	ReferralTime      string `json:"referral_time,omitempty"`
	ExpirationTime    string `json:"expiration_time,omitempty"`
	IPAddress         string `json:"ip_address,omitempty"`
	Source            string `json:"source,omitempty"`
	Description       string `json:"description,omitempty"`
	ReferralType      string `json:"referral_type,omitempty"`
}

func (n NewReferral) wire() wireNewReferral {
	return wireNewReferral{
		ContactID:         n.ContactID,
		ReferralPartnerID: n.ReferralPartnerID,
		ReferralTime:      timestamp(n.ReferralTime),
		ExpirationTime:    timestamp(n.ExpirationTime),
		IPAddress:         n.IPAddress,
		Source:            n.Source,
		Description:       n.Description,
		ReferralType:      n.ReferralType,
	}
}

// CreateReferral writes a referral. Keap has no idempotency key: after an error ask MayHaveApplied, and look with
// Referrals before sending the same one again. Ids that are none of Keap's give ErrInvalid without a call: a
// referral to nobody is what plugins write when the contact is not there yet.
//
// Keap: createReferral, https://developer.keap.com/docs/restv2/#tag/Referral/operation/createReferral
func (c *Client) CreateReferral(ctx context.Context, referral NewReferral) (Referral, error) {
	const op = "createReferral"
	if !isID(referral.ContactID) || !isID(referral.ReferralPartnerID) {
		return Referral{}, fmt.Errorf("creating referral: %w", invalid(op, "a referral needs the ids of a contact and of a partner"))
	}
	var made wireReferral
	err := c.do(ctx, post(op, "/rest/v2/referrals", referral.wire(), into(&made)))
	if err == nil && made.ID == "" {
		err = withoutID(op)
	}
	if err != nil {
		return Referral{}, fmt.Errorf("creating referral: %w", err)
	}
	return made.referral(), nil
}

// Referrals lists referrals by pages of 1 to 1000 (any other size means 1000). Start with an empty token; an empty next
// token ends the list. A filter that Keap would understand otherwise gives ErrInvalid.
//
// Keap: listReferrals, https://developer.keap.com/docs/restv2/#tag/Referral/operation/listReferrals
func (c *Client) Referrals(ctx context.Context, filter ReferralFilter, pageToken string, pageSize int) (page []Referral, next string, err error) {
	page, next, err = c.referrals(ctx, filter, pageToken, pageSize)
	if err != nil {
		return nil, "", fmt.Errorf("listing referrals: %w", err)
	}
	return page, next, nil
}

func (c *Client) referrals(ctx context.Context, filter ReferralFilter, token string, size int) ([]Referral, string, error) {
	const op = "listReferrals"
	conditions, ok := filter.conditions()
	if !ok {
		return nil, "", invalid(op, "the filter holds what Keap would understand otherwise")
	}
	var found list[wireReferral]
	if err := c.do(ctx, get(op, "/rest/v2/referrals", pageQuery(conditions, token, size), found.decode("referrals"))); err != nil {
		return nil, "", err
	}
	return each(found.items, wireReferral.referral), found.next, checkNext(op, token, found.next)
}

// conditions is the filter in Keap's words. It is false for a value that would mean more than itself.
func (f ReferralFilter) conditions() (string, bool) {
	var joined []string
	add := func(field, value string, ok bool) bool {
		if value != "" {
			joined = append(joined, field+"=="+value)
		}
		return value == "" || ok
	}
	ok := add("contact_id", f.ContactID, isID(f.ContactID)) &&
		add("referral_partner_id", f.PartnerID, isID(f.PartnerID)) &&
		add("source", f.Source, isPlain(strings.TrimSuffix(f.Source, "*")))
	return strings.Join(joined, ";"), ok
}
