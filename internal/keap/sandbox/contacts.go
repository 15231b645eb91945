package sandbox

import (
	"errors"
	"fmt"
	"maps"
	"net/http"
	"slices"
	"strings"
	"time"
	"unicode/utf8"
)

// AddContact puts a person with this e-mail in, as if a form tool had, and returns what Keap then holds.
func (s *Sandbox) AddContact(email, givenName, familyName string) Contact {
	s.mu.Lock()
	defer s.mu.Unlock()
	contact := Contact{
		Emails:     []Email{{Email: email, Field: "EMAIL1", Status: "UNENGAGED_NON_MARKETABLE"}},
		GivenName:  givenName,
		FamilyName: familyName,
		SourceType: "WEBFORM",
	}
	return s.insertContact(contact)
}

// AddContactWith puts a person in who has values in custom fields already.
func (s *Sandbox) AddContactWith(email string, fields ...CustomField) Contact {
	contact := s.AddContact(email, "", "")
	s.mu.Lock()
	defer s.mu.Unlock()
	at := s.contactAt(contact.ID)
	s.contacts[at].CustomFields = fields
	return s.contacts[at]
}

// HideFromSearch keeps the contacts with an e-mail out of lists, as a search index that is behind does. Nobody knows
// whether Keap's is.
func (s *Sandbox) HideFromSearch(email string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.hidden = email
}

// Contacts returns all contacts, oldest first.
func (s *Sandbox) Contacts() []Contact {
	s.mu.Lock()
	defer s.mu.Unlock()
	return slices.Clone(s.contacts)
}

var contactFields = map[string]field[Contact]{
	"email":       {values: Contact.emails, wildcard: true},
	"given_name":  {values: func(c Contact) []string { return []string{c.GivenName} }, wildcard: true},
	"family_name": {values: func(c Contact) []string { return []string{c.FamilyName} }, wildcard: true},
	"ids":         {values: func(c Contact) []string { return []string{c.ID} }, list: true},
	"contact_ids": {values: func(c Contact) []string { return []string{c.ID} }, list: true},
	"contact_id":  {values: func(c Contact) []string { return []string{c.ID} }, operators: []string{"==", ">", "<", ">=", "<="}},
	"company_id":  {values: Contact.companyID},
}

var contactOrders = map[string]func(a, b Contact) int{
	"id":          func(a, b Contact) int { return byID(a.ID, b.ID) },
	"email":       func(a, b Contact) int { return slices.Compare(a.emails(), b.emails()) },
	"create_time": func(a, b Contact) int { return strings.Compare(a.CreateTime, b.CreateTime) },
	"update_time": func(a, b Contact) int { return strings.Compare(a.UpdateTime, b.UpdateTime) },
}

func (c Contact) emails() []string {
	var all []string
	for _, email := range c.Emails {
		all = append(all, email.Email)
	}
	return all
}

func (c Contact) companyID() []string {
	if c.Company == nil {
		return nil
	}
	return []string{c.Company.ID}
}

func (s *Sandbox) listContacts(r request) answer {
	s.mu.Lock()
	defer s.mu.Unlock()
	visible := slices.DeleteFunc(slices.Clone(s.contacts), func(c Contact) bool { return s.hidden != "" && slices.Contains(c.emails(), s.hidden) })
	a := listed(visible, r.URL.Query(), "contacts", s.contactFilter(), contactOrders)
	if a.status != http.StatusOK {
		return a
	}
	page := a.body.(map[string]any)
	var chosen []any
	for _, contact := range page["contacts"].([]Contact) {
		shown, err := withFields(contact, r.URL.Query().Get("fields"))
		if err != nil {
			return badRequest(err)
		}
		chosen = append(chosen, shown)
	}
	page["contacts"] = append([]any{}, chosen...)
	return a
}

func (s *Sandbox) contactFilter() map[string]field[Contact] {
	if !s.options.Unknowns.FirstEmailOnly {
		return contactFields
	}
	fields := maps.Clone(contactFields)
	fields["email"] = field[Contact]{values: Contact.firstEmail, wildcard: true}
	return fields
}

func (c Contact) firstEmail() []string {
	for _, email := range c.Emails {
		if email.Field == "EMAIL1" {
			return []string{email.Email}
		}
	}
	return nil
}

func (s *Sandbox) getContact(r request) answer {
	s.mu.Lock()
	defer s.mu.Unlock()
	at := s.contactAt(r.PathValue("id"))
	if at < 0 {
		return refuse(http.StatusNotFound, "there is no such contact")
	}
	return s.showContact(http.StatusOK, at, r)
}

// createContact creates always, or, with duplicate_option, updates the contact that matches: then the lists that are sent
// REPLACE those of the contact, and what they leave out is gone. That is how Keap describes it.
func (s *Sandbox) createContact(r request) answer {
	change, err := decodeContact(r.body)
	if err != nil {
		return badRequest(err)
	}
	same, err := duplicateOption(r.URL.Query().Get("duplicate_option"))
	if err != nil {
		return badRequest(err)
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if err := s.takeFields(change); err != nil {
		return badRequest(err)
	}
	sent := change.onto(Contact{})
	if len(sent.Emails)+len(sent.Phones)+len(sent.Addresses) == 0 {
		return refuse(http.StatusBadRequest, "a contact must have an e-mail address, a phone number or an address")
	}
	if at := slices.IndexFunc(s.contacts, func(c Contact) bool { return same(c, sent) }); at >= 0 {
		s.changeContact(at, change)
		return s.showContact(http.StatusOK, at, r)
	}
	sent.SourceType = firstOf(sent.SourceType, "API")
	s.insertContact(sent)
	return s.showContact(http.StatusCreated, len(s.contacts)-1, r)
}

// updateContact changes the properties that are sent, or of these the ones that update_mask names.
func (s *Sandbox) updateContact(r request) answer {
	change, err := decodeContact(r.body)
	if err != nil {
		return badRequest(err)
	}
	if err := change.keepOnly(splitList(r.URL.Query()["update_mask"])); err != nil {
		return badRequest(err)
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	at := s.contactAt(r.PathValue("id"))
	if at < 0 {
		return refuse(http.StatusNotFound, "there is no such contact")
	}
	if err := s.takeFields(change); err != nil {
		return badRequest(err)
	}
	s.changeContact(at, change)
	return s.showContact(http.StatusOK, at, r)
}

// deleteContact leaves the referrals of the contact where they are, as Keap does.
func (s *Sandbox) deleteContact(r request) answer {
	s.mu.Lock()
	defer s.mu.Unlock()
	at := s.contactAt(r.PathValue("id"))
	if at < 0 {
		return refuse(http.StatusNotFound, "there is no such contact")
	}
	s.contacts = slices.Delete(s.contacts, at, at+1)
	s.changed("contact.delete", r.PathValue("id"))
	return answer{status: http.StatusNoContent}
}

// The rest is called with s.mu held.

func (s *Sandbox) contactAt(id string) int {
	return slices.IndexFunc(s.contacts, func(c Contact) bool { return c.ID == id })
}

func (s *Sandbox) insertContact(contact Contact) Contact {
	now := s.timestamp()
	contact.ID, contact.CreateTime, contact.UpdateTime = s.nextID("contact"), now, now
	if contact.Origin != nil {
		contact.Origin = &Origin{Date: now, IPAddress: contact.Origin.IPAddress}
	}
	s.contacts = append(s.contacts, contact)
	s.changed("contact.add", contact.ID)
	return contact
}

func (s *Sandbox) changeContact(at int, change contactChange) {
	s.contacts[at] = change.onto(s.contacts[at])
	s.contacts[at].UpdateTime = s.timestamp()
	s.changed("contact.edit", s.contacts[at].ID)
}

func (s *Sandbox) showContact(status, at int, r request) answer {
	shown, err := withFields(s.contacts[at], r.URL.Query().Get("fields"))
	if err != nil {
		return badRequest(err)
	}
	return answer{status: status, body: shown}
}

// duplicateOption returns what makes two contacts the same one.
func duplicateOption(option string) (func(a, b Contact) bool, error) {
	email := func(a, b Contact) bool {
		return len(a.Emails) > 0 && len(b.Emails) > 0 && strings.EqualFold(a.Emails[0].Email, b.Emails[0].Email)
	}
	name := func(a, b Contact) bool {
		return email(a, b) && strings.EqualFold(a.GivenName+" "+a.FamilyName, b.GivenName+" "+b.FamilyName)
	}
	options := map[string]func(a, b Contact) bool{
		"":                       func(a, b Contact) bool { return false },
		"Email":                  email,
		"EmailAndName":           name,
		"EmailAndNameAndCompany": func(a, b Contact) bool { return name(a, b) && slices.Equal(a.companyID(), b.companyID()) },
	}
	same, known := options[option]
	if !known {
		return nil, errors.New("duplicate_option must be Email, EmailAndName or EmailAndNameAndCompany")
	}
	return same, nil
}

// checkContact holds the limits that Keap's description gives.
func checkContact(c Contact) error {
	if utf8.RuneCountInString(c.GivenName) > 40 || utf8.RuneCountInString(c.FamilyName) > 40 {
		return errors.New("given_name and family_name have 40 characters at most")
	}
	longest := map[string]int{"EMAIL1": 75, "EMAIL2": 100, "EMAIL3": 100}
	seen := map[string]bool{}
	for _, email := range c.Emails {
		limit, known := longest[email.Field]
		if !known || seen[email.Field] {
			return fmt.Errorf("an e-mail address needs a field of its own, one of %v", slices.Sorted(maps.Keys(longest)))
		}
		if !strings.Contains(email.Email, "@") || len(email.Email) > limit {
			return fmt.Errorf("%s is no e-mail address of at most %d characters", email.Field, limit)
		}
		seen[email.Field] = true
	}
	return nil
}

func (s *Sandbox) timestamp() string { return s.options.Now().UTC().Format(time.RFC3339) }
