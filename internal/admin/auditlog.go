package admin

import (
	"net/http"
	"net/url"

	"github.com/labstack/echo/v4"

	"tributary/internal/audit"
	"tributary/internal/auth"
)

const auditRows = 50

// auditPage is a part of the audit log.
type auditPage struct {
	frame
	audit.Query
	People  []string // who can be asked for
	Actions []string // likewise: what
	Entries []audit.Entry
	Older   string // the address of the next page
	Newest  string // of the first one, on any other
}

func (k *desk) auditLog(c echo.Context, who auth.User) error {
	ctx := c.Request().Context()
	page := auditPage{frame: k.frame(k.Reader(c).Text("desk.audit.title"), "/admin/audit", who), Query: audit.Query{Who: c.QueryParam("who"), Action: c.QueryParam("action")}, Actions: audit.Nouns()}
	found, err := k.Audit.Find(ctx, page.Query, c.QueryParam("after"), auditRows)
	if err != nil {
		return err
	}
	page.Entries = found.Entries
	if found.Next != "" {
		page.Older = auditAddress(page.Query, found.Next)
	}
	if c.QueryParam("after") != "" {
		page.Newest = auditAddress(page.Query, "")
	}
	if page.People, err = k.auditPeople(c); err != nil {
		return err
	}
	return k.Render(c, http.StatusOK, "audit", page)
}

func auditAddress(q audit.Query, after string) string {
	values := url.Values{}
	for name, value := range map[string]string{"who": q.Who, "action": q.Action, "after": after} {
		if value != "" {
			values.Set(name, value)
		}
	}
	return "/admin/audit?" + values.Encode()
}

// auditPeople names users and keys, to choose from.
func (k *desk) auditPeople(c echo.Context) (names []string, err error) {
	users, err := k.Auth.Users(c.Request().Context())
	if err != nil {
		return nil, err
	}
	for _, u := range users {
		names = append(names, u.Email)
	}
	keys, err := k.Auth.Keys(c.Request().Context())
	for _, key := range keys {
		names = append(names, audit.Key(key.Name))
	}
	return append(names, audit.RootKey), err
}
