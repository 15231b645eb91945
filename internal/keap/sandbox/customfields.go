package sandbox

import (
	"encoding/json"
	"fmt"
	"net/http"
	"slices"
	"strconv"
	"unicode/utf8"
)

// FieldModel describes a custom field of contacts.
type FieldModel struct {
	ID         string `json:"id"`
	Label      string `json:"label"`
	RecordType string `json:"record_type"`
	FieldType  string `json:"field_type"`
	FieldName  string `json:"field_name"`
}

// AddContactField puts a custom field in, as somebody at Keap would. The type is one of Keap's, such as TEXT.
func (s *Sandbox) AddContactField(label, fieldType string) FieldModel {
	s.mu.Lock()
	defer s.mu.Unlock()
	id := s.nextID("field")
	s.fields = append(s.fields, FieldModel{id, label, "CONTACT", fieldType, "Field" + id})
	return s.fields[len(s.fields)-1]
}

// DeleteContactField takes a custom field away, with all its values.
func (s *Sandbox) DeleteContactField(id string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.fields = slices.DeleteFunc(s.fields, func(f FieldModel) bool { return f.ID == id })
	for i := range s.contacts {
		s.contacts[i].CustomFields = slices.DeleteFunc(slices.Clone(s.contacts[i].CustomFields), func(f CustomField) bool { return f.ID == id })
	}
}

// ClearField empties a custom field of a contact, as somebody at Keap would.
func (s *Sandbox) ClearField(contact, field string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for i := range s.contacts {
		if s.contacts[i].ID == contact {
			s.contacts[i].CustomFields = slices.DeleteFunc(slices.Clone(s.contacts[i].CustomFields), func(f CustomField) bool { return f.ID == field })
		}
	}
}

// labels are the tags, who has which, and the custom fields.
func (s *Sandbox) labels() ([]Tag, map[string][]string, []FieldModel) {
	s.mu.Lock()
	defer s.mu.Unlock()
	tagged := map[string][]string{}
	for id, contacts := range s.tagged {
		tagged[id] = slices.Clone(contacts)
	}
	return append([]Tag{}, s.tags...), tagged, append([]FieldModel{}, s.fields...)
}

func (s *Sandbox) contactModel(request) answer {
	s.mu.Lock()
	defer s.mu.Unlock()
	return answer{status: http.StatusOK, body: map[string]any{
		"custom_fields": append([]FieldModel{}, s.fields...), "optional_properties": []string{},
	}}
}

// The rest is called with s.mu held.

// takeFields checks the custom fields of a change against the model. Which fields are unknown is Keap's to say: it is
// not described whether it refuses them or leaves them out. A sandbox without any custom field takes all: it has no model.
func (s *Sandbox) takeFields(c contactChange) error {
	raw, sent := c["custom_fields"]
	if !sent || len(s.fields) == 0 {
		return nil
	}
	var values, known []CustomField
	if err := json.Unmarshal(raw, &values); err != nil {
		return err
	}
	for _, v := range values {
		at := slices.IndexFunc(s.fields, func(f FieldModel) bool { return f.ID == v.ID })
		switch {
		case at < 0 && s.options.Unknowns.DropUnknownFields:
			continue
		case at < 0:
			return fmt.Errorf("there is no custom field %s", v.ID)
		}
		if err := s.fields[at].fits(v.Content); err != nil {
			return err
		}
		known = append(known, v)
	}
	c["custom_fields"] = mustMarshal(append([]CustomField{}, known...))
	return nil
}

func (f FieldModel) fits(content any) error {
	text, isText := content.(string)
	switch f.FieldType {
	case "WHOLE_NUMBER", "DECIMAL_NUMBER":
		if _, err := strconv.ParseFloat(text, 64); isText && err != nil {
			return fmt.Errorf("custom field %s takes a number", f.ID)
		}
	default:
		if content != nil && (!isText || utf8.RuneCountInString(text) > 65535) {
			return fmt.Errorf("custom field %s takes a text of up to 65535 characters", f.ID)
		}
	}
	return nil
}
