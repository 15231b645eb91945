package sandbox_test

import (
	"encoding/json"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"tributary/internal/keap/keaptest"
	"tributary/internal/keap/sandbox"
)

// program is an OAuth client of the sandbox, made by hand.
type program struct {
	t    *testing.T
	base string
}

const redirect = "https://go.example.com/keap/callback"

// code approves access to an app, as the owner does in a browser.
func (p program) code(app string) string {
	p.t.Helper()
	browser := http.Client{CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
	query := url.Values{"client_id": {sandbox.DefaultClientID}, "response_type": {"code"}, "scope": {"full"}, "redirect_uri": {redirect}, "state": {"s1"}}
	address := p.base + sandbox.AuthorizePath + "?" + query.Encode()
	page, err := browser.Get(address)
	if err != nil || page.StatusCode != http.StatusOK {
		p.t.Fatalf("the consent page: %v, %v", page, err)
	}
	page.Body.Close()
	back, err := browser.PostForm(address, url.Values{"decision": {"approve"}, "app": {app}})
	if err != nil {
		p.t.Fatal(err)
	}
	back.Body.Close()
	to, err := back.Location()
	if err != nil || to.Query().Get("state") != "s1" || !strings.HasPrefix(to.String(), redirect+"?") {
		p.t.Fatalf("sent to %v, %v", to, err)
	}
	return to.Query().Get("code")
}

type pair struct {
	Access  string `json:"access_token"`
	Refresh string `json:"refresh_token"`
	Error   string `json:"error"`
}

func (p program) ask(want int, form url.Values, basic bool) (got pair) {
	p.t.Helper()
	req, err := http.NewRequest("POST", p.base+sandbox.TokenPath, strings.NewReader(form.Encode()))
	if err != nil {
		p.t.Fatal(err)
	}
	req.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	if basic {
		req.SetBasicAuth(sandbox.DefaultClientID, sandbox.DefaultClientSecret)
	}
	res, err := http.DefaultClient.Do(req)
	if err != nil {
		p.t.Fatal(err)
	}
	defer res.Body.Close()
	if err := json.NewDecoder(res.Body).Decode(&got); err != nil || res.StatusCode != want {
		p.t.Fatalf("answered %s, %+v, %v", res.Status, got, err)
	}
	return got
}

func (p program) exchange(want int, code string) pair {
	p.t.Helper()
	return p.ask(want, url.Values{
		"grant_type": {"authorization_code"}, "code": {code}, "redirect_uri": {redirect},
		"client_id": {sandbox.DefaultClientID}, "client_secret": {sandbox.DefaultClientSecret},
	}, false)
}

func (p program) refresh(want int, token string) pair {
	p.t.Helper()
	return p.ask(want, url.Values{"grant_type": {"refresh_token"}, "refresh_token": {token}}, true)
}

func (p program) tenant(token string) string {
	p.t.Helper()
	got := judged(p.t, p.base+sandbox.BasePath).call("GET", "/rest/v2/oauth/connect/userinfo", "", "Authorization: Bearer "+token)
	tenant, _ := got.fields["tenant_id"].(string)
	return tenant
}

func served(t *testing.T, options sandbox.Options) (*sandbox.Sandbox, program) {
	box, base := keaptest.Serve(t, options)
	return box, program{t, strings.TrimSuffix(base, sandbox.BasePath)}
}

func TestTokensRotate(t *testing.T) {
	for name, unknowns := range map[string]sandbox.Unknowns{
		"the old ones as Keap says":    {},
		"the old access token as well": {OldAccessDies: true},
		"with a grace period":          {RefreshGrace: time.Minute},
	} {
		t.Run(name, func(t *testing.T) {
			now := time.Now()
			_, p := served(t, sandbox.Options{Unknowns: unknowns, OAuth: sandbox.OAuth{Apps: []string{"one", "two"}}, Now: func() time.Time { return now }})
			code := p.code("two")
			first := p.exchange(http.StatusOK, code)
			p.exchange(http.StatusBadRequest, code)
			if got := p.tenant(first.Access); got != "two" {
				t.Fatalf("the token is of %q", got)
			}
			second := p.refresh(http.StatusOK, first.Refresh)
			if got := p.tenant(first.Access) != ""; got == unknowns.OldAccessDies {
				t.Errorf("the old access token lives: %v", got)
			}
			if unknowns.RefreshGrace > 0 {
				p.refresh(http.StatusOK, first.Refresh)
				now = now.Add(2 * time.Minute)
			}
			if got := p.refresh(http.StatusBadRequest, first.Refresh); got.Error != "invalid_grant" {
				t.Errorf("the old refresh token: %+v", got)
			}
			now = now.Add(24 * time.Hour)
			if got := p.tenant(second.Access); got != "" {
				t.Errorf("a token of yesterday works, for %q", got)
			}
			now = now.Add(45 * 24 * time.Hour)
			p.refresh(http.StatusBadRequest, second.Refresh)
		})
	}
}

func TestTokensAreRefusedWithoutTheRightQuestion(t *testing.T) {
	box, p := served(t, sandbox.Options{})
	first := p.exchange(http.StatusOK, p.code(sandbox.DefaultTenant))
	form := url.Values{
		"grant_type": {"refresh_token"}, "refresh_token": {first.Refresh},
		"client_id": {sandbox.DefaultClientID}, "client_secret": {sandbox.DefaultClientSecret},
	}
	if got := p.ask(http.StatusUnauthorized, form, false); got.Error != "invalid_client" {
		t.Errorf("a refresh without HTTP Basic: %+v", got)
	}
	box.RevokeTokens()
	p.refresh(http.StatusBadRequest, first.Refresh)
	if got := p.tenant(first.Access); got != "" {
		t.Errorf("a revoked token works, for %q", got)
	}
}

func TestKeysBelongToTenants(t *testing.T) {
	_, p := served(t, sandbox.Options{Keys: []string{"a", "b"}, Tenants: map[string]string{"b": "other"}})
	if a, b := p.tenant("a"), p.tenant("b"); a != sandbox.DefaultTenant || b != "other" {
		t.Errorf("got %q and %q", a, b)
	}
}
