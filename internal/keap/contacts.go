package keap

import (
	"context"
	"fmt"
	"net/url"
	"slices"
	"strings"
)

// Contact is a person in Keap.
type Contact struct {
	ID         string
	Emails     []string // EMAIL1 to EMAIL3, as far as they are filled
	GivenName  string
	FamilyName string
}

// NewContact is what CreateContact sends. Keap asks for at least an e-mail or a phone. Names are cut at the 40 characters
// that Keap takes: a person with a long name is worth more than a refusal.
type NewContact struct {
	Email       string
	GivenName   string
	FamilyName  string
	Phone       string
	OptInReason string // why this person may be written to; without it Keap holds the e-mail as not marketable
	IPAddress   string // where the person came from
}

type wireContact struct {
	ID         text        `json:"id"`
	Emails     []wireEmail `json:"email_addresses"`
	GivenName  text        `json:"given_name"`
	FamilyName text        `json:"family_name"`
}

type wireEmail struct {
	Email text `json:"email"`
	Field text `json:"field"`
}

func (w wireContact) contact() Contact {
	contact := Contact{ID: string(w.ID), GivenName: string(w.GivenName), FamilyName: string(w.FamilyName)}
	slices.SortStableFunc(w.Emails, func(a, b wireEmail) int { return strings.Compare(string(a.Field), string(b.Field)) })
	for _, email := range w.Emails {
		if email.Email != "" {
			contact.Emails = append(contact.Emails, string(email.Email))
		}
	}
	return contact
}

func (c Contact) hasEmail(email string) bool {
	return slices.ContainsFunc(c.Emails, func(own string) bool { return strings.EqualFold(strings.TrimSpace(own), email) })
}

// contactFields are asked for by name, so that no default of Keap can leave the e-mails out.
const contactFields = "id,email_addresses,given_name,family_name"

// ContactsByEmail finds the contacts that have this e-mail in any of their three places, in Keap's order; none is no
// error. Case does not count. Only contacts with exactly this e-mail are returned, whatever Keap's wildcard finds.
//
// Keap documents no way to escape '*' (anything) and ';' (and). An e-mail that holds one is looked up by what stands before
// it, and picked out here. It gives ErrInvalid when that is too little to go by.
//
// Keap: listContacts, https://developer.keap.com/docs/restv2/#tag/Contact/operation/listContacts
func (c *Client) ContactsByEmail(ctx context.Context, email string) ([]Contact, error) {
	found, err := c.contactsByEmail(ctx, strings.TrimSpace(email))
	if err != nil {
		return nil, fmt.Errorf("finding contacts by e-mail: %w", err)
	}
	return found, nil
}

func (c *Client) contactsByEmail(ctx context.Context, email string) ([]Contact, error) {
	const op = "listContacts"
	pattern, exact := emailPattern(email)
	if pattern == "" {
		return nil, invalid(op, "an e-mail that starts with a wildcard, or none at all, cannot be looked up")
	}
	var found list[wireContact]
	query := pageQuery("email=="+pattern, "", largestPage)
	query.Set("fields", contactFields)
	asked := get(op, "/rest/v2/contacts", query, found.decode("contacts"))
	asked.hide = []string{email, pattern}
	if err := c.do(ctx, asked); err != nil {
		return nil, err
	}
	contacts := each(found.items, wireContact.contact)
	contacts = slices.DeleteFunc(contacts, func(contact Contact) bool { return !contact.hasEmail(email) })
	if len(contacts) == 0 && !exact && found.next != "" {
		return nil, invalid(op, "too many contacts are like this e-mail to find it among them")
	}
	return contacts, nil
}

// emailPattern is the value to filter by: the e-mail itself, or, with a prefix wildcard, what stands before the first
// character that has a meaning of its own. It is "" when nothing is left.
func emailPattern(email string) (pattern string, exact bool) {
	if isPlain(email) {
		return email, true
	}
	cut := strings.IndexFunc(email, func(r rune) bool { return r == ';' || r == '*' || r < ' ' })
	if cut <= 0 {
		return "", false
	}
	return email[:cut] + "*", false
}

// Contact fetches one contact by its id. It gives ErrNotFound for one that Keap has not, or has no longer (merged,
// deleted).
//
// Keap: getContact, https://developer.keap.com/docs/restv2/#tag/Contact/operation/getContact
func (c *Client) Contact(ctx context.Context, id string) (Contact, error) {
	const op = "getContact"
	if !isID(id) {
		return Contact{}, fmt.Errorf("fetching contact: %w", absent(op, "the id is none of Keap's"))
	}
	var found wireContact
	err := c.do(ctx, get(op, "/rest/v2/contacts/"+id, url.Values{"fields": {contactFields}}, into(&found)))
	if err == nil && found.ID == "" {
		err = withoutID(op)
	}
	if err != nil {
		return Contact{}, fmt.Errorf("fetching contact: %w", err)
	}
	return found.contact(), nil
}

// ContactsPerCall is how many ids fit into one call of Contacts: the address of a call must not grow too long for what
// stands between us and Keap.
const ContactsPerCall = 150

// Contacts fetches up to ContactsPerCall contacts by their ids in one call. Those that Keap has not, or has no longer, are
// left out. Ids that are none of Keap's are left out, too.
//
// Keap: listContacts with the filter ids, https://developer.keap.com/docs/restv2/#tag/Contact/operation/listContacts
func (c *Client) Contacts(ctx context.Context, ids []string) ([]Contact, error) {
	const op = "listContacts"
	ids = slices.DeleteFunc(slices.Clone(ids), func(id string) bool { return !isID(id) })
	if len(ids) == 0 {
		return nil, nil
	}
	if len(ids) > ContactsPerCall {
		return nil, fmt.Errorf("fetching contacts: %w", invalid(op, "one call takes %d ids at most", ContactsPerCall))
	}
	var found list[wireContact]
	query := pageQuery("ids=="+strings.Join(ids, ","), "", largestPage)
	query.Set("fields", contactFields)
	if err := c.do(ctx, get(op, "/rest/v2/contacts", query, found.decode("contacts"))); err != nil {
		return nil, fmt.Errorf("fetching contacts: %w", err)
	}
	contacts := each(found.items, wireContact.contact)
	return slices.DeleteFunc(contacts, func(c Contact) bool { return !slices.Contains(ids, c.ID) }), nil
}

// CreateContact makes a new contact, even when there is one with this e-mail: look first. Keap's duplicate_option is not
// used on purpose: on a match it replaces the lists of the existing contact, and the other e-mails and custom fields
// of the person are gone. Like every create it may have been applied when it ends with an error: see MayHaveApplied.
//
// Keap: createContact, https://developer.keap.com/docs/restv2/#tag/Contact/operation/createContact
func (c *Client) CreateContact(ctx context.Context, contact NewContact) (Contact, error) {
	const op = "createContact"
	if contact.Email == "" && contact.Phone == "" {
		return Contact{}, fmt.Errorf("creating contact: %w", invalid(op, "a contact needs an e-mail or a phone"))
	}
	var made wireContact
	create := post(op, "/rest/v2/contacts", contact.wire(), into(&made))
	create.hide = []string{contact.Email, contact.Phone}
	err := c.do(ctx, create)
	if err == nil && made.ID == "" {
		err = withoutID(op)
	}
	if err != nil {
		return Contact{}, fmt.Errorf("creating contact: %w", err)
	}
	return made.contact(), nil
}

type wireNewContact struct {
	Emails     []wireNewEmail `json:"email_addresses,omitempty"`
	Phones     []wireNewPhone `json:"phone_numbers,omitempty"`
	GivenName  string         `json:"given_name,omitempty"`
	FamilyName string         `json:"family_name,omitempty"`
	Origin     *wireOrigin    `json:"origin,omitempty"`
}

type wireNewEmail struct {
	Email       string `json:"email"`
	Field       string `json:"field"`
	OptInReason string `json:"opt_in_reason,omitempty"`
}

type wireNewPhone struct {
	Number string `json:"number"`
	Field  string `json:"field"`
}

type wireOrigin struct {
	IPAddress string `json:"ip_address"`
}

func (n NewContact) wire() wireNewContact {
	wire := wireNewContact{GivenName: cut(n.GivenName, 40), FamilyName: cut(n.FamilyName, 40)}
	if n.Email != "" {
		wire.Emails = []wireNewEmail{{Email: n.Email, Field: "EMAIL1", OptInReason: n.OptInReason}}
	}
	if n.Phone != "" {
		wire.Phones = []wireNewPhone{{Number: n.Phone, Field: "PHONE1"}}
	}
	if n.IPAddress != "" {
		wire.Origin = &wireOrigin{IPAddress: n.IPAddress}
	}
	return wire
}

// cut keeps the first n characters.
func cut(s string, n int) string {
	runes := []rune(s)
	return string(runes[:min(n, len(runes))])
}
