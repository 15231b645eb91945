package vault_test

import (
	"bytes"
	"crypto/sha256"
	"errors"
	"os"
	"path/filepath"
	"testing"

	"tributary/internal/attribution"
	"tributary/internal/vault"
)

func newVault(t *testing.T, fill byte) *vault.Vault {
	t.Helper()
	v, err := vault.New(bytes.Repeat([]byte{fill}, 32))
	if err != nil {
		t.Fatal(err)
	}
	return v
}

func TestASealedPersonOpensOnlyAsItself(t *testing.T) {
	v := newVault(t, 1)
	ann := attribution.Person{Email: "ann@example.com", FirstName: "Ann", IP: "192.0.2.1"}
	key, sealed, err := v.Seal(ann)
	if err != nil || bytes.Contains(sealed, []byte("ann@")) {
		t.Fatalf("sealed %q, %v", sealed, err)
	}
	if got, err := v.Open(sealed, key); err != nil || got != ann {
		t.Errorf("opened %+v, %v", got, err)
	}
	if _, err := v.Open(sealed, v.Key("bob@example.com")); !errors.Is(err, vault.ErrUnreadable) {
		t.Errorf("opened as somebody else: %v", err)
	}
	if _, err := newVault(t, 2).Open(sealed, key); !errors.Is(err, vault.ErrUnreadable) {
		t.Errorf("opened with another key: %v", err)
	}
	for i := range sealed {
		damaged := bytes.Clone(sealed)
		damaged[i] ^= 1
		if _, err := v.Open(damaged, key); err == nil {
			t.Fatalf("byte %d can be changed unnoticed", i)
		}
	}
	if again := newVault(t, 1).Key("ann@example.com"); again != key {
		t.Error("the same address has another key after a restart")
	}
	if newVault(t, 2).Key("ann@example.com") == key {
		t.Error("the key of a person does not depend on the secret")
	}
}

func TestTheSecretIsMadeOnceAndPrivate(t *testing.T) {
	dir := t.TempDir()
	first, err := vault.LoadOrMake(dir, "secret.key")
	if err != nil {
		t.Fatal(err)
	}
	if again, err := vault.LoadOrMake(dir, "secret.key"); err != nil || !bytes.Equal(first, again) {
		t.Errorf("another secret the second time: %v", err)
	}
	if info, _ := os.Stat(filepath.Join(dir, "secret.key")); info.Mode().Perm() != 0o600 {
		t.Errorf("mode %v", info.Mode())
	}
	os.WriteFile(filepath.Join(dir, "broken.key"), []byte("not base64!"), 0o600)
	if _, err := vault.LoadOrMake(dir, "broken.key"); err == nil {
		t.Error("a broken key file was taken")
	}
}

func TestTheHashOfAnAddressGivesItsKey(t *testing.T) {
	v := newVault(t, 1)
	if v.Key("ann@example.com") != v.KeyOfHash(sha256.Sum256([]byte("ann@example.com"))) {
		t.Error("the hash of an e-mail leads to another person")
	}
	if v.Key("ann@example.com") == newVault(t, 2).Key("ann@example.com") {
		t.Error("the key of a person needs no secret")
	}
}
