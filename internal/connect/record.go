package connect

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"tributary/internal/store"
)

// recordKind is the kind of document that a connection is; its key is the account. The document is never deleted: a
// version that begins again would let a slow writer take a later connection for the one that it has read.
const recordKind = "keap-connection"

// How says what Keap is asked with.
type How string

const (
	ByFlag  How = "flag"  // a key of the settings, --keap-key; it is not stored
	ByKey   How = "key"   // a service account key or personal access token that is stored
	ByOAuth How = "oauth" // tokens that Keap gave by OAuth, and renews
)

// record is a connection at rest.
type record struct {
	How       How       `json:"how,omitempty"` // empty: nothing is connected
	Connected time.Time `json:"connected,omitzero"`
	Renewed   time.Time `json:"renewed,omitzero"` // when Keap gave the tokens
	Expires   time.Time `json:"expires,omitzero"` // when the access token ends
	// Refused says why Keap gives no other tokens, and RefusedAt when that was tried last.
	Refused   string    `json:"refused,omitempty"`
	RefusedAt time.Time `json:"refused_at,omitzero"`
	Sealed    []byte    `json:"sealed,omitempty"`
}

// secrets is what Sealed holds.
type secrets struct {
	Key      string `json:"key,omitempty"`
	Header   string `json:"header,omitempty"` // that the key goes in
	Access   string `json:"access,omitempty"`
	Refresh  string `json:"refresh,omitempty"`
	Previous string `json:"previous,omitempty"` // the refresh token before this one
}

// credential is a record as it is used.
type credential struct {
	record
	secrets
	version int64
}

// token is what identifies the credential to Keap now.
func (c credential) token() string {
	if c.How == ByOAuth {
		return c.Access
	}
	return c.Key
}

// load reads what is stored; a credential without How when nothing is connected.
func (c *Connection) load(ctx context.Context) (credential, error) {
	d, err := c.o.Store.Get(ctx, recordKind, c.o.Account)
	if errors.Is(err, store.ErrNotFound) {
		return credential{}, nil
	}
	if err != nil {
		return credential{}, fmt.Errorf("reading the connection to Keap: %w", err)
	}
	if now := c.current(); now.version == d.Version {
		return now, nil
	}
	out := credential{version: d.Version}
	if err := json.Unmarshal(d.Value, &out.record); err != nil {
		return credential{}, fmt.Errorf("reading the connection to Keap: %w", err)
	}
	if out.How == "" {
		return out, nil
	}
	text, err := c.o.Sealer.OpenBytes(out.Sealed, recordKind, c.o.Account)
	if err != nil {
		return credential{}, fmt.Errorf("reading the connection to Keap: %w", err)
	}
	return out, json.Unmarshal(text, &out.secrets)
}

// put stores a credential where the stored version is its own; store.ErrConflict otherwise.
func (c *Connection) put(ctx context.Context, next credential) (credential, error) {
	next.Sealed = nil
	if next.How != "" {
		text, err := json.Marshal(next.secrets)
		if err != nil {
			return next, err
		}
		next.Sealed = c.o.Sealer.SealBytes(text, recordKind, c.o.Account)
	}
	value, err := json.Marshal(next.record)
	if err != nil {
		return next, err
	}
	next.version, err = c.o.Store.Put(ctx, recordKind, c.o.Account, value, next.version)
	return next, err
}

// replace stores a credential whatever is stored: the owner's newest word counts.
func (c *Connection) replace(ctx context.Context, next credential) error {
	for {
		stored, err := c.load(ctx)
		if err != nil {
			return err
		}
		next.version = stored.version
		saved, err := c.put(ctx, next)
		if errors.Is(err, store.ErrConflict) {
			continue
		}
		if err != nil {
			return fmt.Errorf("saving the connection to Keap: %w", err)
		}
		c.adopt(saved)
		return nil
	}
}
