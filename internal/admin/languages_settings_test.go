package admin_test

import (
	"context"
	"encoding/json"
	"errors"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"
	"testing/fstest"
	"time"

	"github.com/google/uuid"

	"tributary/internal/admin"
	"tributary/internal/attribution"
	"tributary/internal/auth"
	"tributary/internal/settings"
	"tributary/internal/texts"
	"tributary/internal/whatif"
	"tributary/web"
)

// ofSettings are examples of answers, names of parameters and of things in Keap, and what package settings says in English.
var ofSettings = append([]string{
	"Opt-in on form ...", "utm_source", "utm_medium", "utm_campaign", "utm_term", "utm_content", "Bought", "Source", "tag", "America/New_York", "Europe/Vienna",
	"It must be 1h to 400d, and is 1m", "It must not be a string",
	"Nonsense is no setting; there are " + strings.Join(settings.Names(), ", "),
}, settings.Placeholders...)

func TestTheSettingsAreWholeInASecondLanguage(t *testing.T) {
	d := inBrackets(t)
	owner := d.as(auth.Owner)
	wholeIn(t, d, owner, []string{"/admin/settings", "/admin/settings?done=saved", "/admin/settings?done=same"}, ofSettings...)
	wholeIn(t, d, d.as(auth.Viewer), []string{"/admin/settings"}, ofSettings...)
	d.post("/admin/keap/key", owner, url.Values{"key": {keyOne}})
	d.lists = admin.KeapLists{Tags: []admin.KeapThing{{ID: "7", Name: "Bought"}}, Fields: []admin.KeapThing{{ID: "14", Name: "Source", Kind: "TEXT"}}}
	page := d.read(http.MethodGet, "/admin/settings", owner, "")
	whole(t, "with Keap's lists", page, ofSettings...)
	has(t, page.Body.String(), `value="⟦90 days⟧"`)

	form := d.filled(owner)
	for name, value := range map[string]string{
		"rule": "first", "window": "⟦30 days⟧", "merge_window": "⟦1 hour⟧", "tag_id": "7", "fields.page": "14", "digest_day": "friday", "write_ip": "", "burst": "off", "card_origins": "https://a.example.com",
	} {
		form.Set(name, value)
	}
	review := d.read(http.MethodPost, "/admin/settings/review", owner, form.Encode())
	whole(t, "the review", review, ofSettings...)
	has(t, review.Body.String(), "⟦30 days⟧", "⟦1 hour⟧", "⟦Friday⟧", "⟦no⟧", "⟦nothing⟧", "Bought (7)")
	d.post("/admin/settings", owner, url.Values{"changes": {hidden(review.Body.String(), "changes")}})
	wholeIn(t, d, owner, []string{"/admin/settings"}, ofSettings...)

	for _, changes := range []string{`{"window":"1m"}`, `{"digest_hour":"noon"}`, `{"nonsense":1}`} {
		whole(t, changes, d.read(http.MethodPost, "/admin/settings", owner, url.Values{"changes": {changes}}.Encode()), ofSettings...)
	}
	d.settings.Ask = func(context.Context, settings.Settings, settings.Settings) error { return errors.New("no answer") }
	whole(t, "Keap does not answer", d.read(http.MethodPost, "/admin/settings", owner, url.Values{"changes": {`{"window":"2d"}`}}.Encode()), ofSettings...)
	d.lists.Tags[0].ID = "8"
	wholeIn(t, d, owner, []string{"/admin/settings"}, ofSettings...)
}

// inGerman is a desk that speaks it as far as lengths of time go.
func inGerman(t *testing.T) *desk {
	t.Helper()
	files := fstest.MapFS{"desk.de.toml": {Data: []byte(`
[desk.settings.ndays]
one = "{{.Number}} Tag"
other = "{{.Number}} Tage"
[desk.settings.nhours]
one = "{{.Number}} Stunde"
other = "{{.Number}} Stunden"
`)}}
	all, err := texts.Read(web.Texts(), files)
	if err != nil {
		t.Fatal(err)
	}
	return newDesk(t, func(d *admin.Deps) { d.Texts = all })
}

// german is an answer to who reads it.
func (d *desk) german(method, path string, cookie *http.Cookie, form url.Values) string {
	r := httptest.NewRequest(method, path, strings.NewReader(form.Encode()))
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	r.Header.Set("Accept-Language", "de")
	r.AddCookie(cookie)
	w := httptest.NewRecorder()
	d.ServeHTTP(w, r)
	return w.Body.String()
}

// A length of time is typed as it is shown, and in English.
func TestALengthOfTimeIsReadInTheLanguageOfTheForm(t *testing.T) {
	d := inGerman(t)
	owner := d.as(auth.Owner)
	form := d.filled(owner)
	for typed, want := range map[string]string{
		"30 Tage": "30 Tage", "30tage": "30 Tage", "1 TAG": "1 Tag", "2 Tag": "2 Tage", "36 Stunden": "36 Stunden", "24 Stunden": "1 Tag", "48 hours": "2 Tage", "5d": "5 Tage",
	} {
		form.Set("window", typed)
		page := d.german(http.MethodPost, "/admin/settings/review", owner, form)
		has(t, page, `data-l="Now">90 Tage</td><td class="wrap" data-l="Then">`+want+"<")
	}
	for _, typed := range []string{"30 Ta", "30", "Tage", "-3 Tage", "1 Tag 2 Tage", "30 ⟦Tage⟧"} {
		form.Set("window", typed)
		has(t, d.german(http.MethodPost, "/admin/settings/review", owner, form), "It cannot be read", `value="`+typed+`"`)
	}
	has(t, d.german(http.MethodGet, "/admin/whatif?rule=first&window=30+Tage", owner, nil), `value="30 Tage"`)
}

func TestWhatIfIsWholeInASecondLanguage(t *testing.T) {
	d := inBrackets(t)
	viewer := d.as(auth.Viewer)
	wholeIn(t, d, viewer, []string{"/admin/whatif", "/admin/whatif?rule=first&window=soon", "/admin/whatif?rule=newest", "/admin/whatif?rule=first&from=2026-01-01", "/admin/whatif?rule=first&to=x"})
	asked := whatif.Question{Rule: attribution.First, Window: time.Hour, From: d.now.AddDate(0, 0, -1), To: d.now}
	if a, err := d.whatif.Ask(t.Context(), asked, 0); err != nil || a.State != whatif.Running {
		t.Fatalf("%+v, %v", a, err)
	}
	wholeIn(t, d, viewer, []string{"/admin/whatif?rule=first&window=90+days"}) // one question at a time
	ctx, stop := context.WithCancel(t.Context())
	defer stop()
	go d.whatif.Run(ctx)
	if _, err := d.whatif.Ask(t.Context(), asked, time.Minute); err != nil {
		t.Fatal(err)
	}
	wholeIn(t, d, viewer, []string{"/admin/whatif?rule=first&window=90+days"})
	d.know(attribution.Affiliate{ID: "1", Name: "Riva"})
	late := attribution.Touch{Ref: attribution.Ref{Kind: attribution.ByCode, Value: "rivr"}, At: d.now.Add(-2 * time.Hour)}
	for i, first := range []attribution.Touch{{Ref: byID("1"), At: d.now.Add(-50 * time.Hour)}, {Ref: byID("2"), At: d.now.Add(-3 * time.Hour)}, late} {
		e := attribution.Event{ID: uuid.Must(uuid.NewV7()), Type: attribution.OptedIn, At: d.now.Add(-time.Hour), Received: d.now, Visitor: uuid.New(), Via: attribution.ViaForm, First: first, Latest: late}
		if i == 0 {
			e.ID = idOf(d.now.AddDate(-1, 0, 0)) // a clock that was far off
		}
		e.Person, e.Sealed, _ = plain{}.Seal(attribution.Person{Email: strings.Repeat("a", i+1) + "@example.com"})
		d.ingest(e)
	}
	wholeIn(t, d, viewer, []string{"/admin/whatif?rule=first&window=89+days", "/admin/whatif?rule=first&window=1+hour", "/admin/whatif?rule=latest&window=90+days"}, "Riva", "rivr")
	has(t, d.get("/admin/whatif?rule=first&window=89+days", viewer), "1 more opt-in of these days is counted", "would go to somebody else", "a code that Keap does not know")
	if _, err := d.settings.Apply(t.Context(), account, map[string]json.RawMessage{"rule": json.RawMessage(`"first"`)}); err != nil {
		t.Fatal(err)
	}
	wholeIn(t, d, viewer, []string{"/admin/whatif"})
}
