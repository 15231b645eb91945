package auth

import (
	"context"
	"crypto/rand"
	"crypto/subtle"
	_ "embed"
	"encoding/base64"
	"errors"
	"fmt"
	"strings"
	"sync/atomic"
	"unicode/utf8"

	"golang.org/x/crypto/argon2"
)

// The cost of a password, as OWASP asks for: 19 MiB, two passes, one lane.
const (
	argonMemory = 19 << 10 // KiB
	argonTime   = 2
	argonLanes  = 1
	argonKey    = 32
	argonSalt   = 16
)

const (
	// MinPassword is how many characters a password has at least. There is no other rule of what it is made of: such
	// rules make passwords worse.
	MinPassword = 10
	// maxPassword keeps a try from being a way to send megabytes through a hash.
	maxPassword = 1000
	// hashers is how many passwords are hashed at once: each takes 19 MiB and a core.
	hashers = 2
	// maxWaiting is how many may wait for that. More are an attack, or would wait too long anyway.
	maxWaiting = 32
)

var (
	// ErrBusy is returned while too many passwords are being checked.
	ErrBusy = errors.New("too many people are signing in at this moment: try again in some seconds")
	// ErrWeakPassword is wrapped by what is wrong with a new password.
	ErrWeakPassword = errors.New("this password will not do")
)

//go:embed common.txt
var commonList string

// common are passwords that everybody tries first. Those shorter than MinPassword need not stand in it.
var common = func() map[string]bool {
	all := map[string]bool{}
	for line := range strings.Lines(commonList) {
		all[strings.TrimSpace(line)] = true
	}
	return all
}()

// CheckPassword says what is wrong with a new password: an error that wraps ErrWeakPassword. Its text is for the user.
func CheckPassword(password, email string) error {
	local, _, _ := strings.Cut(strings.ToLower(email), "@")
	low := strings.ToLower(password)
	switch {
	case utf8.RuneCountInString(password) < MinPassword:
		return fmt.Errorf("%w: it needs %d characters or more. A few words in a row are easy to remember", ErrWeakPassword, MinPassword)
	case len(password) > maxPassword:
		return fmt.Errorf("%w: it may have %d bytes", ErrWeakPassword, maxPassword)
	case common[low]:
		return fmt.Errorf("%w: it is one of the most common ones, which are tried first", ErrWeakPassword)
	case low == strings.ToLower(email) || local != "" && strings.Trim(low, "0123456789!.-_") == local:
		return fmt.Errorf("%w: it is your e-mail address", ErrWeakPassword)
	}
	return nil
}

// KDF makes a key of a password. It is a seam for tests, which count the work.
type KDF func(password, salt []byte) []byte

func argon(password, salt []byte) []byte {
	return argon2.IDKey(password, salt, argonTime, argonMemory, argonLanes, argonKey)
}

// hasher hashes passwords, a few at a time.
type hasher struct {
	kdf     KDF
	turn    chan struct{}
	waiting atomic.Int32
	nobody  string // a hash of nothing: what is checked for who is not there
}

func newHasher() *hasher {
	h := &hasher{kdf: argon, turn: make(chan struct{}, hashers)}
	h.nobody = written(make([]byte, argonSalt), make([]byte, argonKey))
	return h
}

// run makes a key when it is its turn.
func (h *hasher) run(ctx context.Context, password string, salt []byte) ([]byte, error) {
	defer h.waiting.Add(-1)
	if h.waiting.Add(1) > maxWaiting {
		return nil, ErrBusy
	}
	select {
	case h.turn <- struct{}{}:
		defer func() { <-h.turn }()
	case <-ctx.Done():
		return nil, ctx.Err()
	}
	return h.kdf([]byte(password), salt), nil
}

// hash writes a password as a PHC string.
func (h *hasher) hash(ctx context.Context, password string) (string, error) {
	salt := make([]byte, argonSalt)
	rand.Read(salt) // never fails: the runtime ends the program instead
	key, err := h.run(ctx, password, salt)
	if err != nil {
		return "", err
	}
	return written(salt, key), nil
}

// matches says whether a password is the one of a PHC string. "" stands for a user who has none, or who is not there: it
// costs the same, and nothing matches it.
func (h *hasher) matches(ctx context.Context, password, phc string) (bool, error) {
	given := phc
	if phc == "" {
		phc = h.nobody
	}
	salt, want, err := parsed(phc)
	if err != nil {
		return false, err
	}
	mayBe := given != "" && len(password) <= maxPassword
	key, err := h.run(ctx, password[:min(len(password), maxPassword)], salt)
	return subtle.ConstantTimeCompare(key, want) == 1 && mayBe && err == nil, err
}

const phcHead = "$argon2id$v=19$m=19456,t=2,p=1$"

func written(salt, key []byte) string {
	b64 := base64.RawStdEncoding
	return phcHead + b64.EncodeToString(salt) + "$" + b64.EncodeToString(key)
}

// parsed takes a PHC string of ours apart.
func parsed(phc string) (salt, key []byte, err error) {
	rest, ok := strings.CutPrefix(phc, phcHead)
	saltText, keyText, both := strings.Cut(rest, "$")
	if !ok || !both {
		return nil, nil, errors.New("a stored password is written in a way that this version does not know")
	}
	if salt, err = base64.RawStdEncoding.DecodeString(saltText); err != nil {
		return nil, nil, fmt.Errorf("decoding a password's salt: %w", err)
	}
	if key, err = base64.RawStdEncoding.DecodeString(keyText); err != nil {
		return nil, nil, fmt.Errorf("decoding a password's key: %w", err)
	}
	return salt, key, nil
}
