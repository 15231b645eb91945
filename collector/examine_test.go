package main

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"sync/atomic"
	"testing"
)

// TestThePageCheckGoesNowhereInside: not to this machine, by name or number, nor by a page that leads on to it; and where the
// flag for development lets it, it sees the page and asks this collector alone.
func TestThePageCheckGoesNowhereInside(t *testing.T) {
	var visits atomic.Int32
	page := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		visits.Add(1)
		w.Header().Set("Content-Type", "text/html")
		fmt.Fprint(w, `<form id="signup"><input type="email"></form>`)
	}))
	defer page.Close()
	port := page.URL[strings.LastIndex(page.URL, ":"):]
	check := func(tc *testCollector, cookie, site, address string) (int, string) {
		status, text, _ := tc.do("POST", "/admin/sites/"+site+"/check", url.Values{"page": {address}}.Encode(), "Content-Type", "application/x-www-form-urlencoded", "Cookie", cookie)
		return status, text
	}
	site := func(tc *testCollector) string {
		var made struct{ Key string }
		tc.json("POST", "/v1/sites", `{"name":"Shop","origins":["https://shop.example.com"]}`, http.StatusCreated, &made)
		return made.Key
	}
	tc := newTestCollector(t, nil)
	cookie, key := tc.asOwner(), site(tc)
	for _, host := range []string{"127.0.0.1", "localhost", "[::1]", "[::ffff:127.0.0.1]", "0.0.0.0", "10.0.0.1", "169.254.169.254", "2130706433"} {
		status, text := check(tc, cookie, key, "http://"+host+port+"/")
		if status != http.StatusUnprocessableEntity || strings.Contains(text, "form id=signup") {
			t.Errorf("%s: %d", host, status)
		}
	}
	if visits.Load() != 0 {
		t.Errorf("the page inside was read %d times", visits.Load())
	}
	open := newTestCollector(t, func(c *config) { c.webhooksToLoopback = true })
	status, text := check(open, open.asOwner(), site(open), page.URL+"/")
	if status != http.StatusOK || !strings.Contains(text, "form id=signup: ready") && !strings.Contains(text, "Form id=signup: ready") {
		t.Errorf("for development: %d %s", status, text)
	}
}
