package api

import (
	"errors"
	"net/http"
	"time"

	"github.com/labstack/echo/v4"

	"tributary/internal/affiliates"
)

// syncAffiliates answers when the sync has ended. One that fails in the middle is an answer, too: it says how far it came.
func syncAffiliates(d Deps, c echo.Context) error {
	if err := http.NewResponseController(c.Response()).SetWriteDeadline(time.Time{}); err != nil && !errors.Is(err, errors.ErrUnsupported) {
		return err // many affiliates take longer than any answer else may
	}
	found, err := d.Affiliates.Sync(c.Request().Context())
	if errors.Is(err, affiliates.ErrSyncing) {
		return problem(http.StatusConflict, "sync_running", "a sync is running: its result is at GET /v1/affiliates/sync when it has ended")
	}
	if errors.Is(err, affiliates.ErrNotConnected) {
		return problem(http.StatusConflict, "keap_not_connected", "Keap is not connected: connect it, then sync again")
	}
	return c.JSON(http.StatusOK, found)
}

func lastSync(d Deps, c echo.Context) error {
	last := d.Affiliates.LastSync()
	if last.Started.IsZero() {
		return problem(http.StatusNotFound, "not_found", "no sync has ended since the collector was started")
	}
	return c.JSON(http.StatusOK, last)
}
