package snippet_test

import (
	"bytes"
	"compress/gzip"
	"crypto/sha512"
	"encoding/base64"
	"io"
	"strings"
	"testing"

	"github.com/andybalholm/brotli"

	"tributary/snippet"
)

func mustBundle(t *testing.T, s snippet.Settings) snippet.Script {
	t.Helper()
	script, err := snippet.Bundle(s)
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
	a, b := mustBundle(t, usual), mustBundle(t, usual)
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

// Sizes are the same on every machine, so they are held, unlike times.
func TestBundleSize(t *testing.T) {
	for _, c := range []struct {
		name string
		s    snippet.Settings
		gzip int
	}{
		{"usual", usual, 2800},
		{"minimal", minimal, 2300},
		{"EverWebinar and frames", webinar, 4500},
		{"linked domains", linked, 3500},
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
			[]string{"MutationObserver", "formdata", "requestIdleCallback", `"hidden"`, "createElement", "querySelectorAll"}},
		{"no affiliate field", func(s *snippet.Settings) { s.FieldAffiliate = snippet.None }, []string{`,"affiliate",`}},
		{"no id field", func(s *snippet.Settings) { s.FieldID = snippet.None }, []string{"tributary_id"}},
		{"no cookies of Keap", func(s *snippet.Settings) { s.NoKeapCookies = true }, []string{"is_aff"}},
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
	if !strings.HasPrefix(body, "try{(()=>{") || !strings.HasSuffix(strings.TrimSpace(body), "})()}catch{}") {
		t.Error("the script is not wrapped in a function of its own: its variables would be global, or its errors the page's")
	}
}
