package auth

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/netip"
	"time"

	"github.com/go-webauthn/webauthn/webauthn"

	"tributary/internal/attribution"
	"tributary/internal/store"
)

// loginKind is the kind of document that holds what a user signs in with; its key is the user's id. It stands apart from the
// user, so that nothing that shows users can show it.
const loginKind = "user-login"

// knownLife is how long a browser is known after a user has signed in with it.
const knownLife = 180 * 24 * time.Hour

var (
	// ErrWrongLogin is the one answer for an unknown address, a user without a password, and a wrong password.
	ErrWrongLogin = errors.New("this e-mail address and password do not belong together")
	// ErrWrongPassword is returned to a user who is signed in and does not know the present password.
	ErrWrongPassword = errors.New("this is not your present password")
)

// TooMany is returned to who tries too often. It says nothing of whether there is such a user.
type TooMany struct{ Wait time.Duration }

func (t *TooMany) Error() string {
	return fmt.Sprintf("too many tries: wait %d seconds", int(t.Wait.Seconds())+1)
}

// login is what a user signs in with, as stored.
type login struct {
	Password string          `json:"password,omitempty"` // as a PHC string
	Passkeys []storedPasskey `json:"passkeys,omitempty"`
}

type storedPasskey struct {
	ID         string              `json:"id"`
	Name       string              `json:"name"`
	Created    time.Time           `json:"created"`
	Used       time.Time           `json:"used,omitzero"`
	Credential webauthn.Credential `json:"credential"`
}

func (a *Auth) login(ctx context.Context, userID string) (l login, version int64, err error) {
	doc, err := a.docs.Get(ctx, loginKind, userID)
	if errors.Is(err, store.ErrNotFound) {
		return l, 0, nil
	}
	if err != nil {
		return l, 0, fmt.Errorf("reading a login: %w", err)
	}
	if err := json.Unmarshal(doc.Value, &l); err != nil {
		return l, 0, fmt.Errorf("decoding a login: %w", err)
	}
	return l, doc.Version, nil
}

// changeLogin writes what change makes of a user's login, on whatever stands there by then.
func (a *Auth) changeLogin(ctx context.Context, userID string, change func(*login) error) error {
	for {
		l, version, err := a.login(ctx, userID)
		if err != nil {
			return err
		}
		if err := change(&l); err != nil {
			return err
		}
		value, err := json.Marshal(l)
		if err != nil {
			return fmt.Errorf("encoding a login: %w", err)
		}
		_, err = a.docs.Put(ctx, loginKind, userID, value, version)
		if err == nil {
			return nil
		}
		if !errors.Is(err, store.ErrConflict) {
			return fmt.Errorf("saving a login: %w", err)
		}
	}
}

// Attempt is a try to sign in with a password.
type Attempt struct {
	Email, Password string
	Address         string // of the network, "" when it is not known
	Known           string // what the browser shows of earlier times
	Browser         string // in words
}

// LogIn opens a session for an address and its password. ErrWrongLogin, ErrBusy or *TooMany otherwise. Whether there is such a
// user shows in neither the answer nor the work.
//
// Tries are slowed down by network address and by account. A browser that the user has signed in with before has a budget of
// its own: however often others try, they cannot keep the user out.
func (a *Auth) LogIn(ctx context.Context, at Attempt) (DeskSession, string, error) {
	email, err := attribution.NormalEmail(at.Email)
	if err != nil {
		email = "" // of nobody
	}
	userID, l, err := a.loginOf(ctx, email)
	if err != nil {
		return DeskSession{}, "", err
	}
	giveBack, err := a.admit(ctx, at, email, userID)
	if err != nil {
		return DeskSession{}, "", err
	}
	right, err := a.hasher.matches(ctx, at.Password, l.Password)
	if err != nil {
		return DeskSession{}, "", err
	}
	if !right {
		return DeskSession{}, "", ErrWrongLogin
	}
	giveBack()
	return a.OpenDesk(ctx, userID, ByPassword, at.Browser)
}

// loginOf reads what belongs to an address; nothing for one of nobody, after the same look-ups.
func (a *Auth) loginOf(ctx context.Context, email string) (userID string, l login, err error) {
	userID = "nobody"
	doc, err := a.docs.Get(ctx, emailKind, cmp.Or(email, "nobody"))
	if err != nil && !errors.Is(err, store.ErrNotFound) {
		return "", l, fmt.Errorf("looking for a user: %w", err)
	}
	if err == nil {
		userID = string(doc.Value)
	}
	l, _, err = a.login(ctx, userID)
	return userID, l, err
}

// admit counts a try against its budgets; giveBack undoes that.
func (a *Auth) admit(ctx context.Context, at Attempt, email, userID string) (giveBack func(), err error) {
	limiter, key := a.byAccount, email
	known, doc, err := a.find(ctx, knownKind, at.Known, ErrNoSession)
	if err != nil && !errors.Is(err, ErrNoSession) {
		return nil, err
	}
	if err == nil && known.User == userID {
		limiter, key = a.byKnown, doc.Key
	}
	network := Network(at.Address)
	if wait := a.byAddress.Take(network); wait > 0 {
		return nil, &TooMany{wait}
	}
	if wait := limiter.Take(key); wait > 0 {
		a.byAddress.GiveBack(network)
		return nil, &TooMany{wait}
	}
	return func() { a.byAddress.GiveBack(network); limiter.GiveBack(key) }, nil
}

// Network is what is taken for one household: an IPv4 address, or the /64 of an IPv6 address.
func Network(address string) string {
	ip, err := netip.ParseAddr(address)
	if err != nil {
		return "unknown"
	}
	bits := 64
	if ip = ip.Unmap(); ip.Is4() {
		bits = 32
	}
	prefix, err := ip.Prefix(bits)
	if err != nil {
		return "unknown"
	}
	return prefix.String()
}

// Know returns what a browser should keep, so that it is known the next time; "" when it is known already.
func (a *Auth) Know(ctx context.Context, userID, known string) (token string, expires time.Time, err error) {
	g, _, err := a.find(ctx, knownKind, known, ErrNoSession)
	if err == nil && g.User == userID {
		return "", expires, nil
	}
	if err != nil && !errors.Is(err, ErrNoSession) {
		return "", expires, err
	}
	now := a.now()
	expires = now.Add(knownLife)
	token, err = a.issue(ctx, knownKind, grant{User: userID, Issued: now, Expires: expires})
	return token, expires, err
}

// SetPassword gives a user another password and ends all their sessions but the one that asks ("" for none). An error that
// wraps ErrWeakPassword.
func (a *Auth) SetPassword(ctx context.Context, u User, password, except string) error {
	if err := CheckPassword(password, u.Email); err != nil {
		return err
	}
	phc, err := a.hasher.hash(ctx, password)
	if err != nil {
		return err
	}
	err = a.changeLogin(ctx, u.ID, func(l *login) error {
		l.Password = phc
		return nil
	})
	if err != nil {
		return err
	}
	return a.EndSessions(ctx, u.ID, except)
}

// ChangePassword is SetPassword for a user at the desk: who has not just signed in by link or passkey must know the present
// one. ErrWrongPassword, or *TooMany.
func (a *Auth) ChangePassword(ctx context.Context, s DeskSession, present, password string) error {
	l, _, err := a.login(ctx, s.User.ID)
	if err != nil {
		return err
	}
	if l.Password != "" && !s.IsFresh(a.now()) {
		if err := a.checkPresent(ctx, s, present, l.Password); err != nil {
			return err
		}
	}
	return a.SetPassword(ctx, s.User, password, s.ID)
}

func (a *Auth) checkPresent(ctx context.Context, s DeskSession, present, phc string) error {
	if wait := a.byKnown.Take(s.ID); wait > 0 {
		return &TooMany{wait}
	}
	right, err := a.hasher.matches(ctx, present, phc)
	if err != nil {
		return err
	}
	if !right {
		return ErrWrongPassword
	}
	a.byKnown.GiveBack(s.ID)
	return nil
}

// Ways says how a user can sign in.
type Ways struct {
	Password bool
	Passkeys []Passkey
}

// Any says whether there is a way at all, but links.
func (w Ways) Any() bool { return w.Password || len(w.Passkeys) > 0 }

// Ways returns how a user can sign in.
func (a *Auth) Ways(ctx context.Context, userID string) (w Ways, err error) {
	l, _, err := a.login(ctx, userID)
	w.Password = l.Password != ""
	for _, p := range l.Passkeys {
		w.Passkeys = append(w.Passkeys, Passkey{ID: p.ID, Name: p.Name, Created: p.Created, Used: p.Used})
	}
	return w, err
}
