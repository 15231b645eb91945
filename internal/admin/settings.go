package admin

import (
	"context"
	"encoding/json"
	"errors"
	"maps"
	"net/http"
	"slices"
	"strings"

	"github.com/labstack/echo/v4"

	"tributary/internal/attribution"
	"tributary/internal/audit"
	"tributary/internal/auth"
	"tributary/internal/settings"
)

type settingsPage struct {
	frame
	Form    []formGroup
	Changed *audit.Entry // the last change; nil for none that the log still shows
}

var settingsTold = map[string]string{"saved": "Saved. It holds from now on.", "same": "Nothing was different, so nothing was saved."}

func (k *desk) settings(c echo.Context, who auth.User) error {
	s, err := k.Settings.Of(c.Request().Context(), account)
	if err != nil {
		return err
	}
	said, err := answersOf(s)
	if err != nil {
		return err
	}
	return k.showSettings(c, who, http.StatusOK, settingsForm(k.lists(c), said), k.told(c, settingsTold))
}

func (k *desk) showSettings(c echo.Context, who auth.User, status int, form []formGroup, said *notice) error {
	p := settingsPage{frame: k.frame("Settings", settingsAt, who), Form: form}
	var err error
	if p.Changed, err = k.lastOf(c.Request().Context(), audit.SettingsChange); err != nil {
		return err
	}
	p.Notice = said
	return k.Render(c, status, "settings", p)
}

// lists are those of Keap, or none where it does not tell them soon: the form then takes ids.
func (k *desk) lists(c echo.Context) KeapLists {
	if k.KeapLists == nil || !k.connected() {
		return KeapLists{}
	}
	ctx, cancel := context.WithTimeout(c.Request().Context(), patient)
	defer cancel()
	found, err := k.KeapLists(ctx)
	if err != nil {
		return KeapLists{} // what is asked for says so at the field
	}
	return found
}

// lastOf is the newest entry of an action, among the newest of all.
func (k *desk) lastOf(ctx context.Context, action audit.Action) (*audit.Entry, error) {
	page, err := k.Audit.List(ctx, "", 500)
	if err != nil {
		return nil, err
	}
	for _, e := range page.Entries {
		if e.Action == action {
			return &e, nil
		}
	}
	return nil, nil
}

type reviewPage struct {
	frame
	Changes []settingChange
	Raw     string // the changes, to be sent again with a yes
}

// settingChange is one setting before and after.
type settingChange struct{ Label, Before, After string }

// reviewSettings checks what was filled in, Keap asked, and shows what would change.
func (k *desk) reviewSettings(c echo.Context, who auth.User) error {
	ctx := c.Request().Context()
	now, err := k.Settings.Of(ctx, account)
	if err != nil {
		return err
	}
	lists := k.lists(c)
	said := saidOf(c, lists)
	changes, err := k.settingChanges(now, said)
	if err != nil {
		return err
	}
	if len(changes) == 0 {
		return c.Redirect(http.StatusSeeOther, settingsAt+"?done=same")
	}
	before, after, err := k.Settings.Preview(ctx, account, changes)
	if err != nil {
		return k.wrongSettings(c, who, settingsForm(lists, said), err)
	}
	raw, err := json.Marshal(changes)
	if err != nil {
		return err
	}
	p := reviewPage{frame: k.frame("What changes", settingsAt, who), Raw: string(raw)}
	if p.Changes, err = inWords(lists, before, after); err != nil {
		return err
	}
	return k.Render(c, http.StatusOK, "settings-review", p)
}

// saidOf are the answers to all questions, as they were given.
func saidOf(c echo.Context, lists KeapLists) map[string]string {
	said := map[string]string{}
	for _, q := range questions(lists) {
		said[q.Name] = answer(c, q.Name)
	}
	for _, name := range settings.Names() {
		if _, asked := said[name]; !asked && c.Request().PostForm.Has(name) {
			said[name] = answer(c, name)
		}
	}
	return said
}

// settingChanges are those of the answers that differ from what holds. One that is as usual goes back to that.
func (k *desk) settingChanges(now settings.Settings, said map[string]string) (map[string]json.RawMessage, error) {
	is, err := asObject(now)
	if err != nil {
		return nil, err
	}
	usual, err := asObject(k.Settings.Usual())
	if err != nil {
		return nil, err
	}
	given, err := givenBy(said, is)
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
func givenBy(said map[string]string, is map[string]json.RawMessage) (map[string]json.RawMessage, error) {
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
			value = spanOf(text)
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
func inWords(lists KeapLists, before, after settings.Settings) (all []settingChange, err error) {
	was, err := answersOf(before)
	if err != nil {
		return nil, err
	}
	is, err := answersOf(after)
	if err != nil {
		return nil, err
	}
	for _, g := range settingsForm(lists, is) {
		for _, f := range g.Fields {
			if was[f.Name] != is[f.Name] {
				all = append(all, settingChange{f.Label, f.words(was[f.Name]), f.words(is[f.Name])})
			}
		}
	}
	return all, nil
}

// words are those of an answer.
func (f formField) words(value string) string {
	for _, o := range f.Options {
		if o.Value == value {
			return o.Label
		}
	}
	switch {
	case f.Kind == "check" && value != "":
		return "yes"
	case f.Kind == "check":
		return "no"
	}
	return orElse(strings.ReplaceAll(value, "\n", ", "), "nothing")
}

// wrongSettings shows the form as it was sent, with what is wrong at its field.
func (k *desk) wrongSettings(c echo.Context, who auth.User, form []formGroup, err error) error {
	said := &notice{Tone: "bad", Text: "Nothing was saved: look at what is marked below."}
	var w *settings.Wrong
	switch {
	case errors.As(err, &w):
		if !blame(form, w.Field, sentence("it "+w.Problem)) && !blame(form, blamedSource(w.Problem), sentence("it "+w.Problem)) {
			said.Text = "Nothing was saved. " + sentence(w.Error())
		}
	case errors.Is(err, settings.ErrUnasked):
		said.Text = "Nothing was saved, because Keap could not be asked whether it has what is named. Try again in a minute."
	case isConflict(err):
		said.Text = "Nothing was saved: somebody else saved settings meanwhile. Look at theirs in another window, then save again."
	default:
		return err
	}
	return k.showSettings(c, who, http.StatusUnprocessableEntity, form, said)
}

// blamedSource is the question that an error of the custom fields is about.
func blamedSource(problem string) string {
	for _, source := range settings.Sources {
		if strings.Contains(problem, " "+source+" ") {
			return fieldPrefix + source
		}
	}
	return ""
}

// saveSettings saves what was looked at.
func (k *desk) saveSettings(c echo.Context, who auth.User) error {
	ctx := c.Request().Context()
	changes := map[string]json.RawMessage{}
	if err := json.Unmarshal([]byte(c.FormValue("changes")), &changes); err != nil || len(changes) == 0 {
		return errBadAddress
	}
	before, err := k.Settings.Of(ctx, account)
	if err != nil {
		return err
	}
	after, err := k.Settings.Apply(ctx, account, changes)
	if err != nil {
		said, serr := answersOf(before)
		if serr != nil {
			return serr
		}
		return k.wrongSettings(c, who, settingsForm(k.lists(c), said), err)
	}
	changed, err := differences(before, after)
	if err != nil {
		return err
	}
	if err := k.note(ctx, who, audit.SettingsChange, strings.Join(slices.Sorted(maps.Keys(changes)), ", "), changed); err != nil {
		return err
	}
	return c.Redirect(http.StatusSeeOther, settingsAt+"?done=saved")
}
