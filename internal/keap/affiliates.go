package keap

import (
	"context"
	"fmt"
	"net/url"
	"strings"
)

// The states of an affiliate.
const (
	AffiliateActive   = "ACTIVE"
	AffiliateInactive = "INACTIVE"
)

// Affiliate is somebody who sends people; Keap also says referral partner.
type Affiliate struct {
	ID        string
	Code      string // what tracking links carry; it may look like a number, and its zeros count
	Name      string
	Status    string // AffiliateActive or AffiliateInactive
	ContactID string // the affiliate's own contact, never to be mistaken for ID
}

// NewAffiliate is what CreateAffiliate sends. Keap asks for Code (no spaces, a letter first, 4 characters or more) and
// ContactID; it takes Name from the contact when it is empty, and INACTIVE for an empty Status.
type NewAffiliate struct {
	Code      string `json:"code"`
	ContactID string `json:"contact_id"`
	Name      string `json:"name,omitempty"`
	Status    string `json:"status,omitempty"`
}

type wireAffiliate struct {
	ID        text `json:"id"`
	Code      text `json:"code"`
	Name      text `json:"name"`
	Status    text `json:"status"`
	ContactID text `json:"contact_id"`
}

func (w wireAffiliate) affiliate() Affiliate {
	return Affiliate{string(w.ID), string(w.Code), string(w.Name), string(w.Status), string(w.ContactID)}
}

// Affiliate fetches one affiliate by its id. An id that is none of Keap's (they are digits) gives ErrNotFound without a
// call, as an unknown one does with one.
//
// Keap: getAffiliate, https://developer.keap.com/docs/restv2/#tag/Affiliate/operation/getAffiliate
func (c *Client) Affiliate(ctx context.Context, id string) (Affiliate, error) {
	const op = "getAffiliate"
	if !isID(id) {
		return Affiliate{}, fmt.Errorf("fetching affiliate: %w", absent(op, "the id is none of Keap's"))
	}
	var found wireAffiliate
	err := c.do(ctx, get(op, "/rest/v2/affiliates/"+id, nil, into(&found)))
	if err == nil && found.ID == "" {
		err = withoutID(op)
	}
	if err != nil {
		return Affiliate{}, fmt.Errorf("fetching affiliate: %w", err)
	}
	return found.affiliate(), nil
}

// AffiliateByCode finds the affiliate with exactly this code: "00123" is not "123". People type codes into addresses, so
// where no code is exactly this one, the only one that differs in nothing but upper and lower case is meant. It gives
// ErrNotFound when there is none, or when the code holds what no code can (';', '*'). Whether Keap's own filter tells
// case apart is not known: where it does, such a code is not found.
//
// Keap: listAffiliate, https://developer.keap.com/docs/restv2/#tag/Affiliate/operation/listAffiliate
func (c *Client) AffiliateByCode(ctx context.Context, code string) (Affiliate, error) {
	const op = "listAffiliate"
	if !isPlain(code) {
		return Affiliate{}, fmt.Errorf("finding affiliate by code: %w", absent(op, "no affiliate can have this code"))
	}
	page, _, err := c.affiliates(ctx, pageQuery("code=="+code, "", 0))
	if err != nil {
		return Affiliate{}, fmt.Errorf("finding affiliate by code: %w", err)
	}
	if found, ok := withCode(page, code); ok {
		return found, nil
	}
	return Affiliate{}, fmt.Errorf("finding affiliate by code: %w", absent(op, "no affiliate has this code"))
}

// withCode picks the affiliate of a page who is meant: Keap may compare more loosely than we do.
func withCode(page []Affiliate, code string) (meant Affiliate, ok bool) {
	n := 0
	for _, affiliate := range page {
		if affiliate.Code == code {
			return affiliate, true
		}
		if strings.EqualFold(affiliate.Code, code) {
			meant = affiliate
			n++
		}
	}
	return meant, n == 1
}

// Affiliates lists all affiliates by pages of 1 to 1000 (any other size means 1000). Start with an empty token; an empty
// next token ends the list.
//
// Keap: listAffiliate, https://developer.keap.com/docs/restv2/#tag/Affiliate/operation/listAffiliate
func (c *Client) Affiliates(ctx context.Context, pageToken string, pageSize int) (page []Affiliate, next string, err error) {
	query := pageQuery("", pageToken, pageSize)
	query.Set("order_by", "id asc") // so that one that is added meanwhile comes on the last page
	page, next, err = c.affiliates(ctx, query)
	if err != nil {
		return nil, "", fmt.Errorf("listing affiliates: %w", err)
	}
	return page, next, nil
}

func (c *Client) affiliates(ctx context.Context, query url.Values) ([]Affiliate, string, error) {
	const op = "listAffiliate"
	var found list[wireAffiliate]
	if err := c.do(ctx, get(op, "/rest/v2/affiliates", query, found.decode("affiliates"))); err != nil {
		return nil, "", err
	}
	return each(found.items, wireAffiliate.affiliate), found.next, checkNext(op, query.Get("page_token"), found.next)
}

// CreateAffiliate makes an affiliate of a contact. Like every create it may have been applied when it ends with an
// error: see MayHaveApplied.
//
// Keap: addAffiliate, https://developer.keap.com/docs/restv2/#tag/Affiliate/operation/addAffiliate
func (c *Client) CreateAffiliate(ctx context.Context, affiliate NewAffiliate) (Affiliate, error) {
	const op = "addAffiliate"
	if !isID(affiliate.ContactID) {
		return Affiliate{}, fmt.Errorf("creating affiliate: %w", invalid(op, "the contact id is none of Keap's"))
	}
	var made wireAffiliate
	err := c.do(ctx, post(op, "/rest/v2/affiliates", affiliate, into(&made)))
	if err == nil && made.ID == "" {
		err = withoutID(op)
	}
	if err != nil {
		return Affiliate{}, fmt.Errorf("creating affiliate: %w", err)
	}
	return made.affiliate(), nil
}
