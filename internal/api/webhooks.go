package api

import (
	"net/http"
	"slices"
	"time"

	"github.com/google/uuid"
	"github.com/labstack/echo/v4"

	"tributary/internal/webhooks"
)

type webhookAnswer struct {
	ID           string          `json:"id"`
	URL          string          `json:"url"`
	Description  string          `json:"description"`
	Events       []webhooks.Type `json:"events"`
	Email        webhooks.Email  `json:"email"`
	Enabled      bool            `json:"enabled"`
	DisabledAt   *time.Time      `json:"disabled_at,omitempty"`
	Reason       string          `json:"reason,omitempty"`        // why it was disabled by itself
	FailingSince *time.Time      `json:"failing_since,omitempty"` // when nothing has succeeded since
	Created      time.Time       `json:"created"`
	OldSecrets   []time.Time     `json:"old_secrets_until"` // replaced ones that still sign
	Secret       string          `json:"secret,omitempty"`  // told once
}

func (d Deps) webhook(c echo.Context, e webhooks.Endpoint, secret string) (out webhookAnswer, err error) {
	since, err := d.Webhooks.FailingSince(c.Request().Context(), e.ID)
	out = webhookAnswer{
		ID: e.ID, URL: e.URL, Description: e.Description, Events: e.Events, Email: e.Email, Enabled: e.Enabled,
		DisabledAt: timeOrNone(e.DisabledAt), Reason: e.Reason, FailingSince: timeOrNone(since), Created: e.Created,
		OldSecrets: []time.Time{}, Secret: secret,
	}
	for _, s := range e.Secrets {
		if s.Until.After(d.Now()) {
			out.OldSecrets = append(out.OldSecrets, s.Until)
		}
	}
	return out, err
}

func timeOrNone(t time.Time) *time.Time {
	if t.IsZero() {
		return nil
	}
	return &t
}

func (d Deps) answerWebhook(c echo.Context, status int, e webhooks.Endpoint, secret string) error {
	out, err := d.webhook(c, e, secret)
	if err != nil {
		return err
	}
	return c.JSON(status, out)
}

type webhookInput struct {
	URL         *string
	Description *string
	Events      *[]webhooks.Type
	Email       *webhooks.Email
	Enabled     *bool
}

func createWebhook(d Deps, c echo.Context) error {
	var in webhookInput
	if err := read(c, &in); err != nil {
		return err
	}
	e, secret, made, err := d.Webhooks.Create(c.Request().Context(), webhooks.Change(in), c.Request().Header.Get("Idempotency-Key"))
	if err != nil {
		return err
	}
	if !made {
		return d.answerWebhook(c, http.StatusOK, e, "")
	}
	return d.answerWebhook(c, http.StatusCreated, e, secret)
}

func listWebhooks(d Deps, c echo.Context) error {
	all, err := d.Webhooks.Endpoints(c.Request().Context())
	if err != nil {
		return err
	}
	slices.SortFunc(all, func(a, b webhooks.Endpoint) int { return b.Created.Compare(a.Created) })
	out := make([]webhookAnswer, len(all))
	for i, e := range all {
		if out[i], err = d.webhook(c, e, ""); err != nil {
			return err
		}
	}
	return c.JSON(http.StatusOK, list[webhookAnswer]{Data: out})
}

func getWebhook(d Deps, c echo.Context) error {
	e, err := d.Webhooks.Endpoint(c.Request().Context(), c.Param("id"))
	if err != nil {
		return err
	}
	return d.answerWebhook(c, http.StatusOK, e, "")
}

func changeWebhook(d Deps, c echo.Context) error {
	var in webhookInput
	if err := read(c, &in); err != nil {
		return err
	}
	e, err := d.Webhooks.Change(c.Request().Context(), c.Param("id"), webhooks.Change(in))
	if err != nil {
		return err
	}
	return d.answerWebhook(c, http.StatusOK, e, "")
}

func deleteWebhook(d Deps, c echo.Context) error {
	if err := d.Webhooks.Delete(c.Request().Context(), c.Param("id")); err != nil {
		return err
	}
	return c.NoContent(http.StatusNoContent)
}

func rotateWebhook(d Deps, c echo.Context) error {
	in := struct {
		Overlap *int `json:"overlap_hours"`
	}{}
	if err := readOptional(c, &in); err != nil {
		return err
	}
	overlap := webhooks.Overlap
	if in.Overlap != nil {
		overlap = time.Duration(min(max(*in.Overlap, -1), 1000)) * time.Hour // too much stays too much
	}
	e, secret, err := d.Webhooks.Rotate(c.Request().Context(), c.Param("id"), overlap)
	if err != nil {
		return err
	}
	return d.answerWebhook(c, http.StatusOK, e, secret)
}

// readOptional is read for a request whose body may be left out.
func readOptional(c echo.Context, v any) error {
	if c.Request().ContentLength == 0 {
		return nil
	}
	return read(c, v)
}

type deliveryAnswer struct {
	ID       string          `json:"id"`
	Type     webhooks.Type   `json:"type"`
	OptIn    *uuid.UUID      `json:"optin,omitempty"`
	At       time.Time       `json:"at"`
	State    webhooks.State  `json:"state"`
	Reason   string          `json:"reason,omitempty"`
	Due      *time.Time      `json:"due,omitempty"`
	Attempts []attemptAnswer `json:"attempts"`
}

type attemptAnswer struct {
	At     time.Time `json:"at"`
	TookMS int64     `json:"took_ms"`
	Status int       `json:"status"`
	Error  string    `json:"error,omitempty"`
	Answer string    `json:"answer,omitempty"`
}

func deliveryOf(d webhooks.Delivery) deliveryAnswer {
	out := deliveryAnswer{ID: d.ID, Type: d.Type, At: d.At, State: d.State, Reason: d.Reason, Due: timeOrNone(d.Due), Attempts: []attemptAnswer{}}
	if d.OptIn != uuid.Nil {
		out.OptIn = &d.OptIn
	}
	for _, a := range d.Attempts {
		out.Attempts = append(out.Attempts, attemptAnswer{a.At, a.Took.Milliseconds(), a.Status, a.Error, a.Answer})
	}
	return out
}

func testWebhook(d Deps, c echo.Context) error {
	out, err := d.Webhooks.Test(c.Request().Context(), c.Param("id"))
	if err != nil {
		return err
	}
	return c.JSON(http.StatusOK, deliveryOf(out))
}

func listDeliveries(d Deps, c echo.Context) error {
	state := webhooks.State(c.QueryParam("state"))
	if state != "" && !slices.Contains(webhooks.States, state) {
		return invalid("invalid_state", "state must be waiting, delivered or failed")
	}
	fetch := func(limit int) ([]webhooks.Delivery, error) {
		return d.Webhooks.Deliveries(c.Request().Context(), c.Param("id"), state, c.QueryParam("cursor"), limit)
	}
	name := func(d webhooks.Delivery) string { return d.ID }
	return listed(c, fetch, name, func(d webhooks.Delivery) (deliveryAnswer, error) { return deliveryOf(d), nil })
}

func getDelivery(d Deps, c echo.Context) error {
	out, err := d.Webhooks.Delivery(c.Request().Context(), c.Param("id"), c.Param("delivery"))
	if err != nil {
		return err
	}
	return c.JSON(http.StatusOK, deliveryOf(out))
}

func replayDelivery(d Deps, c echo.Context) error {
	out, err := d.Webhooks.Replay(c.Request().Context(), c.Param("id"), c.Param("delivery"))
	if err != nil {
		return err
	}
	return c.JSON(http.StatusAccepted, deliveryOf(out))
}

func replayFailed(d Deps, c echo.Context) error {
	var in struct{ Since string }
	if err := read(c, &in); err != nil {
		return err
	}
	since, err := time.Parse(time.RFC3339, in.Since)
	if err != nil {
		return invalid("invalid_since", "since must be a time such as 2026-05-04T12:00:00Z: events from then on are sent again")
	}
	n, err := d.Webhooks.ReplayFailed(c.Request().Context(), c.Param("id"), since)
	if err != nil {
		return err
	}
	return c.JSON(http.StatusAccepted, struct {
		Replayed int `json:"replayed"`
	}{n})
}
