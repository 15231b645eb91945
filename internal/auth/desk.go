package auth

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"time"

	"tributary/internal/store"
)

const (
	// DeskSessionLife is how long a session at the desk lives after it was last renewed.
	DeskSessionLife = 7 * 24 * time.Hour
	// InviteLife is how long the link of an invitation works: it may lie in somebody's mail for a while.
	InviteLife = 72 * time.Hour
	// Fresh is how long after signing in a user may set a new password without the old one.
	Fresh = 15 * time.Minute
)

// How is the way in which a session was opened.
type How string

// The ways to sign in.
const (
	ByLink     How = "link"
	ByPassword How = "password"
	ByPasskey  How = "passkey"
	BySetup    How = "setup"
)

// DeskSession is a user who is signed in.
type DeskSession struct {
	ID      string // tells one session of a user from another; it opens nothing
	User    User
	How     How
	Browser string // in words, such as "Firefox on Linux"
	Began   time.Time
	Seen    time.Time // within a day
	Expires time.Time
	Renewed bool // Expires was moved just now: the cookie should be set again
}

// IsFresh says whether the user has just shown who they are by more than a password.
func (s DeskSession) IsFresh(now time.Time) bool {
	return s.How != ByPassword && now.Sub(s.Began) < Fresh
}

func (g grant) deskSession(key string, u User) DeskSession {
	return DeskSession{ID: key, User: u, How: g.How, Browser: g.Browser, Began: g.Began, Seen: g.Issued, Expires: g.Expires}
}

// IssueDeskLink makes a link that lets a user in once, within LinkLife: the way back for one who is locked out.
func (a *Auth) IssueDeskLink(ctx context.Context, userID string) (token string, expires time.Time, err error) {
	return a.issueDeskLink(ctx, userID, LinkLife)
}

// Invite is IssueDeskLink for who has never been here: it works within InviteLife.
func (a *Auth) Invite(ctx context.Context, userID string) (token string, expires time.Time, err error) {
	return a.issueDeskLink(ctx, userID, InviteLife)
}

func (a *Auth) issueDeskLink(ctx context.Context, userID string, life time.Duration) (token string, expires time.Time, err error) {
	now := a.now()
	expires = now.Add(life)
	token, err = a.issue(ctx, deskLinkKind, grant{User: userID, Issued: now, Expires: expires})
	return token, expires, err
}

// CheckDeskLink is CheckLink for the desk.
func (a *Auth) CheckDeskLink(ctx context.Context, token string) error {
	_, _, err := a.find(ctx, deskLinkKind, token, ErrBadLink)
	return err
}

// RedeemDesk is Redeem for the desk.
func (a *Auth) RedeemDesk(ctx context.Context, token, browser string) (DeskSession, string, error) {
	link, err := a.useUp(ctx, deskLinkKind, token)
	if err != nil {
		return DeskSession{}, "", err
	}
	return a.OpenDesk(ctx, link.User, ByLink, browser)
}

// OpenDesk opens a session for a user whom the caller knows to be that user. Its token is new: one that somebody planted in
// the browser before is worth nothing.
func (a *Auth) OpenDesk(ctx context.Context, userID string, how How, browser string) (DeskSession, string, error) {
	user, err := a.User(ctx, userID)
	if errors.Is(err, store.ErrNotFound) {
		return DeskSession{}, "", ErrBadLink
	}
	if err != nil {
		return DeskSession{}, "", err
	}
	now := a.now()
	g := grant{User: userID, How: how, Browser: browser, Began: now, Issued: now, Expires: now.Add(DeskSessionLife)}
	token, err := a.issue(ctx, deskSessionKind, g)
	return g.deskSession(keyOfToken(token), user), token, err
}

// Desk returns the session of a cookie's token, with the user as they are now: a role that was taken away is gone at once.
// ErrNoSession when there is none.
func (a *Auth) Desk(ctx context.Context, cookieToken string) (DeskSession, error) {
	g, renewed, err := a.current(ctx, deskSessionKind, cookieToken, DeskSessionLife)
	if err != nil {
		return DeskSession{}, err
	}
	user, err := a.User(ctx, g.User)
	if errors.Is(err, store.ErrNotFound) {
		return DeskSession{}, ErrNoSession
	}
	s := g.deskSession(keyOfToken(cookieToken), user)
	s.Renewed = renewed
	return s, err
}

// LeaveDesk ends a session.
func (a *Auth) LeaveDesk(ctx context.Context, cookieToken string) error {
	return a.end(ctx, deskSessionKind, cookieToken)
}

// Sessions lists where a user is signed in, the latest first.
func (a *Auth) Sessions(ctx context.Context, userID string) (all []DeskSession, err error) {
	err = a.eachOf(ctx, deskSessionKind, userID, func(doc store.Document, g grant) error {
		if a.now().Before(g.Expires) {
			all = append(all, g.deskSession(doc.Key, User{ID: userID}))
		}
		return nil
	})
	slices.SortFunc(all, func(x, y DeskSession) int { return y.Began.Compare(x.Began) })
	return all, err
}

// EndSession ends one session of a user. One that is not there, or another's, is no error.
func (a *Auth) EndSession(ctx context.Context, userID, id string) error {
	return a.eachOf(ctx, deskSessionKind, userID, func(doc store.Document, _ grant) error {
		if doc.Key != id {
			return nil
		}
		return a.deleteIfThere(ctx, deskSessionKind, id)
	})
}

// EndSessions ends all sessions of a user but one ("" for none), and what else would let them in without a word: links that
// were not used yet.
func (a *Auth) EndSessions(ctx context.Context, userID, except string) error {
	for _, kind := range []string{deskSessionKind, deskLinkKind, knownKind} {
		err := a.eachOf(ctx, kind, userID, func(doc store.Document, _ grant) error {
			if doc.Key == except {
				return nil
			}
			return a.deleteIfThere(ctx, kind, doc.Key)
		})
		if err != nil {
			return err
		}
	}
	return nil
}

// eachOf calls fn for a user's documents of a kind.
func (a *Auth) eachOf(ctx context.Context, kind, userID string, fn func(store.Document, grant) error) error {
	for after := ""; ; {
		docs, err := a.docs.List(ctx, kind, after, sweepPage)
		if err != nil {
			return fmt.Errorf("listing %ss: %w", kind, err)
		}
		if len(docs) == 0 {
			return nil
		}
		for _, doc := range docs {
			var g grant
			if err := json.Unmarshal(doc.Value, &g); err != nil {
				return fmt.Errorf("decoding a %s: %w", kind, err)
			}
			if g.User != userID {
				continue
			}
			if err := fn(doc, g); err != nil {
				return err
			}
		}
		after = docs[len(docs)-1].Key
	}
}
