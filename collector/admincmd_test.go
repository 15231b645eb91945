package main

import (
	"bytes"
	"errors"
	"net/http"
	"net/url"
	"regexp"
	"strings"
	"testing"

	"tributary/internal/attribution"
	"tributary/internal/auth"
)

// admin runs a command against the collector.
func (tc *testCollector) admin(args ...string) (string, error) {
	tc.t.Helper()
	var out, errs bytes.Buffer
	err := adminCommand(tc.t.Context(), append(args, "--url", tc.url, "--admin-key", testKey), &out, &errs)
	return strings.TrimSpace(out.String()), err
}

// path is an address of the collector without its public name.
func (tc *testCollector) path(address string) string {
	tc.t.Helper()
	path, ours := strings.CutPrefix(address, tc.cfg.baseURL)
	if !ours {
		tc.t.Fatalf("%q is no address of the collector", address)
	}
	return path
}

func TestTheFirstOwnerBeginsAtTheAddressInTheLog(t *testing.T) {
	tc := newTestCollector(t, nil)
	tc.offerSetup(t.Context())
	logged := regexp.MustCompile(`url=(\S+)`).FindStringSubmatch(tc.logs.String())
	if logged == nil {
		t.Fatalf("the log has no address: %s", tc.logs)
	}
	newer, err := tc.admin("link")
	if err != nil {
		t.Fatal(err)
	}
	if status, page, _ := tc.do("GET", tc.path(logged[1]), ""); status != http.StatusGone || !strings.Contains(page, "not the latest") {
		t.Errorf("the older address: %d", status)
	}
	claim := url.Values{"name": {"Ann"}, "email": {"ann@example.com"}, "password": {"seven green bicycles"}, "way": {"password"}}.Encode()
	status, page, header := tc.do("POST", tc.path(newer), claim, "Content-Type", "application/x-www-form-urlencoded")
	if status != http.StatusSeeOther || !strings.Contains(header.Get("Set-Cookie"), "tributary-desk=") {
		t.Fatalf("setting up: %d %s", status, page)
	}
	again := &collector{cfg: tc.cfg, log: tc.log, auth: tc.auth}
	if address := again.setupAddress(t.Context()); address != "" {
		t.Errorf("the next start offers %s", address)
	}
}

func TestWhoIsLockedOutGetsALink(t *testing.T) {
	tc := newTestCollector(t, nil)
	for email, role := range map[string]auth.Role{"ann@example.com": auth.Owner, "bob@example.com": auth.Viewer} {
		if _, err := tc.auth.AddUser(t.Context(), auth.User{Account: attribution.DefaultAccount, Email: email, Role: role}); err != nil {
			t.Fatal(err)
		}
	}
	for _, args := range [][]string{{"link"}, {"link", "--email", "Bob@example.com"}} {
		link, err := tc.admin(args...)
		if err != nil {
			t.Fatalf("%v: %v", args, err)
		}
		if status, _, header := tc.do("POST", tc.path(link), ""); status != http.StatusSeeOther || !strings.Contains(header.Get("Set-Cookie"), "tributary-desk=") {
			t.Errorf("%v: %d", args, status)
		}
		if status, _, _ := tc.do("POST", tc.path(link), ""); status != http.StatusGone {
			t.Errorf("%v, again: %d", args, status)
		}
	}
	if users, err := tc.admin("users"); err != nil || !strings.Contains(users, "owner    ann@example.com") {
		t.Errorf("users: %s, %v", users, err)
	}
	if _, err := tc.admin("link", "--email", "eve@example.com"); !errors.Is(err, errUsage) {
		t.Errorf("an unknown user: %v", err)
	}
	if _, err := tc.auth.AddUser(t.Context(), auth.User{Account: attribution.DefaultAccount, Email: "zoe@example.com", Role: auth.Owner}); err != nil {
		t.Fatal(err)
	}
	if _, err := tc.admin("link"); !errors.Is(err, errUsage) || !strings.Contains(err.Error(), "2 owners") {
		t.Errorf("one of two owners: %v", err)
	}
}

func TestMetricsTakeAReadOnlyKey(t *testing.T) {
	tc := newTestCollector(t, nil)
	_, key, err := tc.auth.AddKey(t.Context(), "Prometheus", auth.Viewer, "")
	if err != nil {
		t.Fatal(err)
	}
	if status, _, _ := tc.do("GET", "/metrics", "", "Authorization", "Bearer "+key); status != http.StatusOK {
		t.Errorf("metrics: %d", status)
	}
	if status, _, _ := tc.do("POST", "/v1/sites", "{}", "Authorization", "Bearer "+key); status != http.StatusForbidden {
		t.Errorf("a site: %d", status)
	}
}
