package api_test

import (
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"
	"time"

	"tributary/internal/api"
	"tributary/internal/connect"
	"tributary/internal/keap"
	"tributary/internal/keap/sandbox"
)

const (
	keyOne, keyTwo = "KeapAK-canary-one", "KeapAK-canary-two"
	clientSecret   = "canary-client-secret"
)

// connectKeap gives the server a Keap with two apps.
func (s *server) connectKeap() api.Keap {
	s.Helper()
	s.keap = sandbox.New(sandbox.Options{
		Keys: []string{keyOne, keyTwo}, Tenants: map[string]string{keyOne: "one", keyTwo: "two"},
		OAuth: sandbox.OAuth{ClientID: "c1", ClientSecret: clientSecret}, CookiesOnly: true,
	})
	const host = "https://keap.example.com"
	c, err := connect.New(s.Context(), connect.Options{
		Account: "default", Store: s.store, Sealer: plainSealer{},
		Keap:     keap.Config{BaseURL: host + sandbox.BasePath, PerMinute: keap.Unlimited, Transport: served{s.keap}},
		ClientID: "c1", ClientSecret: clientSecret, AuthorizeURL: host + sandbox.AuthorizePath, TokenURL: host + sandbox.TokenPath,
		RedirectURL: "https://t.example" + api.CallbackPath, Now: func() time.Time { return now },
	})
	if err != nil {
		s.Fatal(err)
	}
	return api.Keap{Connection: c, LastSuccess: func() time.Time { return now.Add(time.Minute) }, Paused: func() string { return "" },
		Quota: func() api.KeapQuota { return api.KeapQuota{Limit: 30000, Left: 29000, PerMinute: 240, Turns: now} }}
}

// served is a transport that calls a handler.
type served struct{ handler http.Handler }

func (h served) RoundTrip(req *http.Request) (*http.Response, error) {
	rec := httptest.NewRecorder()
	asked := req.Clone(req.Context())
	if asked.Body == nil {
		asked.Body = http.NoBody
	}
	h.handler.ServeHTTP(rec, asked)
	return rec.Result(), nil
}

// returns is the browser that Keap sends back.
func (s *server) returns(address string, status int, says string) {
	s.Helper()
	u, err := url.Parse(address)
	if err != nil {
		s.Fatal(err)
	}
	req := httptest.NewRequest("GET", u.RequestURI(), nil)
	rec := httptest.NewRecorder()
	s.echo.ServeHTTP(rec, req)
	isDescribed(s, req, rec)
	if rec.Code != status || !strings.Contains(rec.Body.String(), says) || !strings.HasPrefix(rec.Header().Get("Content-Type"), "text/html") {
		s.Errorf("the browser gets %d %s, want %d with %q", rec.Code, rec.Body, status, says)
	}
	if rec.Header().Get("Referrer-Policy") != "no-referrer" || !strings.Contains(rec.Header().Get("Content-Security-Policy"), "default-src 'none'") {
		s.Errorf("headers %v", rec.Header())
	}
	if strings.Contains(rec.Body.String(), u.Query().Get("code")) && u.Query().Get("code") != "" {
		s.Error("the page holds the code")
	}
}

func (s *server) approve(app, body string) string {
	s.Helper()
	begun := s.do("POST", "/v1/keap/login", body, 200)
	back, err := s.keap.Approve(begun["authorize_url"].(string), app)
	if err != nil {
		s.Fatal(err)
	}
	return back
}

func codes(status object, list string) (out []string) {
	for _, n := range status[list].([]any) {
		out = append(out, n.(object)["code"].(string))
	}
	return out
}

func TestKeapIsConnectedByREST(t *testing.T) {
	s := newServer(t)
	if got := s.do("GET", "/v1/keap", "", 200); got["state"] != "disconnected" || got["oauth"] != true || !strings.Contains(got["reason"].(string), "keap login") {
		t.Errorf("before: %v", got)
	}
	s.refused("PUT", "/v1/keap/key", `{"key":"KeapAK-wrong"}`, 422, "credential_refused")
	s.refused("PUT", "/v1/keap/key", `{"key":""}`, 422, "credential_refused")
	s.refused("PUT", "/v1/keap/key", `{"key":"`+keyOne+`","header":"X-Other"}`, 422, "credential_refused")
	s.refused("PUT", "/v1/keap/key", `{"token":"x"}`, 422, "unknown_field")
	got := s.do("PUT", "/v1/keap/key", `{"key":"`+keyOne+`","header":"X-Keap-API-Key"}`, 200)
	if got["state"] != "connected" || got["how"] != "key" || got["tenant"] != "one" || got["last_success"] != "2026-11-23T12:01:00Z" {
		t.Errorf("by a key: %v", got)
	}
	if q, _ := got["quota"].(object); q["left"] != 29000.0 || q["turns"] != "2026-11-23T12:00:00Z" {
		t.Errorf("quota: %v", got)
	}
	if a := codes(s.do("GET", "/v1/keap?fresh=true", "", 200), "attention"); len(a) != 1 || a[0] != "referral_history_off" {
		t.Errorf("attention: %v", a)
	}
	s.refused("GET", "/v1/keap?fresh=maybe", "", 422, "invalid_fresh")
	s.refused("PUT", "/v1/keap/key", `{"key":"`+keyTwo+`"}`, 409, "other_tenant")
	s.refused("PUT", "/v1/keap/tenant", `{"tenant":"two"}`, 422, "unknown_tenant")
	s.do("PUT", "/v1/keap/tenant", `{"tenant":"one"}`, 200)

	s.returns("/keap/callback?state=guessed&code=x", 400, "begin again")
	s.returns("/keap/callback", 400, "begin again")
	s.returns(strings.Replace(s.approve("one", `{}`), "code=", "error=access_denied&x=", 1), 403, "not allowed")
	s.returns(s.approve("two", `{}`), 409, "--new-tenant")
	if got := s.do("GET", "/v1/keap", "", 200); got["how"] != "key" {
		t.Errorf("a login that failed changed something: %v", got)
	}
	back := s.approve("two", `{"new_tenant":true}`)
	s.returns(back, 200, "two")
	s.returns(back, 400, "used already")
	if got := s.do("GET", "/v1/keap", "", 200); got["how"] != "oauth" || got["tenant"] != "two" || got["tokens_until"] == nil {
		t.Errorf("by OAuth: %v", got)
	}
	s.do("DELETE", "/v1/keap", "", 204)
	if got := s.do("GET", "/v1/keap", "", 200); got["state"] != "disconnected" || got["tenant"] != "two" {
		t.Errorf("after: %v", got)
	}
}

func TestKeapsSecretsStayOutOfAnswers(t *testing.T) {
	s := newServer(t)
	var all strings.Builder
	for _, call := range [][3]string{
		{"PUT", "/v1/keap/key", `{"key":"` + keyOne + `"}`}, {"GET", "/v1/keap?fresh=true", ""}, {"PUT", "/v1/keap/key", `{"key":"` + keyTwo + `"}`},
		{"PUT", "/v1/keap/key", `{"key":"` + keyTwo + `x"}`}, {"POST", "/v1/keap/login", `{}`}, {"PUT", "/v1/keap/key", `{"key":["` + keyTwo + `"]}`},
	} {
		req := httptest.NewRequest(call[0], call[1], strings.NewReader(call[2]))
		req.Header.Set("Authorization", "Bearer "+adminKey)
		rec := httptest.NewRecorder()
		s.echo.ServeHTTP(rec, req)
		all.Write(rec.Body.Bytes())
	}
	s.returns(s.approve("one", `{}`), 200, "connected")
	req := httptest.NewRequest("GET", "/v1/keap", nil)
	req.Header.Set("Authorization", "Bearer "+adminKey)
	rec := httptest.NewRecorder()
	s.echo.ServeHTTP(rec, req)
	all.Write(rec.Body.Bytes())
	for _, secret := range []string{"canary", "access-", "refresh-", "verifier"} {
		if strings.Contains(all.String(), secret) {
			t.Errorf("the answers hold %q: %s", secret, all.String())
		}
	}
}
