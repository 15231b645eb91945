package api

import (
	"net/http"
	"net/url"
	"time"

	"github.com/google/uuid"
	"github.com/labstack/echo/v4"

	"tributary/internal/attribution"
	"tributary/internal/store"
)

func listJobs(d Deps, c echo.Context) error {
	state := store.JobState(c.QueryParam("state"))
	switch state {
	case "", store.Ready, store.Sending, store.Parked:
	default:
		return invalid("invalid_state", "state must be ready, sending or parked; jobs that are done are removed")
	}
	fetch := func(limit int) ([]store.Job, error) {
		return d.Store.Jobs(c.Request().Context(), account, state, c.QueryParam("cursor"), limit)
	}
	return listed(c, fetch, func(j store.Job) string { return j.ID }, func(j store.Job) (store.Job, error) { return shown(j), nil })
}

// shown leaves out what only the outbox needs.
func shown(j store.Job) store.Job {
	j.Again, j.After = false, 0
	return j
}

func retryJob(d Deps, c echo.Context) error {
	id, err := url.PathUnescape(c.Param("id")) // a job's id has a colon, which some clients escape
	if err != nil {
		return store.ErrNotFound
	}
	j, err := d.Store.Retry(c.Request().Context(), account, id, d.Now().UTC())
	if err != nil {
		return err
	}
	return c.JSON(http.StatusOK, shown(j))
}

type eventAnswer struct {
	ID        uuid.UUID             `json:"id"`
	Type      attribution.EventType `json:"type"`
	At        time.Time             `json:"at"`
	Received  time.Time             `json:"received"`
	Site      string                `json:"site,omitempty"`
	URL       string                `json:"url,omitempty"`
	Affiliate string                `json:"affiliate,omitempty"`
	Status    store.Disposition     `json:"status"`
	Reason    string                `json:"reason,omitempty"`
	Note      string                `json:"note,omitempty"`
	OptIn     string                `json:"optin,omitempty"`
}

func listEvents(d Deps, c echo.Context) error {
	before, err := idCursor(c)
	if err != nil {
		return err
	}
	fetch := func(limit int) ([]store.LoggedEvent, error) {
		return d.Store.Log(c.Request().Context(), account, before, limit)
	}
	return listed(c, fetch, func(e store.LoggedEvent) string { return e.ID.String() }, func(e store.LoggedEvent) (eventAnswer, error) { return logged(e), nil })
}

func logged(e store.LoggedEvent) eventAnswer {
	return eventAnswer{e.ID, e.Type, e.At, e.Received, e.Site, e.URL, e.Latest.Ref.String(), e.Disposition, e.Reason, e.Note, optInID(e.OptIn)}
}

func optInID(id uuid.UUID) string {
	if id == uuid.Nil {
		return ""
	}
	return id.String()
}
