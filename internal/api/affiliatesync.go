package api

import (
	"errors"
	"net/http"
	"time"

	"github.com/labstack/echo/v4"
)

// Synced is what a sync of the affiliates found.
type Synced struct {
	Started  time.Time `json:"started"`
	Ended    time.Time `json:"ended"`
	Complete bool      `json:"complete"`
	Seen     int       `json:"seen"`
	New      int       `json:"new"`
	Changed  int       `json:"changed"`
	Gone     int       `json:"gone"`
	Calls    int       `json:"calls"`
	Error    string    `json:"error,omitempty"`
}

// ErrSyncing is what Deps.Sync returns while another sync runs.
var ErrSyncing = errors.New("a sync of the affiliates is running")

// ErrNotConnected is what Deps.Sync returns while there is no Keap to ask.
var ErrNotConnected = errors.New("not connected to Keap")

// syncAffiliates answers when the sync has ended. One that fails in the middle is an answer, too: it says how far it came.
func syncAffiliates(d Deps, c echo.Context) error {
	if err := http.NewResponseController(c.Response()).SetWriteDeadline(time.Time{}); err != nil && !errors.Is(err, errors.ErrUnsupported) {
		return err // many affiliates take longer than any answer else may
	}
	found, err := d.Sync(c.Request().Context())
	if errors.Is(err, ErrSyncing) {
		return problem(http.StatusConflict, "sync_running", "a sync is running: its result is at GET /v1/affiliates/sync when it has ended")
	}
	if errors.Is(err, ErrNotConnected) {
		return problem(http.StatusConflict, "keap_not_connected", "Keap is not connected: connect it, then sync again")
	}
	return c.JSON(http.StatusOK, found)
}

func lastSync(d Deps, c echo.Context) error {
	last := d.LastSync()
	if last.Started.IsZero() {
		return problem(http.StatusNotFound, "not_found", "no sync has ended since the collector was started")
	}
	return c.JSON(http.StatusOK, last)
}
