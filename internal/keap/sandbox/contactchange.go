package sandbox

import (
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"
)

// contactChange is the body of a create or update: only what was sent, by the names of Keap's answers.
type contactChange map[string]json.RawMessage

// propertiesOfContact are all that Keap knows; a caller may name those in `fields` and `update_mask`.
const propertiesOfContact = "addresses,anniversary_date,birth_date,company,contact_type,create_time,custom_fields," +
	"email_addresses,family_name,fax_numbers,given_name,id,job_title,leadsource_id,links,middle_name,notes,origin,owner_id," +
	"phone_numbers,preferred_locale,preferred_name,prefix,referral_code,score_value,social_accounts,source_type," +
	"spouse_name,suffix,tag_ids,time_zone,update_time,utm_parameters,website,account_id,assistant_name,assistant_phone," +
	"billing_information,created_by,groups,last_updated_by"

// readOnly are the properties that a request cannot set.
var readOnly = []string{"id", "create_time", "update_time"}

func decodeContact(body []byte) (contactChange, error) {
	change := contactChange{}
	if err := decode(body, &change); err != nil {
		return nil, err
	}
	for _, name := range readOnly {
		if _, sent := change[name]; sent {
			return nil, fmt.Errorf("%s cannot be set", name)
		}
	}
	if err := change.turnUTM(); err != nil {
		return nil, err
	}
	if err := change.turnEmails(); err != nil {
		return nil, err
	}
	var contact Contact
	if err := decode(mustMarshal(change), &contact); err != nil {
		return nil, err
	}
	return change, checkContact(contact)
}

// turnUTM turns the one set of a request into the list of an answer.
func (c contactChange) turnUTM() error {
	raw, sent := c["utm_parameters"]
	if !sent {
		return nil
	}
	var utm struct {
		KeapSourceID string `json:"keap_source_id"`
		Source       string `json:"utm_source"`
		Medium       string `json:"utm_medium"`
		Term         string `json:"utm_term"`
		Campaign     string `json:"utm_campaign"`
		Content      string `json:"utm_content"`
	}
	if err := decode(raw, &utm); err != nil {
		return err
	}
	if utm.KeapSourceID == "" {
		return errors.New("utm_parameters must have keap_source_id")
	}
	c["utm_parameters"] = mustMarshal([]UTMParameters{UTMParameters(utm)})
	return nil
}

// turnEmails gives each e-mail without a place the next free one, and each its status.
func (c contactChange) turnEmails() error {
	raw, sent := c["email_addresses"]
	if !sent {
		return nil
	}
	var emails []Email
	if err := decode(raw, &emails); err != nil {
		return err
	}
	free := slices.DeleteFunc([]string{"EMAIL1", "EMAIL2", "EMAIL3"}, func(field string) bool {
		return slices.ContainsFunc(emails, func(e Email) bool { return e.Field == field })
	})
	for i, email := range emails {
		if email.Field == "" && len(free) > 0 {
			emails[i].Field, free = free[0], free[1:]
		}
		emails[i].IsOptIn = email.OptInReason != ""
		emails[i].Status = map[bool]string{true: "SINGLE_OPT_IN", false: "UNENGAGED_NON_MARKETABLE"}[emails[i].IsOptIn]
	}
	c["email_addresses"] = mustMarshal(emails)
	return nil
}

// keepOnly drops what the mask does not name; without a mask all stays.
func (c contactChange) keepOnly(mask []string) error {
	if err := knownProperties(mask); err != nil {
		return err
	}
	for name := range c {
		if len(mask) > 0 && !slices.Contains(mask, name) {
			delete(c, name)
		}
	}
	return nil
}

// onto returns the contact with the properties that were sent. A list takes the place of the list that was there.
func (c contactChange) onto(contact Contact) Contact {
	properties := propertyMap(contact)
	for name, value := range c {
		properties[name] = value
	}
	var changed Contact
	if err := json.Unmarshal(mustMarshal(properties), &changed); err != nil {
		panic(fmt.Sprintf("sandbox: a change was let in that does not fit: %v", err)) // decodeContact has tried it
	}
	return changed
}

// withFields is the contact as it is shown: all of it, or the properties that were asked for.
func withFields(contact Contact, fields string) (any, error) {
	if fields == "" {
		return contact, nil
	}
	names := splitList([]string{fields})
	if err := knownProperties(names); err != nil {
		return nil, err
	}
	shown := propertyMap(contact)
	for name := range shown {
		if !slices.Contains(names, name) {
			delete(shown, name)
		}
	}
	return shown, nil
}

func knownProperties(names []string) error {
	known := strings.Split(propertiesOfContact, ",")
	for _, name := range names {
		if !slices.Contains(known, name) {
			return fmt.Errorf("a contact has no property %q", name)
		}
	}
	return nil
}

// splitList reads a list that is joined by commas, repeated, or both.
func splitList(values []string) []string {
	if joined := strings.Join(values, ","); joined != "" {
		return strings.Split(joined, ",")
	}
	return nil
}

func propertyMap(contact Contact) map[string]json.RawMessage {
	properties := map[string]json.RawMessage{}
	if err := json.Unmarshal(mustMarshal(contact), &properties); err != nil {
		panic(fmt.Sprintf("sandbox: %v", err)) // only for a mistake in this package
	}
	return properties
}

func mustMarshal(v any) []byte {
	text, err := json.Marshal(v)
	if err != nil {
		panic(fmt.Sprintf("sandbox: %v", err)) // only for a mistake in this package
	}
	return text
}
