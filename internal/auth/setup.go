package auth

import (
	"context"
	"crypto/subtle"
	"errors"
	"fmt"

	"tributary/internal/attribution"
	"tributary/internal/store"
)

// setupKind is the kind of document that the first run's address is: the hash of its token, one for each account.
const setupKind = "setup"

// NeedsSetup says whether nobody owns the account yet.
func (a *Auth) NeedsSetup(ctx context.Context, account attribution.AccountID) (bool, error) {
	ids, _, err := a.owners(ctx, account)
	return len(ids) == 0, err
}

// IssueSetup makes the token of the first run's address. One that was made before works no more.
func (a *Auth) IssueSetup(ctx context.Context, account attribution.AccountID) (token string, err error) {
	token, key := newToken()
	for {
		doc, err := a.docs.Get(ctx, setupKind, string(account))
		if err != nil && !errors.Is(err, store.ErrNotFound) {
			return "", fmt.Errorf("reading the set-up: %w", err)
		}
		_, err = a.docs.Put(ctx, setupKind, string(account), []byte(key), doc.Version)
		if err == nil {
			return token, nil
		}
		if !errors.Is(err, store.ErrConflict) {
			return "", fmt.Errorf("saving the set-up: %w", err)
		}
	}
}

// CheckSetup reports with a nil error that a set-up token would work. It uses nothing up. ErrBadLink otherwise.
func (a *Auth) CheckSetup(ctx context.Context, account attribution.AccountID, token string) error {
	_, err := a.setup(ctx, account, token)
	return err
}

func (a *Auth) setup(ctx context.Context, account attribution.AccountID, token string) (store.Document, error) {
	doc, err := a.docs.Get(ctx, setupKind, string(account))
	if errors.Is(err, store.ErrNotFound) {
		return doc, ErrBadLink
	}
	if err != nil {
		return doc, fmt.Errorf("reading the set-up: %w", err)
	}
	if key := keyOfToken(token); key == "" || subtle.ConstantTimeCompare([]byte(key), doc.Value) != 1 {
		return doc, ErrBadLink
	}
	return doc, nil
}

// ClaimSetup makes the first owner, by the token of the set-up. Of several calls exactly one succeeds, and none once there is
// an owner: ErrBadLink. An empty password leaves the user to make a passkey next. Whatever is wrong with the details is said
// before the token is used up.
func (a *Auth) ClaimSetup(ctx context.Context, token string, u User, password string) (User, error) {
	u.Role = Owner
	u, err := CheckUser(u)
	if err != nil {
		return u, err
	}
	phc, err := a.newPassword(ctx, u.Email, password)
	if err != nil {
		return u, err
	}
	doc, err := a.setup(ctx, u.Account, token)
	if err != nil {
		return u, err
	}
	if open, err := a.NeedsSetup(ctx, u.Account); err != nil || !open {
		return u, errors.Join(ErrBadLink, err)
	}
	err = a.docs.Delete(ctx, setupKind, doc.Key, doc.Version)
	if errors.Is(err, store.ErrConflict) {
		return u, ErrBadLink
	}
	if err != nil {
		return u, fmt.Errorf("using the set-up up: %w", err)
	}
	if u, err = a.AddUser(ctx, u); err != nil || phc == "" {
		return u, err
	}
	return u, a.changeLogin(ctx, u.ID, func(l *login) error {
		l.Password = phc
		return nil
	})
}

func (a *Auth) newPassword(ctx context.Context, email, password string) (phc string, err error) {
	if password == "" {
		return "", nil
	}
	if err := CheckPassword(password, email); err != nil {
		return "", err
	}
	return a.hasher.hash(ctx, password)
}
