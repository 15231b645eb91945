package auth

import (
	"cmp"
	"context"
	"encoding/json"
	"fmt"
	"time"

	"tributary/internal/attribution"
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

// Called is how to address a user.
func (u User) Called() string { return cmp.Or(u.Name, u.Email) }

const (
	userKind = "user"
	// manyUsers is more than any team has.
	manyUsers = 1000
)

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
