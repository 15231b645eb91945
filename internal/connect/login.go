package connect

import (
	"context"
	"crypto/rand"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"time"

	"golang.org/x/oauth2"

	"tributary/internal/keap"
	"tributary/internal/store"
)

// loginKind is the kind of document that a login under way is; its key is the hash of the state, which only the owner's
// browser and Keap see.
const loginKind = "keap-login"

const loginLife = 10 * time.Minute

type login struct {
	Expires   time.Time `json:"expires"`
	NewTenant bool      `json:"new_tenant,omitempty"`
	Verifier  []byte    `json:"verifier"` // sealed
}

func loginKey(state string) string {
	sum := sha256.Sum256([]byte(state))
	return hex.EncodeToString(sum[:])
}

// Login begins OAuth: the owner opens the address within 10 minutes, and Keap sends the browser to the redirect address.
// NewTenant says that another app than before is meant.
func (c *Connection) Login(ctx context.Context, newTenant bool) (address string, expires time.Time, err error) {
	if c.current().How == ByFlag {
		return "", expires, ErrFlagKey
	}
	if c.o.ClientID == "" {
		return "", expires, ErrNoClient
	}
	if err := c.sweep(ctx); err != nil {
		return "", expires, err
	}
	state, verifier := rand.Text(), oauth2.GenerateVerifier()
	key := loginKey(state)
	expires = c.o.Now().Add(loginLife).UTC().Truncate(time.Second)
	value, err := json.Marshal(login{expires, newTenant, c.o.Sealer.SealBytes([]byte(verifier), loginKind, key)})
	if err != nil {
		return "", expires, err
	}
	if _, err := c.o.Store.Put(ctx, loginKind, key, value, 0); err != nil {
		return "", expires, fmt.Errorf("saving the login: %w", err)
	}
	return c.oauth.AuthCodeURL(state, oauth2.S256ChallengeOption(verifier)), expires, nil
}

// sweep removes logins that nobody has finished.
func (c *Connection) sweep(ctx context.Context) error {
	docs, err := c.o.Store.List(ctx, loginKind, "", 100)
	if err != nil {
		return err
	}
	for _, d := range docs {
		var l login
		if json.Unmarshal(d.Value, &l) == nil && c.o.Now().Before(l.Expires) {
			continue
		}
		if err := c.o.Store.Delete(ctx, loginKind, d.Key, d.Version); err != nil && !errors.Is(err, store.ErrConflict) {
			return err
		}
	}
	return nil
}

// Answer is what Keap sent the browser back with.
type Answer struct{ State, Code, Error string }

// Finish ends a login. It returns the app that is connected now. Whatever the error, what was connected before stays so.
func (c *Connection) Finish(ctx context.Context, a Answer) (tenant string, err error) {
	begun, verifier, err := c.take(ctx, a.State)
	if err != nil {
		return "", err
	}
	if c.current().How == ByFlag {
		return "", ErrFlagKey
	}
	if a.Error != "" || a.Code == "" {
		return "", ErrDenied
	}
	// From here to the end the tokens are in memory alone. A crash loses them and nothing else: the owner logs in again.
	ctx = context.WithoutCancel(ctx)
	conf := c.oauth
	conf.Endpoint.AuthStyle = oauth2.AuthStyleInParams
	pair, err := conf.Exchange(c.withClient(ctx), a.Code, oauth2.VerifierOption(verifier))
	if err != nil {
		return "", exchangeError(err)
	}
	now := c.o.Now()
	return c.connect(ctx, credential{record: record{Connected: now.UTC()}}.with(pair, now), begun.NewTenant)
}

func exchangeError(err error) error {
	err = tokenError("getting tokens from Keap", err)
	if refused(err) {
		return fmt.Errorf("%w: %w", ErrKeyRefused, err)
	}
	return fmt.Errorf("%w: %w", ErrUnreachable, err)
}

// take uses a login up: of several answers with one state exactly one goes on.
func (c *Connection) take(ctx context.Context, state string) (l login, verifier string, err error) {
	key := loginKey(state)
	d, err := c.o.Store.Get(ctx, loginKind, key)
	if errors.Is(err, store.ErrNotFound) {
		return l, "", ErrLoginGone
	}
	if err != nil {
		return l, "", err
	}
	err = c.o.Store.Delete(ctx, loginKind, key, d.Version)
	if errors.Is(err, store.ErrConflict) {
		return l, "", ErrLoginGone
	}
	if err != nil {
		return l, "", fmt.Errorf("using a login up: %w", err)
	}
	if err := json.Unmarshal(d.Value, &l); err != nil {
		return l, "", err
	}
	if !c.o.Now().Before(l.Expires) {
		return l, "", ErrLoginGone
	}
	text, err := c.o.Sealer.OpenBytes(l.Verifier, loginKind, key)
	return l, string(text), err
}

// UseKey connects by a service account key or a personal access token, which is stored. Whatever the error, what was
// connected before stays so.
func (c *Connection) UseKey(ctx context.Context, key, header string, newTenant bool) (tenant string, err error) {
	if c.current().How == ByFlag {
		return "", ErrFlagKey
	}
	if header == "" {
		header = keap.HeaderAuthorization
	}
	key = strings.TrimSpace(key)
	if err := keap.CheckKey(key, header); err != nil {
		return "", fmt.Errorf("%w: %w", ErrKeyRefused, err)
	}
	next := credential{record: record{How: ByKey, Connected: c.o.Now().UTC()}, secrets: secrets{Key: key, Header: header}}
	return c.connect(ctx, next, newTenant)
}

// connect checks a credential with Keap and makes it the present one.
func (c *Connection) connect(ctx context.Context, next credential, newTenant bool) (string, error) {
	tenant, err := c.ask(ctx, next)
	if keap.IsKeyRefused(err) {
		return "", fmt.Errorf("%w: %w", ErrKeyRefused, err)
	}
	if err != nil {
		return "", fmt.Errorf("%w: %w", ErrUnreachable, err)
	}
	if err := c.admit(ctx, tenant, newTenant); err != nil {
		return "", err
	}
	if err := c.replace(ctx, next); err != nil {
		return "", err
	}
	c.settle(next, standing{State: Connected, Tenant: tenant, checked: c.o.Now()})
	return tenant, nil
}

// Disconnect forgets the credential. The app that the data belongs to stays known. At Keap the permission remains until
// the owner takes it back there.
func (c *Connection) Disconnect(ctx context.Context) error {
	if c.current().How == ByFlag {
		return ErrFlagKey
	}
	return c.replace(ctx, credential{})
}
