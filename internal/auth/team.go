package auth

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/google/uuid"

	"tributary/internal/attribution"
	"tributary/internal/store"
)

const (
	emailKind  = "user-email" // by address: whose it is, so that no two users have the same
	ownersKind = "owners"     // by account: the ids of the owners, in one document, so that the last one cannot go
)

var (
	// ErrLastOwner is returned where nobody could let others in any more.
	ErrLastOwner = errors.New("this is the last owner: make somebody else an owner first")
	// ErrEmailTaken is returned for an address that a user has already.
	ErrEmailTaken = errors.New("there is a user with this e-mail address already")
	// ErrBadUser is wrapped by what is wrong with a user's details.
	ErrBadUser = errors.New("this user cannot be saved")
)

const maxName = 100

// CheckUser puts the details in order, or says what is wrong with them: an error that wraps ErrBadUser.
func CheckUser(u User) (User, error) {
	email, err := attribution.NormalEmail(u.Email)
	if err != nil {
		return u, fmt.Errorf("%w: %q is no e-mail address", ErrBadUser, u.Email)
	}
	u.Email, u.Name = email, strings.TrimSpace(u.Name)
	if utf8.RuneCountInString(u.Name) > maxName || strings.ContainsFunc(u.Name, unicode.IsControl) {
		return u, fmt.Errorf("%w: a name may have %d characters, in one line", ErrBadUser, maxName)
	}
	if u.Role.rank() == 0 {
		return u, fmt.Errorf("%w: a role is owner, manager or viewer", ErrBadUser)
	}
	return u, nil
}

// AddUser saves a new user under an id of its own. ErrEmailTaken, or an error that wraps ErrBadUser.
func (a *Auth) AddUser(ctx context.Context, u User) (User, error) {
	u, err := CheckUser(u)
	if err != nil {
		return u, err
	}
	u.ID, u.Created = uuid.Must(uuid.NewV7()).String(), a.now().UTC()
	if err := a.putUser(ctx, u, 0); err != nil {
		return u, err
	}
	// The user stands there before the address is theirs: so an address whose user does not is free for sure.
	if err := a.claimEmail(ctx, u); err != nil {
		return u, errors.Join(err, a.deleteIfThere(ctx, userKind, u.ID))
	}
	if u.Role != Owner {
		return u, nil
	}
	return u, a.changeOwners(ctx, u.Account, func(ids []string) ([]string, error) { return append(ids, u.ID), nil })
}

func (a *Auth) putUser(ctx context.Context, u User, version int64) error {
	value, err := json.Marshal(u)
	if err != nil {
		return fmt.Errorf("encoding a user: %w", err)
	}
	if _, err := a.docs.Put(ctx, userKind, u.ID, value, version); err != nil {
		return fmt.Errorf("saving a user: %w", err)
	}
	return nil
}

// claimEmail makes an address a user's own. One whose user is gone, because a crash came between, is free.
func (a *Auth) claimEmail(ctx context.Context, u User) error {
	doc, err := a.docs.Get(ctx, emailKind, u.Email)
	if err != nil && !errors.Is(err, store.ErrNotFound) {
		return fmt.Errorf("looking for an e-mail address: %w", err)
	}
	if err == nil {
		if _, err := a.User(ctx, string(doc.Value)); !errors.Is(err, store.ErrNotFound) {
			return errors.Join(ErrEmailTaken, err)
		}
	}
	_, err = a.docs.Put(ctx, emailKind, u.Email, []byte(u.ID), doc.Version)
	if errors.Is(err, store.ErrConflict) {
		return ErrEmailTaken
	}
	if err != nil {
		return fmt.Errorf("saving an e-mail address: %w", err)
	}
	return nil
}

// ByEmail returns the user of an address, or store.ErrNotFound.
func (a *Auth) ByEmail(ctx context.Context, email string) (User, error) {
	email, err := attribution.NormalEmail(email)
	if err != nil {
		return User{}, store.ErrNotFound
	}
	doc, err := a.docs.Get(ctx, emailKind, email)
	if err != nil {
		return User{}, fmt.Errorf("looking for a user: %w", err)
	}
	return a.User(ctx, string(doc.Value))
}

// owners reads who owns an account.
func (a *Auth) owners(ctx context.Context, account attribution.AccountID) (ids []string, version int64, err error) {
	doc, err := a.docs.Get(ctx, ownersKind, string(account))
	if errors.Is(err, store.ErrNotFound) {
		return nil, 0, nil
	}
	if err != nil {
		return nil, 0, fmt.Errorf("reading the owners: %w", err)
	}
	if err := json.Unmarshal(doc.Value, &ids); err != nil {
		return nil, 0, fmt.Errorf("decoding the owners: %w", err)
	}
	return ids, doc.Version, nil
}

// changeOwners writes what change makes of the owners' ids. Of changes at one time each sees what the one before has made.
func (a *Auth) changeOwners(ctx context.Context, account attribution.AccountID, change func([]string) ([]string, error)) error {
	for {
		before, version, err := a.owners(ctx, account)
		if err != nil {
			return err
		}
		after, err := change(slices.Clone(before))
		if err != nil || slices.Equal(before, after) {
			return err
		}
		value, err := json.Marshal(after)
		if err != nil {
			return fmt.Errorf("encoding the owners: %w", err)
		}
		_, err = a.docs.Put(ctx, ownersKind, string(account), value, version)
		if err == nil {
			return nil
		}
		if !errors.Is(err, store.ErrConflict) {
			return fmt.Errorf("saving the owners: %w", err)
		}
	}
}

// without takes an owner out, unless that is the last one.
func without(id string) func([]string) ([]string, error) {
	return func(ids []string) ([]string, error) {
		left := slices.DeleteFunc(ids, func(owner string) bool { return owner == id })
		if len(left) == 0 {
			return nil, ErrLastOwner
		}
		return left, nil
	}
}

// ChangeUser saves another name or role. Who loses rights is signed out everywhere. ErrLastOwner, or an error that wraps
// ErrBadUser.
func (a *Auth) ChangeUser(ctx context.Context, id string, name *string, role *Role) (User, error) {
	doc, u, err := a.userDocument(ctx, id)
	if err != nil {
		return u, err
	}
	before := u.Role
	if name != nil {
		u.Name = *name
	}
	if role != nil {
		u.Role = *role
	}
	if u, err = CheckUser(u); err != nil {
		return u, err
	}
	if before == Owner && u.Role != Owner { // first, so that a crash leaves too few owners in the list, and never none
		if err := a.changeOwners(ctx, u.Account, without(id)); err != nil {
			return u, err
		}
	}
	if err := a.putUser(ctx, u, doc.Version); err != nil {
		return u, err
	}
	if before == u.Role {
		return u, nil
	}
	return u, a.settleRole(ctx, u, before)
}

func (a *Auth) settleRole(ctx context.Context, u User, before Role) error {
	if u.Role == Owner {
		return a.changeOwners(ctx, u.Account, func(ids []string) ([]string, error) {
			if slices.Contains(ids, u.ID) {
				return ids, nil
			}
			return append(ids, u.ID), nil
		})
	}
	if !u.Role.May(before) {
		return a.EndSessions(ctx, u.ID, "")
	}
	return nil
}

func (a *Auth) userDocument(ctx context.Context, id string) (doc store.Document, u User, err error) {
	if doc, err = a.docs.Get(ctx, userKind, id); err != nil {
		return doc, u, fmt.Errorf("reading a user: %w", err)
	}
	if err := json.Unmarshal(doc.Value, &u); err != nil {
		return doc, u, fmt.Errorf("decoding a user: %w", err)
	}
	return doc, u, nil
}

// RemoveUser takes a user away, with everything that lets them in. ErrLastOwner.
func (a *Auth) RemoveUser(ctx context.Context, id string) error {
	doc, u, err := a.userDocument(ctx, id)
	if err != nil {
		return err
	}
	if u.Role == Owner {
		if err := a.changeOwners(ctx, u.Account, without(id)); err != nil {
			return err
		}
	}
	if err := a.docs.Delete(ctx, userKind, id, doc.Version); err != nil {
		return fmt.Errorf("removing a user: %w", err)
	}
	return a.forget(ctx, u)
}

// forget removes what a user leaves. The user is gone already, so none of it opens anything.
func (a *Auth) forget(ctx context.Context, u User) error {
	return errors.Join(a.EndSessions(ctx, u.ID, ""), a.freeEmail(ctx, u), a.deleteIfThere(ctx, loginKind, u.ID))
}

// freeEmail frees a user's address, unless it is another's by now.
func (a *Auth) freeEmail(ctx context.Context, u User) error {
	doc, err := a.docs.Get(ctx, emailKind, u.Email)
	if errors.Is(err, store.ErrNotFound) || err == nil && string(doc.Value) != u.ID {
		return nil
	}
	if err != nil {
		return fmt.Errorf("reading an e-mail address: %w", err)
	}
	if err := a.docs.Delete(ctx, emailKind, u.Email, doc.Version); err != nil && !errors.Is(err, store.ErrConflict) {
		return fmt.Errorf("freeing an e-mail address: %w", err)
	}
	return nil
}

func (a *Auth) deleteIfThere(ctx context.Context, kind, key string) error {
	doc, err := a.docs.Get(ctx, kind, key)
	if errors.Is(err, store.ErrNotFound) {
		return nil
	}
	if err != nil {
		return fmt.Errorf("reading a %s: %w", kind, err)
	}
	if err := a.docs.Delete(ctx, kind, key, doc.Version); err != nil && !errors.Is(err, store.ErrConflict) {
		return fmt.Errorf("deleting a %s: %w", kind, err)
	}
	return nil
}
