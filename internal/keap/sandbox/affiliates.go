package sandbox

import (
	"errors"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"unicode"
)

// Affiliate is Keap's RestAffiliate.
type Affiliate struct {
	ID                string        `json:"id"`
	Code              string        `json:"code"`
	Name              string        `json:"name"`
	Status            string        `json:"status"` // ACTIVE or INACTIVE
	ContactID         string        `json:"contact_id"`
	ParentAffiliateID string        `json:"parent_affiliate_id,omitempty"`
	NotifyOnSale      bool          `json:"notify_on_sale"`
	NotifyOnLead      bool          `json:"notify_on_lead"`
	TrackLeadsDays    int           `json:"track_leads_days"`
	CustomFields      []CustomField `json:"custom_fields,omitempty"`
	DateCreated       string        `json:"date_created"`
}

type newAffiliate struct {
	Code              string        `json:"code"`
	Name              string        `json:"name"`
	Status            string        `json:"status"`
	ContactID         string        `json:"contact_id"`
	ParentAffiliateID string        `json:"parent_affiliate_id"`
	NotifyOnSale      bool          `json:"notify_on_sale"`
	NotifyOnLead      bool          `json:"notify_on_lead"`
	TrackLeadsDays    int           `json:"track_leads_days"`
	Password          string        `json:"password"` // taken and forgotten
	CustomFields      []CustomField `json:"custom_fields"`
}

// AddAffiliate puts an affiliate in, as somebody at Keap would, and returns what Keap then holds. Empty fields are filled:
// the id, a contact of the affiliate's own, ACTIVE. It takes codes that Keap takes no longer, such as "00123".
func (s *Sandbox) AddAffiliate(affiliate Affiliate) Affiliate {
	s.mu.Lock()
	defer s.mu.Unlock()
	if affiliate.ContactID == "" {
		affiliate.ContactID = s.insertContact(Contact{GivenName: affiliate.Name, Emails: []Email{}, SourceType: "MANUAL"}).ID
	}
	affiliate.Status = firstOf(affiliate.Status, "ACTIVE")
	return s.insertAffiliate(affiliate)
}

// ChangeAffiliate does to an affiliate what somebody at Keap would; change returns false to delete it.
func (s *Sandbox) ChangeAffiliate(id string, change func(*Affiliate) bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.affiliates = slices.Clone(s.affiliates) // what Affiliates returned before stays as it was
	if at := s.affiliateAt(id); at >= 0 && !change(&s.affiliates[at]) {
		s.affiliates = slices.Delete(s.affiliates, at, at+1)
	}
}

// Affiliates returns all affiliates, oldest first.
func (s *Sandbox) Affiliates() []Affiliate {
	s.mu.Lock()
	defer s.mu.Unlock()
	return slices.Clone(s.affiliates)
}

var affiliateFields = map[string]field[Affiliate]{
	"id":         {values: func(a Affiliate) []string { return []string{a.ID} }, operators: comparing},
	"name":       {values: func(a Affiliate) []string { return []string{a.Name} }, wildcard: true},
	"code":       {values: func(a Affiliate) []string { return []string{a.Code} }},
	"contact_id": {values: func(a Affiliate) []string { return []string{a.ContactID} }},
	"status":     {values: func(a Affiliate) []string { return []string{a.Status} }, allowed: []string{"ACTIVE", "INACTIVE"}},
}

var affiliateOrders = map[string]func(a, b Affiliate) int{
	"id":           func(a, b Affiliate) int { return byID(a.ID, b.ID) },
	"name":         func(a, b Affiliate) int { return strings.Compare(a.Name, b.Name) },
	"code":         func(a, b Affiliate) int { return strings.Compare(a.Code, b.Code) },
	"status":       func(a, b Affiliate) int { return strings.Compare(a.Status, b.Status) },
	"date_created": func(a, b Affiliate) int { return strings.Compare(a.DateCreated, b.DateCreated) },
}

func (s *Sandbox) listAffiliates(r request) answer {
	s.mu.Lock()
	defer s.mu.Unlock()
	return listed(s.affiliates, r.URL.Query(), "affiliates", affiliateFields, affiliateOrders)
}

func (s *Sandbox) getAffiliate(r request) answer {
	s.mu.Lock()
	defer s.mu.Unlock()
	at := s.affiliateAt(r.PathValue("id"))
	if at < 0 {
		return refuse(http.StatusNotFound, "there is no such affiliate")
	}
	return answer{status: http.StatusOK, body: s.affiliates[at]}
}

func (s *Sandbox) addAffiliate(r request) answer {
	var sent newAffiliate
	if err := decode(r.body, &sent); err != nil {
		return badRequest(err)
	}
	if err := sent.check(); err != nil {
		return badRequest(err)
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	at := s.contactAt(sent.ContactID)
	if at < 0 {
		return refuse(http.StatusBadRequest, "there is no such contact")
	}
	if slices.ContainsFunc(s.affiliates, func(a Affiliate) bool { return strings.EqualFold(a.Code, sent.Code) }) {
		return refuse(http.StatusConflict, "there is an affiliate with this code")
	}
	contact := s.contacts[at]
	sent.Name = firstOf(sent.Name, strings.TrimSpace(contact.GivenName+" "+contact.FamilyName))
	return answer{status: http.StatusCreated, body: s.insertAffiliate(sent.affiliate())}
}

// check holds what Keap's description says of the code.
func (n newAffiliate) check() error {
	switch {
	case strings.ContainsFunc(n.Code, unicode.IsSpace):
		return errors.New("the code should not have white spaces")
	case strings.IndexFunc(n.Code, unicode.IsLetter) != 0:
		return errors.New("the code should start with letters")
	case len(n.Code) < 4:
		return errors.New("the code has a minimum of 4 characters")
	case !isNumber(n.ContactID) || n.ContactID <= "0":
		return errors.New("contact_id must be a positive number")
	case !slices.Contains([]string{"", "ACTIVE", "INACTIVE"}, n.Status):
		return errors.New("status must be ACTIVE or INACTIVE")
	}
	return nil
}

func (n newAffiliate) affiliate() Affiliate {
	return Affiliate{
		Code: n.Code, Name: n.Name, Status: firstOf(n.Status, "INACTIVE"), ContactID: n.ContactID,
		ParentAffiliateID: n.ParentAffiliateID, NotifyOnSale: n.NotifyOnSale, NotifyOnLead: n.NotifyOnLead,
		TrackLeadsDays: n.TrackLeadsDays, CustomFields: n.CustomFields,
	}
}

// The rest is called with s.mu held.

func (s *Sandbox) affiliateAt(id string) int {
	return slices.IndexFunc(s.affiliates, func(a Affiliate) bool { return a.ID == id })
}

func (s *Sandbox) insertAffiliate(affiliate Affiliate) Affiliate {
	if affiliate.ID == "" {
		affiliate.ID = s.nextID("affiliate")
	}
	affiliate.DateCreated = s.timestamp()
	s.affiliates = append(s.affiliates, affiliate)
	return affiliate
}

func (s *Sandbox) nextID(noun string) string {
	s.lastID[noun]++
	return strconv.Itoa(s.lastID[noun])
}

func firstOf(a, b string) string {
	if a != "" {
		return a
	}
	return b
}
