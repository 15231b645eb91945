package texts

import (
	"errors"
	"fmt"
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

func newTongue(bundle *i18n.Bundle, tag language.Tag) *tongue {
	return &tongue{tag: tag, localizer: i18n.NewLocalizer(bundle, tag.String()), plain: map[string]string{}, names: map[string][]string{}}
}

// check says what keeps a text from being said; its placeholders if nothing does. english is nil for English itself.
func check(m *i18n.Message, english *tongue) (names []string, err error) {
	if m.Other == "" {
		return nil, errors.New("there is no text for \"other\", which every language needs")
	}
	if names, err = placeholders(m); err != nil || english == nil {
		return names, err
	}
	if !english.has(m.ID) {
		return nil, errors.New("English has no such text")
	}
	for _, name := range names {
		if !slices.Contains(english.names[m.ID], name) {
			return nil, fmt.Errorf("there is no placeholder {{.%s}}; English has %s", name, written(english.names[m.ID]))
		}
	}
	return names, nil
}

// take takes a text, over the one of an earlier file.
func (t *tongue) take(m *i18n.Message, names []string) {
	delete(t.plain, m.ID)
	delete(t.names, m.ID)
	if len(names) == 0 && !isPlural(m) {
		t.plain[m.ID] = m.Other
		return
	}
	t.names[m.ID] = names
}

func (t *tongue) has(id string) bool {
	_, plain := t.plain[id]
	_, filled := t.names[id]
	return plain || filled
}

// hasPart says whether a key begins with part.
func (t *tongue) hasPart(part string) bool {
	for key := range t.plain {
		if strings.HasPrefix(key, part+".") {
			return true
		}
	}
	for key := range t.names {
		if strings.HasPrefix(key, part+".") {
			return true
		}
	}
	return false
}

func written(names []string) string {
	if len(names) == 0 {
		return "none"
	}
	return "{{." + strings.Join(names, "}}, {{.") + "}}"
}
