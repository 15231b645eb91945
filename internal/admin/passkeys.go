package admin

import (
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"strconv"

	"github.com/labstack/echo/v4"

	"tributary/internal/audit"
	"tributary/internal/auth"
)

// maxAnswer bounds what a browser sends of a passkey: some kilobytes.
const maxAnswer = 64 << 10

// passkeyAsked is what the script shows to the browser.
type passkeyAsked struct {
	Token   string `json:"token"`
	Options any    `json:"options"`
}

// passkeyAnswer is what the script sends back.
type passkeyAnswer struct {
	Token  string          `json:"token"`
	Name   string          `json:"name"`
	Next   string          `json:"next"`
	Answer json.RawMessage `json:"answer"`
}

func readAnswer(c echo.Context) (a passkeyAnswer, err error) {
	raw, err := io.ReadAll(http.MaxBytesReader(c.Response(), c.Request().Body, maxAnswer))
	if err != nil {
		return a, auth.ErrBadPasskey
	}
	if json.Unmarshal(raw, &a) != nil {
		return a, auth.ErrBadPasskey
	}
	return a, nil
}

// passkeyRefused tells the script what to show. What is not the user's doing goes on to the log.
func (k *desk) passkeyRefused(c echo.Context, err error) error {
	var slow *auth.TooMany
	says := func(status int, text string) error { return c.JSON(status, map[string]string{"error": text}) }
	switch {
	case errors.As(err, &slow):
		setRetryAfter(c, slow)
		return says(http.StatusTooManyRequests, problem(k.Reader(c), err))
	case errors.Is(err, auth.ErrBadPasskey):
		return says(http.StatusUnprocessableEntity, k.Reader(c).Text("desk.passkey.nottaken"))
	case errors.Is(err, auth.ErrNoPasskeys):
		return says(http.StatusNotFound, problem(k.Reader(c), auth.ErrNoPasskeys))
	}
	return err
}

func setRetryAfter(c echo.Context, slow *auth.TooMany) {
	c.Response().Header().Set("Retry-After", strconv.Itoa(secondsOf(slow)))
}

func (k *desk) beginPasskeyLogin(c echo.Context) error {
	options, token, err := k.Auth.BeginPasskeyLogin(c.Request().Context(), c.RealIP())
	if err != nil {
		return k.passkeyRefused(c, err)
	}
	return c.JSON(http.StatusOK, passkeyAsked{token, options})
}

func (k *desk) passkeyLogin(c echo.Context) error {
	a, err := readAnswer(c)
	if err != nil {
		return k.passkeyRefused(c, err)
	}
	s, token, err := k.Auth.PasskeyLogin(c.Request().Context(), a.Token, a.Answer, browserOf(c.Request().UserAgent()))
	if err != nil {
		return k.passkeyRefused(c, err)
	}
	if err := k.letIn(c, s, token); err != nil {
		return err
	}
	return c.JSON(http.StatusOK, map[string]string{"next": safeNext(a.Next)})
}

func (k *desk) beginPasskey(c echo.Context, who auth.User) error {
	options, token, err := k.Auth.BeginPasskey(c.Request().Context(), who.ID)
	if err != nil {
		return k.passkeyRefused(c, err)
	}
	return c.JSON(http.StatusOK, passkeyAsked{token, options})
}

func (k *desk) addPasskey(c echo.Context, who auth.User) error {
	a, err := readAnswer(c)
	if err != nil {
		return k.passkeyRefused(c, err)
	}
	if a.Name == "" {
		a.Name = browserOf(c.Request().UserAgent())
	}
	ctx := c.Request().Context()
	p, err := k.Auth.AddPasskey(ctx, who.ID, a.Token, a.Name, a.Answer)
	if err != nil {
		return k.passkeyRefused(c, err)
	}
	if err := k.note(ctx, who, audit.PasskeyCreate, p.ID, ""); err != nil {
		return err
	}
	return c.JSON(http.StatusOK, map[string]string{"next": safeNext(a.Next)})
}

func (k *desk) removePasskey(c echo.Context, who auth.User) error {
	ctx := c.Request().Context()
	err := k.Auth.RemovePasskey(ctx, who.ID, c.Param("id"))
	if errors.Is(err, auth.ErrOnlyWay) {
		return k.showAccount(c, who, http.StatusConflict, &notice{"bad", problem(k.Reader(c), err)})
	}
	if err != nil {
		return err
	}
	if err := k.note(ctx, who, audit.PasskeyDelete, c.Param("id"), ""); err != nil {
		return err
	}
	return c.Redirect(http.StatusSeeOther, "/admin/account?done=passkey-removed")
}
