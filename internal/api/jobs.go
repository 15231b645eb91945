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
	limit, err := limitOf(c)
	if err != nil {
		return err
	}
	state := store.JobState(c.QueryParam("state"))
	switch state {
	case "", store.Ready, store.Sending, store.Parked:
	default:
		return invalid("invalid_state", "state must be ready, sending or parked; jobs that are done are removed")
	}
	jobs, err := d.Store.Jobs(c.Request().Context(), account, state, c.QueryParam("cursor"), limit)
	if err != nil {
		return err
	}
	return c.JSON(http.StatusOK, pageOf(jobs, nextCursor(jobs, limit, func(j store.Job) string { return j.ID })))
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
	return c.JSON(http.StatusOK, j)
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
	limit, err := limitOf(c)
	if err != nil {
		return err
	}
	before, err := idCursor(c)
	if err != nil {
		return err
	}
	page, err := d.Store.Log(c.Request().Context(), account, before, limit)
	if err != nil {
		return err
	}
	out := make([]eventAnswer, len(page))
	for i, e := range page {
		out[i] = logged(e)
	}
	return c.JSON(http.StatusOK, pageOf(out, nextCursor(page, limit, func(e store.LoggedEvent) string { return e.ID.String() })))
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
