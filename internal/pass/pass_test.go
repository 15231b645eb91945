package pass_test

import (
	"encoding/base64"
	"errors"
	"strings"
	"testing"

	"tributary/internal/attribution"
	"tributary/internal/pass"
	"tributary/internal/store/boltstore"
	"tributary/internal/vault"
)

var maria = pass.Holder{Account: attribution.DefaultAccount, Affiliate: "42"}

func newPasses(t *testing.T, secret string) *pass.Passes {
	t.Helper()
	s, err := boltstore.Open(boltstore.Options{Dir: t.TempDir()})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = s.Close() })
	seal, err := vault.New([]byte(strings.Repeat(secret, 32)))
	if err != nil {
		t.Fatal(err)
	}
	return pass.New(s, seal)
}

func issue(t *testing.T, p *pass.Passes, purpose pass.Purpose, h pass.Holder) string {
	t.Helper()
	token, err := p.Issue(t.Context(), purpose, h)
	if err != nil {
		t.Fatal(err)
	}
	return token
}

func TestAPassIsForOnePurpose(t *testing.T) {
	p := newPasses(t, "k")
	card := issue(t, p, pass.Card, maria)
	if again := issue(t, p, pass.Card, maria); again != card {
		t.Error("the same pass is another the second time")
	}
	if h, err := p.Read(t.Context(), pass.Card, card); h != maria || err != nil {
		t.Errorf("it reads as %v, %v", h, err)
	}
	for _, other := range []pass.Purpose{pass.Unsubscribe, pass.Doorbell, ""} {
		if _, err := p.Read(t.Context(), other, card); !errors.Is(err, pass.ErrBad) {
			t.Errorf("as %q: %v", other, err)
		}
	}
	if _, err := newPasses(t, "l").Read(t.Context(), pass.Card, card); !errors.Is(err, pass.ErrBad) {
		t.Errorf("with another secret: %v", err)
	}
}

func TestForgedPasses(t *testing.T) {
	p := newPasses(t, "k")
	card := issue(t, p, pass.Card, maria)
	raw, _ := base64.RawURLEncoding.DecodeString(card)
	for i := range raw {
		changed := append([]byte(nil), raw...)
		changed[i] ^= 1
		if _, err := p.Read(t.Context(), pass.Card, base64.RawURLEncoding.EncodeToString(changed)); !errors.Is(err, pass.ErrBad) {
			t.Errorf("with byte %d changed: %v", i, err)
		}
	}
	for _, token := range []string{"", "x", card[:20], card + "A", card + "=", strings.Repeat("A", 1<<20), "%%", card[:len(card)-1] + "\n"} {
		if _, err := p.Read(t.Context(), pass.Card, token); !errors.Is(err, pass.ErrBad) {
			t.Errorf("%.30q: %v", token, err)
		}
	}
}

func TestRevokingVoidsAllPassesOfOnePurposeAndAffiliate(t *testing.T) {
	p := newPasses(t, "k")
	sam := pass.Holder{Account: attribution.DefaultAccount, Affiliate: "43"}
	card, bell, sams := issue(t, p, pass.Card, maria), issue(t, p, pass.Doorbell, maria), issue(t, p, pass.Card, sam)
	var old []string
	for range 3 {
		old = append(old, card)
		if err := p.Revoke(t.Context(), pass.Card, maria); err != nil {
			t.Fatal(err)
		}
		card = issue(t, p, pass.Card, maria)
		for _, token := range old {
			if _, err := p.Read(t.Context(), pass.Card, token); !errors.Is(err, pass.ErrBad) {
				t.Errorf("a revoked pass: %v", err)
			}
		}
	}
	for purpose, token := range map[pass.Purpose]string{pass.Doorbell: bell, pass.Card: sams} {
		if _, err := p.Read(t.Context(), purpose, token); err != nil {
			t.Errorf("%s of another: %v", purpose, err)
		}
	}
	if h, err := p.Read(t.Context(), pass.Card, card); h != maria || err != nil {
		t.Errorf("the new pass: %v, %v", h, err)
	}
}
