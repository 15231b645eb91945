package auth

import (
	"context"
	"crypto/rand"
	"crypto/subtle"
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"tributary/internal/store"
)

const (
	apiKeyKind = "api-key"
	// keyHead begins every key, so that a search for leaked secrets finds it.
	keyHead = "tk_"
	// noteUseAfter keeps the time of the last use from costing a write per call.
	noteUseAfter = time.Hour
	manyKeys     = 1000
)

var (
	// ErrBadKey is returned for a key that is unknown or was revoked.
	ErrBadKey = errors.New("this key opens nothing")
	// ErrBadKeyName is wrapped by what is wrong with a new key.
	ErrBadKeyName = errors.New("this key cannot be made")
)

// APIKey is what a program shows to the REST API.
type APIKey struct {
	ID      string    `json:"id"`
	Name    string    `json:"name"`
	Role    Role      `json:"role"`
	Created time.Time `json:"created"`
	By      string    `json:"by,omitempty"`  // who made it
	Used    time.Time `json:"used,omitzero"` // within an hour
}

// storedKey is a key with the hash of its secret.
type storedKey struct {
	APIKey
	Hash string `json:"hash"`
}

// AddKey makes a key; its text is told only now. An error that wraps ErrBadKeyName.
func (a *Auth) AddKey(ctx context.Context, name string, role Role, by string) (k APIKey, text string, err error) {
	if name = strings.TrimSpace(name); name == "" || utf8.RuneCountInString(name) > maxName || strings.ContainsFunc(name, unicode.IsControl) {
		return k, "", fmt.Errorf("%w: its name must have 1 to %d characters, in one line", ErrBadKeyName, maxName)
	}
	if role.rank() == 0 {
		return k, "", fmt.Errorf("%w: its role is owner, manager or viewer", ErrBadKeyName)
	}
	token, hash := newToken()
	k = APIKey{ID: strings.ToLower(rand.Text()[:16]), Name: name, Role: role, Created: a.now().UTC(), By: by}
	value, err := json.Marshal(storedKey{k, hash})
	if err != nil {
		return k, "", fmt.Errorf("encoding a key: %w", err)
	}
	if _, err := a.docs.Put(ctx, apiKeyKind, k.ID, value, 0); err != nil {
		return k, "", fmt.Errorf("saving a key: %w", err)
	}
	return k, keyHead + k.ID + "_" + token, nil
}

// Keys lists the keys. What opens them is not among it.
func (a *Auth) Keys(ctx context.Context) ([]APIKey, error) {
	docs, err := a.docs.List(ctx, apiKeyKind, "", manyKeys)
	if err != nil {
		return nil, fmt.Errorf("listing keys: %w", err)
	}
	keys := make([]APIKey, len(docs))
	for i, doc := range docs {
		if err := json.Unmarshal(doc.Value, &keys[i]); err != nil {
			return nil, fmt.Errorf("decoding a key: %w", err)
		}
	}
	return keys, nil
}

// RevokeKey takes a key away, and returns what it was. store.ErrNotFound where there is none.
func (a *Auth) RevokeKey(ctx context.Context, id string) (APIKey, error) {
	for {
		k, doc, err := a.key(ctx, id)
		if err != nil {
			return k.APIKey, err
		}
		err = a.docs.Delete(ctx, apiKeyKind, id, doc.Version)
		if !errors.Is(err, store.ErrConflict) { // a conflict is a key that was used meanwhile
			return k.APIKey, err
		}
	}
}

func (a *Auth) key(ctx context.Context, id string) (k storedKey, doc store.Document, err error) {
	if doc, err = a.docs.Get(ctx, apiKeyKind, id); err != nil {
		return k, doc, fmt.Errorf("reading a key: %w", err)
	}
	if err := json.Unmarshal(doc.Value, &k); err != nil {
		return k, doc, fmt.Errorf("decoding a key: %w", err)
	}
	return k, doc, nil
}

// Key returns the key of a text, or ErrBadKey. Its last use is noted once an hour.
func (a *Auth) Key(ctx context.Context, text string) (APIKey, error) {
	rest, ours := strings.CutPrefix(text, keyHead)
	id, token, both := strings.Cut(rest, "_")
	hash := keyOfToken(token)
	if !ours || !both || hash == "" || len(id) != 16 {
		return APIKey{}, ErrBadKey
	}
	k, doc, err := a.key(ctx, id)
	if errors.Is(err, store.ErrNotFound) {
		return APIKey{}, ErrBadKey
	}
	if err != nil {
		return APIKey{}, err
	}
	if subtle.ConstantTimeCompare([]byte(hash), []byte(k.Hash)) != 1 {
		return APIKey{}, ErrBadKey
	}
	return k.APIKey, a.noteKeyUse(ctx, k, doc)
}

func (a *Auth) noteKeyUse(ctx context.Context, k storedKey, doc store.Document) error {
	if a.now().Sub(k.Used) < noteUseAfter {
		return nil
	}
	k.Used = a.now().UTC()
	value, err := json.Marshal(k)
	if err != nil {
		return fmt.Errorf("encoding a key: %w", err)
	}
	_, err = a.docs.Put(ctx, apiKeyKind, k.ID, value, doc.Version)
	if err != nil && !errors.Is(err, store.ErrConflict) { // another call noted it, or the key was revoked just now
		return fmt.Errorf("noting the use of a key: %w", err)
	}
	return nil
}
