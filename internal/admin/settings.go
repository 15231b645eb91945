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

	"tributary/internal/audit"
	"tributary/internal/auth"
	"tributary/internal/settings"
)

type settingsPage struct {
	frame
	Form    []formGroup
	Changed *audit.Entry // the last change; nil for none that the log still shows
}

var settingsTold = map[string]string{"saved": "desk.settings.saved", "same": "desk.settings.same"}

func (k *desk) settings(c echo.Context, who auth.User) error {
	s, err := k.Settings.Of(c.Request().Context(), account)
	if err != nil {
		return err
	}
	say := k.Reader(c)
	said, err := answersOf(say, s)
	if err != nil {
		return err
	}
	return k.showSettings(c, who, http.StatusOK, settingsForm(say, k.lists(c), said), k.told(c, settingsTold))
}

func (k *desk) showSettings(c echo.Context, who auth.User, status int, form []formGroup, said *notice) error {
	p := settingsPage{frame: k.frame(k.Reader(c).Text("desk.settings.title"), settingsAt, who), Form: form}
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
	say, lists := k.Reader(c), k.lists(c)
	said := saidOf(c, lists)
	changes, err := k.settingChanges(say, now, said)
	if err != nil {
		return err
	}
	if len(changes) == 0 {
		return c.Redirect(http.StatusSeeOther, settingsAt+"?done=same")
	}
	before, after, err := k.Settings.Preview(ctx, account, changes)
	if err != nil {
		return k.wrongSettings(c, who, settingsForm(say, lists, said), err)
	}
	raw, err := json.Marshal(changes)
	if err != nil {
		return err
	}
	p := reviewPage{frame: k.frame(say.Text("desk.settings.review"), settingsAt, who), Raw: string(raw)}
	if p.Changes, err = inWords(say, lists, before, after); err != nil {
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

// wrongSettings shows the form as it was sent, with what is wrong at its field.
func (k *desk) wrongSettings(c echo.Context, who auth.User, form []formGroup, err error) error {
	say := k.Reader(c)
	said := &notice{Tone: "bad", Text: say.Text("desk.settings.marked")}
	var w *settings.Wrong
	switch {
	case errors.As(err, &w):
		if !blame(form, w.Field, sentence("it "+w.Problem)) && !blame(form, blamedSource(w.Problem), sentence("it "+w.Problem)) {
			said.Text = say.Text("desk.settings.wrong", "Why", sentence(w.Error()))
		}
	case errors.Is(err, settings.ErrUnasked):
		said.Text = say.Text("desk.settings.unasked")
	case isConflict(err):
		said.Text = say.Text("desk.settings.conflict")
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
		say := k.Reader(c)
		said, serr := answersOf(say, before)
		if serr != nil {
			return serr
		}
		return k.wrongSettings(c, who, settingsForm(say, k.lists(c), said), err)
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
