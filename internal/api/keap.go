package api

import (
	"context"
	"errors"
	"net/http"
	"time"

	"github.com/labstack/echo/v4"

	"tributary/internal/connect"
)

// Keap is what the API needs to know of the connection to Keap.
type Keap struct {
	*connect.Connection
	LastSuccess func() time.Time // when Keap last did what it was asked; zero before that
	Paused      func() string    // why nothing is delivered at the moment, or ""
	Quota       func() KeapQuota // what Keap told last about its limits
}

// KeapQuota is what is left of Keap's limits; what Keap has not told is zero.
type KeapQuota struct {
	Limit     int       `json:"limit"` // calls a day
	Left      int       `json:"left"`
	Turns     time.Time `json:"turns,omitzero"` // when the day's quota begins anew
	PerMinute int       `json:"per_minute,omitempty"`
}

type keapAnswer struct {
	State       connect.State `json:"state"`
	Reason      string        `json:"reason,omitempty"`
	Paused      string        `json:"paused,omitempty"`
	How         connect.How   `json:"how,omitempty"`
	Tenant      string        `json:"tenant,omitempty"`
	OtherTenant string        `json:"other_tenant,omitempty"`
	Connected   time.Time     `json:"connected_at,omitzero"`
	TokensUntil time.Time     `json:"tokens_until,omitzero"`
	Checked     time.Time     `json:"checked_at,omitzero"`
	LastSuccess time.Time     `json:"last_success,omitzero"`
	Quota       *KeapQuota    `json:"quota,omitempty"`
	OAuth       bool          `json:"oauth"`
	Attention   []keapNote    `json:"attention"`
	ByHand      []keapNote    `json:"by_hand"`
}

type keapNote struct {
	Code   string `json:"code"`
	Detail string `json:"detail"`
}

func notes(from []connect.Note) []keapNote {
	out := []keapNote{}
	for _, n := range from {
		out = append(out, keapNote(n))
	}
	return out
}

// getKeap tells how Keap is connected. With fresh=true the app's settings are asked for now.
func getKeap(d Deps, c echo.Context) error {
	fresh := c.QueryParam("fresh")
	if fresh != "" && fresh != "true" && fresh != "false" {
		return invalid("invalid_fresh", "fresh must be true or false")
	}
	return d.answerKeap(c, fresh == "true")
}

func (d Deps) answerKeap(c echo.Context, fresh bool) error {
	s, err := d.Keap.Status(c.Request().Context(), fresh)
	if err != nil {
		return err
	}
	success := d.Keap.LastSuccess()
	if s.Checked.After(success) { // to tell whose the credential is was one, too
		success = s.Checked
	}
	return c.JSON(http.StatusOK, keapAnswer{
		s.State, s.Reason, d.Keap.Paused(), s.How, s.Tenant, s.OtherTenant, rfc(s.Connected), rfc(s.Expires), rfc(s.Checked),
		rfc(success), d.quota(), s.OAuth, notes(s.Attention), notes(s.ByHand),
	})
}

// quota is nil while Keap has told nothing.
func (d Deps) quota() *KeapQuota {
	q := d.Keap.Quota()
	if q == (KeapQuota{}) {
		return nil
	}
	q.Turns = rfc(q.Turns)
	return &q
}

func rfc(at time.Time) time.Time { return at.UTC().Truncate(time.Second) }

func beginKeapLogin(d Deps, c echo.Context) error {
	var in struct {
		NewTenant bool `json:"new_tenant"`
	}
	if err := read(c, &in); err != nil {
		return err
	}
	address, expires, err := d.Keap.Login(c.Request().Context(), in.NewTenant)
	if err != nil {
		return keapProblem(err)
	}
	return c.JSON(http.StatusOK, struct {
		AuthorizeURL string    `json:"authorize_url"`
		Expires      time.Time `json:"expires_at"`
	}{address, expires})
}

func putKeapKey(d Deps, c echo.Context) error {
	var in struct {
		Key, Header string
		NewTenant   bool `json:"new_tenant"`
	}
	if err := read(c, &in); err != nil {
		return err
	}
	if _, err := d.Keap.UseKey(c.Request().Context(), in.Key, in.Header, in.NewTenant); err != nil {
		return keapProblem(err)
	}
	return d.answerKeap(c, false)
}

func putKeapTenant(d Deps, c echo.Context) error {
	var in struct{ Tenant string }
	if err := read(c, &in); err != nil {
		return err
	}
	if err := d.Keap.AcceptTenant(c.Request().Context(), in.Tenant); err != nil {
		return keapProblem(err)
	}
	return d.answerKeap(c, false)
}

func disconnectKeap(d Deps, c echo.Context) error {
	if err := d.Keap.Disconnect(c.Request().Context()); err != nil {
		return keapProblem(err)
	}
	return c.NoContent(http.StatusNoContent)
}

// keapProblem says what the owner can do about it.
func keapProblem(err error) error {
	var other *connect.OtherTenantError
	switch {
	case errors.As(err, &other):
		return problem(http.StatusConflict, "other_tenant", other.Error())
	case errors.Is(err, connect.ErrFlagKey):
		return problem(http.StatusConflict, "keap_key_flag", err.Error())
	case errors.Is(err, connect.ErrNoClient):
		return problem(http.StatusConflict, "no_oauth_client", err.Error())
	case errors.Is(err, connect.ErrLoginGone):
		return problem(http.StatusBadRequest, "login_gone", err.Error())
	case errors.Is(err, connect.ErrDenied):
		return problem(http.StatusForbidden, "denied", err.Error())
	case errors.Is(err, connect.ErrKeyRefused):
		return invalid("credential_refused", err.Error())
	case errors.Is(err, connect.ErrNoSuchTenant):
		return invalid("unknown_tenant", err.Error())
	case errors.Is(err, connect.ErrUnreachable), errors.Is(err, context.DeadlineExceeded):
		return problem(http.StatusServiceUnavailable, "keap_unreachable", err.Error())
	}
	return err
}
