package admin

import (
	"errors"
	"net/http"

	"github.com/labstack/echo/v4"

	"tributary/internal/audit"
	"tributary/internal/auth"
)

// keyRoles says of each role what a key with it may, by keys of web/texts.
var keyRoles = []struct {
	Role      auth.Role
	Name, May string
}{
	{auth.Viewer, "desk.keys.viewer", "desk.keys.viewermay"},
	{auth.Manager, "desk.keys.manager", "desk.keys.managermay"},
	{auth.Owner, "desk.keys.owner", "desk.keys.ownermay"},
}

// keysPage lists the keys of programs.
type keysPage struct {
	frame
	Keys  []auth.APIKey
	Roles any
	Name  string // of a form that was not taken
	Wrong string // with its name
	Role  auth.Role
	Made  string // a new key's text, shown once
}

// RoleName is the word for a key's role.
func (keysPage) RoleName(role auth.Role) string {
	for _, r := range keyRoles {
		if r.Role == role {
			return r.Name
		}
	}
	return string(role)
}

func (k *desk) keys(c echo.Context, who auth.User) error {
	return k.showKeys(c, who, http.StatusOK, keysPage{}, k.told(c, map[string]string{"revoked": "desk.keys.revoked"}))
}

func (k *desk) showKeys(c echo.Context, who auth.User, status int, page keysPage, n *notice) (err error) {
	page.frame, page.Roles = k.frame(k.Reader(c).Text("desk.keys.title"), "/admin/keys", who), keyRoles
	page.Notice = n
	if page.Role == "" {
		page.Role = auth.Viewer
	}
	if page.Keys, err = k.Auth.Keys(c.Request().Context()); err != nil {
		return err
	}
	return k.Render(c, status, "keys", page)
}

func (k *desk) makeKey(c echo.Context, who auth.User) error {
	ctx := c.Request().Context()
	page := keysPage{Name: c.FormValue("name"), Role: auth.Role(c.FormValue("role"))}
	made, text, err := k.Auth.AddKey(ctx, page.Name, page.Role, who.Email)
	if errors.Is(err, auth.ErrBadKeyName) {
		page.Wrong = problem(k.Reader(c), err)
		return k.showKeys(c, who, http.StatusUnprocessableEntity, page, nil)
	}
	if err != nil {
		return err
	}
	if err := k.note(ctx, who, audit.KeyCreate, made.ID, made.Name+", "+string(made.Role)); err != nil {
		return err
	}
	return k.showKeys(c, who, http.StatusOK, keysPage{Made: text}, nil)
}

func (k *desk) revokeKey(c echo.Context, who auth.User) error {
	ctx := c.Request().Context()
	gone, err := k.Auth.RevokeKey(ctx, c.Param("id"))
	if err != nil {
		return err
	}
	if err := k.note(ctx, who, audit.KeyDelete, gone.ID, gone.Name); err != nil {
		return err
	}
	return c.Redirect(http.StatusSeeOther, "/admin/keys?done=revoked")
}
