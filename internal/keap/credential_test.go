package keap_test

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"strings"
	"sync/atomic"
	"testing"

	"tributary/internal/keap"
	"tributary/internal/keap/keaptest"
	"tributary/internal/keap/sandbox"
)

// tokens is a credential that has some tokens, and goes on to the next when one is refused.
type tokens struct {
	list    []string
	at      int
	failing error // what Token answers
	told    int   // how often Refused was called
}

func (c *tokens) Token(context.Context) (keap.Token, error) {
	return keap.Token{Text: c.list[c.at]}, c.failing
}

func (c *tokens) Refused(_ context.Context, token keap.Token) error {
	c.told++
	if token.Text != c.list[c.at] || c.at+1 == len(c.list) {
		return keap.ErrNoOther
	}
	c.at++
	return nil
}

func withCredential(credential keap.Credential) func(*keap.Config) {
	return func(c *keap.Config) { c.Key, c.Credential = "", credential }
}

// A 401 was certainly not applied, so the same call goes out once more with another token, a create as well. Nothing
// else is repeated, whatever comes after.
func TestARefusedTokenIsReplacedOnce(t *testing.T) {
	tests := []struct {
		name    string
		tokens  []string
		fault   sandbox.Kind
		calls   int // that the sandbox let in
		applied int
		refused bool
	}{
		{"the first is good", []string{sandbox.DefaultKey}, "", 1, 1, false},
		{"the second is good", []string{"old", sandbox.DefaultKey}, "", 1, 1, false},
		{"the third would be good", []string{"old", "older", sandbox.DefaultKey}, "", 0, 0, true},
		{"none is good", []string{"old"}, "", 0, 0, true},
		{"the second meets a reset", []string{"old", sandbox.DefaultKey}, sandbox.ApplyThenReset, 1, 1, false},
		{"the first meets a 403", []string{sandbox.DefaultKey, sandbox.DefaultKey}, sandbox.Status403, 1, 0, true},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			box, base := keaptest.Serve(t, sandbox.Options{})
			contact, partner := box.AddContact("ann@example.com", "Ann", ""), box.AddAffiliate(sandbox.Affiliate{Code: "river"})
			if test.fault != "" {
				if err := box.AddFault(sandbox.Fault{Operation: "createReferral", Kind: test.fault}); err != nil {
					t.Fatal(err)
				}
			}
			_, err := keaptest.Client(t, base, withCredential(&tokens{list: test.tokens})).
				CreateReferral(t.Context(), keap.NewReferral{ContactID: contact.ID, ReferralPartnerID: partner.ID, Source: "tributary:x"})
			if got := box.Calls()["createReferral"]; got != test.calls {
				t.Errorf("%d calls, want %d", got, test.calls)
			}
			if got := len(box.Referrals()); got != test.applied {
				t.Errorf("%d referrals, want %d", got, test.applied)
			}
			if keap.IsKeyRefused(err) != test.refused || (err == nil) != (test.applied == 1 && test.fault == "") {
				t.Errorf("got %v", err)
			}
		})
	}
}

func TestNothingIsSentWithoutAToken(t *testing.T) {
	box, base := keaptest.Serve(t, sandbox.Options{})
	none := &tokens{list: []string{sandbox.DefaultKey}, failing: fmt.Errorf("nobody has connected: %w", keap.ErrNoCredential)}
	client := keaptest.Client(t, base, withCredential(none))
	_, err := client.CreateReferral(t.Context(), keap.NewReferral{ContactID: "1", ReferralPartnerID: "2", Source: "tributary:x"})
	if !keap.IsKeyRefused(err) || keap.MayHaveApplied(err) || len(box.Calls()) != 0 {
		t.Errorf("got %v after calls %v", err, box.Calls())
	}
	none.failing = errors.New("the disk is slow")
	if _, err := client.UserInfo(t.Context()); err == nil || keap.IsKeyRefused(err) || !strings.Contains(err.Error(), "the disk is slow") {
		t.Errorf("an error that passes by: %v", err)
	}
	if !client.LastSuccess().IsZero() {
		t.Error("there was no success")
	}
	none.failing = nil
	if _, err := client.UserInfo(t.Context()); err != nil || client.LastSuccess().IsZero() {
		t.Errorf("got %v, last success %v", err, client.LastSuccess())
	}
}

// Both tokens of a repeated call are secrets: an answer that repeats them must not bring them into an error.
func TestTokensNeverReachAnError(t *testing.T) {
	var asked atomic.Int32
	handler := http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		status := http.StatusUnauthorized
		if asked.Add(1) == 2 {
			status = http.StatusBadRequest
		}
		w.WriteHeader(status)
		fmt.Fprintf(w, `{"code":%d,"message":"token-one token-two %s"}`, status, r.Header.Get("Authorization"))
	})
	credential := &tokens{list: []string{"token-one", "token-two"}}
	_, err := inProcess(t, handler, withCredential(credential)).UserInfo(t.Context())
	if err == nil || asked.Load() != 2 || credential.told != 1 {
		t.Fatalf("got %v after %d calls", err, asked.Load())
	}
	token, _ := credential.Token(t.Context())
	for _, text := range []string{fmt.Sprintf("%v %#v", err, err), fmt.Sprintf("%v %+v %#v", token, token, token)} {
		if strings.Contains(text, "token-") {
			t.Errorf("a token is in %s", text)
		}
	}
}

func TestAffiliateSettings(t *testing.T) {
	yes, no := true, false
	for name, test := range map[string]struct {
		options sandbox.Options
		want    *bool
	}{
		"history and cookies": {sandbox.Options{}, &yes},
		"cookies only":        {sandbox.Options{CookiesOnly: true}, &no},
		"not told":            {sandbox.Options{Unknowns: sandbox.Unknowns{HideReferralHistory: true}}, nil},
	} {
		t.Run(name, func(t *testing.T) {
			_, base := keaptest.Serve(t, test.options)
			got, err := keaptest.Client(t, base).AffiliateSettings(t.Context())
			if err != nil || (got.ReferralHistory == nil) != (test.want == nil) || test.want != nil && *got.ReferralHistory != *test.want {
				t.Errorf("got %v, %v", got, err)
			}
		})
	}
}
