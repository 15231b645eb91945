package keap

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"maps"
	"net/http"
	"net/url"
	"slices"
)

// CustomField is a field that the owner of an app has added to its contacts.
type CustomField struct {
	ID, Label string
	Type      string // such as TEXT or WHOLE_NUMBER
}

type wireCustomField struct {
	ID    text `json:"id"`
	Label text `json:"label"`
	Type  text `json:"field_type"`
}

// ContactFields lists the custom fields of contacts.
//
// Keap: retrieveContactModel, https://developer.keap.com/docs/restv2/#tag/Contact/operation/retrieveContactModel
func (c *Client) ContactFields(ctx context.Context) ([]CustomField, error) {
	var model struct {
		Fields []wireCustomField `json:"custom_fields"`
	}
	if err := c.do(ctx, get("retrieveContactModel", "/rest/v2/contacts/model", nil, into(&model))); err != nil {
		return nil, fmt.Errorf("asking for the contact model: %w", err)
	}
	return each(model.Fields, func(w wireCustomField) CustomField {
		return CustomField{string(w.ID), string(w.Label), string(w.Type)}
	}), nil
}

// fieldValue keeps a value as Keap gave it: what is only passed back must not change on the way.
type fieldValue struct {
	ID      text            `json:"id"`
	Content json.RawMessage `json:"content"`
}

type wireFields struct {
	ID     text         `json:"id"`
	Fields []fieldValue `json:"custom_fields"`
}

// SetContactFields writes custom fields of a contact, by id, and leaves all others as they are. Keap's description says
// of the list that "any item not listed here will be removed", so the contact's values are read first and sent along;
// nothing is sent when all are as they should be. What somebody else writes into another custom field between the two
// calls is lost: Keap has no way to say "only if unchanged".
//
// It gives ErrNotFound where the contact is gone, and ErrDeclined where Keap's answer does not show a field that was sent.
//
// Keap: getContact and updateContact, https://developer.keap.com/docs/restv2/#tag/Contact/operation/updateContact
func (c *Client) SetContactFields(ctx context.Context, contactID string, values map[string]string) error {
	const op = "updateContact"
	if !isID(contactID) || len(values) == 0 {
		return fmt.Errorf("writing custom fields: %w", invalid(op, "it needs the id of a contact, and something to write"))
	}
	var now wireFields
	if err := c.do(ctx, get("getContact", "/rest/v2/contacts/"+contactID, url.Values{"fields": {"id,custom_fields"}}, into(&now))); err != nil {
		return fmt.Errorf("reading custom fields: %w", err)
	}
	if now.ID == "" { // a fault must not be taken for a contact without fields: they would all be removed
		return fmt.Errorf("reading custom fields: %w", withoutID("getContact"))
	}
	next, changed := merged(now.Fields, values)
	if !changed {
		return nil
	}
	return c.patchFields(ctx, contactID, next, values)
}

func (c *Client) patchFields(ctx context.Context, contactID string, fields []fieldValue, values map[string]string) error {
	const op = "updateContact"
	var after wireFields
	patch := post(op, "/rest/v2/contacts/"+contactID, wireFieldsOnly{fields}, into(&after))
	patch.method, patch.query = http.MethodPatch, url.Values{"update_mask": {"custom_fields"}, "fields": {"id,custom_fields"}}
	patch.hide = slices.Collect(maps.Values(values))
	if err := c.do(ctx, patch); err != nil {
		return fmt.Errorf("writing custom fields: %w", err)
	}
	for _, id := range slices.Sorted(maps.Keys(values)) {
		if !slices.ContainsFunc(after.Fields, func(f fieldValue) bool { return string(f.ID) == id && !isEmpty(f.Content) }) {
			message := "Keap's answer does not show custom field " + id
			return fmt.Errorf("writing custom fields: %w", &Error{Op: op, Sent: Answered, Status: http.StatusOK, Message: message, decoded: true, err: ErrDeclined})
		}
	}
	return nil
}

type wireFieldsOnly struct {
	Fields []fieldValue `json:"custom_fields"`
}

// merged lays values over what a contact has. Fields without a value need not be sent: there is nothing to remove.
func merged(has []fieldValue, values map[string]string) (next []fieldValue, changed bool) {
	left := maps.Clone(values)
	for _, f := range has {
		value, ours := left[string(f.ID)]
		if ours {
			delete(left, string(f.ID))
			changed = changed || textOf(f.Content) != value
			f.Content = jsonText(value)
		}
		if !isEmpty(f.Content) {
			next = append(next, f)
		}
	}
	for _, id := range slices.Sorted(maps.Keys(left)) {
		next = append(next, fieldValue{text(id), jsonText(left[id])})
		changed = true
	}
	return next, changed
}

func isEmpty(content json.RawMessage) bool {
	content = bytes.TrimSpace(content)
	return len(content) == 0 || string(content) == "null" || string(content) == `""`
}

func jsonText(s string) json.RawMessage {
	raw, _ := json.Marshal(s) // a string can always be JSON
	return raw
}
