package api

import (
	"errors"
	"net/http"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/google/uuid"
	"github.com/labstack/echo/v4"

	"tributary/internal/hooks"
)

type hookAnswer struct {
	ID      string        `json:"id"`
	Kind    hooks.Kind    `json:"kind"`
	Name    string        `json:"name"`
	Site    string        `json:"site"`
	Mapping hooks.Mapping `json:"mapping"`
	Created time.Time     `json:"created"`
	URL     string        `json:"url,omitempty"` // told once, when the hook is made
}

func hookOf(h hooks.Hook, url string) hookAnswer {
	if h.Mapping == nil {
		h.Mapping = hooks.Mapping{}
	}
	return hookAnswer{h.ID, h.Kind, h.Name, h.Site, h.Mapping, h.Created, url}
}

func createHook(d Deps, c echo.Context) error {
	var in struct {
		Name, Site string
		Kind       hooks.Kind
		Mapping    hooks.Mapping
	}
	if err := read(c, &in); err != nil {
		return err
	}
	h, token, err := d.Hooks.Add(c.Request().Context(), account, hooks.Hook{Kind: in.Kind, Name: in.Name, Site: in.Site, Mapping: in.Mapping})
	if err != nil {
		return hookProblem(err)
	}
	subject(c, h.ID)
	return c.JSON(http.StatusCreated, hookOf(h, d.BaseURL+"/h/"+token))
}

// hookProblem tells what the caller did wrong from what is wrong here.
func hookProblem(err error) error {
	switch {
	case errors.Is(err, hooks.ErrUnknownSite):
		return invalid("unknown_site", err.Error())
	case errors.Is(err, hooks.ErrKeapsOwn):
		return invalid("invalid_hook", `a hook of kind "keap" is made and kept by POST /v1/keap/hook: leave kind out`)
	case errors.Is(err, hooks.ErrInvalid):
		return invalid("invalid_hook", err.Error())
	case errors.Is(err, hooks.ErrUnreadable):
		return invalid("unreadable_payload", err.Error())
	}
	return err
}

func getHook(d Deps, c echo.Context) error {
	h, _, err := d.Hooks.Get(c.Request().Context(), c.Param("id"))
	if err != nil {
		return err
	}
	return c.JSON(http.StatusOK, hookOf(h, ""))
}

func listHooks(d Deps, c echo.Context) error {
	fetch := func(limit int) ([]hooks.Hook, error) {
		return d.Hooks.List(c.Request().Context(), c.QueryParam("cursor"), limit)
	}
	return listed(c, fetch, func(h hooks.Hook) string { return h.ID }, func(h hooks.Hook) (hookAnswer, error) { return hookOf(h, ""), nil })
}

func changeHook(d Deps, c echo.Context) error {
	var in hooks.Changes
	if err := read(c, &in); err != nil {
		return err
	}
	h, err := d.Hooks.Change(c.Request().Context(), c.Param("id"), in)
	if err != nil {
		return hookProblem(err)
	}
	return c.JSON(http.StatusOK, hookOf(h, ""))
}

func deleteHook(d Deps, c echo.Context) error {
	if err := d.Hooks.Delete(c.Request().Context(), c.Param("id")); err != nil {
		return err
	}
	return c.NoContent(http.StatusNoContent)
}

type payloadAnswer struct {
	ID          uuid.UUID      `json:"id"`
	Received    time.Time      `json:"received"`
	State       hooks.State    `json:"state"`
	Reason      string         `json:"reason,omitempty"`
	ContentType string         `json:"content_type"`
	Body        string         `json:"body"`
	Cut         bool           `json:"cut,omitempty"` // only the beginning was kept
	Results     []hooks.Result `json:"results"`
}

func payloadOf(p hooks.Payload) payloadAnswer {
	body := string(p.Body)
	if !utf8.ValidString(body) {
		body = strings.ToValidUTF8(body, "\ufffd")
	}
	if p.Results == nil {
		p.Results = []hooks.Result{}
	}
	return payloadAnswer{p.ID, p.Received, p.State, p.Reason, p.ContentType, body, p.Cut, p.Results}
}

func listPayloads(d Deps, c echo.Context) error {
	state := hooks.State(c.QueryParam("state"))
	switch state {
	case "", hooks.Taken, hooks.Waiting, hooks.Refused:
	default:
		return invalid("invalid_state", "state must be taken, waiting or refused")
	}
	if _, err := idCursor(c); err != nil {
		return err
	}
	ctx := c.Request().Context()
	if _, _, err := d.Hooks.Get(ctx, c.Param("id")); err != nil {
		return err
	}
	fetch := func(limit int) ([]hooks.Payload, error) {
		return d.Hooks.Payloads(ctx, c.Param("id"), state, c.QueryParam("cursor"), limit)
	}
	return listed(c, fetch, func(p hooks.Payload) string { return p.ID.String() }, func(p hooks.Payload) (payloadAnswer, error) { return payloadOf(p), nil })
}

func getPayload(d Deps, c echo.Context) error {
	p, err := d.Hooks.Payload(c.Request().Context(), c.Param("id"), c.Param("payload"))
	if err != nil {
		return err
	}
	return c.JSON(http.StatusOK, payloadOf(p))
}

func retryPayload(d Deps, c echo.Context) error {
	ctx := c.Request().Context()
	h, _, err := d.Hooks.Get(ctx, c.Param("id"))
	if err != nil {
		return err
	}
	p, err := d.Hooks.Retry(ctx, h, c.Param("payload"))
	if err != nil {
		return hookProblem(err)
	}
	return c.JSON(http.StatusOK, payloadOf(p))
}
