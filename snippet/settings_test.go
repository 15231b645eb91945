package snippet_test

import (
	"strings"
	"testing"
	"time"

	"tributary/snippet"
)

func TestHostileSettingsAreRefused(t *testing.T) {
	long := strings.Repeat("a", 65)
	for name, c := range map[string]struct {
		change func(*snippet.Settings)
		says   string
	}{
		"no key":                 {func(s *snippet.Settings) { s.Key = "" }, "site key"},
		"key of a script":        {func(s *snippet.Settings) { s.Key = `st_"</script>` }, "site key"},
		"key of a path":          {func(s *snippet.Settings) { s.Key = "../st" }, "site key"},
		"cookie with a space":    {func(s *snippet.Settings) { s.Cookie = "t rb" }, "cookie name"},
		"cookie with an equals":  {func(s *snippet.Settings) { s.Cookie = "trb=x;domain" }, "cookie name"},
		"cookie too long":        {func(s *snippet.Settings) { s.Cookie = long }, "cookie name"},
		"cookie bound to host":   {func(s *snippet.Settings) { s.Cookie = "__Host-trb" }, "__Host-"},
		"field of a string":      {func(s *snippet.Settings) { s.FieldAffiliate = `a"+alert(1)+"` }, "field name"},
		"field of markup":        {func(s *snippet.Settings) { s.FieldID = "</script>" }, "field name"},
		"field of a digit":       {func(s *snippet.Settings) { s.FieldID = "1a" }, "field name"},
		"field with a newline":   {func(s *snippet.Settings) { s.FieldID = "a\n" }, "field name"},
		"field too long":         {func(s *snippet.Settings) { s.FieldID = long }, "field name"},
		"fields of one name":     {func(s *snippet.Settings) { s.FieldID = "affiliate" }, "different names"},
		"parameter of a list":    {func(s *snippet.Settings) { s.Params = []snippet.Param{{Name: "a,b", Kind: "id"}} }, "parameter name"},
		"parameter twice":        {func(s *snippet.Settings) { s.Params = []snippet.Param{{"a", "id"}, {"a", "code"}} }, "once"},
		"parameter of no kind":   {func(s *snippet.Settings) { s.Params = []snippet.Param{{Name: "a"}} }, "kind"},
		"another rule":           {func(s *snippet.Settings) { s.Rule = "last" }, "rule"},
		"window of a minute":     {func(s *snippet.Settings) { s.Window = time.Minute }, "window"},
		"window of two years":    {func(s *snippet.Settings) { s.Window = 2 * 365 * 24 * time.Hour }, "window"},
		"tool of no name":        {func(s *snippet.Settings) { s.Tools = []string{"../claim"} }, "is none of"},
		"tool twice":             {func(s *snippet.Settings) { s.Tools = []string{"cf7", "cf7"} }, "twice"},
		"tool field of a digit":  {func(s *snippet.Settings) { s.ToolFields = []string{"5"} }, "tool field"},
		"tool field of markup":   {func(s *snippet.Settings) { s.ToolFields = []string{`form a");alert(1)`} }, "tool field"},
		"tool field, two forms":  {func(s *snippet.Settings) { s.ToolFields = []string{"form other input_5"} }, "tool field"},
		"tool field twice":       {func(s *snippet.Settings) { s.ToolFields = []string{"a", "a"} }, "twice"},
		"tool field of the id":   {func(s *snippet.Settings) { s.ToolFields = []string{"tributary_id"} }, "opt-in's id"},
		"too many tool fields":   {func(s *snippet.Settings) { s.ToolFields = make([]string, 51) }, "too many"},
		"tool fields, no field":  {func(s *snippet.Settings) { s.FieldAffiliate, s.ToolFields = snippet.None, []string{"a"} }, "none"},
		"window before now":      {func(s *snippet.Settings) { s.Window = -time.Hour }, "window"},
		"e-mail of a script":     {func(s *snippet.Settings) { s.Email = `send"+x` }, "email"},
		"consent of no kind":     {func(s *snippet.Settings) { s.Consent = "never" }, "consent"},
		"official form, no form": {func(s *snippet.Settings) { s.OfficialForm = &snippet.OfficialForm{} }, "address"},
		"official form elsewhere": {func(s *snippet.Settings) {
			s.OfficialForm = &snippet.OfficialForm{Address: "https://a.infusionsoft.com.example.com/app/form/process/1a", Name: "a", Version: "1.70"}
		}, "address"},
		"official form in the open": {func(s *snippet.Settings) {
			s.OfficialForm = &snippet.OfficialForm{Address: "http://a.infusionsoft.com/app/form/process/1a", Name: "a", Version: "1.70"}
		}, "address"},
		"official form of another page": {func(s *snippet.Settings) {
			s.OfficialForm = &snippet.OfficialForm{Address: "https://a.infusionsoft.com/app/form/process/1a/../b", Name: "a", Version: "1.70"}
		}, "address"},
		"official form without a name": {func(s *snippet.Settings) { s.OfficialForm = official("", "1.70") }, "inf_form_name"},
		"official form of a version":   {func(s *snippet.Settings) { s.OfficialForm = official("a", "v1") }, "infusionsoft_version"},
		"official form, no e-mail":     {func(s *snippet.Settings) { s.OfficialForm, s.Email = official("a", "1.70"), "hash" }, "needs the e-mail"},
		"path of two segments":         {func(s *snippet.Settings) { s.EventsPath = "/a/b" }, "path"},
		"path without a slash":         {func(s *snippet.Settings) { s.EventsPath = "e" }, "path"},
		"path up the tree":             {func(s *snippet.Settings) { s.EventsPath = "/.." }, "path"},
		"path of a parameter":          {func(s *snippet.Settings) { s.EventsPath = "/:a" }, "path"},
	} {
		t.Run(name, func(t *testing.T) {
			s := usual
			c.change(&s)
			if _, err := snippet.Bundle(s); err == nil || !strings.Contains(err.Error(), c.says) {
				t.Errorf("error = %v, want one about %q", err, c.says)
			}
		})
	}
}

func official(name, version string) *snippet.OfficialForm {
	return &snippet.OfficialForm{Address: "https://xy123.infusionsoft.com/app/form/process/0a1b2c", Name: name, Version: version}
}

func TestTheOfficialFormIsInTheScriptThatUsesIt(t *testing.T) {
	s := usual
	s.OfficialForm = official("Sign up", "1.70.0.1")
	body := string(mustBundle(t, s).Body)
	for _, want := range []string{s.OfficialForm.Address, "Sign up", "1.70.0.1", "inf_field_Email"} {
		if !strings.Contains(body, want) {
			t.Errorf("the script does not hold %s", want)
		}
	}
	for name, other := range map[string]func() (snippet.Script, error){
		"without it": func() (snippet.Script, error) { return snippet.Bundle(usual) },
		"for a try":  func() (snippet.Script, error) { return snippet.BundleTest(s) },
	} {
		script, err := other()
		if err != nil || strings.Contains(string(script.Body), "inf_field_Email") {
			t.Errorf("the script %s: %v, or it holds the form", name, err)
		}
	}
}

func TestSettingsThatFormToolsNeed(t *testing.T) {
	for _, field := range []string{"input_5", "fields[partner]", "inf_custom_Partner", "form_submission[custom_3]", "a.b:c-d"} {
		s := usual
		s.FieldAffiliate = field
		if body := string(mustBundle(t, s).Body); !strings.Contains(body, `"`+field+`"`) {
			t.Errorf("the script does not hold %s", field)
		}
	}
}

func TestWithDefaultsKeepsWhatIsSet(t *testing.T) {
	s := snippet.Settings{Key: "k", Params: []snippet.Param{}, FieldAffiliate: snippet.None, Window: time.Hour}.WithDefaults()
	if s.FieldAffiliate != snippet.None || len(s.Params) != 0 || s.Window != time.Hour {
		t.Errorf("%+v", s)
	}
	if s.Cookie != "trb" || s.FieldID != "tributary_id" || s.Rule != "latest" {
		t.Errorf("%+v", s)
	}
}
