package admin

import (
	"errors"
	"net/http"

	"github.com/labstack/echo/v4"

	"tributary/internal/audit"
	"tributary/internal/auth"
	"tributary/internal/texts"
)

// accountPage is what users see of themselves.
type accountPage struct {
	frame
	Ways          auth.Ways
	TakesPasskeys bool
	NeedsPresent  bool // a new password asks for the present one
	Session       string
	Sessions      []sessionView
	Password      passwordField
}

// passwordField asks for a new password. Wrong is what is wrong with it, and Present with the present one.
type passwordField struct {
	Min            int
	Wrong, Present string
}

// passwordFault says what a user did wrong with a password at its field, or above the page.
func passwordFault(say *texts.Reader, err error) (at passwordField, said *notice) {
	at.Min = auth.MinPassword
	switch {
	case err == nil:
	case errors.Is(err, auth.ErrWeakPassword):
		at.Wrong = problem(say, err)
	case errors.Is(err, auth.ErrWrongPassword):
		at.Present = problem(say, err)
	default:
		said = &notice{"bad", problem(say, err)}
	}
	return at, said
}

// accountDone are the keys of the notices after a redirect.
var accountDone = map[string]string{
	"name": "desk.account.donename", "password": "desk.account.donepassword", "passkey": "desk.account.donepasskey",
	"passkey-removed": "desk.account.doneremoved", "ended": "desk.account.doneended",
	"ended-others": "desk.account.doneothers",
}

func (k *desk) account(c echo.Context, who auth.User) error {
	return k.showAccount(c, who, http.StatusOK, k.told(c, accountDone))
}

func (k *desk) showAccount(c echo.Context, who auth.User, status int, n *notice) error {
	at, _ := passwordFault(k.Reader(c), nil)
	return k.showAccountWith(c, who, status, n, at)
}

func (k *desk) showAccountWith(c echo.Context, who auth.User, status int, n *notice, at passwordField) (err error) {
	ctx, s := c.Request().Context(), sessionOf(c)
	page := accountPage{frame: k.frame(k.Reader(c).Text("desk.account.title"), "/admin/account", who), TakesPasskeys: k.Auth.TakesPasskeys(), Session: s.ID, Password: at}
	page.Notice = n
	if page.Ways, err = k.Auth.Ways(ctx, who.ID); err != nil {
		return err
	}
	page.NeedsPresent = page.Ways.Password && !s.IsFresh(k.Now())
	if page.Sessions, err = k.sessionsOf(c, who); err != nil {
		return err
	}
	return k.Render(c, status, "account", page)
}

func (k *desk) changeName(c echo.Context, who auth.User) error {
	name := c.FormValue("name")
	u, err := k.Auth.ChangeUser(c.Request().Context(), who.ID, &name, nil)
	if errors.Is(err, auth.ErrBadUser) {
		return k.showAccount(c, who, http.StatusUnprocessableEntity, &notice{"bad", problem(k.Reader(c), err)})
	}
	if err != nil {
		return err
	}
	if err := k.note(c.Request().Context(), u, audit.UserChange, u.ID, "their own name"); err != nil {
		return err
	}
	return c.Redirect(http.StatusSeeOther, "/admin/account?done=name")
}

func (k *desk) changePassword(c echo.Context, who auth.User) error {
	ctx := c.Request().Context()
	err := k.Auth.ChangePassword(ctx, sessionOf(c), c.FormValue("present"), c.FormValue("password"))
	if status := statusOfPassword(err); status != 0 {
		at, said := passwordFault(k.Reader(c), err)
		return k.showAccountWith(c, who, status, said, at)
	}
	if err != nil {
		return err
	}
	if err := k.know(c, who.ID); err != nil {
		return err
	}
	if err := k.note(ctx, who, audit.PasswordChange, who.ID, ""); err != nil {
		return err
	}
	return c.Redirect(http.StatusSeeOther, "/admin/account?done=password")
}

// statusOfPassword is the status of what a user did wrong with a password; 0 for any other error.
func statusOfPassword(err error) int {
	var slow *auth.TooMany
	switch {
	case errors.Is(err, auth.ErrWeakPassword), errors.Is(err, auth.ErrWrongPassword):
		return http.StatusUnprocessableEntity
	case errors.As(err, &slow):
		return http.StatusTooManyRequests
	case errors.Is(err, auth.ErrBusy):
		return http.StatusServiceUnavailable
	}
	return 0
}

func (k *desk) endSession(c echo.Context, who auth.User) error {
	ctx := c.Request().Context()
	if err := k.Auth.EndSession(ctx, who.ID, c.Param("id")); err != nil {
		return err
	}
	if err := k.note(ctx, who, audit.SessionEnd, who.ID, ""); err != nil {
		return err
	}
	return c.Redirect(http.StatusSeeOther, "/admin/account?done=ended")
}

func (k *desk) endOtherSessions(c echo.Context, who auth.User) error {
	ctx := c.Request().Context()
	if err := k.Auth.EndSessions(ctx, who.ID, sessionOf(c).ID); err != nil {
		return err
	}
	if err := k.know(c, who.ID); err != nil {
		return err
	}
	if err := k.note(ctx, who, audit.SessionEnd, who.ID, "all others"); err != nil {
		return err
	}
	return c.Redirect(http.StatusSeeOther, "/admin/account?done=ended-others")
}
