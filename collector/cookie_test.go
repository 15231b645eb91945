package main

import (
	"encoding/base64"
	"encoding/json"
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/google/uuid"

	"tributary/internal/attribution"
)

func cookieOf(at time.Time) string {
	text := fmt.Sprintf(`{"visitor":"0198c0de-0000-7000-8000-000000000000","first":{"affiliate":"7","kind":"id","at":1},"latest":{"affiliate":"ann","kind":"code","at":%d}}`, at.UnixMilli())
	return base64.StdEncoding.EncodeToString([]byte(text))
}

// setCookie posts a click from a page and returns the cookie that comes back, or nil.
func (tc *testCollector) setCookie(origin, cookie string, headers ...string) *http.Cookie {
	tc.t.Helper()
	body := fmt.Sprintf(`{"site":%q,"events":[{"id":%q,"type":"click","touch":{"affiliate":"7","kind":"id"}}]}`, tc.site, uuid.NewString())
	status, text, header := tc.do("POST", "/e", body, append([]string{"Origin", origin, "Cookie", cookie, "Host", "go.example.com"}, headers...)...)
	if status != http.StatusAccepted {
		tc.t.Fatalf("%d %s", status, text)
	}
	if header.Get("Access-Control-Allow-Origin") != origin || header.Get("Access-Control-Allow-Credentials") != "true" {
		tc.t.Errorf("a request with a cookie could not read its answer: %v", header)
	}
	cookies := (&http.Response{Header: header}).Cookies()
	if len(cookies) == 0 {
		return nil
	}
	return cookies[0]
}

func TestCookieIsSetAgainByHTTP(t *testing.T) {
	tc := newTestCollector(t, nil)
	at := time.Now().Add(-30 * 24 * time.Hour)
	c := tc.setCookie("https://www.example.com", "other=1; trb="+cookieOf(at)+"; x=y", "Sec-Fetch-Site", "same-site")
	if c == nil {
		t.Fatal("no cookie came back")
	}
	left := time.Until(at.Add(attribution.DefaultPolicy.Window))
	if c.Name != "trb" || c.Domain != "example.com" || c.Path != "/" || !c.Secure || c.SameSite != http.SameSiteLaxMode || c.HttpOnly {
		t.Errorf("cookie: %+v", c)
	}
	if got := time.Duration(c.MaxAge) * time.Second; got > left || got < left-time.Minute {
		t.Errorf("it lives %s, and %s of the window are left", got, left)
	}
	text, _ := base64.StdEncoding.DecodeString(c.Value)
	want := strings.TrimSuffix(decoded(t, cookieOf(at)), "}") + fmt.Sprintf(`,"http":%d}`, at.Add(attribution.DefaultPolicy.Window).UnixMilli())
	if string(text) != want {
		t.Errorf("value\n%s, want\n%s", text, want)
	}
	if again := tc.setCookie("https://www.example.com", "trb="+c.Value, "Sec-Fetch-Site", "same-site"); again == nil || again.Value != c.Value || again.MaxAge > c.MaxAge {
		t.Errorf("set once more it is %+v", again)
	}
}

func decoded(t *testing.T, value string) string {
	text, err := base64.StdEncoding.DecodeString(value)
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

func TestCookieIsSetOnTheSiteOnly(t *testing.T) {
	tc := newTestCollector(t, nil)
	tc.json("PATCH", "/v1/sites/"+tc.site, `{"origins":["https://www.example.com","https://shop.example.co.uk","http://localhost:*","http://127.0.0.1:*","https://ann.github.io"]}`, http.StatusOK, &struct{}{})
	value := "trb=" + cookieOf(time.Now())
	for name, c := range map[string]struct{ origin, fetchSite, want string }{
		"another host of the site": {"https://www.example.com", "same-site", "example.com"},
		"behind a path":            {"https://shop.example.co.uk", "same-origin", "example.co.uk"},
		"below a public suffix":    {"https://ann.github.io", "same-origin", "ann.github.io"},
		"an address":               {"http://127.0.0.1:1", "same-origin", "host"},
		"localhost":                {"http://localhost:1", "same-site", "host"},
		"another site":             {"https://shop.example.co.uk", "cross-site", ""},
		"another site, unsaid":     {"https://shop.example.co.uk", "", ""},
		"an odd word":              {"https://www.example.com", "none", ""},
	} {
		got := ""
		if cookie := tc.setCookie(c.origin, value, "Sec-Fetch-Site", c.fetchSite); cookie != nil {
			if got = cookie.Domain; got == "" {
				got = "host"
			}
			if cookie.Secure != strings.HasPrefix(c.origin, "https:") {
				t.Errorf("%s: secure = %v", name, cookie.Secure)
			}
		}
		if got != c.want {
			t.Errorf("%s: domain %q, want %q", name, got, c.want)
		}
	}
}

func TestCookieOfTheSitesName(t *testing.T) {
	tc := newTestCollector(t, nil)
	tc.json("PATCH", "/v1/sites/"+tc.site, `{"cookie":"partner"}`, http.StatusOK, &struct{}{})
	if c := tc.setCookie("https://www.example.com", "trb="+cookieOf(time.Now()), "Sec-Fetch-Site", "same-site"); c != nil {
		t.Errorf("a cookie that is not the site's came back: %v", c)
	}
	if c := tc.setCookie("https://www.example.com", "partner="+cookieOf(time.Now()), "Sec-Fetch-Site", "same-site"); c == nil || c.Name != "partner" {
		t.Errorf("cookie: %v", c)
	}
}

func TestHostileCookiesAreNotSetAgain(t *testing.T) {
	tc := newTestCollector(t, nil)
	change := func(edit func(m map[string]any)) string {
		var m map[string]any
		if err := json.Unmarshal([]byte(decoded(t, cookieOf(time.Now()))), &m); err != nil {
			t.Fatal(err)
		}
		edit(m)
		text, _ := json.Marshal(m)
		return base64.StdEncoding.EncodeToString(text)
	}
	latest := func(name string, value any) string {
		return change(func(m map[string]any) { m["latest"].(map[string]any)[name] = value })
	}
	for name, value := range map[string]string{
		"revoked":             "-",
		"empty":               "",
		"no base64":           "%3Cscript%3E",
		"no JSON":             base64.StdEncoding.EncodeToString([]byte("<script>")),
		"null":                base64.StdEncoding.EncodeToString([]byte("null")),
		"no visitor":          change(func(m map[string]any) { delete(m, "visitor") }),
		"visitor of markup":   change(func(m map[string]any) { m["visitor"] = "<b>" }),
		"no first":            change(func(m map[string]any) { delete(m, "first") }),
		"affiliate of markup": latest("affiliate", "<b>"),
		"affiliate 0":         latest("affiliate", "0"),
		"affiliate of a list": latest("affiliate", []int{1}),
		"no such kind":        latest("kind", "name"),
		"no time":             latest("at", 0),
		"a time ahead":        latest("at", time.Now().Add(time.Hour).UnixMilli()),
		"a time of long ago":  latest("at", time.Now().Add(-91*24*time.Hour).UnixMilli()),
		"a time beyond time":  latest("at", int64(1)<<62),
		"too long":            change(func(m map[string]any) { m["more"] = strings.Repeat("x", 2000) }),
	} {
		if c := tc.setCookie("https://www.example.com", "trb="+value, "Sec-Fetch-Site", "same-site"); c != nil {
			t.Errorf("%s: set again as %v", name, c)
		}
	}
	more := change(func(m map[string]any) { m["more"] = "<script>" })
	if c := tc.setCookie("https://www.example.com", "trb="+more, "Sec-Fetch-Site", "same-site"); c == nil || strings.Contains(decoded(t, c.Value), "more") {
		t.Errorf("what is not of our making came back, or nothing: %v", c)
	}
	if c := tc.setCookie("https://www.example.com", "trb=junk; trb="+cookieOf(time.Now()), "Sec-Fetch-Site", "same-site"); c == nil {
		t.Error("a spoilt cookie hides the good one")
	}
}

func TestRenamedPaths(t *testing.T) {
	tc := newTestCollector(t, func(c *config) { c.scriptPath, c.eventsPath = "/js", "/in" })
	site := struct{ Tag string }{}
	tc.json("GET", "/v1/sites/"+tc.site, "", http.StatusOK, &site)
	if want := `src="http://go.example.com/js/` + tc.site + `.js"`; !strings.Contains(site.Tag, want) {
		t.Errorf("tag %s, want %s", site.Tag, want)
	}
	for _, path := range []string{"/js/", "/s/"} {
		status, text, _ := tc.do("GET", path+tc.site+".js", "", "Accept-Encoding", "identity")
		if status != http.StatusOK || !strings.Contains(text, `"../in"`) {
			t.Errorf("%s: %d, or the script sends elsewhere", path, status)
		}
	}
	for _, path := range []string{"/in", "/e"} {
		body := fmt.Sprintf(`{"site":%q,"events":[]}`, tc.site)
		if status, text, _ := tc.do("POST", path, body); status != http.StatusAccepted {
			t.Errorf("%s: %d %s", path, status, text)
		}
		if status, _, _ := tc.do("OPTIONS", path, ""); status != http.StatusNoContent {
			t.Errorf("OPTIONS %s: %d", path, status)
		}
	}
}
