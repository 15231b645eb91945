package portal_test

import (
	"maps"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"golang.org/x/net/html"

	"tributary/internal/attribution"
)

func TestAnAffiliateSeesTheirOwnOnly(t *testing.T) {
	d := newDesk(t, options{})
	for _, a := range []attribution.Affiliate{{ID: "42", Code: "maria", Name: "Maria Rossi"}, {ID: "43", Code: "sam", Name: "Sam Lee"}} {
		d.affiliate(a)
	}
	for i := range 12 {
		at := d.now.Add(-time.Duration(i) * 48 * time.Hour)
		d.ingest(click("42", at), optIn("42", "quentin@quince.example", at))
	}
	d.ingest(click("43", d.now), optIn("43", "walter@walnut.example", d.now))
	maria, sam := d.signIn("42"), d.signIn("43")
	_, older, _ := strings.Cut(d.get("/portal", maria), `id="earlier" href="`)
	older, _, _ = strings.Cut(older, `"`)
	for _, path := range []string{"/portal", "/portal/fragment", older, "/portal?affiliate=42", "/portal/fragment?affiliate=42&id=42"} {
		page := d.get(path, sam)
		for _, foreign := range []string{"qu•••", "Maria", "maria", ">12<", "=42"} {
			if strings.Contains(page, foreign) {
				t.Errorf("%s shows Sam %q, which is Maria's", path, foreign)
			}
		}
	}
	if page := d.get("/portal", maria); !strings.Contains(page, "qu•••@q•••.example") || strings.Contains(page, "wa•••") {
		t.Error("Maria's page is not hers")
	}
}

// The canary rule: a known e-mail appears nowhere.
func TestEmailsAreMasked(t *testing.T) {
	d := newDesk(t, options{})
	d.affiliate(attribution.Affiliate{ID: "42"})
	const local, domain = "canary.lonesome", "cage-of-gold.example"
	for i := range 12 {
		d.ingest(optIn("42", local+"@"+domain, d.now.Add(-time.Duration(i)*48*time.Hour)))
	}
	erased := optIn("42", "erased@example.com", d.now)
	erased.Sealed = []byte("cannot be opened: " + local + "@" + domain)
	d.ingest(erased)
	cookie := d.signIn("42")
	for _, path := range []string{"/portal", "/portal/fragment", "/portal?before=1_" + erased.ID.String()} {
		page := d.get(path, cookie)
		if strings.Contains(page, local) || strings.Contains(page, "cage-of-gold") {
			t.Errorf("%s tells the e-mail", path)
		}
	}
	page := d.get("/portal", cookie)
	if !strings.Contains(page, "ca•••@c•••.example") || !strings.Contains(page, "address not available") {
		t.Error("the page shows neither the masked e-mail nor that one is gone")
	}
}

var hostile = []string{
	`<script>alert(1)</script>`, `"><img src=x onerror=alert(1)>`, `' autofocus onfocus='alert(1)`, `</title><svg onload=alert(1)>`,
	`javascript:alert(1)`, `{{.}}`, `--><script>alert(1)</script>`, `</main></body><iframe src=//evil.example>`, "\x00<b>\u2028", `&lt;script&gt;`,
	`</style><style>*{display:none}</style>`, `<a href="data:text/html,x">`, "\u202e evil", `" onclick="alert(1)" x="`,
}

// What people typed is text, whatever they typed: it adds no element and no attribute to the page.
func TestHostileTextStaysText(t *testing.T) {
	want := ""
	for _, text := range append([]string{"harmless"}, hostile...) {
		d := newDesk(t, options{})
		d.affiliate(attribution.Affiliate{ID: "42", Code: text, Name: text})
		e := optIn("42", text+"@"+text+".example", d.now)
		e.URL = "https://www.example.com/" + text
		elsewhere := optIn("42", "b@example.com", d.now)
		elsewhere.URL = text
		d.ingest(click("42", d.now), e, elsewhere)
		page := d.get("/portal", d.signIn("42"))
		got := skeleton(t, page)
		if want == "" {
			want = got
		}
		if got != want {
			t.Errorf("%q changes the page", text)
		}
	}
}

// skeleton is a page without its text: its elements, with the names of their attributes and where they lead.
func skeleton(t *testing.T, page string) string {
	t.Helper()
	var out strings.Builder
	for z := html.NewTokenizer(strings.NewReader(page)); z.Next() != html.ErrorToken; {
		token := z.Token()
		if token.Type == html.TextToken {
			continue
		}
		out.WriteString(token.Type.String() + " " + token.Data)
		for _, a := range token.Attr {
			out.WriteString(" " + a.Key)
			if a.Key == "href" || a.Key == "src" || a.Key == "action" {
				out.WriteString("=" + a.Val)
			}
			if a.Key == "style" || strings.HasPrefix(a.Key, "on") {
				t.Errorf("the page has an attribute %s", a.Key)
			}
		}
		out.WriteString("\n")
	}
	return out.String()
}

func TestEveryPageHasItsSecurityHeaders(t *testing.T) {
	d := newDesk(t, options{})
	d.affiliate(attribution.Affiliate{ID: "42"})
	cookie := d.signIn("42")
	want := map[string]string{
		"Content-Security-Policy": "default-src 'none'; style-src 'self'; script-src 'self'; img-src 'self' data:; connect-src 'self'; form-action 'self'; frame-ancestors 'none'; base-uri 'none'",
		"X-Content-Type-Options":  "nosniff",
		"Cache-Control":           "private, no-store",
		"Referrer-Policy":         "strict-origin", // never the path, which is a secret on the login page
		"Content-Type":            "text/html; charset=UTF-8",
	}
	for path, status := range map[string]int{"/portal": 200, "/portal/fragment": 200, d.link("42"): 200, "/portal/login/x": 410, "/portal?before=x": 404} {
		w := d.do(http.MethodGet, path, cookie)
		if w.Code != status {
			t.Errorf("%s: %d", path, w.Code)
		}
		for _, name := range slices.Sorted(maps.Keys(want)) {
			if got := w.Header().Get(name); got != want[name] {
				t.Errorf("%s: %s is %q", path, name, got)
			}
		}
	}
}
