package keap_test

import (
	"context"
	"errors"
	"net/http"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"tributary/internal/keap"
	"tributary/internal/keap/keaptest"
	"tributary/internal/keap/sandbox"
)

func TestNewRefuses(t *testing.T) {
	const key = "KeapAK-canary"
	tests := []struct {
		name   string
		config keap.Config
		says   string
	}{
		{"a URL that cannot be read", keap.Config{BaseURL: "http://[::1", Key: key}, "reading Keap's base URL"},
		{"a URL without scheme", keap.Config{BaseURL: "api.infusionsoft.com/crm", Key: key}, "no base URL"},
		{"a URL of another scheme", keap.Config{BaseURL: "ftp://example.com/crm", Key: key}, "no base URL"},
		{"a URL with a key in it", keap.Config{BaseURL: "https://" + key + "@example.com/crm", Key: key}, "a user"},
		{"a URL with a query", keap.Config{BaseURL: "https://example.com/crm?key=" + key, Key: key}, "query"},
		{"no key", keap.Config{}, "no Keap key"},
		{"a key of two words", keap.Config{Key: key + " " + key}, "copy it again"},
		{"another header", keap.Config{Key: key, KeyHeader: "X-Key"}, "no header for Keap's key"},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			_, err := keap.New(test.config)
			if err == nil || !strings.Contains(err.Error(), test.says) {
				t.Fatalf("got %v, want an error with %q", err, test.says)
			}
			if strings.Contains(err.Error(), key) {
				t.Errorf("the error holds the key: %v", err)
			}
		})
	}
}

func TestUserInfoSaysWhetherTheKeyIsTaken(t *testing.T) {
	plain := sandbox.Unknowns{PlainAuthErrors: true}
	tests := []struct {
		name     string
		unknowns sandbox.Unknowns
		change   func(*keap.Config)
		refused  bool
	}{
		{"as a bearer", plain, func(*keap.Config) {}, false},
		{"with the newline of a file", plain, func(c *keap.Config) { c.Key += "\n" }, false},
		{"in Keap's own header", plain, func(c *keap.Config) { c.KeyHeader = "x-keap-api-key" }, false},
		{"another key, and the gateway's answer", sandbox.Unknowns{}, func(c *keap.Config) { c.Key = "other" }, true},
		{"another key, and Keap's answer", plain, func(c *keap.Config) { c.Key = "other" }, true},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			_, base := keaptest.Serve(t, sandbox.Options{Unknowns: test.unknowns})
			user, err := keaptest.Client(t, base, test.change).UserInfo(t.Context())
			if keap.IsKeyRefused(err) != test.refused || !test.refused && err != nil {
				t.Fatalf("got %v, want refused: %v", err, test.refused)
			}
			if !test.refused && user.TenantID != "sandbox" {
				t.Errorf("got %+v", user)
			}
		})
	}
}

// Keap's limits must hold for any way of calling: the sandbox enforces them exactly, and time is that of the bubble.
func TestPaceStaysUnderKeapsLimits(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		box := sandbox.New(sandbox.Options{Limits: sandbox.Limits{PerSecond: 10, PerMinute: 240}})
		client := inProcess(t, box, func(c *keap.Config) { c.PerMinute = keap.DefaultPerMinute })
		start := time.Now()
		for call := range 1000 {
			if call == 300 {
				time.Sleep(5 * time.Minute) // the buckets are full again: the worst case
			}
			if _, err := client.UserInfo(t.Context()); err != nil {
				t.Fatalf("call %d after %v: %v", call, time.Since(start), err)
			}
		}
		if took := time.Since(start); took > 11*time.Minute {
			t.Errorf("1000 calls took %v: the pace is slower than it must be", took)
		}
	})
}

func TestPaceThatIsCutShortSendsNothing(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		box := sandbox.New(sandbox.Options{})
		partner, contact := box.AddAffiliate(sandbox.Affiliate{Name: "Ann"}), box.AddContact("lee@example.com", "Lee", "")
		client := inProcess(t, box, func(c *keap.Config) { c.PerMinute = 1 })
		referral := keap.NewReferral{ContactID: contact.ID, ReferralPartnerID: partner.ID}
		if _, err := client.UserInfo(t.Context()); err != nil {
			t.Fatal(err)
		}
		ctx, cancel := context.WithCancel(t.Context())
		time.AfterFunc(time.Second, cancel)
		_, err := client.CreateReferral(ctx, referral)
		if !errors.Is(err, context.Canceled) || keap.MayHaveApplied(err) || len(box.Referrals()) > 0 {
			t.Errorf("got %v, may have applied: %v", err, keap.MayHaveApplied(err))
		}
	})
}

// inProcess is a client of a sandbox without a network, for bubbles of synctest.
func inProcess(t *testing.T, handler http.Handler, change func(*keap.Config)) *keap.Client {
	t.Helper()
	config := keap.Config{BaseURL: "https://keap.example.com/crm", Key: sandbox.DefaultKey, PerMinute: keap.Unlimited, Transport: direct{handler}}
	change(&config)
	client, err := keap.New(config)
	if err != nil {
		t.Fatal(err)
	}
	return client
}
