// Package auth lets people in: affiliates by a login link and a session, the users of the owner's desk by a password, a
// passkey or a link and a session, programs by a key.
//
// Every token is 32 random bytes, shown once to whom it belongs. The store holds only its SHA-256: a copy of the store
// opens nothing. A plain hash is enough, because 256 random bits cannot be guessed as a password can.
package auth

import (
	"context"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"github.com/go-webauthn/webauthn/webauthn"

	"tributary/internal/attribution"
	"tributary/internal/store"
)

// The kinds of documents that this package keeps. The key of each is the hash of its token.
const (
	linkKind        = "login-link"
	sessionKind     = "session"
	deskLinkKind    = "desk-link"
	deskSessionKind = "desk-session"
	knownKind       = "desk-known" // a browser that a user has signed in with before
	ceremonyKind    = "desk-ceremony"
)

const (
	// LinkLife is how long a login link opens anything.
	LinkLife = 15 * time.Minute
	// SessionLife is how long a session lives after it was last renewed.
	SessionLife = 30 * 24 * time.Hour
	// renewAfter keeps a session's sliding end from costing a write per page.
	renewAfter = 24 * time.Hour
)

var (
	// ErrBadLink is returned for a login link that is unknown, used or expired: one answer for all three.
	ErrBadLink = errors.New("this login link does not work any more")
	// ErrNoSession is returned for a session that is unknown, signed out or expired.
	ErrNoSession = errors.New("not signed in")
)

// Auth issues and checks login links and sessions.
type Auth struct {
	docs     store.Documents
	now      func() time.Time
	hasher   *hasher
	passkeys *webauthn.WebAuthn // nil where browsers would not take them

	byAddress, byAccount, byKnown, byPasskey *Limiter
}

// Option is a choice of New.
type Option func(*Auth)

// WithKDF hashes passwords in another way: for tests, which count the work.
func WithKDF(kdf KDF) Option { return func(a *Auth) { a.hasher.kdf = kdf } }

// New returns an Auth that keeps its documents in docs.
func New(docs store.Documents, now func() time.Time, options ...Option) *Auth {
	a := &Auth{
		docs: docs, now: now, hasher: newHasher(),
		byAddress: NewLimiter(20, 3*time.Second, now), byPasskey: NewLimiter(30, 2*time.Second, now),
		byAccount: NewLimiter(10, 6*time.Second, now), byKnown: NewLimiter(10, 6*time.Second, now),
	}
	for _, option := range options {
		option(a)
	}
	return a
}

// grant is what a token stands for, as stored.
type grant struct {
	Account   attribution.AccountID `json:"account"`
	Affiliate string                `json:"affiliate,omitempty"`
	User      string                `json:"user,omitempty"` // of the desk
	How       How                   `json:"how,omitempty"`  // of a session at the desk: how it was opened
	Began     time.Time             `json:"began,omitzero"` // likewise: when
	Browser   string                `json:"browser,omitempty"`
	Ceremony  json.RawMessage       `json:"ceremony,omitempty"` // of a passkey
	Issued    time.Time             `json:"issued"`             // of a session: when it was last renewed
	Expires   time.Time             `json:"expires"`
}

const tokenBytes = 32

func newToken() (token, key string) {
	raw := make([]byte, tokenBytes)
	rand.Read(raw) // never fails: the runtime ends the program instead
	return base64.RawURLEncoding.EncodeToString(raw), keyOf(raw)
}

func keyOf(raw []byte) string {
	sum := sha256.Sum256(raw)
	return base64.RawURLEncoding.EncodeToString(sum[:])
}

// keyOfToken is the key of a token from outside; "" for what cannot be one, so that no look-up is spent on it.
func keyOfToken(token string) string {
	raw, err := base64.RawURLEncoding.Strict().DecodeString(token)
	if err != nil || len(raw) != tokenBytes {
		return ""
	}
	return keyOf(raw)
}

// issue stores a new grant and returns its token.
func (a *Auth) issue(ctx context.Context, kind string, g grant) (string, error) {
	token, key := newToken()
	value, err := json.Marshal(g)
	if err != nil {
		return "", fmt.Errorf("encoding a %s: %w", kind, err)
	}
	if _, err := a.docs.Put(ctx, kind, key, value, 0); err != nil {
		return "", fmt.Errorf("saving a %s: %w", kind, err)
	}
	return token, nil
}

// find returns the grant of a token and its document; bad when there is none, or it has expired.
func (a *Auth) find(ctx context.Context, kind, token string, bad error) (g grant, doc store.Document, err error) {
	key := keyOfToken(token)
	if key == "" {
		return g, doc, bad
	}
	doc, err = a.docs.Get(ctx, kind, key)
	if errors.Is(err, store.ErrNotFound) {
		return g, doc, bad
	}
	if err != nil {
		return g, doc, fmt.Errorf("reading a %s: %w", kind, err)
	}
	if err := json.Unmarshal(doc.Value, &g); err != nil {
		return g, doc, fmt.Errorf("decoding a %s: %w", kind, err)
	}
	if !a.now().Before(g.Expires) {
		return g, doc, bad
	}
	return g, doc, nil
}
