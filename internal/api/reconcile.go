package api

import (
	"context"
	"errors"
	"net/http"
	"time"

	"github.com/labstack/echo/v4"

	"tributary/internal/audit"
	"tributary/internal/keaphook"
	"tributary/internal/reconcile"
)

// KeapHook keeps the hook by which Keap tells of new contacts.
type KeapHook interface {
	Status() keaphook.Status
	Check(ctx context.Context) keaphook.Status
}

// Reconciler compares with Keap and imports from it. Both go on after the answer.
type Reconciler interface {
	Start(fix bool) (reconcile.Report, error)
	Latest(ctx context.Context) (reconcile.Report, error)
	StartBackfill(since time.Time) (reconcile.Backfill, error)
	Backfill(ctx context.Context) (reconcile.Backfill, error)
}

var notConnected = problem(http.StatusConflict, "not_connected", "Keap is not connected: connect it by \"tributary keap login\", or give the collector a key by --keap-key")

func getKeapHook(d Deps, c echo.Context) error {
	if d.KeapHook == nil || d.isDisconnected() {
		return notConnected
	}
	return c.JSON(http.StatusOK, d.KeapHook.Status())
}

// checkKeapHook makes, verifies or repairs the hook. How it stands then is the answer, also where it does not stand well.
func checkKeapHook(d Deps, c echo.Context) error {
	if d.KeapHook == nil || d.isDisconnected() {
		return notConnected
	}
	return c.JSON(http.StatusOK, d.KeapHook.Check(c.Request().Context()))
}

func getReconcile(d Deps, c echo.Context) error {
	if d.Reconcile == nil || d.isDisconnected() {
		return notConnected
	}
	report, err := d.Reconcile.Latest(c.Request().Context())
	if err != nil {
		return err
	}
	return c.JSON(http.StatusOK, report)
}

func startReconcile(d Deps, c echo.Context) error {
	var in struct{ Fix bool }
	if err := read(c, &in); err != nil {
		return err
	}
	if d.Reconcile == nil || d.isDisconnected() {
		return notConnected
	}
	report, err := d.Reconcile.Start(in.Fix)
	if errors.Is(err, reconcile.ErrRunning) {
		return problem(http.StatusConflict, "running", "a comparison is running already: GET /v1/reconcile tells how far it is")
	}
	if err != nil {
		return err
	}
	if in.Fix {
		did(c, audit.ReconcileFix)
	}
	return c.JSON(http.StatusAccepted, report)
}

func getBackfill(d Deps, c echo.Context) error {
	if d.Reconcile == nil || d.isDisconnected() {
		return notConnected
	}
	b, err := d.Reconcile.Backfill(c.Request().Context())
	if err != nil {
		return err
	}
	return c.JSON(http.StatusOK, b)
}

func startBackfill(d Deps, c echo.Context) error {
	var in struct{ Since string }
	if err := read(c, &in); err != nil {
		return err
	}
	since, err := parseSince(in.Since)
	if err != nil {
		return invalid("invalid_since", "since must be a day such as 2026-05-01, or a time of RFC 3339; leave it out to import all")
	}
	if d.Reconcile == nil || d.isDisconnected() {
		return notConnected
	}
	b, err := d.Reconcile.StartBackfill(since)
	if errors.Is(err, reconcile.ErrRunning) {
		return problem(http.StatusConflict, "running", "an import is running already: GET /v1/backfill tells how far it is")
	}
	if err != nil {
		return err
	}
	return c.JSON(http.StatusAccepted, b)
}

func parseSince(text string) (since time.Time, err error) {
	if text == "" {
		return since, nil
	}
	if since, err = time.Parse(time.DateOnly, text); err != nil {
		since, err = time.Parse(time.RFC3339, text)
	}
	return since.UTC(), err
}

func (d Deps) isDisconnected() bool { return d.Connected != nil && !d.Connected() }
