package admin

import (
	"errors"
	"net/http"
	"net/url"
	"strconv"
	"time"

	"github.com/labstack/echo/v4"

	"tributary/internal/audit"
	"tributary/internal/auth"
	"tributary/internal/texts"
	"tributary/internal/webhooks"
)

// deliveriesShown is how many deliveries a page has.
const deliveriesShown = 50

// webhookPage is one endpoint with its deliveries and its settings.
type webhookPage struct {
	webhookForm
	Row        webhookRow
	State      webhooks.State
	States     []option
	Deliveries []webhooks.Delivery
	Older      string // the address of the next page
}

// OldUntil is until when a secret that was replaced goes on signing; zero for none.
func (p webhookPage) OldUntil() (until time.Time) {
	for _, s := range p.Secrets {
		if s.Until.After(until) {
			until = s.Until
		}
	}
	return until
}

func (k *desk) webhook(c echo.Context, who auth.User) error {
	e, err := k.Webhooks.Endpoint(c.Request().Context(), c.Param("id"))
	if err != nil {
		return err
	}
	return k.showWebhook(c, who, http.StatusOK, e, webhookForm{Endpoint: e}, k.told(c, webhooksTold))
}

// showWebhook shows an endpoint with a form as it was filled in.
func (k *desk) showWebhook(c echo.Context, who auth.User, status int, e webhooks.Endpoint, f webhookForm, n *notice) (err error) {
	p := webhookPage{webhookForm: f}
	if p.Row, err = k.webhookRow(c, e); err != nil {
		return err
	}
	p.frame, p.Notice = k.frame(p.Row.Name(), webhooksAt, who), n
	if err := k.readDeliveries(c, &p); err != nil {
		return err
	}
	return k.Render(c, status, "webhook", p)
}

// deliveryStates names the states of a delivery, by the keys of web/texts.
var deliveryStates = map[webhooks.State]string{
	webhooks.Waiting: "desk.webhooks.waiting", webhooks.Delivered: "desk.webhooks.delivered", webhooks.GaveUp: "desk.webhooks.failed",
}

func (k *desk) readDeliveries(c echo.Context, p *webhookPage) (err error) {
	p.State = webhooks.State(c.QueryParam("state"))
	p.States = []option{{"", "desk.webhook.anystate", "", p.State == ""}}
	for _, s := range webhooks.States {
		p.States = append(p.States, option{string(s), deliveryStates[s], "", p.State == s})
	}
	p.Deliveries, err = k.Webhooks.Deliveries(c.Request().Context(), p.Row.ID, p.State, c.QueryParam("after"), deliveriesShown+1)
	if err == nil && len(p.Deliveries) > deliveriesShown {
		p.Deliveries = p.Deliveries[:deliveriesShown]
		q := url.Values{"after": {p.Deliveries[deliveriesShown-1].ID}, "state": {string(p.State)}}
		p.Older = "?" + q.Encode()
	}
	return err
}

func (k *desk) changeWebhook(c echo.Context, who auth.User) error {
	ctx := c.Request().Context()
	change, asked, err := webhookChange(c)
	if err != nil {
		return err
	}
	before, err := k.Webhooks.Endpoint(ctx, c.Param("id"))
	if err != nil {
		return err
	}
	saved, err := k.Webhooks.Change(ctx, before.ID, change)
	var wrong *webhooks.Wrong
	if errors.As(err, &wrong) {
		asked.ID, asked.Secrets = before.ID, before.Secrets
		f := webhookForm{Endpoint: asked, Wrong: wrong}
		return k.showWebhook(c, who, http.StatusUnprocessableEntity, before, f, &notice{"bad", k.Reader(c).Text("desk.webhook.notsaved")})
	}
	if err != nil {
		return err
	}
	return k.webhookDone(c, who, audit.WebhookChange, saved, saved.Host(), "saved")
}

// webhookDone notes what was done and goes back to the endpoint's page, which says it.
func (k *desk) webhookDone(c echo.Context, who auth.User, action audit.Action, e webhooks.Endpoint, detail, done string) error {
	if err := k.note(c.Request().Context(), who, action, e.ID, detail); err != nil {
		return err
	}
	return c.Redirect(http.StatusSeeOther, webhooksAt+"/"+url.PathEscape(e.ID)+"?done="+done)
}

func (k *desk) switchWebhook(c echo.Context, who auth.User) error {
	to := c.FormValue("to")
	on := to == "on"
	if !on && to != "off" {
		return errBadAddress
	}
	e, err := k.Webhooks.Change(c.Request().Context(), c.Param("id"), webhooks.Change{Enabled: &on})
	if err != nil {
		return err
	}
	return k.webhookDone(c, who, audit.WebhookChange, e, e.Host()+": "+to, to)
}

func (k *desk) rotateWebhook(c echo.Context, who auth.User) error {
	ctx := c.Request().Context()
	hours, err := strconv.Atoi(c.FormValue("overlap"))
	if err != nil || hours < 0 || hours > int(webhooks.LongestOverlap.Hours()) {
		return errBadAddress
	}
	e, secret, err := k.Webhooks.Rotate(ctx, c.Param("id"), time.Duration(hours)*time.Hour)
	if err != nil {
		return err
	}
	if err := k.note(ctx, who, audit.WebhookRotate, e.ID, "the old secret signs for "+strconv.Itoa(hours)+" h more"); err != nil {
		return err
	}
	return k.showSecret(c, who, e, secret, true)
}

func (k *desk) testWebhook(c echo.Context, who auth.User) error {
	ctx := c.Request().Context()
	d, err := k.Webhooks.Test(ctx, c.Param("id"))
	if err != nil {
		return err
	}
	if err := k.note(ctx, who, audit.WebhookTest, d.Endpoint, string(d.State)); err != nil {
		return err
	}
	return c.Redirect(http.StatusSeeOther, deliveryAt(d))
}

func deliveryAt(d webhooks.Delivery) string {
	return webhooksAt + "/" + url.PathEscape(d.Endpoint) + "/deliveries/" + url.PathEscape(d.ID)
}

func (k *desk) replayFailed(c echo.Context, who auth.User) error {
	ctx := c.Request().Context()
	e, err := k.Webhooks.Endpoint(ctx, c.Param("id"))
	if err != nil {
		return err
	}
	since, err := time.ParseInLocation(time.DateOnly, c.FormValue("since"), k.Zone)
	if err != nil {
		n := &notice{"bad", k.Reader(c).Text("desk.webhook.nosince", "Example", "2026-05-04")}
		return k.showWebhook(c, who, http.StatusUnprocessableEntity, e, webhookForm{Endpoint: e}, n)
	}
	n, err := k.Webhooks.ReplayFailed(ctx, e.ID, since)
	if errors.Is(err, webhooks.ErrDisabled) {
		return k.offNotice(c, who, e)
	}
	if err != nil {
		return err
	}
	done := map[bool]string{true: "replayed", false: "none"}[n > 0]
	return k.webhookDone(c, who, audit.WebhookReplay, e, strconv.Itoa(n)+" since "+since.Format(time.DateOnly), done)
}

func (k *desk) offNotice(c echo.Context, who auth.User, e webhooks.Endpoint) error {
	return k.showWebhook(c, who, http.StatusConflict, e, webhookForm{Endpoint: e}, &notice{"bad", k.Reader(c).Text("desk.webhook.isoff")})
}

func (k *desk) askDeleteWebhook(c echo.Context, who auth.User) error {
	e, err := k.Webhooks.Endpoint(c.Request().Context(), c.Param("id"))
	if err != nil {
		return err
	}
	row := webhookRow{Endpoint: e}
	return k.Render(c, http.StatusOK, "webhook-delete", secretPage{frame: k.frame(k.Reader(c).Text("desk.webhookdelete.title", "Name", row.Name()), webhooksAt, who), webhookRow: row})
}

func (k *desk) deleteWebhook(c echo.Context, who auth.User) error {
	ctx := c.Request().Context()
	e, err := k.Webhooks.Endpoint(ctx, c.Param("id"))
	if err != nil {
		return err
	}
	if err := k.Webhooks.Delete(ctx, e.ID); err != nil {
		return err
	}
	if err := k.note(ctx, who, audit.WebhookDelete, e.ID, e.Host()); err != nil {
		return err
	}
	return c.Redirect(http.StatusSeeOther, webhooksAt+"?done=deleted")
}

// deliveryPage is one delivery with its attempts, the latest first.
type deliveryPage struct {
	frame
	webhooks.Delivery
	Row      webhookRow
	Attempts []webhooks.Attempt
	CanSend  bool
}

func (k *desk) delivery(c echo.Context, who auth.User) error {
	ctx := c.Request().Context()
	e, err := k.Webhooks.Endpoint(ctx, c.Param("id"))
	if err != nil {
		return err
	}
	d, err := k.Webhooks.Delivery(ctx, e.ID, c.Param("delivery"))
	if err != nil {
		return err
	}
	p := deliveryPage{frame: k.frame(eventName(k.Reader(c), d.Type), webhooksAt, who), Delivery: d, Row: webhookRow{Endpoint: e}, CanSend: e.Enabled && d.Type != webhooks.Ping}
	p.Notice = k.told(c, webhooksTold)
	for _, a := range d.Attempts {
		p.Attempts = append([]webhooks.Attempt{a}, p.Attempts...)
	}
	return k.Render(c, http.StatusOK, "delivery", p)
}

func eventName(say *texts.Reader, t webhooks.Type) string {
	if t == webhooks.Ping {
		return say.Text("desk.delivery.test")
	}
	return string(t)
}

func (k *desk) replayDelivery(c echo.Context, who auth.User) error {
	ctx := c.Request().Context()
	d, err := k.Webhooks.Replay(ctx, c.Param("id"), c.Param("delivery"))
	var wrong *webhooks.Wrong
	if errors.Is(err, webhooks.ErrDisabled) || errors.As(err, &wrong) {
		e, err := k.Webhooks.Endpoint(ctx, c.Param("id"))
		if err != nil {
			return err
		}
		return k.offNotice(c, who, e)
	}
	if err != nil {
		return err
	}
	if err := k.note(ctx, who, audit.WebhookReplay, d.Endpoint, d.ID); err != nil {
		return err
	}
	return c.Redirect(http.StatusSeeOther, deliveryAt(d)+"?done=replayed")
}
