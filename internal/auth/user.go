package auth

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"github.com/google/uuid"

	"tributary/internal/attribution"
	"tributary/internal/store"
)

// Role is what a user of the desk may do. Each may what the ones after it may.
type Role string

const (
	Owner   Role = "owner"   // everything: users, keys, the connection to Keap
	Manager Role = "manager" // the daily work: sites, affiliates, settings, decisions, retries
	Viewer  Role = "viewer"  // looks, and changes nothing
)

// Roles lists every Role, the mightiest first.
var Roles = []Role{Owner, Manager, Viewer}

// May says whether who has this role may do what needs another.
func (r Role) May(needed Role) bool { return r.rank() > 0 && r.rank() >= needed.rank() }

func (r Role) rank() int {
	for i, role := range Roles {
		if r == role {
			return len(Roles) - i
		}
	}
	return 0
}

// User is a person who works at the desk.
type User struct {
	ID      string                `json:"id"`
	Account attribution.AccountID `json:"account"`
	Email   string                `json:"email"`
	Name    string                `json:"name,omitempty"`
	Role    Role                  `json:"role"`
	Created time.Time             `json:"created"`
}

const (
	userKind = "user"
	// manyUsers is more than any team has.
	manyUsers = 1000
	// DeskSessionLife is how long a session at the desk lives after it was last renewed.
	DeskSessionLife = 7 * 24 * time.Hour
)

// AddUser saves a new user under an id of its own.
func (a *Auth) AddUser(ctx context.Context, u User) (User, error) {
	u.ID, u.Created = uuid.Must(uuid.NewV7()).String(), a.now().UTC()
	value, err := json.Marshal(u)
	if err != nil {
		return u, fmt.Errorf("encoding a user: %w", err)
	}
	if _, err := a.docs.Put(ctx, userKind, u.ID, value, 0); err != nil {
		return u, fmt.Errorf("saving a user: %w", err)
	}
	return u, nil
}

// User returns one user, or store.ErrNotFound.
func (a *Auth) User(ctx context.Context, id string) (u User, err error) {
	doc, err := a.docs.Get(ctx, userKind, id)
	if err != nil {
		return u, fmt.Errorf("reading a user: %w", err)
	}
	if err := json.Unmarshal(doc.Value, &u); err != nil {
		return u, fmt.Errorf("decoding a user: %w", err)
	}
	return u, nil
}

// Users lists them in the order in which they came.
func (a *Auth) Users(ctx context.Context) ([]User, error) {
	docs, err := a.docs.List(ctx, userKind, "", manyUsers)
	if err != nil {
		return nil, fmt.Errorf("listing users: %w", err)
	}
	users := make([]User, len(docs))
	for i, doc := range docs {
		if err := json.Unmarshal(doc.Value, &users[i]); err != nil {
			return nil, fmt.Errorf("decoding a user: %w", err)
		}
	}
	return users, nil
}

// IssueDeskLink makes a link that lets a user in once, within LinkLife: an invitation, or the way back for one who is locked
// out.
func (a *Auth) IssueDeskLink(ctx context.Context, userID string) (token string, expires time.Time, err error) {
	now := a.now()
	expires = now.Add(LinkLife)
	token, err = a.issue(ctx, deskLinkKind, grant{User: userID, Issued: now, Expires: expires})
	return token, expires, err
}

// CheckDeskLink is CheckLink for the desk.
func (a *Auth) CheckDeskLink(ctx context.Context, token string) error {
	_, _, err := a.find(ctx, deskLinkKind, token, ErrBadLink)
	return err
}

// RedeemDesk is Redeem for the desk.
func (a *Auth) RedeemDesk(ctx context.Context, token string) (DeskSession, string, error) {
	link, err := a.useUp(ctx, deskLinkKind, token)
	if err != nil {
		return DeskSession{}, "", err
	}
	return a.OpenDesk(ctx, link.User)
}

// DeskSession is a user who is signed in.
type DeskSession struct {
	User    User
	Expires time.Time
	Renewed bool // Expires was moved just now: the cookie should be set again
}

// OpenDesk opens a session for a user whom the caller knows to be that user.
func (a *Auth) OpenDesk(ctx context.Context, userID string) (DeskSession, string, error) {
	user, err := a.User(ctx, userID)
	if errors.Is(err, store.ErrNotFound) {
		return DeskSession{}, "", ErrBadLink
	}
	if err != nil {
		return DeskSession{}, "", err
	}
	now := a.now()
	g := grant{User: userID, Issued: now, Expires: now.Add(DeskSessionLife)}
	token, err := a.issue(ctx, deskSessionKind, g)
	return DeskSession{User: user, Expires: g.Expires}, token, err
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
	return DeskSession{User: user, Expires: g.Expires, Renewed: renewed}, err
}

// LeaveDesk ends a session.
func (a *Auth) LeaveDesk(ctx context.Context, cookieToken string) error {
	return a.end(ctx, deskSessionKind, cookieToken)
}
