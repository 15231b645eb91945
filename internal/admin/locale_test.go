package admin_test

import (
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"tributary/internal/auth"
)

// The desk speaks English, with the dates and numbers of who reads it, also without JavaScript.
func TestTheDesksDatesAndNumbersAreTheReaders(t *testing.T) {
	d := newDesk(t)
	d.clicked(byID("42"), 1234)
	d.optedIn(byID("42"), "ann@example.com")
	owner := d.as(auth.Owner)
	for header, wants := range map[string][]string{
		"de-AT,de": {"1\u00a0234</data>", "23.11.2026, 10:24:00 UTC", "1\u00a0234 clicks"}, "en-US": {"1,234</data>", "Nov 23, 2026, 10:24:00 am UTC"},
		"": {"1,234</data>", "23 Nov 2026, 10:24:00 UTC"}, "ka,x;q=zz": {"23 Nov 2026"}, "ka": {"2026-11-23, 10:24:00 UTC"},
	} {
		pages := ""
		for _, path := range []string{"/admin", "/admin/optins", "/admin/why?q=42"} {
			r := httptest.NewRequest(http.MethodGet, path, nil)
			r.Header.Set("Accept-Language", header)
			r.AddCookie(owner)
			w := httptest.NewRecorder()
			d.ServeHTTP(w, r)
			if w.Code != http.StatusOK || !strings.Contains(w.Body.String(), `<html lang="en"`) || w.Header().Get("Vary") != "Accept-Language" {
				t.Errorf("%s: %d %v", path, w.Code, w.Header())
			}
			pages += w.Body.String()
		}
		for _, want := range wants {
			if !strings.Contains(pages, want) {
				t.Errorf("%q: no page holds %s", header, want)
			}
		}
	}
}
