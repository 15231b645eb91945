package snippet_test

import (
	"encoding/json"
	"regexp"
	"strings"
	"testing"

	"tributary/internal/attribution"
	"tributary/snippet"
)

// TestOriginsInTheScript: the browser must let in exactly whom the collector does.
func TestOriginsInTheScript(t *testing.T) {
	listed := []string{"https://www.example.com", "https://*.example.co.uk", "http://localhost:*", "http://127.0.0.1:8081", "http://*.example.net:*"}
	s := webinar
	s.Origins = listed
	known := originsOf(t, string(mustBundle(t, s).Body))
	site := attribution.Site{Origins: listed}
	allowed := 0
	for _, origin := range []string{
		"https://www.example.com", "http://www.example.com", "https://www.example.com:8443", "https://example.com", "https://wwwxexample.com",
		"https://www.example.com.evil.net", "https://evil.net/https://www.example.com", "https://shop.example.co.uk", "https://a.b.example.co.uk",
		"https://example.co.uk", "https://evilexample.co.uk", "https://evil.net:1.example.co.uk", "http://localhost", "http://localhost:1", "http://localhost:65535",
		"http://notlocalhost:1", "http://127.0.0.1:8081", "http://127.0.0.1:80811", "http://127.0.0.1", "http://127x0x0x1:8081",
		"http://a.example.net", "http://a.example.net:90", "null", "", "file://", "https://", "chrome-extension://abc",
	} {
		if want := site.Allows(origin); known.MatchString(origin) != want {
			t.Errorf("%q: the collector says %v, the script %v", origin, want, !want)
		} else if want {
			allowed++
		}
	}
	if allowed < 9 {
		t.Errorf("only %d were let in at all", allowed)
	}
}

// originsOf reads the expression out of a script. What Go and browsers make of such a one is the same.
func originsOf(t *testing.T, script string) *regexp.Regexp {
	t.Helper()
	m := regexp.MustCompile(`\.search\(("\^\((?:[^"\\]|\\.)*\)\$")\)`).FindStringSubmatch(script)
	if m == nil {
		t.Fatal("no expression for the origins in the script")
	}
	var pattern string
	if err := json.Unmarshal([]byte(m[1]), &pattern); err != nil {
		t.Fatal(err)
	}
	return regexp.MustCompile(pattern)
}

func TestEmbedSettingsThatAreRefused(t *testing.T) {
	many := strings.Split(strings.Repeat("a.example.com ", 101), " ")[:101]
	for name, c := range map[string]struct {
		change func(*snippet.Settings)
		says   string
	}{
		"a key that is not stored":     {func(s *snippet.Settings) { s.UTMKey = "utm_id" }, "utm_key"},
		"a host with a scheme":         {func(s *snippet.Settings) { s.WebinarHosts = []string{"https://event.webinarjam.com"} }, "webinar_hosts"},
		"a host with a wildcard":       {func(s *snippet.Settings) { s.WebinarHosts = []string{"*.webinarjam.com"} }, "webinar_hosts"},
		"too many hosts":               {func(s *snippet.Settings) { s.WebinarHosts = many }, "webinar_hosts"},
		"frames with nobody":           {func(s *snippet.Settings) { s.Frames = true }, "origins"},
		"an origin with a path":        {func(s *snippet.Settings) { s.Frames, s.Origins = true, []string{"https://example.com/x"} }, "origins"},
		"an origin of an expression":   {func(s *snippet.Settings) { s.Frames, s.Origins = true, []string{"https://(.*)"} }, "origins"},
		"an origin of everybody":       {func(s *snippet.Settings) { s.Frames, s.Origins = true, []string{"*"} }, "origins"},
		"an origin of a whole ending":  {func(s *snippet.Settings) { s.Frames, s.Origins = true, []string{"https://*"} }, "origins"},
		"a domain that is a suffix":    {func(s *snippet.Settings) { s.LinkedDomains = []string{"com", "example.com"} }, "linked_domains"},
		"a domain that is an origin":   {func(s *snippet.Settings) { s.LinkedDomains = []string{"https://example.com", "example.net"} }, "linked_domains"},
		"a domain that is linked to 0": {func(s *snippet.Settings) { s.LinkedDomains = []string{"example.com"} }, "two domains"},
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

func TestUTMKeysAreTriedInTheirOrder(t *testing.T) {
	for key, want := range map[string]string{
		"":         `["utm_content","utm_term"]`,
		"utm_term": `["utm_term","utm_content"]`, "utm_medium": `["utm_medium","utm_content","utm_term"]`,
	} {
		s := webinar
		s.UTMKey = key
		if body := string(mustBundle(t, s).Body); !strings.Contains(body, want) {
			t.Errorf("%q: no %s in the script", key, want)
		}
	}
}
