package api

import (
	"errors"
	"net/http"
	"time"

	"github.com/labstack/echo/v4"

	"tributary/internal/auth"
)

// keyAnswer is a key of this API. What opens it is told once, when it is made.
type keyAnswer struct {
	ID      string    `json:"id"`
	Name    string    `json:"name"`
	Role    auth.Role `json:"role"`
	Created time.Time `json:"created"`
	By      string    `json:"by,omitempty"`
	Used    time.Time `json:"used_at,omitzero"`
	Key     string    `json:"key,omitempty"`
}

func keyOf(k auth.APIKey) keyAnswer {
	return keyAnswer{ID: k.ID, Name: k.Name, Role: k.Role, Created: k.Created, By: k.By, Used: k.Used}
}

func listKeys(d Deps, c echo.Context) error {
	keys, err := d.Auth.Keys(c.Request().Context())
	if err != nil {
		return err
	}
	out := list[keyAnswer]{Data: make([]keyAnswer, len(keys))}
	for i, k := range keys {
		out.Data[i] = keyOf(k)
	}
	return c.JSON(http.StatusOK, out)
}

func createKey(d Deps, c echo.Context) error {
	var in struct {
		Name string    `json:"name"`
		Role auth.Role `json:"role"`
	}
	if err := read(c, &in); err != nil {
		return err
	}
	made, text, err := d.Auth.AddKey(c.Request().Context(), in.Name, in.Role, callerOf(c))
	if errors.Is(err, auth.ErrBadKeyName) {
		return invalid("invalid_key", err.Error())
	}
	if err != nil {
		return err
	}
	subject(c, made.ID)
	out := keyOf(made)
	out.Key = text
	return c.JSON(http.StatusCreated, out)
}

// deleteKey revokes a key: it opens nothing from now on. A key may revoke itself.
func deleteKey(d Deps, c echo.Context) error {
	if _, err := d.Auth.RevokeKey(c.Request().Context(), c.Param("id")); err != nil {
		return err
	}
	return c.NoContent(http.StatusNoContent)
}
