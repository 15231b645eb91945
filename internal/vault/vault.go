// Package vault keeps personal data unreadable at rest: a keyed hash to find a person by, and AES-256-GCM to read one.
package vault

import (
	"crypto/aes"
	"crypto/cipher"
	"crypto/hkdf"
	"crypto/hmac"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"tributary/internal/attribution"
	"tributary/internal/durable"
)

// keyVersion is the first byte of every ciphertext, so that keys can be changed one day.
const keyVersion = 1

// ErrUnreadable is returned for a ciphertext that this key did not make, or that was made for another person or kind.
var ErrUnreadable = errors.New("unreadable ciphertext: is this the secret key that the data was stored with?")

// Vault seals and opens with one secret key.
type Vault struct {
	aead   cipher.AEAD
	person []byte
	pass   []byte
}

// New makes a vault of a secret of 32 bytes or more.
func New(secret []byte) (*Vault, error) {
	if len(secret) < 32 {
		return nil, errors.New("the secret key must have at least 32 bytes")
	}
	sealing, err := hkdf.Key(sha256.New, secret, nil, "tributary seal v1", 32)
	if err != nil {
		return nil, fmt.Errorf("deriving the sealing key: %w", err)
	}
	person, err := hkdf.Key(sha256.New, secret, nil, "tributary person v1", 32)
	if err != nil {
		return nil, fmt.Errorf("deriving the person key: %w", err)
	}
	pass, err := hkdf.Key(sha256.New, secret, nil, "tributary pass v1", 32)
	if err != nil {
		return nil, fmt.Errorf("deriving the key of passes: %w", err)
	}
	block, err := aes.NewCipher(sealing)
	if err != nil {
		return nil, err
	}
	aead, err := cipher.NewGCMWithRandomNonce(block)
	return &Vault{aead: aead, person: person, pass: pass}, err
}

// LoadOrMake reads the secret key of a data folder, making one when there is none. Without this file nobody's e-mail in
// the folder can be read: it belongs into the backup, apart from the data.
func LoadOrMake(dir, name string) ([]byte, error) {
	path := filepath.Join(dir, name)
	text, err := os.ReadFile(path)
	if errors.Is(err, os.ErrNotExist) {
		return makeSecret(path)
	}
	if err != nil {
		return nil, fmt.Errorf("reading the secret key: %w", err)
	}
	secret, err := base64.StdEncoding.DecodeString(strings.TrimSpace(string(text)))
	if err != nil {
		return nil, fmt.Errorf("%s is not a secret key in base64: put the right file back", path)
	}
	return secret, nil
}

func makeSecret(path string) ([]byte, error) {
	secret := make([]byte, 32)
	rand.Read(secret)
	f, err := os.OpenFile(path, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600)
	if err != nil {
		return nil, fmt.Errorf("making the secret key: %w", err)
	}
	// Its name as well: events sealed with a key that a power cut took would be lost.
	_, err = f.WriteString(base64.StdEncoding.EncodeToString(secret) + "\n")
	if err := errors.Join(err, f.Sync(), f.Close(), durable.SyncFolder(filepath.Dir(path))); err != nil {
		return nil, fmt.Errorf("saving the secret key: %w", err)
	}
	return secret, nil
}

// Key returns the key of a normalised e-mail address.
func (v *Vault) Key(email string) attribution.PersonKey {
	return v.KeyOfHash(sha256.Sum256([]byte(email)))
}

// KeyOfHash returns the key of an e-mail address of which only the SHA-256 is known: sites may send that alone.
func (v *Vault) KeyOfHash(hash [sha256.Size]byte) (key attribution.PersonKey) {
	mac := hmac.New(sha256.New, v.person)
	mac.Write(hash[:])
	copy(key[:], mac.Sum(nil))
	return key
}

// Seal encrypts a person, whose e-mail must be normalised.
func (v *Vault) Seal(p attribution.Person) (attribution.PersonKey, []byte, error) {
	text, err := json.Marshal(p)
	if err != nil {
		return attribution.PersonKey{}, nil, fmt.Errorf("encoding a person: %w", err)
	}
	key := v.Key(p.Email)
	return key, v.SealBytes(text, "person", key.String()), nil
}

// Open decrypts what Seal made for this very person.
func (v *Vault) Open(sealed []byte, key attribution.PersonKey) (p attribution.Person, err error) {
	text, err := v.OpenBytes(sealed, "person", key.String())
	if err != nil {
		return p, err
	}
	return p, json.Unmarshal(text, &p)
}

// SealBytes encrypts text so that it opens only as the same kind and id.
func (v *Vault) SealBytes(text []byte, kind, id string) []byte {
	return v.aead.Seal([]byte{keyVersion}, nil, text, aad(kind, id))
}

// OpenBytes decrypts what SealBytes made.
func (v *Vault) OpenBytes(sealed []byte, kind, id string) ([]byte, error) {
	if len(sealed) == 0 || sealed[0] != keyVersion {
		return nil, ErrUnreadable
	}
	text, err := v.aead.Open(nil, nil, sealed[1:], aad(kind, id))
	if err != nil {
		return nil, ErrUnreadable
	}
	return text, nil
}

func aad(kind, id string) []byte { return fmt.Appendf(nil, "%s\x00%s\x00%d", kind, id, keyVersion) }
