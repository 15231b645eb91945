package api

import (
	"context"
	"errors"
	"net/http"
	"time"

	"github.com/labstack/echo/v4"

	"tributary/internal/auth"
)

// userAnswer is a user of the desk.
type userAnswer struct {
	ID      string    `json:"id"`
	Email   string    `json:"email"`
	Name    string    `json:"name,omitempty"`
	Role    auth.Role `json:"role"`
	Created time.Time `json:"created"`
}

func userOf(u auth.User) userAnswer {
	return userAnswer{ID: u.ID, Email: u.Email, Name: u.Name, Role: u.Role, Created: u.Created}
}

// userProblem is the answer to what is wrong with a user.
func userProblem(err error) error {
	switch {
	case errors.Is(err, auth.ErrBadUser):
		return invalid("invalid_user", err.Error())
	case errors.Is(err, auth.ErrEmailTaken):
		return problem(http.StatusConflict, "email_taken", err.Error())
	case errors.Is(err, auth.ErrLastOwner):
		return problem(http.StatusConflict, "last_owner", err.Error())
	}
	return err
}

func listUsers(d Deps, c echo.Context) error {
	users, err := d.Auth.Users(c.Request().Context())
	if err != nil {
		return err
	}
	out := list[userAnswer]{Data: make([]userAnswer, len(users))}
	for i, u := range users {
		out.Data[i] = userOf(u)
	}
	return c.JSON(http.StatusOK, out)
}

func createUser(d Deps, c echo.Context) error {
	var in struct {
		Email string    `json:"email"`
		Name  string    `json:"name"`
		Role  auth.Role `json:"role"`
	}
	if err := read(c, &in); err != nil {
		return err
	}
	u, err := d.Auth.AddUser(c.Request().Context(), auth.User{Account: account, Email: in.Email, Name: in.Name, Role: in.Role})
	if err != nil {
		return userProblem(err)
	}
	subject(c, u.ID)
	return c.JSON(http.StatusCreated, userOf(u))
}

func getUser(d Deps, c echo.Context) error {
	u, err := d.Auth.User(c.Request().Context(), c.Param("id"))
	if err != nil {
		return err
	}
	return c.JSON(http.StatusOK, userOf(u))
}

func changeUser(d Deps, c echo.Context) error {
	var in struct {
		Name *string    `json:"name"`
		Role *auth.Role `json:"role"`
	}
	if err := read(c, &in); err != nil {
		return err
	}
	u, err := d.Auth.ChangeUser(c.Request().Context(), c.Param("id"), in.Name, in.Role)
	if err != nil {
		return userProblem(err)
	}
	return c.JSON(http.StatusOK, userOf(u))
}

func deleteUser(d Deps, c echo.Context) error {
	if err := d.Auth.RemoveUser(c.Request().Context(), c.Param("id")); err != nil {
		return userProblem(err)
	}
	return c.NoContent(http.StatusNoContent)
}

// linkAnswer is an address that lets somebody in once.
type linkAnswer struct {
	URL     string    `json:"url"`
	Expires time.Time `json:"expires_at,omitzero"`
}

// linkUser makes the way in of a user: for who was invited, and for who is locked out.
func linkUser(d Deps, c echo.Context) error {
	ctx := c.Request().Context()
	u, err := d.Auth.User(ctx, c.Param("id"))
	if err != nil {
		return err
	}
	ways, err := d.Auth.Ways(ctx, u.ID)
	if err != nil {
		return err
	}
	issue := d.Auth.Invite
	if ways.Any() {
		issue = d.Auth.IssueDeskLink
	}
	token, expires, err := issue(ctx, u.ID)
	if err != nil {
		return err
	}
	return c.JSON(http.StatusCreated, linkAnswer{d.BaseURL + "/admin/enter/" + token, expires.UTC()})
}

// SetupURL makes the address of the first run. "" where somebody owns the desk already.
func SetupURL(ctx context.Context, a *auth.Auth, baseURL string) (string, error) {
	open, err := a.NeedsSetup(ctx, account)
	if err != nil || !open {
		return "", err
	}
	token, err := a.IssueSetup(ctx, account)
	return baseURL + "/admin/setup/" + token, err
}

func beginSetup(d Deps, c echo.Context) error {
	address, err := SetupURL(c.Request().Context(), d.Auth, d.BaseURL)
	if err != nil {
		return err
	}
	if address == "" {
		return problem(http.StatusConflict, "set_up", "the desk has an owner: make a link for a user instead")
	}
	return c.JSON(http.StatusCreated, linkAnswer{URL: address})
}
