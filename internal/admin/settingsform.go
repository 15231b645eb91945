package admin

import (
	"bytes"
	"encoding/json"
	"fmt"
	"slices"
	"strings"

	"tributary/internal/settings"
	"tributary/internal/texts"
)

// KeapLists are the things of Keap that a setting can name.
type KeapLists struct {
	Tags   []KeapThing
	Fields []KeapThing // custom fields of contacts
}

// KeapThing is one of them. Kind is Keap's type of a custom field.
type KeapThing struct{ ID, Name, Kind string }

func thingOptions(things []KeapThing, kinds ...string) (options []formOption) {
	for _, t := range things {
		if len(kinds) == 0 || slices.Contains(kinds, t.Kind) {
			options = append(options, formOption{Value: t.ID, Label: fmt.Sprintf("%s (%s)", t.Name, t.ID)})
		}
	}
	return options
}

// settingsForm fills the questions in with what is said, by the names of the questions.
func settingsForm(say *texts.Reader, lists KeapLists, said map[string]string) []formGroup {
	groups := groupsIn(say)
	known := map[string]bool{"fields": true}
	put := func(group string, f formField) {
		i := slices.IndexFunc(groups, func(g formGroup) bool { return g.Name == group })
		groups[i].Fields = append(groups[i].Fields, f)
	}
	for _, q := range questions(lists) {
		known[q.Name] = true
		put(q.group, q.filled(say, said[q.Name]))
	}
	for _, name := range settings.Names() {
		if _, here := said[name]; here && !known[name] {
			put("other", plainQuestion(name, said[name]))
		}
	}
	return slices.DeleteFunc(groups, func(g formGroup) bool { return len(g.Fields) == 0 })
}

// groupsIn are the headings of the form in the reader's language.
func groupsIn(say *texts.Reader) []formGroup {
	groups := slices.Clone(questionGroups)
	for i, g := range groups {
		groups[i].Title, groups[i].Text = say.Text(g.Title), say.Text(g.Text)
	}
	return groups
}

// filled is the question in the reader's language, with an answer.
func (q question) filled(say *texts.Reader, value string) formField {
	f := q.in(say)
	f.Value = value
	if f.Kind == "list" && value != "" && !slices.ContainsFunc(f.Options, func(o formOption) bool { return o.Value == value }) {
		f.Options = append(f.Options, formOption{Value: value, Label: say.Text("desk.settings.ask.notinlist", "Value", value)})
	}
	f.Options = chosen(value, f.Options...)
	return f
}

func (q question) in(say *texts.Reader) formField {
	f := q.formField
	f.Label, f.Unit, f.Options = inWordsOf(say, f.Label), inWordsOf(say, f.Unit), nil
	f.Hint = inWordsOf(say, f.Hint, "Placeholders", strings.Join(settings.Placeholders, ", "))
	for _, o := range q.Options {
		f.Options = append(f.Options, formOption{Value: o.Value, Label: inWordsOf(say, o.Label), Hint: inWordsOf(say, o.Hint)})
	}
	switch {
	case len(q.things) > 0:
		f.Options = append([]formOption{{Value: "", Label: say.Text(q.none)}}, q.things...)
	case q.none != "":
		f.Placeholder = say.Text("desk.settings.ask.nolist")
		f.Hint = strings.TrimSpace(f.Hint + " " + say.Text("desk.settings.ask.nolisthint"))
	}
	return f
}

// inWordsOf is the text of a key. What is none, such as the name of a parameter, is called so in every language.
func inWordsOf(say *texts.Reader, key string, pairs ...any) string {
	if !strings.HasPrefix(key, "desk.") {
		return key
	}
	return say.Text(key, pairs...)
}

// plainQuestion asks for a setting that has no words yet.
func plainQuestion(name, value string) formField {
	label := strings.ToUpper(name[:1]) + strings.ReplaceAll(name[1:], "_", " ")
	return formField{Name: name, Label: label, Value: value}
}

// answersOf are settings as the form has them. Those that are no single value have questions of their own, or none.
func answersOf(say *texts.Reader, s settings.Settings) (map[string]string, error) {
	all, err := asObject(s)
	if err != nil {
		return nil, err
	}
	said := map[string]string{}
	for name, raw := range all {
		if text, ok := plainText(raw); ok {
			said[name] = text
		}
	}
	said["card_origins"] = strings.Join(s.CardOrigins, "\n")
	for source, id := range s.Fields {
		said[fieldPrefix+source] = id
	}
	for _, q := range questions(KeapLists{}) {
		if q.span {
			said[q.Name] = spanWords(say, said[q.Name])
		}
		if q.Kind == "check" {
			said[q.Name] = tick(said[q.Name] == "true")
		}
	}
	return said, nil
}

func plainText(raw json.RawMessage) (string, bool) {
	var text string
	if json.Unmarshal(raw, &text) == nil {
		return text, true
	}
	switch bytes.TrimSpace(raw)[0] {
	case '{', '[':
		return "", false
	}
	return string(raw), true
}
