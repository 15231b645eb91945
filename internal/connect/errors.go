package connect

import (
	"errors"
	"fmt"
	"net/http"
	"net/url"

	"golang.org/x/oauth2"
)

var (
	// ErrFlagKey is returned where a key of the settings leaves nothing to do.
	ErrFlagKey = errors.New("the collector was started with --keap-key, which comes before anything that is stored: start it without that flag first")
	// ErrNoClient is returned for a login without OAuth's client.
	ErrNoClient = errors.New("OAuth needs --keap-client-id and --keap-client-secret, from your app at https://keys.developer.keap.com: start with them, or give a key by \"tributary keap login --key\"")
	// ErrLoginGone is returned for an answer of Keap to a login that nobody asked for, that is used, or too old.
	ErrLoginGone = errors.New("this login is unknown, was used already, or is older than 10 minutes: begin again with \"tributary keap login\"")
	// ErrDenied is returned when the owner said no at Keap.
	ErrDenied = errors.New("access was not allowed at Keap; nothing has changed")
	// ErrKeyRefused is returned for a credential that Keap does not take.
	ErrKeyRefused = errors.New("this is a credential that Keap refuses; nothing has changed")
	// ErrUnreachable is returned when Keap could not be asked.
	ErrUnreachable = errors.New("no answer of Keap could be had; nothing has changed, try again")
)

// OtherTenantError is a credential of another app than the one that everything here belongs to.
type OtherTenantError struct{ Known, Given string }

func (e *OtherTenantError) Error() string {
	return fmt.Sprintf("this is a credential of the Keap app %q, and what is stored here belongs to %q: contacts and affiliates "+
		"have other ids there. Use a credential of %q, or a data folder of its own for %q. When this collector shall really move, "+
		"\"tributary keap login --new-tenant\" says so", e.Given, e.Known, e.Known, e.Given)
}

// refusedError is Keap's no to a refresh, in our words.
type refusedError struct{ reason string }

func (e *refusedError) Error() string { return e.reason }

func refused(err error) bool {
	var no *refusedError
	return errors.As(err, &no)
}

// tokenError says what became of a call of the token address, in words of ours: what Keap or something on the way wrote
// may hold a token.
func tokenError(step string, err error) error {
	var answer *oauth2.RetrieveError
	var lost *url.Error
	switch {
	case errors.As(err, &answer) && answer.ErrorCode == "invalid_grant":
		return &refusedError{"Keap does not take the refresh token any longer (invalid_grant): the permission was taken back, or the token was used elsewhere. Log in again by \"tributary keap login\""}
	case errors.As(err, &answer) && (answer.ErrorCode == "invalid_client" || answer.Response.StatusCode == http.StatusUnauthorized):
		return &refusedError{"Keap does not know this client: check --keap-client-id and --keap-client-secret"}
	case errors.As(err, &answer):
		return fmt.Errorf("%s: Keap answered %d", step, answer.Response.StatusCode)
	case errors.As(err, &lost):
		return fmt.Errorf("%s: no answer: %w", step, lost.Err)
	}
	return fmt.Errorf("%s: the answer is not the tokens that were expected", step)
}
