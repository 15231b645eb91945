package keap

import (
	"context"
	"errors"
	"net/http"
	"time"
)

// ErrNoCredential is what errors.Is finds when a call was not sent because there is nothing to show to Keap: nobody has
// connected, or Keap refuses what there is. IsKeyRefused is true for it: only a person can help.
var ErrNoCredential = errors.New("there is no credential that Keap takes")

// ErrNoOther is what a Credential answers to Refused when the token that Keap refused is the only one it has.
var ErrNoOther = errors.New("there is no other token")

// Token is what a call shows to Keap.
type Token struct {
	Text   string
	Header string // HeaderAuthorization (as "Bearer <text>"), also when empty, or HeaderAPIKey
}

// String keeps the token out of logs.
func (Token) String() string { return "(token)" }

// GoString does the same for %#v.
func (Token) GoString() string { return "(token)" }

// Credential is where a client gets its token. A key is one (Config.Key), OAuth tokens that rotate are another. It is
// asked once for every call, so it must be quick where nothing has changed. Its errors must hold no secret.
type Credential interface {
	// Token returns what to show now. An error that wraps ErrNoCredential says that only a person can help.
	Token(ctx context.Context) (Token, error)
	// Refused says that Keap answered 401 to a token. It returns nil when Token gives another one now, ErrNoOther when
	// there is none, and any other error when it could not find out.
	Refused(ctx context.Context, token Token) error
}

// fixed is a key: there is no other.
type fixed Token

func (f fixed) Token(context.Context) (Token, error) { return Token(f), nil }
func (fixed) Refused(context.Context, Token) error   { return ErrNoOther }

// As returns a client that shows this token, and shares pace, limits and connections with c: to ask whose a token is before
// it is used.
func (c *Client) As(token Token) *Client {
	return &Client{
		base: c.base, credential: fixed(token), userAgent: c.userAgent, timeout: c.timeout, pace: c.pace, http: c.http,
	}
}

// do is the one door out. Every error it returns is an *Error.
//
// A call is repeated in one case only: Keap judges the token before anything else, so a call that got a 401 was not
// applied, not even a create, and is sent once more when there is another token. It gets no third chance.
func (c *Client) do(ctx context.Context, call call) error {
	err := c.exchange(ctx, &call)
	if !isUnauthorized(err) {
		return c.noted(err)
	}
	switch other := c.credential.Refused(ctx, call.token); {
	case other == nil:
	case errors.Is(other, ErrNoOther):
		return err
	default:
		return c.unanswered(call, NotSent, other)
	}
	call.hide = append(call.hide[:len(call.hide):len(call.hide)], call.token.Text) // the old one stays a secret
	return c.noted(c.exchange(ctx, &call))
}

func isUnauthorized(err error) bool {
	var e *Error
	return errors.As(err, &e) && e.Status == http.StatusUnauthorized
}

// noted remembers when Keap last did what it was asked.
func (c *Client) noted(err error) error {
	if err == nil {
		now := time.Now()
		c.succeeded.Store(&now)
	}
	return err
}
