package sandbox

import (
	"crypto/rand"
	"crypto/sha256"
	"crypto/subtle"
	"encoding/base64"
	"errors"
	"net/http"
	"net/url"
	"time"
)

// The OAuth client that is known when Options name none.
const (
	DefaultClientID     = "sandbox-client"
	DefaultClientSecret = "sandbox-client-secret"
)

// Where the pages of Keap's OAuth stand.
const (
	AuthorizePath = "/app/oauth/authorize"
	TokenPath     = "/token"
)

const codeLife = 10 * time.Minute

// OAuth says how the sandbox gives tokens. The zero value does it as Keap does.
type OAuth struct {
	ClientID, ClientSecret string        // DefaultClientID and DefaultClientSecret when empty
	AccessLife             time.Duration // 24 hours when 0
	RefreshLife            time.Duration // 45 days when 0
	Apps                   []string      // the apps that the owner can choose from at the consent page; DefaultTenant when empty
}

func (o OAuth) withDefaults() OAuth {
	if o.ClientID == "" {
		o.ClientID, o.ClientSecret = DefaultClientID, DefaultClientSecret
	}
	if o.AccessLife == 0 {
		o.AccessLife = 24 * time.Hour
	}
	if o.RefreshLife == 0 {
		o.RefreshLife = 45 * 24 * time.Hour
	}
	if len(o.Apps) == 0 {
		o.Apps = []string{DefaultTenant}
	}
	return o
}

// grants is what the owner has approved. It is guarded by Sandbox.mu.
type grants struct {
	codes   map[string]codeGrant
	access  map[string]tokenGrant
	refresh map[string]tokenGrant
}

func newGrants() grants {
	return grants{map[string]codeGrant{}, map[string]tokenGrant{}, map[string]tokenGrant{}}
}

type codeGrant struct {
	tenant, redirect, challenge string
	expires                     time.Time
}

type tokenGrant struct {
	tenant  string
	expires time.Time
	pair    string // the access token that a refresh token came with
}

// RevokeTokens does what the owner does in Keap who takes the permission back: no token that was given works any longer.
func (s *Sandbox) RevokeTokens() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.oauth = newGrants()
}

// Approve does what the owner does at the consent page, and returns the address that Keap sends the browser to. The error
// says what is wrong with the authorize URL.
func (s *Sandbox) Approve(authorizeURL, tenant string) (string, error) {
	u, err := url.Parse(authorizeURL)
	if err != nil {
		return "", err
	}
	asked := u.Query()
	if err := s.checkAuthorize(asked); err != nil {
		return "", err
	}
	code := rand.Text()
	s.mu.Lock()
	defer s.mu.Unlock()
	s.oauth.codes[code] = codeGrant{tenant, asked.Get("redirect_uri"), asked.Get("code_challenge"), s.options.Now().Add(codeLife)}
	return backTo(asked, "code", code, "scope", "full|"+tenant+".infusionsoft.com"), nil
}

// backTo is the redirect address with an answer.
func backTo(asked url.Values, pairs ...string) string {
	back, _ := url.Parse(asked.Get("redirect_uri")) // checked before
	query := back.Query()
	query.Set("state", asked.Get("state"))
	for i := 0; i < len(pairs); i += 2 {
		query.Set(pairs[i], pairs[i+1])
	}
	back.RawQuery = query.Encode()
	return back.String()
}

func (s *Sandbox) checkAuthorize(asked url.Values) error {
	back, err := url.Parse(asked.Get("redirect_uri"))
	switch {
	case asked.Get("client_id") != s.options.OAuth.ClientID:
		return errors.New("there is no client with this client_id")
	case asked.Get("response_type") != "code" || asked.Get("scope") != "full":
		return errors.New(`response_type must be "code", and scope "full"`)
	case err != nil || back.Host == "" || back.Scheme != "https" && back.Scheme != "http":
		return errors.New("redirect_uri must be an address")
	case asked.Get("code_challenge") != "" && asked.Get("code_challenge_method") != "S256":
		return errors.New("code_challenge_method must be S256")
	}
	return nil
}

// giveTokens is the token address: a form, and the client's id and secret, at a refresh as HTTP Basic only.
func (s *Sandbox) giveTokens(r request) answer {
	form, err := url.ParseQuery(string(r.body))
	if err != nil || r.Header.Get("Content-Type") != "application/x-www-form-urlencoded" {
		return refuseToken(http.StatusBadRequest, "invalid_request", "the body must be a form")
	}
	if !s.knowsClient(r.Request, form) {
		return refuseToken(http.StatusUnauthorized, "invalid_client", "the client is not known")
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	switch form.Get("grant_type") {
	case "authorization_code":
		return s.exchangeCode(form)
	case "refresh_token":
		return s.rotate(form.Get("refresh_token"))
	}
	return refuseToken(http.StatusBadRequest, "unsupported_grant_type", "")
}

func (s *Sandbox) knowsClient(r *http.Request, form url.Values) bool {
	id, secret, basic := r.BasicAuth()
	if !basic && form.Get("grant_type") == "authorization_code" {
		id, secret = form.Get("client_id"), form.Get("client_secret")
	}
	return id == s.options.OAuth.ClientID && subtle.ConstantTimeCompare([]byte(secret), []byte(s.options.OAuth.ClientSecret)) == 1
}

// exchangeCode uses a code up. s.mu is held, as in the three below.
func (s *Sandbox) exchangeCode(form url.Values) answer {
	code := form.Get("code")
	grant, found := s.oauth.codes[code]
	delete(s.oauth.codes, code)
	sum := sha256.Sum256([]byte(form.Get("code_verifier")))
	proven := grant.challenge == base64.RawURLEncoding.EncodeToString(sum[:])
	switch {
	case !found || s.options.Now().After(grant.expires) || form.Get("redirect_uri") != grant.redirect:
		return refuseToken(http.StatusBadRequest, "invalid_grant", "the code is unknown, used or expired")
	case grant.challenge != "" && !proven && !s.options.Unknowns.IgnorePKCE:
		return refuseToken(http.StatusBadRequest, "invalid_grant", "the code_verifier does not fit")
	}
	return s.newPair(grant.tenant)
}

// rotate gives a new pair for a refresh token, which dies: at once, as at Keap, or after a while that nobody knows of.
func (s *Sandbox) rotate(refresh string) answer {
	now := s.options.Now()
	grant, found := s.oauth.refresh[refresh]
	if !found || now.After(grant.expires) {
		return refuseToken(http.StatusBadRequest, "invalid_grant", "Invalid refresh token")
	}
	delete(s.oauth.refresh, refresh)
	if grace := s.options.Unknowns.RefreshGrace; grace > 0 {
		grant.expires = now.Add(min(grace, grant.expires.Sub(now)))
		s.oauth.refresh[refresh] = grant
	}
	if s.options.Unknowns.OldAccessDies {
		delete(s.oauth.access, grant.pair)
	}
	return s.newPair(grant.tenant)
}

func (s *Sandbox) newPair(tenant string) answer {
	now, o := s.options.Now(), s.options.OAuth
	access, refresh := "access-"+rand.Text(), "refresh-"+rand.Text()
	s.oauth.access[access] = tokenGrant{tenant: tenant, expires: now.Add(o.AccessLife)}
	s.oauth.refresh[refresh] = tokenGrant{tenant: tenant, expires: now.Add(o.RefreshLife), pair: access}
	return answer{status: http.StatusOK, body: map[string]any{
		"access_token": access, "token_type": "bearer", "expires_in": int(o.AccessLife.Seconds()),
		"refresh_token": refresh, "scope": "full|" + tenant + ".infusionsoft.com",
	}}
}

// refuseToken has the shape of RFC 6749, which is not that of Keap's API.
func refuseToken(status int, code, description string) answer {
	body := map[string]any{"error": code}
	if description != "" {
		body["error_description"] = description
	}
	return answer{status: status, body: body}
}

// isLive says whether an access token works.
func (s *Sandbox) isLive(token string) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	grant, found := s.oauth.access[token]
	return found && s.options.Now().Before(grant.expires)
}
