package manual_test

import (
	"html"
	"net/url"
	"regexp"
	"strings"
	"testing"
)

var result = regexp.MustCompile(`<h2><a href="([^"]*)">`)

func (r *reader) search(query string) (body string, hrefs []string) {
	r.t.Helper()
	rec := r.get("/docs/search?q=" + url.QueryEscape(query))
	if rec.Code != 200 {
		r.t.Fatalf("searching for %q: %d", query, rec.Code)
	}
	for _, m := range result.FindAllStringSubmatch(rec.Body.String(), -1) {
		hrefs = append(hrefs, html.UnescapeString(m[1]))
	}
	return rec.Body.String(), hrefs
}

func TestSearch(t *testing.T) {
	r := usual(t)
	for query, want := range map[string]string{
		"other_partner":          "/docs/keap-crediting#referrals-that-are-there-already",
		"Safari http":            "/docs/cookies#why-http",
		"NGINX":                  "/docs/hosting#nginx",
		"--keap-reserve":         "/docs/settings#flags-of-serve",
		"forbidden_origin":       "/docs/errors#pages-and-form-tools",
		"/v1/optins/{id}":        "/docs/api/opt-ins#getOptIn",
		"systemd":                "/docs/hosting#as-a-service",
		"referral history":       "/docs/keap-connect#the-setting-that-decides-whether-referrals-pay",
		"erase person":           "/docs/backup#erase-a-person",
		"quarantine retry":       "/docs/api/outbox#retryQuarantined",
		"contact_grace  create ": "/docs/keap-crediting#the-contact",
	} {
		if _, hrefs := r.search(query); !strings.Contains(strings.Join(hrefs, "\n")+"\n", want+"\n") {
			t.Errorf("%q finds %v, not %s", query, hrefs, want)
		}
	}
}

func TestWhatStandsInATitleComesFirst(t *testing.T) {
	if _, hrefs := usual(t).search("erase person"); len(hrefs) == 0 || hrefs[0] != "/docs/backup#erase-a-person" && hrefs[0] != "/docs/api/people#erasePerson" {
		t.Errorf("%v", hrefs)
	}
}

func TestSearchesThatFindNothing(t *testing.T) {
	r := usual(t)
	for query, want := range map[string]string{"": "Type a word", "  ": "Type a word", "zzzzqqq": "Nothing in the manual", "\x00": "Nothing in the manual", "nginx zzzzqqq": "Nothing in the manual"} {
		if body, hrefs := r.search(query); !strings.Contains(body, want) || len(hrefs) > 0 {
			t.Errorf("%q finds %v", query, hrefs)
		}
	}
}

// TestWhatIsLookedForIsOnlyText, however hostile, long or odd.
func TestWhatIsLookedForIsOnlyText(t *testing.T) {
	r := usual(t)
	for _, query := range []string{`<script>alert(1)</script>`, `"><img src=x onerror=alert(1)>`, "{{.}}", strings.Repeat("é", 5000), "\xff\xfe", "İİİ ß K", "a"} {
		body, _ := r.search(query)
		if strings.Contains(body, "<script>alert") || strings.Contains(body, "<img src=x") || len(body) > 200<<10 {
			t.Errorf("%.20q comes back as markup, or long: %d bytes", query, len(body))
		}
	}
}

func TestHitsAreMarked(t *testing.T) {
	r := usual(t)
	body, _ := r.search("aLTERS-nothing nginx")
	if strings.Contains(body, "<mark>") {
		t.Error("a search that finds nothing marks something")
	}
	if body, _ = r.search("proxy_pass"); !strings.Contains(body, "<mark>proxy_pass</mark>") {
		t.Error("proxy_pass is not marked in its excerpt")
	}
}
