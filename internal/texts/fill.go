package texts

import (
	"fmt"
	"regexp"
	"slices"
	"strings"

	"github.com/nicksnyder/go-i18n/v2/i18n"
	"github.com/nicksnyder/go-i18n/v2/i18n/template"
)

// braced is whatever stands in braces; placeholderForm is what may.
var (
	braced          = regexp.MustCompile(`\{\{.*?\}\}`)
	placeholderForm = regexp.MustCompile(`^\{\{\.[A-Z][A-Za-z]*\}\}$`)
)

// placeholders lists what a message has to be given. Nothing else may stand in braces: a text is no program.
func placeholders(m *i18n.Message) (names []string, err error) {
	for _, form := range []string{m.Zero, m.One, m.Two, m.Few, m.Many, m.Other} {
		if rest := braced.ReplaceAllString(form, ""); strings.Contains(rest, "{{") || strings.Contains(rest, "}}") {
			return nil, fmt.Errorf("%q: the braces of a placeholder are not closed", form)
		}
		for _, found := range braced.FindAllString(form, -1) {
			if !placeholderForm.MatchString(found) {
				return nil, fmt.Errorf("%s: only placeholders such as {{.Name}} may stand in braces", found)
			}
			if name := found[3 : len(found)-2]; !slices.Contains(names, name) {
				names = append(names, name)
			}
		}
	}
	return names, nil
}

func isPlural(m *i18n.Message) bool { return m.Zero+m.One+m.Two+m.Few+m.Many != "" }

// filler fills placeholders in, and knows no more of the language of templates than that.
type filler struct{}

// Cacheable lets each message be read once.
func (filler) Cacheable() bool { return true }

func (filler) Parse(src, _, _ string) (template.ParsedTemplate, error) {
	var parts []part
	for _, at := range braced.FindAllStringIndex(src, -1) {
		parts = append(parts, part{name: src[at[0]+3 : at[1]-2]})
	}
	for i, text := range braced.Split(src, -1) {
		if i == len(parts) {
			parts = append(parts, part{})
		}
		parts[i].before = text
	}
	return filling(parts), nil
}

// filling is a message in parts.
type filling []part

// part is some text, and the placeholder behind it, if any.
type part struct{ before, name string }

// Execute takes values.
func (f filling) Execute(data any) (string, error) {
	var out strings.Builder
	given, _ := data.(values)
	for _, p := range f {
		out.WriteString(p.before)
		if p.name != "" {
			out.WriteString(given.of(p.name))
		}
	}
	return out.String(), nil
}

// values are names and values by turns.
type values []any

func (v values) of(name string) string {
	for i := 0; i+1 < len(v); i += 2 {
		if v[i] != name {
			continue
		}
		if text, ok := v[i+1].(string); ok {
			return text
		}
		return fmt.Sprint(v[i+1])
	}
	return ""
}
