package credit

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"strings"

	"tributary/internal/keap"
	"tributary/internal/settings"
)

// The types of custom fields that can hold what we write.
var (
	textTypes   = []string{"TEXT", "TEXT_AREA"}
	linkTypes   = []string{"TEXT", "TEXT_AREA", "WEBSITE"}
	numberTypes = []string{"WHOLE_NUMBER", "DECIMAL_NUMBER", "TEXT", "TEXT_AREA"}
)

// CheckSettings asks Keap for the tag and the custom fields that a change of settings names; what was there before is not
// asked for again. The error is a *settings.Wrong where Keap has no such thing. Goals cannot be asked for.
func (c *Crediter) CheckSettings(ctx context.Context, before, after settings.Settings) error {
	if after.TagID != "" && after.TagID != before.TagID {
		_, err := c.keap.Tag(ctx, after.TagID)
		if keap.IsNotFound(err) {
			return &settings.Wrong{Field: "tag_id", Problem: fmt.Sprintf("names tag %s, which Keap does not have: look up the id in its list of tags", after.TagID)}
		}
		if err != nil {
			return err
		}
	}
	if maps.Equal(before.Fields, after.Fields) && before.TotalsField == after.TotalsField && before.LinkField == after.LinkField {
		return nil
	}
	return c.checkFields(ctx, after)
}

func (c *Crediter) checkFields(ctx context.Context, s settings.Settings) error {
	if len(s.Fields) == 0 && s.TotalsField == "" && s.LinkField == "" {
		return nil
	}
	model, err := c.keap.ContactFields(ctx)
	if err != nil {
		return err
	}
	for _, source := range slices.Sorted(maps.Keys(s.Fields)) {
		if err := fits(model, "fields", s.Fields[source], textTypes); err != nil {
			return err
		}
	}
	if err := fits(model, "totals_field", s.TotalsField, numberTypes); err != nil {
		return err
	}
	return fits(model, "link_field", s.LinkField, linkTypes)
}

// fits holds a setting against the model; one that names no field always fits.
func fits(model []keap.CustomField, setting, id string, types []string) error {
	if id == "" {
		return nil
	}
	at := slices.IndexFunc(model, func(f keap.CustomField) bool { return f.ID == id })
	if at < 0 {
		return &settings.Wrong{Field: setting, Problem: fmt.Sprintf("names custom field %s, which contacts in Keap do not have; they have %s", id, labels(model))}
	}
	if !slices.Contains(types, model[at].Type) {
		return &settings.Wrong{Field: setting, Problem: fmt.Sprintf("names custom field %s (%s), which is a %s and must be one of %s", id, model[at].Label, model[at].Type, strings.Join(types, ", "))}
	}
	return nil
}

// labels lists the first custom fields, for whoever looks for an id.
func labels(model []keap.CustomField) string {
	var all []string
	for _, f := range model[:min(len(model), 20)] {
		all = append(all, fmt.Sprintf("%s (%s)", f.ID, f.Label))
	}
	if len(all) == 0 {
		return "none"
	}
	return strings.Join(all, ", ")
}
