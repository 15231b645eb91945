package attribution

import (
	"errors"
	"fmt"
	"strings"
)

// AccountID names one Keap app. Every record belongs to exactly one account.
type AccountID string

// DefaultAccount is the account of an install that serves a single Keap app.
const DefaultAccount AccountID = "main"

// RefKind says in which of Keap's two ways a page named an affiliate.
type RefKind string

const (
	ByID   RefKind = "id"   // Keap's affiliate id, as in ?affiliate=123
	ByCode RefKind = "code" // the affiliate's code, as in ?aff=maria; a string, even when it looks like a number
)

// Ref is an affiliate as a page names it: it need not exist in Keap. The zero Ref is no affiliate.
type Ref struct {
	Kind  RefKind
	Value string
}

// maxRefLength is the contract's bound on an affiliate parameter, in characters.
const maxRefLength = 64

// ErrNoAffiliate is returned for a value that names nobody: "0" (Keap's way to say so), empty, too long, or with
// characters outside [A-Za-z0-9._~-].
var ErrNoAffiliate = errors.New("not an affiliate")

// NewRef checks an affiliate value from outside. An empty kind means ByID.
func NewRef(kind RefKind, value string) (Ref, error) {
	if kind == "" {
		kind = ByID
	}
	if kind != ByID && kind != ByCode {
		return Ref{}, fmt.Errorf("%w: kind must be %q or %q", ErrNoAffiliate, ByID, ByCode)
	}
	if value == "" || value == "0" || len(value) > maxRefLength || strings.ContainsFunc(value, notRefChar) {
		return Ref{}, fmt.Errorf("%w: the value must be 1 to %d characters of A-Z a-z 0-9 . _ ~ - and not 0", ErrNoAffiliate, maxRefLength)
	}
	return Ref{Kind: kind, Value: value}, nil
}

func notRefChar(r rune) bool {
	return !('a' <= r && r <= 'z' || 'A' <= r && r <= 'Z' || '0' <= r && r <= '9' || strings.ContainsRune("._~-", r))
}

// IsZero reports whether r names no affiliate.
func (r Ref) IsZero() bool { return r.Value == "" }

// String is the form used in keys and logs, such as "id:123"; it is "" for the zero Ref.
func (r Ref) String() string {
	if r.IsZero() {
		return ""
	}
	return string(r.Kind) + ":" + r.Value
}

// ParseRef reads what String wrote.
func ParseRef(s string) (Ref, error) {
	if s == "" {
		return Ref{}, nil
	}
	kind, value, _ := strings.Cut(s, ":")
	return NewRef(RefKind(kind), value)
}

// MarshalText and UnmarshalText let a Ref stand in stored JSON as its String.
func (r Ref) MarshalText() ([]byte, error) { return []byte(r.String()), nil }

func (r *Ref) UnmarshalText(text []byte) (err error) {
	*r, err = ParseRef(string(text))
	return err
}
