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
	"tributary/internal/store"
	"tributary/internal/texts"
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

// payloadStates are those that payloads can be narrowed to, the one that is asked for marked.
func payloadStates(say *texts.Reader, asked string) []formOption {
	return chosen(
		asked, formOption{Value: "", Label: say.Text("desk.payloadstate.all")}, formOption{Value: string(hooks.Waiting), Label: say.Text("desk.payloadstate.waiting")},
		formOption{Value: string(hooks.Taken), Label: say.Text("desk.payloadstate.taken")}, formOption{Value: string(hooks.Refused), Label: say.Text("desk.payloadstate.refused")},
	)
}

func (k *desk) showHook(c echo.Context, who auth.User, status int, h hooks.Hook, fields []formField, said *notice) error {
	state := c.QueryParam("state")
	states := payloadStates(k.Reader(c), state)
	if !slices.ContainsFunc(states, func(o formOption) bool { return o.On }) {
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
	p := hookPage{frame: k.frame(h.Name, hooksAt, who), Hook: h, IsKeaps: h.Kind == hooks.Keap, Fields: fields, State: states}
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
	said := &notice{Tone: "bad", Text: k.Reader(c).Text("desk.hook.notsaved")}
	if isConflict(problem) {
		said.Text = k.Reader(c).Text("desk.hook.conflict")
	} else {
		blameHook(k.Reader(c), fields, problem)
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
	Outcome string
	Places  []place
}

// outcomes are the words for it, by the keys of web/texts.
var outcomes = map[store.Disposition]string{
	store.Accepted: "desk.payload.accepted", store.Duplicate: "desk.payload.duplicate", hooks.Kept: "desk.payload.kept",
}

func outcome(say *texts.Reader, d store.Disposition) string {
	if key := outcomes[d]; key != "" {
		return say.Text(key)
	}
	return string(d)
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
	say := k.Reader(c)
	p := payloadPage{frame: k.frame(say.Text("desk.payload.title", "Hook", h.Name), hooksAt, who), Hook: h, Payload: found, Body: printable(found.Body), Retries: !found.Cut}
	p.Notice = said
	for _, r := range found.Results {
		u := understood{Result: r, Outcome: outcome(say, r.Status)}
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
