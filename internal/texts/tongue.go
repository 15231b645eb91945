package texts

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/nicksnyder/go-i18n/v2/i18n"
	"golang.org/x/text/language"
)

// tongue is one language.
type tongue struct {
	tag       language.Tag
	localizer *i18n.Localizer
	plain     map[string]string   // sentences without a placeholder or a plural, which are most
	names     map[string][]string // the placeholders of the others
}

func newTongue(bundle *i18n.Bundle, file *i18n.MessageFile, english *tongue) (*tongue, error) {
	t := &tongue{tag: file.Tag, localizer: i18n.NewLocalizer(bundle, file.Tag.String()), plain: map[string]string{}, names: map[string][]string{}}
	for _, m := range file.Messages {
		if m.Other == "" {
			return nil, fmt.Errorf("%s: there is no text for \"other\", which every language needs", m.ID)
		}
		if !isPlural(m) && !strings.Contains(m.Other, "{{") {
			t.plain[m.ID] = m.Other
			continue
		}
		names, err := placeholders(m)
		if err != nil {
			return nil, fmt.Errorf("%s: %w", m.ID, err)
		}
		t.names[m.ID] = names
	}
	return t, t.check(english)
}

// check holds a language against English.
func (t *tongue) check(english *tongue) error {
	if english == nil {
		return nil
	}
	for _, id := range slices.Sorted(maps.Keys(t.plain)) {
		if !english.has(id) {
			return fmt.Errorf("%s: English has no such text", id)
		}
	}
	for _, id := range slices.Sorted(maps.Keys(t.names)) {
		if !english.has(id) {
			return fmt.Errorf("%s: English has no such text", id)
		}
		for _, name := range t.names[id] {
			if !slices.Contains(english.names[id], name) {
				return fmt.Errorf("%s: there is no placeholder {{.%s}}; English has %s", id, name, written(english.names[id]))
			}
		}
	}
	return nil
}

func (t *tongue) has(id string) bool {
	_, plain := t.plain[id]
	_, filled := t.names[id]
	return plain || filled
}

func written(names []string) string {
	if len(names) == 0 {
		return "none"
	}
	return "{{." + strings.Join(names, "}}, {{.") + "}}"
}
