package main

import (
	"context"
	"crypto/rand"
	"net/http"
	"slices"

	"tributary/internal/attribution"
	"tributary/internal/auth"
)

// openDesk lets whoever watches the demo in as its owner.
func (d *demoProgram) openDesk(w http.ResponseWriter, r *http.Request) {
	token, err := d.deskToken(r.Context())
	if err != nil {
		http.Error(w, "The link could not be made: see the terminal.", http.StatusInternalServerError)
		d.log.Error("making a link to the desk", "error", err)
		return
	}
	http.Redirect(w, r, d.cfg.baseURL+"/admin/enter/"+token, http.StatusSeeOther)
}

const demoOwner = "owner@example.com"

func (d *demoProgram) deskToken(ctx context.Context) (string, error) {
	users, err := d.auth.Users(ctx)
	if err != nil {
		return "", err
	}
	i := slices.IndexFunc(users, func(u auth.User) bool { return u.Email == demoOwner })
	if i < 0 {
		u, err := d.auth.AddUser(ctx, auth.User{Account: attribution.DefaultAccount, Email: demoOwner, Name: "Olive Orchard", Role: auth.Owner})
		if err != nil {
			return "", err
		}
		// The link leads straight to the desk where there is another way to sign in; nobody is told this one.
		if err := d.auth.SetPassword(ctx, u, rand.Text(), ""); err != nil {
			return "", err
		}
		users, i = append(users, u), len(users)
	}
	token, _, err := d.auth.IssueDeskLink(ctx, users[i].ID)
	return token, err
}
