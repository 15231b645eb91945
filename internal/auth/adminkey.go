package auth

import (
	"crypto/sha256"
	"crypto/subtle"
)

// AdminKey is the key that programs show to the REST API. It holds only a hash, so that it cannot be printed by
// accident. The zero AdminKey matches nothing.
type AdminKey struct {
	sum [sha256.Size]byte
	set bool
}

// NewAdminKey takes the key as configured; an empty one makes a key that nothing matches.
func NewAdminKey(key string) AdminKey {
	return AdminKey{sum: sha256.Sum256([]byte(key)), set: key != ""}
}

// Matches compares in a time that depends on neither key: both sides are hashed first, which also hides the length.
func (k AdminKey) Matches(given string) bool {
	sum := sha256.Sum256([]byte(given))
	return subtle.ConstantTimeCompare(sum[:], k.sum[:]) == 1 && k.set
}

// String keeps the hash out of logs.
func (k AdminKey) String() string { return "(admin key)" }
