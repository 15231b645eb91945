package admin

import (
	"errors"
	"net/http"

	"github.com/labstack/echo/v4"

	"tributary/internal/audit"
	"tributary/internal/auth"
)

// setupForm is the first page of the first run: who owns this.
type setupForm struct {
	Title       string
	Action      string
	Name, Email string
	Wrong       string
	Passkeys    bool
	Password    passwordField
}

func (k *desk) setupPage(c echo.Context) error {
	if err := k.Auth.CheckSetup(c.Request().Context(), account, c.Param("token")); err != nil {
		return k.lateSetup(c, err)
	}
	return k.showSetup(c, http.StatusOK, setupForm{})
}

func (k *desk) showSetup(c echo.Context, status int, form setupForm) error {
	form.Title, form.Action, form.Passkeys, form.Password.Min = k.Reader(c).Text("desk.setup.title"), c.Request().URL.Path, k.Auth.TakesPasskeys(), auth.MinPassword
	return k.Render(c, status, "setup", form)
}

// lateSetup explains a set-up address that does not work.
func (k *desk) lateSetup(c echo.Context, err error) error {
	if !errors.Is(err, auth.ErrBadLink) {
		return err
	}
	open, err := k.Auth.NeedsSetup(c.Request().Context(), account)
	if err != nil {
		return err
	}
	page := setupDone
	if open {
		page = setupRenewed
	}
	return k.message(c, http.StatusGone, page)
}

// claimSetup makes the first owner and signs them in.
func (k *desk) claimSetup(c echo.Context) error {
	ctx := c.Request().Context()
	form := setupForm{Name: c.FormValue("name"), Email: c.FormValue("email")}
	password, byPasskey := c.FormValue("password"), c.FormValue("way") == "passkey"
	if byPasskey {
		password = ""
	} else if err := auth.CheckPassword(password, form.Email); err != nil {
		at, said := passwordFault(k.Reader(c), err)
		if form.Password = at; said != nil {
			form.Wrong = said.Text
		}
		return k.showSetup(c, http.StatusUnprocessableEntity, form)
	}
	u, err := k.Auth.ClaimSetup(ctx, c.Param("token"), auth.User{Account: account, Name: form.Name, Email: form.Email}, password)
	if errors.Is(err, auth.ErrBadUser) || errors.Is(err, auth.ErrBusy) {
		form.Wrong = problem(k.Reader(c), err)
		return k.showSetup(c, http.StatusUnprocessableEntity, form)
	}
	if err != nil {
		return k.lateSetup(c, err)
	}
	return k.beginAsOwner(c, u, byPasskey)
}

func (k *desk) beginAsOwner(c echo.Context, u auth.User, byPasskey bool) error {
	ctx := c.Request().Context()
	s, token, err := k.Auth.OpenDesk(ctx, u.ID, auth.BySetup, browserOf(c.Request().UserAgent()))
	if err != nil {
		return err
	}
	if err := k.note(ctx, u, audit.UserCreate, u.ID, "the first owner"); err != nil {
		return err
	}
	if err := k.letIn(c, s, token); err != nil {
		return err
	}
	if byPasskey {
		return c.Redirect(http.StatusSeeOther, "/admin/welcome")
	}
	return c.Redirect(http.StatusSeeOther, startPath)
}

// welcomePage has a new user choose how to sign in from now on.
type welcomePage struct {
	frame
	TakesPasskeys bool
	Password      passwordField
}

func (k *desk) welcome(c echo.Context, who auth.User) error {
	at, _ := passwordFault(k.Reader(c), nil)
	return k.showWelcome(c, who, http.StatusOK, nil, at)
}

func (k *desk) showWelcome(c echo.Context, who auth.User, status int, n *notice, at passwordField) error {
	page := welcomePage{frame: k.frame(k.Reader(c).Text("desk.welcome.title"), "/admin/account", who), TakesPasskeys: k.Auth.TakesPasskeys(), Password: at}
	page.Notice = n
	return k.Render(c, status, "welcome", page)
}

// firstPassword is changePassword for who has none yet.
func (k *desk) firstPassword(c echo.Context, who auth.User) error {
	ctx := c.Request().Context()
	err := k.Auth.ChangePassword(ctx, sessionOf(c), "", c.FormValue("password"))
	if status := statusOfPassword(err); status != 0 {
		at, said := passwordFault(k.Reader(c), err)
		if at.Present != "" { // this page does not ask for it: My account does
			said = &notice{"bad", at.Present}
		}
		return k.showWelcome(c, who, status, said, at)
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
	return c.Redirect(http.StatusSeeOther, startPath)
}
