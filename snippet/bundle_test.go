package snippet_test

import (
	"bytes"
	"compress/gzip"
	"crypto/sha512"
	"encoding/base64"
	"io"
	"slices"
	"strings"
	"testing"

	"github.com/andybalholm/brotli"

	"tributary/snippet"
)

// shelf holds what the tests have bundled: many of them look at the same scripts.
var shelf snippet.Shelf

func mustBundle(t *testing.T, s snippet.Settings) snippet.Script {
	t.Helper()
	script, err := shelf.Script(s)
	if err != nil {
		t.Fatal(err)
	}
	return script
}

var (
	usual   = snippet.Settings{Key: "st_0123456789abcdef"}
	minimal = snippet.Settings{Key: "st_0123456789abcdef", FieldAffiliate: snippet.None, FieldID: snippet.None, NoKeapCookies: true}
)

var (
	webinar = snippet.Settings{
		Key: usual.Key, Tools: []string{"everwebinar"}, Frames: true,
		Origins: []string{"https://www.example.com", "https://*.example.co.uk", "https://event.webinarjam.com"},
	}
	linked = snippet.Settings{Key: usual.Key, LinkedDomains: []string{"example.com", "example.co.uk"}}
)

// What only some sites use is in the scripts of these alone.
func TestEmbedsAreBundledWhereTheyAreUsed(t *testing.T) {
	all := webinar
	all.LinkedDomains = linked.LinkedDomains
	with, without := string(mustBundle(t, all).Body), string(mustBundle(t, usual).Body)
	for trace, s := range map[string]snippet.Settings{
		"wj_lead_": {Tools: []string{"everwebinar"}}, "events.genndi.com": {Tools: []string{"everwebinar"}}, "utm_term": {Tools: []string{"everwebinar"}},
		"postMessage": {Frames: true, Origins: webinar.Origins}, "co\\\\.uk": {Frames: true, Origins: webinar.Origins},
		"auxclick": {LinkedDomains: linked.LinkedDomains}, `"example.com"`: {LinkedDomains: linked.LinkedDomains},
	} {
		s.Key = usual.Key
		if !strings.Contains(with, trace) || !strings.Contains(string(mustBundle(t, s).Body), trace) {
			t.Errorf("%s is not where it is used", trace)
		}
		if strings.Contains(without, trace) {
			t.Errorf("%s is in the usual script", trace)
		}
	}
	if strings.Contains(string(mustBundle(t, linked).Body), "wj_lead_") || strings.Contains(string(mustBundle(t, webinar).Body), `"example.com"`) {
		t.Error("one of them brings the others")
	}
}

func TestBundleIsDeterministic(t *testing.T) {
	a := mustBundle(t, usual)
	b, err := snippet.Bundle(usual)
	if err != nil {
		t.Fatal(err)
	}
	if !bytes.Equal(a.Body, b.Body) || !bytes.Equal(a.Gzip, b.Gzip) || !bytes.Equal(a.Brotli, b.Brotli) || a.Hash != b.Hash {
		t.Error("the same settings gave two scripts")
	}
	other := usual
	other.Rule = "first"
	if c := mustBundle(t, other); c.Hash == a.Hash || c.ETag == a.ETag || c.SRI == a.SRI {
		t.Error("other settings gave the same names")
	}
}

func TestBundleDescribesItsBody(t *testing.T) {
	s := mustBundle(t, usual)
	sum := sha512.Sum384(s.Body)
	if want := "sha384-" + base64.StdEncoding.EncodeToString(sum[:]); s.SRI != want {
		t.Errorf("SRI = %s, want %s", s.SRI, want)
	}
	if s.ETag != `"`+s.Hash+`"` || len(s.Hash) != 12 || strings.Trim(s.Hash, "0123456789abcdef") != "" {
		t.Errorf("ETag = %s, Hash = %s", s.ETag, s.Hash)
	}
	unzip, err := gzip.NewReader(bytes.NewReader(s.Gzip))
	if err != nil {
		t.Fatal(err)
	}
	for name, r := range map[string]io.Reader{"Gzip": unzip, "Brotli": brotli.NewReader(bytes.NewReader(s.Brotli))} {
		if got, err := io.ReadAll(r); err != nil || !bytes.Equal(got, s.Body) {
			t.Errorf("%s does not unpack to Body: %v", name, err)
		}
	}
}

func with(change func(*snippet.Settings)) snippet.Settings {
	s := usual
	change(&s)
	return s
}

// Sizes are the same on every machine, so they are held, unlike times. These are what is reached, so that it grows no more:
// "make bench" holds the scripts against the aims: 3,500 bytes, and 4,500 with EverWebinar and frames.
func TestBundleSize(t *testing.T) {
	for _, c := range []struct {
		name string
		s    snippet.Settings
		gzip int
	}{
		{"usual", usual, 3455},
		{"wait", with(func(s *snippet.Settings) { s.Consent = "wait" }), 3476},
		{"minimal", minimal, 2930},
		{"follow", with(func(s *snippet.Settings) { s.Consent = "follow" }), 3798},
		{"hash", with(func(s *snippet.Settings) { s.Email = "hash" }), 3918},
		{"EverWebinar and frames", webinar, 4796},
		{"linked domains", linked, 4079},
	} {
		s := mustBundle(t, c.s)
		t.Logf("%s: %d bytes, gzip %d, brotli %d", c.name, len(s.Body), len(s.Gzip), len(s.Brotli))
		if len(s.Gzip) >= c.gzip {
			t.Errorf("%s: %d bytes gzip, must stay below %d", c.name, len(s.Gzip), c.gzip)
		}
	}
}

func TestUnusedFeaturesAreLeftOut(t *testing.T) {
	for _, c := range []struct {
		name   string
		change func(*snippet.Settings)
		traces []string // of the feature, in the usual script
	}{
		{"no fields", func(s *snippet.Settings) { s.FieldAffiliate, s.FieldID = snippet.None, snippet.None },
			[]string{"MutationObserver", "requestIdleCallback", `"hidden"`}},
		{"no affiliate field", func(s *snippet.Settings) { s.FieldAffiliate = snippet.None }, []string{`("affiliate",`}},
		{"no id field", func(s *snippet.Settings) { s.FieldID = snippet.None }, []string{"tributary_id"}},
		{"no cookies of Keap", func(s *snippet.Settings) { s.NoKeapCookies = true }, []string{"is_aff"}},
		{"no e-mail", func(s *snippet.Settings) { s.Email = "none" }, []string{"given"}},
		{"no parameters", func(s *snippet.Settings) { s.Params = []snippet.Param{} }, []string{`["affiliate","id"]`, `["aff","code"]`}},
	} {
		t.Run(c.name, func(t *testing.T) {
			changed := usual
			c.change(&changed)
			with, without := string(mustBundle(t, usual).Body), string(mustBundle(t, changed).Body)
			for _, trace := range c.traces {
				if !strings.Contains(with, trace) {
					t.Errorf("%s is not in the usual script either", trace)
				}
				if strings.Contains(without, trace) {
					t.Errorf("%s is still there", trace)
				}
			}
			if len(without) >= len(with) {
				t.Errorf("%d bytes, %d with the feature", len(without), len(with))
			}
		})
	}
}

func TestChosenFeaturesOnly(t *testing.T) {
	for _, c := range []struct {
		name   string
		change func(*snippet.Settings)
		traces []string // of the feature, none of them in the usual script
	}{
		{"follow", func(s *snippet.Settings) { s.Consent = "follow" }, []string{"__tcfapi", "ad_storage", "globalPrivacyControl"}},
		{"hash", func(s *snippet.Settings) { s.Email = "hash" }, []string{"email_hash", "Uint32Array"}},
		{"path", func(s *snippet.Settings) { s.EventsPath = "/in" }, []string{`"../in"`}},
	} {
		with, without := string(mustBundle(t, with(c.change)).Body), string(mustBundle(t, usual).Body)
		for _, trace := range c.traces {
			if !strings.Contains(with, trace) || strings.Contains(without, trace) {
				t.Errorf("%s: %s stands in the script: %v, in the usual one: %v", c.name, trace, strings.Contains(with, trace), strings.Contains(without, trace))
			}
		}
	}
}

func TestRuleChoosesItsCodeOnly(t *testing.T) {
	first := usual
	first.Rule = "first"
	if s := string(mustBundle(t, first).Body); strings.Contains(s, "().latest;") || !strings.Contains(s, "().first") {
		t.Error("the script of a site whose first touch earns reads the latest")
	}
}

// What a customer's page must never see of us.
func TestScriptIsAQuietGuest(t *testing.T) {
	body := string(mustBundle(t, usual).Body)
	for _, banned := range []string{"console.", "eval(", "new Function", "innerHTML", "document.write", "alert(", "sourceMappingURL"} {
		if strings.Contains(body, banned) {
			t.Errorf("the script holds %s", banned)
		}
	}
	_, code, _ := strings.Cut(body, "\n") // the first line is a comment
	if !strings.HasPrefix(body, "//") || !strings.HasPrefix(code, "try{(()=>{") || !strings.HasSuffix(strings.TrimSpace(body), "})()}catch{}") {
		t.Error("the script is not wrapped in a function of its own: its variables would be global, or its errors the page's")
	}
}

// What the script grows by for each form tool: alone, and where the site's other tools have brought what they share.
func TestToolSizes(t *testing.T) {
	alone := map[string]int{
		"calendly": 560, "cf7": 375, "clickfunnels": 220, "elementor": 525, "gravityforms": 435, "hubspot": 975,
		"instapage": 470, "jotform": 500, "kajabi": 145, "keap": 585, "kit": 620, "leadpages": 120, "mailchimp": 615,
		"tally": 750, "typeform": 500, "unbounce": 385, "webflow": 585, "wpforms": 430,
	}
	size := func(tools ...string) int {
		s := usual
		s.Tools = tools
		return len(mustBundle(t, s).Gzip)
	}
	none, all := size(), size(vendors()...)
	t.Logf("%-12s %5s %5s", "", "alone", "shared")
	for _, tool := range vendors() {
		only, shared := size(tool)-none, all-size(without(vendors(), tool)...)
		t.Logf("%-12s %5d %5d", tool, only, shared)
		if only >= alone[tool] {
			t.Errorf("%s alone: %d bytes gzip more, must stay below %d", tool, only, alone[tool])
		}
		bound := 400
		if tool == "hubspot" {
			bound = 455 // two embeds that have nothing in common
		}
		if shared >= bound {
			t.Errorf("%s beside the others: %d bytes gzip more, must stay below %d", tool, shared, bound)
		}
	}
	if t.Logf("all: %d", all); all-none >= 2550 {
		t.Errorf("all tools: %d bytes gzip more, must stay below 2550", all-none)
	}
}

// vendors are the tools whose sizes are held here. EverWebinar's, with the talk between frames, has a bound of its own.
func vendors() []string {
	return without(snippet.Tools(), "everwebinar")
}

func without(names []string, name string) []string {
	return slices.DeleteFunc(slices.Clone(names), func(n string) bool { return n == name })
}

// A script without tools holds nothing of them, and one of a tool nothing of what others share.
func TestToolsBringWhatTheyUseOnly(t *testing.T) {
	script := func(tools ...string) string {
		s := usual
		s.Tools = tools
		return string(mustBundle(t, s).Body)
	}
	for name, c := range map[string]struct{ trace, with, without string }{
		"claims":     {"visibilitychange", "cf7", "typeform"},
		"frame URLs": {`["src"]`, "typeform", "cf7"},
		"spellings":  {".toLowerCase(", "leadpages", "cf7"},
		"jQuery":     {"jQuery", "wpforms", "cf7"},
		"messages":   {`"message"`, "tally", "jotform"},
	} {
		if !strings.Contains(script(c.with), c.trace) {
			t.Errorf("%s: the script of %s does not hold %q", name, c.with, c.trace)
		}
		if strings.Contains(script(c.without), c.trace) || strings.Contains(script(), c.trace) {
			t.Errorf("%s: the script of %s, or one without tools, holds %q", name, c.without, c.trace)
		}
	}
}

func TestToolFields(t *testing.T) {
	s := usual
	s.ToolFields = []string{"gform_3 input_5", "fields[partner]"}
	body := string(mustBundle(t, s).Body)
	for _, field := range s.ToolFields {
		if !strings.Contains(body, `"`+field+`"`) {
			t.Errorf("the script does not hold %s", field)
		}
	}
}
