package auth

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/url"
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/go-webauthn/webauthn/protocol"
	"github.com/go-webauthn/webauthn/webauthn"
	"github.com/google/uuid"

	"tributary/internal/store"
)

const (
	ceremonyLife = 5 * time.Minute
	// manyPasskeys is more than anybody has devices.
	manyPasskeys = 20
)

var (
	// ErrNoPasskeys is returned where browsers would take no passkey: they want https, or localhost.
	ErrNoPasskeys = errors.New("passkeys need the collector to be at https, or at localhost, under a name")
	// ErrBadPasskey is wrapped by why a passkey was not taken.
	ErrBadPasskey = errors.New("this passkey was not taken")
	// ErrOnlyWay is returned where a user would have nothing left to sign in with.
	ErrOnlyWay = errors.New("this is your only way to sign in: set a password first, or make another passkey")
)

// Passkey is a passkey of a user.
type Passkey struct {
	ID, Name      string
	Created, Used time.Time
}

// WithPasskeys takes passkeys for the host of a base URL. Browsers have them at https, and at localhost for those who
// develop; never at a bare network address.
func WithPasskeys(baseURL string) Option {
	return func(a *Auth) {
		base, err := url.Parse(baseURL)
		if err != nil || base.Scheme != "https" && base.Hostname() != "localhost" {
			return
		}
		config := &webauthn.Config{
			RPID: base.Hostname(), RPDisplayName: "Tributary", RPOrigins: []string{base.Scheme + "://" + base.Host},
			AttestationPreference: protocol.PreferNoAttestation,
			AuthenticatorSelection: protocol.AuthenticatorSelection{
				ResidentKey: protocol.ResidentKeyRequirementRequired, UserVerification: protocol.VerificationRequired,
			},
			Timeouts: webauthn.TimeoutsConfig{
				Login:        webauthn.TimeoutConfig{Timeout: ceremonyLife, TimeoutUVD: ceremonyLife},
				Registration: webauthn.TimeoutConfig{Timeout: ceremonyLife, TimeoutUVD: ceremonyLife},
			},
		}
		if keys, err := webauthn.New(config); err == nil { // a host that cannot be an RP id has no passkeys
			a.passkeys = keys
		}
	}
}

// TakesPasskeys says whether passkeys work here.
func (a *Auth) TakesPasskeys() bool { return a.passkeys != nil }

// keyHolder is a user as the library sees one.
type keyHolder struct {
	user  User
	login login
}

func (h keyHolder) WebAuthnID() []byte          { return []byte(h.user.ID) }
func (h keyHolder) WebAuthnName() string        { return h.user.Email }
func (h keyHolder) WebAuthnDisplayName() string { return h.user.Called() }

func (h keyHolder) WebAuthnCredentials() []webauthn.Credential {
	all := make([]webauthn.Credential, len(h.login.Passkeys))
	for i, p := range h.login.Passkeys {
		all[i] = p.Credential
	}
	return all
}

func (a *Auth) keyHolder(ctx context.Context, userID string) (h keyHolder, err error) {
	if h.user, err = a.User(ctx, userID); err != nil {
		return h, err
	}
	h.login, _, err = a.login(ctx, userID)
	return h, err
}

// begun keeps what a ceremony needs at its end. Its token comes back once.
func (a *Auth) begun(ctx context.Context, userID string, session *webauthn.SessionData) (token string, err error) {
	state, err := json.Marshal(session)
	if err != nil {
		return "", fmt.Errorf("encoding a ceremony: %w", err)
	}
	now := a.now()
	return a.issue(ctx, ceremonyKind, grant{User: userID, Issued: now, Expires: now.Add(ceremonyLife), Ceremony: state})
}

// ended uses a ceremony up.
func (a *Auth) ended(ctx context.Context, userID, token string) (session webauthn.SessionData, err error) {
	g, err := a.useUp(ctx, ceremonyKind, token)
	if errors.Is(err, ErrBadLink) || err == nil && g.User != userID {
		return session, fmt.Errorf("%w: it took too long, begin again", ErrBadPasskey)
	}
	if err != nil {
		return session, err
	}
	if err := json.Unmarshal(g.Ceremony, &session); err != nil {
		return session, fmt.Errorf("decoding a ceremony: %w", err)
	}
	return session, nil
}

// BeginPasskey asks the browser of a user to make a passkey: what it needs, as JSON, and a token for AddPasskey.
func (a *Auth) BeginPasskey(ctx context.Context, userID string) (options any, token string, err error) {
	if a.passkeys == nil {
		return nil, "", ErrNoPasskeys
	}
	h, err := a.keyHolder(ctx, userID)
	if err != nil {
		return nil, "", err
	}
	if len(h.login.Passkeys) >= manyPasskeys {
		return nil, "", fmt.Errorf("%w: you have %d already, remove one that you do not use", ErrBadPasskey, manyPasskeys)
	}
	creation, session, err := a.passkeys.BeginRegistration(h, webauthn.WithExclusions(webauthn.Credentials(h.WebAuthnCredentials()).CredentialDescriptors()))
	if err != nil {
		return nil, "", fmt.Errorf("beginning a passkey: %w", err)
	}
	token, err = a.begun(ctx, userID, session)
	return creation.Response, token, err
}

// AddPasskey saves what the browser has made.
func (a *Auth) AddPasskey(ctx context.Context, userID, token, name string, answer []byte) (Passkey, error) {
	if a.passkeys == nil {
		return Passkey{}, ErrNoPasskeys
	}
	session, err := a.ended(ctx, userID, token)
	if err != nil {
		return Passkey{}, err
	}
	h, err := a.keyHolder(ctx, userID)
	if err != nil {
		return Passkey{}, err
	}
	made, err := protocol.ParseCredentialCreationResponseBytes(answer)
	if err != nil {
		return Passkey{}, badPasskey(err)
	}
	credential, err := a.passkeys.CreateCredential(h, session, made)
	if err != nil {
		return Passkey{}, badPasskey(err)
	}
	credential.Attestation = webauthn.CredentialAttestation{} // who made the device does not matter here
	p := storedPasskey{ID: uuid.NewString(), Name: keyName(name), Created: a.now().UTC(), Credential: *credential}
	err = a.changeLogin(ctx, userID, func(l *login) error {
		l.Passkeys = append(l.Passkeys, p)
		return nil
	})
	return Passkey{ID: p.ID, Name: p.Name, Created: p.Created}, err
}

// keyName is how a passkey is called in the list.
func keyName(name string) string {
	if name = strings.TrimSpace(name); name == "" || utf8.RuneCountInString(name) > maxName {
		return "Passkey"
	}
	return name
}

// badPasskey keeps the library's details, which are for developers, out of what the user reads.
func badPasskey(err error) error {
	return fmt.Errorf("%w: the browser's answer does not fit (%w)", ErrBadPasskey, err)
}

// RemovePasskey takes one away. One that is not there is no error. ErrOnlyWay.
func (a *Auth) RemovePasskey(ctx context.Context, userID, id string) error {
	return a.changeLogin(ctx, userID, func(l *login) error {
		before := len(l.Passkeys)
		l.Passkeys = slices.DeleteFunc(l.Passkeys, func(p storedPasskey) bool { return p.ID == id })
		if before == 1 && len(l.Passkeys) == 0 && l.Password == "" {
			return ErrOnlyWay
		}
		return nil
	})
}

// BeginPasskeyLogin asks a browser for any passkey of this desk: what it needs, as JSON, and a token for PasskeyLogin.
func (a *Auth) BeginPasskeyLogin(ctx context.Context, address string) (options any, token string, err error) {
	if a.passkeys == nil {
		return nil, "", ErrNoPasskeys
	}
	if wait := a.byPasskey.Take(Network(address)); wait > 0 {
		return nil, "", &TooMany{wait}
	}
	assertion, session, err := a.passkeys.BeginDiscoverableLogin(webauthn.WithUserVerification(protocol.VerificationRequired))
	if err != nil {
		return nil, "", fmt.Errorf("beginning a login: %w", err)
	}
	token, err = a.begun(ctx, "", session)
	return assertion.Response, token, err
}

// PasskeyLogin opens a session for whoever the passkey belongs to. An error that wraps ErrBadPasskey otherwise.
func (a *Auth) PasskeyLogin(ctx context.Context, token string, answer []byte, browser string) (DeskSession, string, error) {
	if a.passkeys == nil {
		return DeskSession{}, "", ErrNoPasskeys
	}
	session, err := a.ended(ctx, "", token)
	if err != nil {
		return DeskSession{}, "", err
	}
	shown, err := protocol.ParseCredentialRequestResponseBytes(answer)
	if err != nil {
		return DeskSession{}, "", badPasskey(err)
	}
	userID, credential, err := a.verify(ctx, session, shown)
	if err != nil {
		return DeskSession{}, "", err
	}
	if err := a.noteUse(ctx, userID, credential); err != nil {
		return DeskSession{}, "", err
	}
	return a.OpenDesk(ctx, userID, ByPasskey, browser)
}

func (a *Auth) verify(ctx context.Context, session webauthn.SessionData, shown *protocol.ParsedCredentialAssertionData) (string, *webauthn.Credential, error) {
	var broken error // the store's, which is no verdict
	find := func(_, handle []byte) (webauthn.User, error) {
		h, err := a.keyHolder(ctx, string(handle))
		if err != nil && !errors.Is(err, store.ErrNotFound) {
			broken = err
		}
		return h, err
	}
	holder, credential, err := a.passkeys.ValidatePasskeyLogin(find, session, shown)
	if broken != nil {
		return "", nil, broken
	}
	if err != nil {
		return "", nil, badPasskey(err)
	}
	if credential.Authenticator.CloneWarning {
		return "", nil, fmt.Errorf("%w: it seems to have been copied. Sign in another way, remove it and make a new one", ErrBadPasskey)
	}
	return string(holder.WebAuthnID()), credential, nil
}

func (a *Auth) noteUse(ctx context.Context, userID string, used *webauthn.Credential) error {
	return a.changeLogin(ctx, userID, func(l *login) error {
		for i, p := range l.Passkeys {
			if slices.Equal(p.Credential.ID, used.ID) {
				l.Passkeys[i].Credential, l.Passkeys[i].Used = *used, a.now().UTC()
				return nil
			}
		}
		return fmt.Errorf("%w: it was removed meanwhile", ErrBadPasskey)
	})
}
