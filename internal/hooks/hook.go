// Package hooks takes what form tools tell from their own servers. It reads any payload, finds out who opted in and who
// sent them, and keeps the last payloads with what was understood, so that an owner can see why and say better.
package hooks

import (
	"crypto/rand"
	"crypto/sha256"
	"crypto/subtle"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"
	"unicode"

	"tributary/internal/attribution"
)

// Kind says what sends to a hook.
type Kind string

const (
	FormTool Kind = "form" // any tool that tells of opt-ins
	Keap     Kind = "keap" // Keap itself, which tells of contacts; see package keaphook
)

// Hook is an address that a form tool sends to.
type Hook struct {
	ID      string                `json:"id"`
	Account attribution.AccountID `json:"account"`
	Kind    Kind                  `json:"kind"`
	Name    string                `json:"name"`
	Site    string                `json:"site,omitempty"` // whose hidden fields are looked for, and which opt-ins belong to
	Mapping Mapping               `json:"mapping,omitempty"`
	Secret  []byte                `json:"secret"` // SHA-256 of what is secret in the token
	Created time.Time             `json:"created"`
}

// ErrInvalid is wrapped by what is wrong with a hook's settings.
var ErrInvalid = errors.New("invalid hook")

// New makes a hook and the token of its address, which is told once and kept nowhere.
func New(h Hook) (Hook, string, error) {
	if h.Kind == "" {
		h.Kind = FormTool
	}
	if err := h.Check(); err != nil {
		return h, "", err
	}
	h.ID = "hk_" + strings.ToLower(rand.Text()[:16])
	secret := strings.ToLower(rand.Text())
	sum := sha256.Sum256([]byte(secret))
	h.Secret = sum[:]
	return h, strings.TrimPrefix(h.ID, "hk_") + "-" + secret, nil
}

// Check says what is wrong with a hook's settings.
func (h Hook) Check() error {
	if h.Kind != FormTool && h.Kind != Keap {
		return fmt.Errorf("%w: kind must be %q", ErrInvalid, FormTool)
	}
	if h.Name == "" || len(h.Name) > 200 || strings.ContainsFunc(h.Name, unicode.IsControl) {
		return fmt.Errorf("%w: name must have 1 to 200 characters, such as the tool that sends", ErrInvalid)
	}
	return h.Mapping.check()
}

// splitToken returns the hook that a token names, and its secret part.
func splitToken(token string) (id, secret string) {
	name, secret, _ := strings.Cut(token, "-")
	return "hk_" + name, secret
}

// opens reports whether the secret is this hook's. A hook that is not there opens for nobody, in the same time.
func (h Hook) opens(secret string) bool {
	sum := sha256.Sum256([]byte(secret))
	stored := [sha256.Size]byte{}
	known := copy(stored[:], h.Secret) == len(stored)
	return subtle.ConstantTimeCompare(sum[:], stored[:]) == 1 && known
}

// Field is something that a payload can tell.
type Field string

const (
	Email         Field = "email"
	FirstName     Field = "first_name"
	LastName      Field = "last_name"
	FullName      Field = "name"
	Phone         Field = "phone"
	Affiliate     Field = "affiliate"      // an id or a code: told apart by what is known of either
	AffiliateID   Field = "affiliate_id"   // Keap's id
	AffiliateCode Field = "affiliate_code" // the affiliate's code
	TributaryID   Field = "tributary_id"   // the page's opt-in
	UTM           Field = "utm"            // a value that attribution.ParseUTMValue reads
	Form          Field = "form"
	At            Field = "at" // when it was submitted, RFC 3339
)

var fields = []Field{Email, FirstName, LastName, FullName, Phone, Affiliate, AffiliateID, AffiliateCode, TributaryID, UTM, Form, At}

// Mapping says in which place of a payload a field stands: names and positions with dots between, such as
// "contact.emails.0", or a JSON pointer, "/contact/emails/0". A field that is mapped is looked for nowhere else.
type Mapping map[Field]string

const maxPlace = 300

func (m Mapping) check() error {
	for field, place := range m {
		if !slices.Contains(fields, field) {
			return fmt.Errorf("%w: mapping knows no field %q; the fields are %v", ErrInvalid, field, fields)
		}
		if place == "" || len(place) > maxPlace {
			return fmt.Errorf("%w: mapping of %s must be a place in the payload of 1 to %d characters, such as contact.email", ErrInvalid, field, maxPlace)
		}
	}
	return nil
}

// place brings all ways to write a place to one: dots between.
func place(s string) string {
	if pointer, ok := strings.CutPrefix(s, "/"); ok {
		parts := strings.Split(pointer, "/")
		for i, part := range parts {
			parts[i] = strings.ReplaceAll(strings.ReplaceAll(part, "~1", "/"), "~0", "~")
		}
		return strings.Join(parts, ".")
	}
	return strings.Join(segments(s), ".")
}
