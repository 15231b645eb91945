package admin

import (
	"errors"
	"net/http"
	"net/url"
	"strings"

	"github.com/labstack/echo/v4"

	"tributary/internal/audit"
	"tributary/internal/auth"
)

// loginForm is the page of who is not signed in.
type loginForm struct {
	Title    string
	Next     string // where they wanted to go
	Email    string
	Wrong    string
	Passkeys bool
	Unowned  bool // nobody has set the desk up yet
}

func (k *desk) loginPage(c echo.Context) error {
	return k.showLogin(c, http.StatusOK, loginForm{Next: safeNext(c.QueryParam("next"))})
}

func (k *desk) showLogin(c echo.Context, status int, form loginForm) (err error) {
	form.Title, form.Passkeys = k.Reader(c).Text("desk.login.title"), k.Auth.TakesPasskeys()
	if form.Unowned, err = k.Auth.NeedsSetup(c.Request().Context(), account); err != nil {
		return err
	}
	return k.Render(c, status, "login", form)
}

// safeNext is an address of the desk, whatever somebody wrote into a link. A browser would take //example.com, and with a
// backslash the same, for another site.
func safeNext(next string) string {
	u, err := url.Parse(next)
	if err != nil || u.Scheme != "" || u.Host != "" || u.Path != "/admin" && !strings.HasPrefix(u.Path, "/admin/") || strings.ContainsAny(next, "\\\r\n\t") {
		return "/admin"
	}
	return u.RequestURI()
}

func (k *desk) logIn(c echo.Context) error {
	at := auth.Attempt{
		Email: c.FormValue("email"), Password: c.FormValue("password"), Address: c.RealIP(), Known: k.browsers.Token(c), Browser: browserOf(c.Request().UserAgent()),
	}
	s, token, err := k.Auth.LogIn(c.Request().Context(), at)
	if err != nil {
		return k.refuseLogin(c, at.Email, err)
	}
	if err := k.letIn(c, s, token); err != nil {
		return err
	}
	return c.Redirect(http.StatusSeeOther, safeNext(c.FormValue("next")))
}

func (k *desk) refuseLogin(c echo.Context, email string, err error) error {
	var slow *auth.TooMany
	form := loginForm{Email: email, Next: safeNext(c.FormValue("next")), Wrong: problem(k.Reader(c), err)}
	switch {
	case errors.Is(err, auth.ErrWrongLogin):
		return k.showLogin(c, http.StatusUnauthorized, form)
	case errors.As(err, &slow):
		setRetryAfter(c, slow)
		form.Wrong = k.Reader(c).Text("desk.login.meanwhile", "Problem", form.Wrong)
		return k.showLogin(c, http.StatusTooManyRequests, form)
	case errors.Is(err, auth.ErrBusy):
		return k.showLogin(c, http.StatusServiceUnavailable, form)
	}
	return err
}

// letIn gives the browser its session. One that it had before ends, so that no two users share a browser unseen.
func (k *desk) letIn(c echo.Context, s auth.DeskSession, token string) error {
	ctx := c.Request().Context()
	if err := k.Auth.LeaveDesk(ctx, k.cookie.Token(c)); err != nil {
		return err
	}
	k.cookie.Set(c, token, s.Expires, k.Now())
	if err := k.know(c, s.User.ID); err != nil {
		return err
	}
	return k.note(ctx, s.User, audit.SessionBegin, "", "by "+string(s.How))
}

// know has the browser kept in mind, so that nobody's tries from elsewhere can keep this user out of it.
func (k *desk) know(c echo.Context, userID string) error {
	known, expires, err := k.Auth.Know(c.Request().Context(), userID, k.browsers.Token(c))
	if err == nil && known != "" {
		k.browsers.Set(c, known, expires, k.Now())
	}
	return err
}
