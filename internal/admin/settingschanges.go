package admin

import (
	"encoding/json"
	"slices"
	"strings"

	"tributary/internal/attribution"
	"tributary/internal/settings"
	"tributary/internal/texts"
)

// settingChanges are those of the answers that differ from what holds. One that is as usual goes back to that.
func (k *desk) settingChanges(say *texts.Reader, now settings.Settings, said map[string]string) (map[string]json.RawMessage, error) {
	is, err := asObject(now)
	if err != nil {
		return nil, err
	}
	usual, err := asObject(k.Settings.Usual())
	if err != nil {
		return nil, err
	}
	given, err := givenBy(say, said, is)
	if err != nil {
		return nil, err
	}
	changes := map[string]json.RawMessage{}
	for name, value := range given {
		switch {
		case string(value) == string(is[name]):
		case string(value) == string(usual[name]):
			changes[name] = json.RawMessage("null")
		default:
			changes[name] = value
		}
	}
	return changes, nil
}

// givenBy turns answers into JSON of the kind that the setting has.
func givenBy(say *texts.Reader, said map[string]string, is map[string]json.RawMessage) (map[string]json.RawMessage, error) {
	given, fields := map[string]json.RawMessage{}, map[string]string{}
	spans, ticks, lines := map[string]bool{}, map[string]bool{}, map[string]bool{}
	for _, q := range questions(KeapLists{}) {
		spans[q.Name], ticks[q.Name], lines[q.Name] = q.span, q.Kind == "check", q.Kind == "lines"
	}
	for name, text := range said {
		var value any = text
		switch {
		case strings.HasPrefix(name, fieldPrefix):
			if text != "" {
				fields[strings.TrimPrefix(name, fieldPrefix)] = text
			}
			continue
		case spans[name]:
			value = spanOf(say, text)
		case ticks[name]:
			value = text != ""
		case lines[name]:
			value = originsOf(text)
		case len(is[name]) > 0 && is[name][0] != '"' && json.Valid([]byte(text)):
			value = json.RawMessage(text) // a number, or true
		}
		raw, err := json.Marshal(value)
		if err != nil {
			return nil, err
		}
		given[name] = raw
	}
	raw, err := json.Marshal(fields)
	given["fields"] = raw
	return given, err
}

// originsOf reads origins, one a line, as browsers write them. What is none stays as it was typed: the settings say what is
// wrong with it.
func originsOf(text string) []string {
	all := []string{}
	for _, typed := range listed(text) {
		if origin, err := attribution.Origin(typed); err == nil {
			typed = origin
		}
		if !slices.Contains(all, typed) {
			all = append(all, typed)
		}
	}
	return all
}

// inWords shows what differs with the words of the form.
func inWords(say *texts.Reader, lists KeapLists, before, after settings.Settings) (all []settingChange, err error) {
	was, err := answersOf(say, before)
	if err != nil {
		return nil, err
	}
	is, err := answersOf(say, after)
	if err != nil {
		return nil, err
	}
	for _, g := range settingsForm(say, lists, is) {
		for _, f := range g.Fields {
			if was[f.Name] != is[f.Name] {
				all = append(all, settingChange{f.Label, f.words(say, was[f.Name]), f.words(say, is[f.Name])})
			}
		}
	}
	return all, nil
}

// words are those of an answer.
func (f formField) words(say *texts.Reader, value string) string {
	for _, o := range f.Options {
		if o.Value == value {
			return o.Label
		}
	}
	switch {
	case f.Kind == "check" && value != "":
		return say.Text("desk.settings.yes")
	case f.Kind == "check":
		return say.Text("desk.settings.no")
	}
	return orElse(strings.ReplaceAll(value, "\n", ", "), say.Text("desk.settings.nothing"))
}
