package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"

	"tributary/internal/store"
	"tributary/internal/vault"
)

const (
	secretKeyFile = "secret.key"
	adminKeyFile  = "admin.key"
)

// keyProof is a document that only the right secret key opens. Without it a restored folder whose key was forgotten would
// start with a new one, and nobody would notice that no e-mail can be read.
const (
	keyProofKind = "vault"
	keyProof     = "proof"
)

// openVault loads the secret key and holds it against the proof in the store.
func (c *collector) openVault(ctx context.Context) (*vault.Vault, error) {
	proof, err := c.store.Get(ctx, keyProofKind, keyProof)
	proven := err == nil
	if err != nil && !errors.Is(err, store.ErrNotFound) {
		return nil, err
	}
	secret, err := c.loadSecret(proven)
	if err != nil {
		return nil, err
	}
	seal, err := vault.New(secret)
	if err != nil {
		return nil, err
	}
	if !proven {
		_, err := c.store.Put(ctx, keyProofKind, keyProof, seal.SealBytes([]byte("tributary"), keyProofKind, keyProof), 0)
		return seal, err
	}
	if _, err := seal.OpenBytes(proof.Value, keyProofKind, keyProof); err != nil {
		return nil, fmt.Errorf("this is not the secret key that the data in %s was stored with: put the right %s there, or give it by --secret-key", c.cfg.data, secretKeyFile)
	}
	return seal, nil
}

// loadSecret reads the key, and makes one only for a store that has none yet.
func (c *collector) loadSecret(proven bool) ([]byte, error) {
	if c.cfg.secretKey != "" {
		return []byte(c.cfg.secretKey), nil
	}
	_, err := os.Stat(filepath.Join(c.cfg.data, secretKeyFile))
	if proven && errors.Is(err, os.ErrNotExist) {
		return nil, fmt.Errorf("%s is missing in %s, and the data there cannot be read without it: put it back, or give it by --secret-key", secretKeyFile, c.cfg.data)
	}
	return vault.LoadOrMake(c.cfg.data, secretKeyFile)
}
