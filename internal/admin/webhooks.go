package admin

import (
	"crypto/rand"
	"errors"
	"net/http"
	"net/url"
	"slices"
	"time"

	"github.com/labstack/echo/v4"

	"tributary/internal/audit"
	"tributary/internal/auth"
	"tributary/internal/webhooks"
)

const webhooksAt = "/admin/webhooks"

// webhookRoutes are the pages of whom the collector tells of opt-ins. What an endpoint answered may repeat what it was told
// of people, so only who works with them sees deliveries.
func webhookRoutes() []route {
	return []route{
		{http.MethodGet, webhooksAt, auth.Viewer, (*desk).webhooks},
		{http.MethodGet, webhooksAt + "/new", auth.Manager, (*desk).newWebhook},
		{http.MethodPost, webhooksAt, auth.Manager, (*desk).addWebhook},
		{http.MethodGet, webhooksAt + "/:id", auth.Manager, (*desk).webhook},
		{http.MethodPost, webhooksAt + "/:id", auth.Manager, (*desk).changeWebhook},
		{http.MethodPost, webhooksAt + "/:id/switch", auth.Manager, (*desk).switchWebhook},
		{http.MethodPost, webhooksAt + "/:id/secret", auth.Manager, (*desk).rotateWebhook},
		{http.MethodPost, webhooksAt + "/:id/test", auth.Manager, (*desk).testWebhook},
		{http.MethodPost, webhooksAt + "/:id/replay", auth.Manager, (*desk).replayFailed},
		{http.MethodGet, webhooksAt + "/:id/delete", auth.Manager, (*desk).askDeleteWebhook},
		{http.MethodPost, webhooksAt + "/:id/delete", auth.Manager, (*desk).deleteWebhook},
		{http.MethodGet, webhooksAt + "/:id/deliveries/:delivery", auth.Manager, (*desk).delivery},
		{http.MethodPost, webhooksAt + "/:id/deliveries/:delivery/replay", auth.Manager, (*desk).replayDelivery},
	}
}

// webhookRow is an endpoint with how it does.
type webhookRow struct {
	webhooks.Endpoint
	Failing time.Time // since then; zero while it works
	Last    *webhooks.Delivery
}

// Name is what to call it: its address may be a password.
func (r webhookRow) Name() string {
	if r.Description != "" {
		return r.Description
	}
	return r.Host()
}

// The states of an endpoint.
var (
	webhookOn      = label{"desk.webhooks.on", "good"}
	webhookOff     = label{"desk.webhooks.off", ""}
	webhookFailing = label{"desk.webhooks.failing", "waiting"}
	webhookStopped = label{"desk.webhooks.stopped", "bad"}
)

// How is its state.
func (r webhookRow) How() label {
	switch {
	case !r.Enabled && r.Reason != "":
		return webhookStopped
	case !r.Enabled:
		return webhookOff
	case !r.Failing.IsZero():
		return webhookFailing
	}
	return webhookOn
}

// ToldOf are the events that it is told of, by the keys of their names in a list.
func (r webhookRow) ToldOf() (keys []string) {
	for _, event := range r.Events {
		for _, w := range webhookEvents {
			if w.event == event {
				keys = append(keys, w.listed)
			}
		}
	}
	return keys
}

func (k *desk) webhookRow(c echo.Context, e webhooks.Endpoint) (r webhookRow, err error) {
	ctx := c.Request().Context()
	r.Endpoint = e
	if r.Failing, err = k.Webhooks.FailingSince(ctx, e.ID); err != nil {
		return r, err
	}
	last, err := k.Webhooks.Deliveries(ctx, e.ID, "", "", 1)
	if len(last) > 0 {
		r.Last = &last[0]
	}
	return r, err
}

type webhooksPage struct {
	frame
	Rows []webhookRow
	Full bool
}

func (k *desk) webhooks(c echo.Context, who auth.User) error {
	all, err := k.Webhooks.Endpoints(c.Request().Context())
	if err != nil {
		return err
	}
	p := webhooksPage{frame: k.frame(k.Reader(c).Text("desk.webhooks.title"), webhooksAt, who), Full: len(all) >= webhooks.MaxEndpoints}
	p.Notice = k.told(c, webhooksTold)
	for _, e := range all {
		r, err := k.webhookRow(c, e)
		if err != nil {
			return err
		}
		p.Rows = append(p.Rows, r)
	}
	return k.Render(c, http.StatusOK, "webhooks", p)
}

// webhooksTold is what can be said above the pages of webhooks, by the keys of web/texts.
var webhooksTold = map[string]string{
	"saved": "desk.webhooks.saved", "on": "desk.webhooks.ison", "off": "desk.webhooks.isoff", "deleted": "desk.webhooks.deleted",
	"replayed": "desk.webhooks.replayed", "none": "desk.webhooks.nothingfailed",
}

// webhookForm asks for what a person sets of an endpoint.
type webhookForm struct {
	frame
	webhooks.Endpoint
	Once  string // makes a form that is sent twice one endpoint
	Wrong *webhooks.Wrong
}

// At is what is wrong with a field.
func (f webhookForm) At(field string) string {
	if f.Wrong != nil && f.Wrong.Field == field {
		return f.Wrong.Problem
	}
	return ""
}

// option is an answer that a form offers. Label and Hint are keys of web/texts.
type option struct {
	Value, Label, Hint string
	On                 bool
}

// webhookEvents are what an endpoint can ask for: each with its name, what it means, and its name in a list of several.
var webhookEvents = []struct {
	event               webhooks.Type
	name, means, listed string
}{
	{webhooks.Received, "desk.webhookevent.received", "desk.webhookevent.receivedtext", "desk.webhookevent.receivedlisted"},
	{webhooks.Credited, "desk.webhookevent.credited", "desk.webhookevent.creditedtext", "desk.webhookevent.creditedlisted"},
	{webhooks.Held, "desk.webhookevent.held", "desk.webhookevent.heldtext", "desk.webhookevent.heldlisted"},
	{webhooks.Refused, "desk.webhookevent.refused", "desk.webhookevent.refusedtext", "desk.webhookevent.refusedlisted"},
	{webhooks.Failed, "desk.webhookevent.failed", "desk.webhookevent.failedtext", "desk.webhookevent.failedlisted"},
	{webhooks.Erased, "desk.webhookevent.erased", "desk.webhookevent.erasedtext", "desk.webhookevent.erasedlisted"},
}

// EventChoices are the events in words.
func (f webhookForm) EventChoices() (all []option) {
	for _, w := range webhookEvents {
		all = append(all, option{string(w.event), w.name, w.means, slices.Contains(f.Events, w.event)})
	}
	return all
}

// EmailChoices say how much of an e-mail is told.
func (f webhookForm) EmailChoices() []option {
	return []option{
		{string(webhooks.Masked), "desk.webhookform.masked", "desk.webhookform.maskedtext", f.Email == webhooks.Masked},
		{string(webhooks.Full), "desk.webhookform.full", "desk.webhookform.fulltext", f.Email == webhooks.Full},
		{string(webhooks.None), "desk.webhookform.nothing", "desk.webhookform.nothingtext", f.Email == webhooks.None},
	}
}

func (k *desk) newWebhook(c echo.Context, who auth.User) error {
	f := webhookForm{frame: k.frame(k.Reader(c).Text("desk.webhooks.add"), webhooksAt, who), Once: rand.Text()}
	f.Email, f.Events = webhooks.Masked, []webhooks.Type{webhooks.Received, webhooks.Credited, webhooks.Held}
	return k.Render(c, http.StatusOK, "webhook-new", f)
}

// webhookChange reads the form.
func webhookChange(c echo.Context) (change webhooks.Change, e webhooks.Endpoint, err error) {
	form, err := c.FormParams()
	if err != nil {
		return change, e, errBadAddress
	}
	e.URL, e.Description, e.Email = form.Get("url"), form.Get("description"), webhooks.Email(form.Get("email"))
	for _, name := range form["events"] {
		e.Events = append(e.Events, webhooks.Type(name))
	}
	return webhooks.Change{URL: &e.URL, Description: &e.Description, Events: &e.Events, Email: &e.Email}, e, nil
}

func (k *desk) addWebhook(c echo.Context, who auth.User) error {
	ctx := c.Request().Context()
	change, asked, err := webhookChange(c)
	if err != nil {
		return err
	}
	once := c.FormValue("once")
	if once == "" {
		once = rand.Text()
	}
	made, secret, fresh, err := k.Webhooks.Create(ctx, change, once)
	var wrong *webhooks.Wrong
	if errors.As(err, &wrong) {
		f := webhookForm{frame: k.frame(k.Reader(c).Text("desk.webhooks.add"), webhooksAt, who), Endpoint: asked, Once: once, Wrong: wrong}
		return k.Render(c, http.StatusUnprocessableEntity, "webhook-new", f)
	}
	if err != nil {
		return err
	}
	if !fresh {
		return c.Redirect(http.StatusSeeOther, webhooksAt+"/"+url.PathEscape(made.ID))
	}
	if err := k.note(ctx, who, audit.WebhookCreate, made.ID, made.Host()); err != nil {
		return err
	}
	return k.showSecret(c, who, made, secret, false)
}

// secretPage shows a secret this once.
type secretPage struct {
	frame
	webhookRow
	Secret   string
	Replaced bool
}

func (k *desk) showSecret(c echo.Context, who auth.User, e webhooks.Endpoint, secret string, replaced bool) error {
	c.Response().Header().Set("Cache-Control", "no-store")
	row := webhookRow{Endpoint: e}
	return k.Render(c, http.StatusOK, "webhook-secret", secretPage{k.frame(row.Name(), webhooksAt, who), row, secret, replaced})
}
