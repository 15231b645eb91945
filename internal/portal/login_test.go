package portal_test

import (
	"net/http"
	"strings"
	"testing"
	"time"

	"tributary/internal/attribution"
)

func TestALoginLinkIsUsedUpByItsButtonOnly(t *testing.T) {
	d := newDesk(t, options{})
	d.affiliate(attribution.Affiliate{ID: "42", Name: "Maria Rossi"})
	link := d.link("42")
	for range 3 { // a mail scanner
		w := d.do(http.MethodGet, link, nil)
		wantStatus(t, "opening the link", w, http.StatusOK, `<form method="post" action="`+link+`">`)
		if len(w.Result().Cookies()) != 0 {
			t.Error("opening the link sets a cookie")
		}
	}
	w := d.do(http.MethodPost, link, nil)
	if w.Code != http.StatusSeeOther || w.Header().Get("Location") != "/portal" {
		t.Fatalf("the button: %d to %q", w.Code, w.Header().Get("Location"))
	}
	if page := d.get("/portal", w.Result().Cookies()[0]); !strings.Contains(page, "Hello Maria Rossi") {
		t.Error("the page does not greet its affiliate")
	}
	for _, method := range []string{http.MethodGet, http.MethodPost} {
		wantStatus(t, method+" of a used link", d.do(method, link, nil), http.StatusGone, "Ask the team that you promote for a new one")
	}
}

func TestLinksThatDoNotOpen(t *testing.T) {
	d := newDesk(t, options{})
	d.affiliate(attribution.Affiliate{ID: "42"})
	expired := d.link("42")
	d.now = d.now.Add(15 * time.Minute)
	for name, link := range map[string]string{"expired": expired, "forged": "/portal/login/" + strings.Repeat("A", 43), "cut short": expired[:40], "markup": "/portal/login/%3Cscript%3E"} {
		for _, method := range []string{http.MethodGet, http.MethodPost} {
			w := d.do(method, link, nil)
			wantStatus(t, name, w, http.StatusGone, "does not work any more")
			if len(w.Result().Cookies()) != 0 {
				t.Errorf("%s: a cookie is set", name)
			}
		}
	}
	if len(d.failed) != 0 {
		t.Errorf("a reader's mistake reached the server's log: %v", d.failed)
	}
}

func TestCookie(t *testing.T) {
	for base, name := range map[string]string{"http://localhost:8080": "tributary", "https://go.example.com": "__Host-tributary"} {
		d := newDesk(t, options{baseURL: base})
		d.affiliate(attribution.Affiliate{ID: "42"})
		c := d.signIn("42")
		if c.Name != name || c.Secure != strings.HasPrefix(base, "https") || !c.HttpOnly || c.SameSite != http.SameSiteLaxMode || c.Path != "/" || c.Domain != "" || c.MaxAge != 30*24*3600 {
			t.Errorf("at %s the cookie is %v", base, c)
		}
		if w := d.do(http.MethodGet, "/portal", c); len(w.Result().Cookies()) != 0 {
			t.Errorf("at %s the cookie is set again within a day", base)
		}
		d.now = d.now.Add(25 * time.Hour)
		if again := d.do(http.MethodGet, "/portal", c).Result().Cookies(); len(again) != 1 || again[0].Value != c.Value || again[0].MaxAge != 30*24*3600 {
			t.Errorf("at %s after a day the cookie is set to %v", base, again)
		}
	}
}

func TestSignOut(t *testing.T) {
	d := newDesk(t, options{})
	d.affiliate(attribution.Affiliate{ID: "42"})
	cookie := d.signIn("42")
	w := d.do(http.MethodPost, "/portal/logout", cookie)
	wantStatus(t, "signing out", w, http.StatusOK, "You are signed out")
	if c := w.Result().Cookies(); len(c) != 1 || c[0].MaxAge >= 0 {
		t.Errorf("the cookie is not dropped: %v", c)
	}
	for _, path := range []string{"/portal", "/portal/fragment", "/portal/live"} {
		wantStatus(t, path, d.do(http.MethodGet, path, cookie), http.StatusUnauthorized, "You are not signed in")
		wantStatus(t, path+" without a cookie", d.do(http.MethodGet, path, nil), http.StatusUnauthorized, "You are not signed in")
	}
}

func TestASessionOfAnAffiliateThatIsNotThereIsNone(t *testing.T) {
	d := newDesk(t, options{})
	wantStatus(t, "the page", d.do(http.MethodGet, "/portal", d.signIn("42")), http.StatusUnauthorized, "You are not signed in")
}

func TestFormsOfOtherSitesAreRefused(t *testing.T) {
	d := newDesk(t, options{baseURL: "https://go.example.com"})
	d.affiliate(attribution.Affiliate{ID: "42"})
	link, cookie := d.link("42"), d.signIn("42")
	for name, header := range map[string][]string{
		"cross-site":           {"Sec-Fetch-Site", "cross-site"},
		"a sister subdomain":   {"Sec-Fetch-Site", "same-site"},
		"an old browser":       {"Origin", "https://evil.example"},
		"a frame without name": {"Origin", "null"},
	} {
		wantStatus(t, "login, "+name, d.do(http.MethodPost, link, nil, header...), http.StatusForbidden, "Nothing was done")
		wantStatus(t, "logout, "+name, d.do(http.MethodPost, "/portal/logout", cookie, header...), http.StatusForbidden, "Nothing was done")
	}
	d.get("/portal", cookie)
	// Behind a proxy that changes Host, the page's own Origin is that of the base URL.
	if w := d.do(http.MethodPost, link, nil, "Origin", "https://go.example.com"); w.Code != http.StatusSeeOther {
		t.Errorf("our own form: %d", w.Code)
	}
}
