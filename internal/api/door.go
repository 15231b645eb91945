package api

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"strings"

	"github.com/labstack/echo/v4"

	"tributary/internal/audit"
	"tributary/internal/auth"
)

// Keys are what opens the API: the admin key, which may everything, and those that an owner has made.
type Keys struct {
	Root auth.AdminKey
	Made *auth.Auth // nil for none
}

// caller is who holds the key of a request.
type caller struct {
	name string // as the audit log has it
	role auth.Role
}

// callerKey is where the caller stands in a request's context.
const callerKey = "caller"

func (k Keys) caller(ctx context.Context, given string) (caller, error) {
	if k.Root.Matches(given) {
		return caller{audit.RootKey, auth.Owner}, nil
	}
	if k.Made == nil {
		return caller{}, auth.ErrBadKey
	}
	made, err := k.Made.Key(ctx, given)
	return caller{audit.Key(made.Name), made.Role}, err
}

// Needs lets in who has a key whose role is enough.
func Needs(keys Keys, role auth.Role) echo.MiddlewareFunc {
	return func(next echo.HandlerFunc) echo.HandlerFunc {
		return func(c echo.Context) error {
			given, ok := strings.CutPrefix(c.Request().Header.Get("Authorization"), "Bearer ")
			who, err := keys.caller(c.Request().Context(), given)
			if !ok || errors.Is(err, auth.ErrBadKey) {
				c.Response().Header().Set("WWW-Authenticate", "Bearer")
				return WriteProblem(c, http.StatusUnauthorized, "unauthorized", `send the admin key, or an API key of the desk, as "Authorization: Bearer KEY"`)
			}
			if err != nil {
				return err
			}
			c.Response().Header().Set("Cache-Control", "no-store")
			if !who.role.May(role) {
				return WriteProblem(c, http.StatusForbidden, "forbidden", fmt.Sprintf("this needs a key with the role %s; the role of this one is %s", role, who.role))
			}
			c.Set(callerKey, who)
			return next(c)
		}
	}
}

// callerOf is the name of the key of a request.
func callerOf(c echo.Context) string {
	who, _ := c.Get(callerKey).(caller)
	return who.name
}

// subjectKey is where a handler says what it made: what it changed stands in the address already.
const subjectKey = "subject"

func subject(c echo.Context, id string) { c.Set(subjectKey, id) }

// actionKey is where a handler says what it did, where the address does not tell.
const actionKey = "action"

func did(c echo.Context, action audit.Action) { c.Set(actionKey, action) }

// noted runs a handler and writes into the audit log what it has changed: the ids of an address or of what was made, never
// a body or a query, which hold personal data.
func (d Deps) noted(c echo.Context, action audit.Action, handle func(Deps, echo.Context) error) error {
	if err := handle(d, c); err != nil || action == "" || c.Response().Status >= http.StatusBadRequest {
		return err
	}
	e := audit.Entry{Who: callerOf(c), Action: action, Subject: strings.Join(c.ParamValues(), " ")}
	if made, ok := c.Get(subjectKey).(string); ok {
		e.Subject = made
	}
	if other, ok := c.Get(actionKey).(audit.Action); ok {
		e.Action = other
	}
	return d.Audit.Write(context.WithoutCancel(c.Request().Context()), e)
}
