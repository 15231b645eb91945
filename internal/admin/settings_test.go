package admin_test

import (
	"context"
	"encoding/json"
	"html"
	"net/http"
	"net/url"
	"strings"
	"testing"

	"tributary/internal/admin"
	"tributary/internal/auth"
	"tributary/internal/settings"
)

// filled are the answers that the settings' form stands at.
func (d *desk) filled(cookie *http.Cookie) url.Values {
	d.t.Helper()
	form, page, list := url.Values{}, d.get("/admin/settings", cookie), ""
	for _, line := range strings.Split(page, "<") {
		name, value := attribute(line, "name"), attribute(line, "value")
		switch {
		case strings.HasPrefix(line, "select "):
			list = name
		case strings.HasPrefix(line, "option ") && strings.Contains(line, " selected"):
			form.Set(list, value)
		case strings.HasPrefix(line, `input type="radio"`) && strings.Contains(line, " checked"), strings.HasPrefix(line, "input id="):
			form.Set(name, value)
		case strings.HasPrefix(line, `input type="checkbox"`) && strings.Contains(line, " checked"):
			form.Set(name, "on")
		case strings.HasPrefix(line, "textarea "):
			_, text, _ := strings.Cut(line, ">")
			form.Set(name, html.UnescapeString(text))
		}
	}
	return form
}

func attribute(tag, name string) string {
	_, rest, _ := strings.Cut(tag, " "+name+`="`)
	value, _, _ := strings.Cut(rest, `"`)
	return html.UnescapeString(value)
}

// hidden is what a page would send back.
func hidden(page, name string) string {
	_, rest, _ := strings.Cut(page, `name="`+name+`" value="`)
	value, _, _ := strings.Cut(rest, `"`)
	return html.UnescapeString(value)
}

func TestSettingsAreLookedAtBeforeTheyAreSaved(t *testing.T) {
	d := newDesk(t)
	cookie := d.as(auth.Manager)
	page := d.get("/admin/settings", cookie)
	has(t, page, `value="90 days"`, `value="latest" checked`, `value="1 day"`)
	hasNot(t, page, "Last changed by")
	form := d.filled(cookie)
	if to := d.post("/admin/settings/review", cookie, form); !strings.HasSuffix(to, "done=same") {
		t.Errorf("without a change it leads to %s", to)
	}
	form.Set("rule", "first")
	form.Set("window", "30 Days")
	form.Set("fields.utm_source", "14")
	form.Del("write_ip")
	w := d.do(http.MethodPost, "/admin/settings/review", cookie, form.Encode())
	has(t, w.Body.String(), "The first earns", "90 days", "30 days", "utm_source<", ">no<")
	if s, _ := d.settings.Of(t.Context(), account); s.Rule != "latest" {
		t.Error("to look at it has saved it")
	}
	to := d.post("/admin/settings", cookie, url.Values{"changes": {hidden(w.Body.String(), "changes")}})
	has(t, d.get(to, cookie), "Saved.", `value="30 days"`, `value="14"`, "Last changed by manager@example.com")
	s, err := d.settings.Of(t.Context(), account)
	if err != nil || s.Rule != "first" || s.Window.String() != "30d" || s.WriteIP || s.Fields["utm_source"] != "14" {
		t.Errorf("%+v, %v", s, err)
	}
	has(t, strings.Join(d.logged("settings.change"), "\n"), `window: "90d" -> "30d"`)
	form = d.filled(cookie)
	form.Set("window", "90 days")
	w = d.do(http.MethodPost, "/admin/settings/review", cookie, form.Encode())
	if got := hidden(w.Body.String(), "changes"); got != `{"window":null}` {
		t.Errorf("what is as usual is sent as %s", got)
	}
}

func TestWrongSettingsAreToldAtTheirField(t *testing.T) {
	d := newDesk(t)
	cookie := d.as(auth.Manager)
	for field, c := range map[string]struct{ value, says string }{
		"window":            {"30 minutes", "It must be 1h to 400d"},
		"contact_grace":     {"a while", "It cannot be read"},
		"description":       {"for {email}", "It can have the placeholders"},
		"goal_call_name":    {"optin", "belong together"},
		"fields.utm_medium": {"twelve", "It must give utm_medium the id"},
		"tag_id":            {"404", "Keap does not have"},
		"card_origins":      {"https://members.example.com\nmembers.example.com/page", `origin "members.example.com/page" must look like https://www.example.com`},
		"digest_zone":       {"Nowhere/Land", "time zone such as"},
		"digest_hour":       {"noon", "It must not be a string"},
	} {
		form := d.filled(cookie)
		form.Set(field, c.value)
		page := d.wrong("/admin/settings/review", cookie, form)
		_, at, _ := strings.Cut(page, `name="`+field+`"`)
		if near, _, _ := strings.Cut(at, `class="field"`); !strings.Contains(html.UnescapeString(near), c.says) || !strings.Contains(near, `aria-invalid="true"`) {
			t.Errorf("%s does not say %q: %s", field, c.says, near)
		}
	}
	for _, changes := range []string{"", "{}", "x", "null"} {
		if w := d.do(http.MethodPost, "/admin/settings", cookie, url.Values{"changes": {changes}}.Encode()); w.Code != http.StatusNotFound {
			t.Errorf("%q: %d", changes, w.Code)
		}
	}
	has(t, d.wrong("/admin/settings", cookie, url.Values{"changes": {`{"window":"1m"}`}}), "It must be 1h to 400d")
}

func TestWhereTheCardMayBeShownIsSetOnTheForm(t *testing.T) {
	d := newDesk(t)
	cookie := d.as(auth.Manager)
	form := d.filled(cookie)
	form.Set("card_origins", "HTTPS://Members.Example.com/ \r\nhttps://*.example.org:443, https://members.example.com")
	form.Set("digest_day", "monday")
	w := d.do(http.MethodPost, "/admin/settings/review", cookie, form.Encode())
	has(t, w.Body.String(), "https://members.example.com, https://*.example.org<", "Monday", ">nothing<")
	d.post("/admin/settings", cookie, url.Values{"changes": {hidden(w.Body.String(), "changes")}})
	s, err := d.settings.Of(t.Context(), account)
	if err != nil || strings.Join(s.CardOrigins, " ") != "https://members.example.com https://*.example.org" || s.DigestDay != "monday" {
		t.Fatalf("%q on %q, %v", s.CardOrigins, s.DigestDay, err)
	}
	form = d.filled(cookie)
	if to := d.post("/admin/settings/review", cookie, form); !strings.HasSuffix(to, "done=same") {
		t.Errorf("without a change it leads to %s", to)
	}
	form.Set("card_origins", "https://a.example.com\nhttps://")
	has(t, d.wrong("/admin/settings/review", cookie, form), "https://</textarea>")
	form.Set("card_origins", "")
	w = d.do(http.MethodPost, "/admin/settings/review", cookie, form.Encode())
	if got := hidden(w.Body.String(), "changes"); got != `{"card_origins":null}` {
		t.Errorf("an empty list is sent as %s", got)
	}
}

func TestThingsOfKeapAreChosenFromItsLists(t *testing.T) {
	d := newDesk(t)
	cookie := d.as(auth.Owner)
	d.post("/admin/keap/key", cookie, url.Values{"key": {keyOne}})
	d.lists = admin.KeapLists{
		Tags:   []admin.KeapThing{{ID: "7", Name: "<b>Bought"}},
		Fields: []admin.KeapThing{{ID: "14", Name: "Source", Kind: "TEXT"}, {ID: "15", Name: "Opt-ins", Kind: "WHOLE_NUMBER"}},
	}
	page := d.get("/admin/settings", cookie)
	has(t, page, `<option value="7">&lt;b&gt;Bought (7)</option>`, "Source (14)", "Opt-ins (15)")
	if strings.Count(page, "Source (14)") <= strings.Count(page, "Opt-ins (15)") {
		t.Error("a number's field is offered for text")
	}
	if _, err := d.settings.Apply(t.Context(), account, map[string]json.RawMessage{"tag_id": json.RawMessage(`"99"`)}); err != nil {
		t.Fatal(err)
	}
	has(t, d.get("/admin/settings", cookie), `<option value="99" selected>99 (not in Keap&#39;s list)</option>`)
}

// asked answers for Keap whether it has what settings name.
func (d *desk) asked(_ context.Context, _, after settings.Settings) error {
	if after.TagID == "404" {
		return &settings.Wrong{Field: "tag_id", Problem: "names tag 404, which Keap does not have"}
	}
	return nil
}
