package admin

import (
	"context"
	"errors"
	"net/http"
	"time"

	"github.com/labstack/echo/v4"

	"tributary/internal/attribution"
	"tributary/internal/audit"
	"tributary/internal/auth"
)

// roleWords says of each role what it may, for people.
var roleWords = []struct {
	Role      auth.Role
	Name, May string
}{
	{auth.Owner, "Owner", "everything, with users, API keys and the connection to Keap"},
	{auth.Manager, "Manager", "the daily work: sites, affiliates, settings, decisions, retries"},
	{auth.Viewer, "Viewer", "looks at everything of the daily work, and changes nothing"},
}

// usersPage lists who works at the desk.
type usersPage struct {
	frame
	Users []auth.User
	Roles any
	Email string // of a form that was not taken
	Wrong string // with its address
	Role  auth.Role
	Link  *shownLink
}

// shownLink is a link that is shown once, to be copied.
type shownLink struct {
	User    auth.User
	URL     string
	Expires time.Time
	Days    bool   // it works for days, not minutes
	Mailed  string // the address that another one was mailed to, in part
}

var usersDone = map[string]string{"removed": "The user is removed and signed out everywhere.", "saved": "The role is saved.", "ended": "The user is signed out everywhere."}

func (k *desk) users(c echo.Context, who auth.User) error {
	return k.showUsers(c, who, http.StatusOK, usersPage{}, told(c, usersDone))
}

func (k *desk) showUsers(c echo.Context, who auth.User, status int, page usersPage, n *notice) (err error) {
	page.frame, page.Roles = k.frame("Users", "/admin/users", who), roleWords
	page.Notice = n
	if page.Role == "" {
		page.Role = auth.Manager
	}
	if page.Users, err = k.Auth.Users(c.Request().Context()); err != nil {
		return err
	}
	return k.Render(c, status, "users", page)
}

// inviteUser adds a user and makes the link that lets them in.
func (k *desk) inviteUser(c echo.Context, who auth.User) error {
	ctx := c.Request().Context()
	page := usersPage{Email: c.FormValue("email"), Role: auth.Role(c.FormValue("role"))}
	u, err := k.Auth.AddUser(ctx, auth.User{Account: account, Email: page.Email, Name: c.FormValue("name"), Role: page.Role})
	if errors.Is(err, auth.ErrBadUser) || errors.Is(err, auth.ErrEmailTaken) {
		page.Wrong = sentence(err.Error())
		return k.showUsers(c, who, http.StatusUnprocessableEntity, page, nil)
	}
	if err != nil {
		return err
	}
	if err := k.note(ctx, who, audit.UserCreate, u.ID, u.Email+", "+string(u.Role)); err != nil {
		return err
	}
	link, n, err := k.linkFor(ctx, u, languageOf(c))
	if err != nil {
		return err
	}
	return k.showUsers(c, who, http.StatusOK, usersPage{Link: link}, n)
}

// linkFor makes a link for a user: days for who has never been here, minutes for who was locked out. Where there is mail
// they are mailed one, too; this one is for the inviter to hand over where the mail does not come.
func (k *desk) linkFor(ctx context.Context, u auth.User, language string) (*shownLink, *notice, error) {
	ways, err := k.Auth.Ways(ctx, u.ID)
	if err != nil {
		return nil, nil, err
	}
	issue := k.Auth.Invite
	if ways.Any() {
		issue = k.Auth.IssueDeskLink
	}
	token, expires, err := issue(ctx, u.ID)
	if err != nil {
		return nil, nil, err
	}
	link := &shownLink{User: u, URL: k.BaseURL + "/admin/enter/" + token, Expires: expires, Days: !ways.Any()}
	if k.SendLink == nil {
		return link, nil, nil
	}
	if err := k.SendLink(ctx, u, language); err != nil {
		return link, &notice{"bad", "A link could not be mailed: " + err.Error() + ". Send this one yourself."}, nil
	}
	link.Mailed = attribution.MaskEmail(u.Email)
	return link, &notice{"good", "A link is mailed to " + link.Mailed + "."}, nil
}

// userPage is one user, as an owner sees them.
type userPage struct {
	frame
	Of       auth.User
	Self     bool
	Roles    any
	Ways     auth.Ways
	Sessions []auth.DeskSession
	Link     *shownLink
}

func (k *desk) user(c echo.Context, who auth.User) error {
	return k.showUser(c, who, http.StatusOK, nil, told(c, usersDone))
}

func (k *desk) showUser(c echo.Context, who auth.User, status int, link *shownLink, n *notice) error {
	ctx := c.Request().Context()
	of, err := k.Auth.User(ctx, c.Param("id"))
	if err != nil {
		return err
	}
	page := userPage{frame: k.frame(of.Called(), "/admin/users", who), Of: of, Self: of.ID == who.ID, Roles: roleWords, Link: link}
	page.Notice = n
	if page.Ways, err = k.Auth.Ways(ctx, of.ID); err != nil {
		return err
	}
	if page.Sessions, err = k.Auth.Sessions(ctx, of.ID); err != nil {
		return err
	}
	return k.Render(c, status, "user", page)
}

func (k *desk) changeRole(c echo.Context, who auth.User) error {
	ctx, role := c.Request().Context(), auth.Role(c.FormValue("role"))
	u, err := k.Auth.ChangeUser(ctx, c.Param("id"), nil, &role)
	if errors.Is(err, auth.ErrLastOwner) || errors.Is(err, auth.ErrBadUser) {
		return k.showUser(c, who, http.StatusConflict, nil, &notice{"bad", sentence(err.Error())})
	}
	if err != nil {
		return err
	}
	if err := k.note(ctx, who, audit.UserChange, u.ID, u.Email+", "+string(u.Role)); err != nil {
		return err
	}
	if u.ID == who.ID { // who gives the role of owner up has signed out, too
		return c.Redirect(http.StatusSeeOther, "/admin")
	}
	return c.Redirect(http.StatusSeeOther, "/admin/users/"+u.ID+"?done=saved")
}

func (k *desk) linkUser(c echo.Context, who auth.User) error {
	ctx := c.Request().Context()
	u, err := k.Auth.User(ctx, c.Param("id"))
	if err != nil {
		return err
	}
	link, n, err := k.linkFor(ctx, u, languageOf(c))
	if err != nil {
		return err
	}
	if err := k.note(ctx, who, audit.UserLink, u.ID, u.Email); err != nil {
		return err
	}
	return k.showUser(c, who, http.StatusOK, link, n)
}

func (k *desk) endUserSessions(c echo.Context, who auth.User) error {
	ctx := c.Request().Context()
	u, err := k.Auth.User(ctx, c.Param("id"))
	if err != nil {
		return err
	}
	if err := k.Auth.EndSessions(ctx, u.ID, sessionOf(c).ID); err != nil {
		return err
	}
	if err := k.note(ctx, who, audit.SessionEnd, u.ID, u.Email+", all"); err != nil {
		return err
	}
	return c.Redirect(http.StatusSeeOther, "/admin/users/"+u.ID+"?done=ended")
}

func (k *desk) removeUser(c echo.Context, who auth.User) error {
	ctx := c.Request().Context()
	u, err := k.Auth.User(ctx, c.Param("id"))
	if err != nil {
		return err
	}
	err = k.Auth.RemoveUser(ctx, u.ID)
	if errors.Is(err, auth.ErrLastOwner) {
		return k.showUser(c, who, http.StatusConflict, nil, &notice{"bad", sentence(err.Error())})
	}
	if err != nil {
		return err
	}
	if err := k.note(ctx, who, audit.UserDelete, u.ID, u.Email); err != nil {
		return err
	}
	return c.Redirect(http.StatusSeeOther, "/admin/users?done=removed")
}
