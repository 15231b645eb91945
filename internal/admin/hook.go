package admin

import (
	"errors"
	"maps"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/google/uuid"
	"github.com/labstack/echo/v4"

	"tributary/internal/audit"
	"tributary/internal/auth"
	"tributary/internal/hooks"
)

type hookPage struct {
	frame
	Hook     hooks.Hook
	IsKeaps  bool
	Fields   []formField
	State    []formOption
	Payloads []hooks.Payload
	After    string // the address of the page after this one
}

const payloadsOnPage = 25

func (k *desk) hook(c echo.Context, who auth.User) error {
	h, _, err := k.Hooks.Get(c.Request().Context(), c.Param("id"))
	if err != nil {
		return err
	}
	fields, err := k.hookFields(c, h)
	if err != nil {
		return err
	}
	return k.showHook(c, who, http.StatusOK, h, fields, k.told(c, hooksTold))
}

var payloadStates = []formOption{
	{Value: "", Label: "All"}, {Value: string(hooks.Waiting), Label: "Waiting for you"}, {Value: string(hooks.Taken), Label: "Taken"}, {Value: string(hooks.Refused), Label: "Refused"},
}

func (k *desk) showHook(c echo.Context, who auth.User, status int, h hooks.Hook, fields []formField, said *notice) error {
	state := c.QueryParam("state")
	if !slices.ContainsFunc(payloadStates, func(o formOption) bool { return o.Value == state }) {
		state = ""
	}
	cursor := c.QueryParam("after")
	if _, err := uuid.Parse(cursor); err != nil {
		cursor = ""
	}
	payloads, err := k.Hooks.Payloads(c.Request().Context(), h.ID, hooks.State(state), cursor, payloadsOnPage+1)
	if err != nil {
		return err
	}
	p := hookPage{frame: k.frame(h.Name, hooksAt, who), Hook: h, IsKeaps: h.Kind == hooks.Keap, Fields: fields, State: chosen(state, slices.Clone(payloadStates)...)}
	if len(payloads) > payloadsOnPage {
		payloads = payloads[:payloadsOnPage]
		p.After = "?" + url.Values{"state": {state}, "after": {payloads[payloadsOnPage-1].ID.String()}}.Encode()
	}
	p.Payloads, p.Notice = payloads, said
	return k.Render(c, status, "hook", p)
}

func (k *desk) changeHook(c echo.Context, who auth.User) error {
	ctx, id := c.Request().Context(), c.Param("id")
	before, _, err := k.Hooks.Get(ctx, id)
	if err != nil {
		return err
	}
	if before.Kind == hooks.Keap {
		return errBadAddress
	}
	name, site, mapping := answer(c, "name"), answer(c, "site"), hooks.Mapping{}
	for _, m := range mapped {
		if place := answer(c, "map-"+string(m.field)); place != "" {
			mapping[m.field] = place
		}
	}
	after, err := k.Hooks.Change(ctx, id, hooks.Changes{Name: &name, Site: &site, Mapping: mapping})
	if wrongHook(err) || isConflict(err) {
		return k.wrongHook(c, who, before, hooks.Hook{Name: name, Site: site, Mapping: mapping}, err)
	}
	if err != nil {
		return err
	}
	before.Secret, after.Secret = nil, nil
	changed, err := differences(before, after)
	if err != nil {
		return err
	}
	if err := k.note(ctx, who, audit.HookChange, id, changed); err != nil {
		return err
	}
	return c.Redirect(http.StatusSeeOther, hookAt(id)+"?done=saved")
}

func (k *desk) wrongHook(c echo.Context, who auth.User, h, wanted hooks.Hook, problem error) error {
	fields, err := k.hookFields(c, wanted)
	if err != nil {
		return err
	}
	said := &notice{Tone: "bad", Text: "Nothing was saved: look at what is marked below."}
	if isConflict(problem) {
		said.Text = "Nothing was saved: somebody else saved this hook meanwhile. Look at theirs in another window, then save again."
	} else {
		blameHook(fields, problem)
	}
	return k.showHook(c, who, http.StatusUnprocessableEntity, h, fields, said)
}

type payloadPage struct {
	frame
	Hook    hooks.Hook
	Payload hooks.Payload
	Body    string
	Results []understood
	Retries bool
}

// understood is what became of one submission of a payload.
type understood struct {
	hooks.Result
	Places []place
}

// place says where a field was found.
type place struct{ Field, At string }

func (k *desk) payload(c echo.Context, who auth.User) error {
	ctx := c.Request().Context()
	h, _, err := k.Hooks.Get(ctx, c.Param("id"))
	if err != nil {
		return err
	}
	found, err := k.Hooks.Payload(ctx, h.ID, c.Param("payload"))
	if err != nil {
		return err
	}
	return k.showPayload(c, who, http.StatusOK, h, found, k.told(c, hooksTold))
}

func (k *desk) showPayload(c echo.Context, who auth.User, status int, h hooks.Hook, found hooks.Payload, said *notice) error {
	p := payloadPage{frame: k.frame("A payload of "+h.Name, hooksAt, who), Hook: h, Payload: found, Body: printable(found.Body), Retries: !found.Cut}
	p.Notice = said
	for _, r := range found.Results {
		u := understood{Result: r}
		for _, field := range slices.Sorted(maps.Keys(r.Fields)) {
			u.Places = append(u.Places, place{string(field), r.Fields[field]})
		}
		p.Results = append(p.Results, u)
	}
	return k.Render(c, status, "payload", p)
}

func printable(body []byte) string {
	if utf8.Valid(body) {
		return string(body)
	}
	return strings.ToValidUTF8(string(body), "\ufffd")
}

func (k *desk) retryPayload(c echo.Context, who auth.User) error {
	ctx := c.Request().Context()
	h, _, err := k.Hooks.Get(ctx, c.Param("id"))
	if err != nil {
		return err
	}
	tried, err := k.Hooks.Retry(ctx, h, c.Param("payload"))
	if errors.Is(err, hooks.ErrUnreadable) || isConflict(err) {
		return k.showPayload(c, who, http.StatusUnprocessableEntity, h, tried, &notice{Tone: "bad", Text: sentence(err.Error())})
	}
	if err != nil {
		return err
	}
	if err := k.note(ctx, who, audit.HookRetry, h.ID, "payload "+tried.ID.String()+" is "+string(tried.State)); err != nil {
		return err
	}
	return c.Redirect(http.StatusSeeOther, hookAt(h.ID)+"/payloads/"+tried.ID.String()+"?done=taken")
}
