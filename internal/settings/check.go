package settings

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"reflect"
	"slices"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"
)

// Wrong is a setting that cannot be, with what can.
type Wrong struct{ Field, Problem string }

func (w *Wrong) Error() string { return w.Field + " " + w.Problem }

// Change lays changes over what was chosen before: a value that is null goes back to its default. It returns what is
// chosen then, and the settings that follow from it. The error is a *Wrong where one field is to blame.
func Change(defaults Settings, chosen, changes map[string]json.RawMessage) (map[string]json.RawMessage, Settings, error) {
	next := maps.Clone(chosen)
	if next == nil {
		next = map[string]json.RawMessage{}
	}
	for _, name := range slices.Sorted(maps.Keys(changes)) {
		if err := checkType(name, changes[name]); err != nil {
			return nil, defaults, err
		}
		if next[name] = changes[name]; isNull(changes[name]) {
			delete(next, name)
		}
	}
	s, err := over(defaults, next)
	if err == nil {
		err = s.check(defaults)
	}
	return next, s, err
}

func isNull(raw json.RawMessage) bool { return string(bytes.TrimSpace(raw)) == "null" }

// checkType decodes one value alone, so that the error can name its field.
func checkType(name string, value json.RawMessage) error {
	at := slices.IndexFunc(names, func(n string) bool { return n == name })
	if at < 0 {
		return &Wrong{name, "is no setting; there are " + strings.Join(names, ", ")}
	}
	var s Settings
	err := json.Unmarshal(fmt.Appendf(nil, `{%q:%s}`, name, value), &s)
	var kind *json.UnmarshalTypeError
	switch {
	case err == nil:
		return nil
	case errors.As(err, &kind):
		return &Wrong{name, fmt.Sprintf("must not be a %s", kind.Value)}
	}
	return &Wrong{name, "cannot be read: " + err.Error()}
}

// names are those of all settings.
var names = func() (all []string) {
	for _, f := range reflect.VisibleFields(reflect.TypeFor[Settings]()) {
		if !f.Anonymous {
			all = append(all, f.Tag.Get("json"))
		}
	}
	return all
}()

// IsName reports whether there is a setting of this name.
func IsName(name string) bool { return slices.Contains(names, name) }

func (s Settings) check(defaults Settings) error {
	for _, err := range []error{
		oneOf("rule", string(s.Rule), "latest", "first"),
		between("window", s.Window, defaults.Window, time.Hour, 400*day),
		between("merge_window", s.MergeWindow, defaults.MergeWindow, 0, 30*day),
		oneOf("referral_type", s.ReferralType, "MANUAL", "COOKIE", "PERMANENT"),
		s.checkExpiry(),
		s.checkDescription(),
		oneOf("other_partner", s.OtherPartner, Respect, Write),
		oneOf("late", s.Late, Hold, Write),
		oneOf("unknown_affiliate", s.UnknownAffiliate, Hold, Refuse, Unattributed),
		oneOf("inactive_affiliate", s.InactiveAffiliate, Hold, Refuse, Unattributed),
		oneOf("contact", s.Contact, Wait, Create),
		between("contact_grace", s.ContactGrace, defaults.ContactGrace, 0, 3*day),
		plain("opt_in_reason", s.OptInReason, 1, 255),
		s.checkGoal(),
		s.checkFields(),
		s.checkCardOrigins(),
		s.checkDigest(),
		s.Suspicions.check(),
	} {
		if err != nil {
			return err
		}
	}
	return nil
}

func oneOf(field, value string, allowed ...string) error {
	if slices.Contains(allowed, value) {
		return nil
	}
	return &Wrong{field, fmt.Sprintf("must be one of %s, and is %q", strings.Join(allowed, ", "), value)}
}

// between lets the default be: it may come from a flag, which has bounds of its own.
func between(field string, value, byDefault Span, least, most time.Duration) error {
	if value == byDefault || time.Duration(value) >= least && time.Duration(value) <= most {
		return nil
	}
	return &Wrong{field, fmt.Sprintf("must be %s to %s, and is %s", Span(least), Span(most), value)}
}

func plain(field, value string, least, most int) error {
	n := utf8.RuneCountInString(value)
	if n < least || n > most || !utf8.ValidString(value) || strings.ContainsFunc(value, unicode.IsControl) {
		return &Wrong{field, fmt.Sprintf("must have %d to %d characters on one line", least, most)}
	}
	return nil
}

func (s Settings) checkExpiry() error {
	if s.ReferralExpires == 0 {
		return nil
	}
	if s.ReferralType == "PERMANENT" {
		return &Wrong{"referral_expires", "must be 0s with the referral_type PERMANENT, which does not expire"}
	}
	return between("referral_expires", s.ReferralExpires, 0, day, 3650*day)
}

func (s Settings) checkGoal() error {
	if (s.GoalIntegration == "") != (s.GoalCallName == "") {
		return &Wrong{"goal_call_name", "and goal_integration belong together: set both, or neither"}
	}
	// Keap's goal editor takes letters and digits only.
	for field, value := range map[string]string{"goal_integration": s.GoalIntegration, "goal_call_name": s.GoalCallName} {
		if len(value) > 40 || strings.ContainsFunc(value, notNameChar) {
			return &Wrong{field, "must have at most 40 characters of A-Z, a-z, 0-9, _ and -, as in Keap's API goal"}
		}
	}
	return nil
}

func notNameChar(r rune) bool {
	return r > unicode.MaxASCII || !unicode.IsLetter(r) && !unicode.IsDigit(r) && r != '_' && r != '-'
}

func (s Settings) checkFields() error {
	if s.TagID != "" && !isID(s.TagID) {
		return &Wrong{"tag_id", `must be the id of a tag in Keap, a number as a string such as "123"`}
	}
	if s.TotalsField != "" && !isID(s.TotalsField) {
		return &Wrong{"totals_field", `must be the id of a custom field in Keap, a number as a string such as "12"`}
	}
	if s.LinkField != "" && !isID(s.LinkField) {
		return &Wrong{"link_field", `must be the id of a custom field in Keap, a number as a string such as "12"`}
	}
	if s.LinkField != "" && s.LinkField == s.TotalsField {
		return &Wrong{"link_field", fmt.Sprintf("must not name custom field %s: totals_field has it already", s.LinkField)}
	}
	taken := map[string]string{s.TotalsField: "totals_field", s.LinkField: "link_field"}
	for _, source := range slices.Sorted(maps.Keys(s.Fields)) {
		id := s.Fields[source]
		switch {
		case !slices.Contains(Sources, source):
			return &Wrong{"fields", fmt.Sprintf("must name only %s, and names %q", strings.Join(Sources, ", "), source)}
		case !isID(id):
			return &Wrong{"fields", fmt.Sprintf(`must give %s the id of a custom field in Keap, a number as a string such as "12"`, source)}
		case taken[id] != "":
			return &Wrong{"fields", fmt.Sprintf("must not give custom field %s to both %s and %s", id, taken[id], source)}
		}
		taken[id] = source
	}
	return nil
}

func isID(id string) bool { return id != "" && len(id) <= 20 && strings.Trim(id, "0123456789") == "" }
