// Package pass makes addresses that an affiliate's reader keeps for long: the card in a members' area, the way out of the
// digest, the doorbell. Whoever has one may do the one thing that it is for, and nothing else: a pass is no login.
//
// A pass is signed, not stored. What is stored is the version of an affiliate's passes of a purpose, once it was raised: all
// earlier ones are void then.
package pass

import (
	"context"
	"crypto/subtle"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"strings"

	"tributary/internal/attribution"
	"tributary/internal/store"
)

// Purpose is the one thing that a pass is for.
type Purpose string

const (
	Card        Purpose = "card"        // see the counts
	Unsubscribe Purpose = "unsubscribe" // end the digest
	Doorbell    Purpose = "doorbell"    // have a login mail sent
)

// Holder is whom a pass is about.
type Holder struct {
	Account   attribution.AccountID
	Affiliate string // Keap's affiliate id
}

// ErrBad is returned for a pass that is forged, for another purpose, or void.
var ErrBad = errors.New("this address does not work any more")

// Signer is a vault: see vault.Vault.Mac.
type Signer interface {
	Mac(purpose string, text []byte) []byte
}

// Passes issues and reads them.
type Passes struct {
	docs   store.Documents
	signer Signer
}

// New makes passes that are signed by signer.
func New(docs store.Documents, signer Signer) *Passes { return &Passes{docs, signer} }

const (
	kind    = "pass"
	macSize = 16 // bytes: nobody guesses 128 bits
	longest = 400
)

// content is what a pass says: short names, because addresses are merged into mails.
type content struct {
	Account   attribution.AccountID `json:"a"`
	Affiliate string                `json:"i"`
	Version   int64                 `json:"v"`
}

// Issue makes an affiliate's pass. It is the same each time, until Revoke.
func (p *Passes) Issue(ctx context.Context, purpose Purpose, h Holder) (string, error) {
	version, err := p.version(ctx, purpose, h)
	if err != nil {
		return "", err
	}
	text, err := json.Marshal(content{h.Account, h.Affiliate, version})
	if err != nil {
		return "", fmt.Errorf("making a pass: %w", err)
	}
	return base64.RawURLEncoding.EncodeToString(append(p.mac(purpose, text), text...)), nil
}

func (p *Passes) mac(purpose Purpose, text []byte) []byte {
	return p.signer.Mac("pass "+string(purpose), text)[:macSize]
}

// Read returns whom a pass is about, or ErrBad. A forged one costs no look into the store.
func (p *Passes) Read(ctx context.Context, purpose Purpose, token string) (h Holder, err error) {
	raw, err := base64.RawURLEncoding.Strict().DecodeString(token)
	if err != nil || len(raw) <= macSize || len(raw) > longest {
		return h, ErrBad
	}
	mac, text := raw[:macSize], raw[macSize:]
	if subtle.ConstantTimeCompare(mac, p.mac(purpose, text)) != 1 {
		return h, ErrBad
	}
	var c content
	if err := json.Unmarshal(text, &c); err != nil {
		return h, ErrBad
	}
	h = Holder{c.Account, c.Affiliate}
	version, err := p.version(ctx, purpose, h)
	if err != nil {
		return h, err
	}
	if version != c.Version {
		return h, ErrBad
	}
	return h, nil
}

// Revoke voids all passes of an affiliate for a purpose. The next that is issued is another.
func (p *Passes) Revoke(ctx context.Context, purpose Purpose, h Holder) error {
	for {
		doc, err := p.docs.Get(ctx, kind, key(purpose, h))
		if err != nil && !errors.Is(err, store.ErrNotFound) {
			return fmt.Errorf("reading the version of a pass: %w", err)
		}
		// The document's own version counts; its value says nothing.
		_, err = p.docs.Put(ctx, kind, key(purpose, h), []byte("{}"), doc.Version)
		if errors.Is(err, store.ErrConflict) {
			continue
		}
		if err != nil {
			return fmt.Errorf("raising the version of a pass: %w", err)
		}
		return nil
	}
}

// version is how often the passes were revoked.
func (p *Passes) version(ctx context.Context, purpose Purpose, h Holder) (int64, error) {
	doc, err := p.docs.Get(ctx, kind, key(purpose, h))
	if errors.Is(err, store.ErrNotFound) {
		return 0, nil
	}
	if err != nil {
		return 0, fmt.Errorf("reading the version of a pass: %w", err)
	}
	return doc.Version, nil
}

func key(purpose Purpose, h Holder) string {
	return strings.Join([]string{string(h.Account), h.Affiliate, string(purpose)}, "\x00")
}
