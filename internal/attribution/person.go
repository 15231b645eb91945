package attribution

import (
	"encoding/hex"
	"errors"
	"net/mail"
	"strings"
)

// PersonKey stands for an e-mail address without telling it: a keyed hash, so that a copy of the store cannot be
// searched for known addresses without the key.
type PersonKey [16]byte

func (k PersonKey) String() string               { return hex.EncodeToString(k[:]) }
func (k PersonKey) IsZero() bool                 { return k == PersonKey{} }
func (k PersonKey) MarshalText() ([]byte, error) { return []byte(k.String()), nil }

func (k *PersonKey) UnmarshalText(text []byte) error {
	raw, err := hex.DecodeString(string(text))
	if err != nil || len(raw) != len(k) {
		return errors.New("a person key is 32 hexadecimal digits")
	}
	copy(k[:], raw)
	return nil
}

// SealedEmail is an e-mail at rest: its key for finding it, its ciphertext for using it.
type SealedEmail struct {
	Key    PersonKey `json:"key"`
	Sealed []byte    `json:"sealed"`
}

// Person is what someone typed into a form. It is held in memory only; the store sees PersonKey and ciphertext.
type Person struct {
	Email     string `json:"email"`
	FirstName string `json:"first_name,omitempty"`
	LastName  string `json:"last_name,omitempty"`
	Phone     string `json:"phone,omitempty"`
	IP        string `json:"ip,omitempty"` // of the browser, for Keap's ip_address
}

// maxEmailLength is the longest address that SMTP can carry (RFC 5321, 4.5.3.1.3), in bytes.
const maxEmailLength = 254

// ErrNotEmail is returned for text that is no e-mail address.
var ErrNotEmail = errors.New("not an e-mail address")

// NormalEmail trims and lower-cases an address and checks that it is one. Dots and +tags stay: whether they matter is
// for the mailbox's own provider to say, and Keap keeps them apart.
func NormalEmail(s string) (string, error) {
	s = strings.ToLower(strings.TrimSpace(s))
	if len(s) > maxEmailLength || strings.ContainsFunc(s, func(r rune) bool { return r < 0x21 || r == 0x7f }) {
		return "", ErrNotEmail
	}
	parsed, err := mail.ParseAddress(s)
	if err != nil || parsed.Address != s || parsed.Name != "" {
		return "", ErrNotEmail
	}
	at := strings.LastIndexByte(s, '@')
	if domain := s[at+1:]; !strings.Contains(domain, ".") || strings.HasPrefix(domain, "[") {
		return "", ErrNotEmail
	}
	return s, nil
}

// MaskEmail shows enough of an address to recognise one's own, and no more: "ma•••@e•••.com".
func MaskEmail(email string) string {
	at := strings.LastIndexByte(email, '@')
	if at < 0 {
		return "•••"
	}
	local, domain := []rune(email[:at]), email[at+1:]
	dot := strings.LastIndexByte(domain, '.')
	if dot < 0 {
		dot = len(domain)
	}
	shown := min(2, len(local)-1)
	return string(local[:max(shown, 0)]) + "•••@" + firstRune(domain[:dot]) + "•••" + domain[dot:]
}

func firstRune(s string) string {
	for _, r := range s {
		return string(r)
	}
	return ""
}
