package api

import (
	"net/http"
	"time"

	"github.com/google/uuid"
	"github.com/labstack/echo/v4"

	"tributary/internal/store"
)

type quarantineAnswer struct {
	ID       uuid.UUID `json:"id"`
	Received time.Time `json:"received"`
	Site     string    `json:"site,omitempty"`
	Origin   string    `json:"origin,omitempty"`
	Code     string    `json:"code"`
	Reason   string    `json:"reason"`
	Size     int       `json:"size"` // bytes, encrypted
}

func listQuarantine(d Deps, c echo.Context) error {
	limit, err := limitOf(c)
	if err != nil {
		return err
	}
	before, err := idCursor(c)
	if err != nil {
		return err
	}
	page, err := d.Store.Quarantines(c.Request().Context(), before, limit)
	if err != nil {
		return err
	}
	out := make([]quarantineAnswer, len(page))
	for i, q := range page {
		out[i] = quarantined(q)
	}
	return c.JSON(http.StatusOK, pageOf(out, nextCursor(page, limit, func(q store.Quarantined) string { return q.ID.String() })))
}

func quarantined(q store.Quarantined) quarantineAnswer {
	return quarantineAnswer{q.ID, q.Received, q.Site, q.Origin, q.Code, q.Reason, len(q.Sealed)}
}

// openQuarantined reads the record that the address names, and decrypts it.
func (d Deps) openQuarantined(c echo.Context) (q store.Quarantined, raw []byte, err error) {
	id, err := uuid.Parse(c.Param("id"))
	if err != nil {
		return q, nil, store.ErrNotFound
	}
	if q, err = d.Store.Quarantined(c.Request().Context(), id); err != nil {
		return q, nil, err
	}
	if raw, err = d.Sealer.OpenBytes(q.Sealed, store.QuarantineKind, id.String()); err != nil {
		return q, nil, invalid("unreadable", "this record was encrypted with another secret key: start with the key of that time to read it")
	}
	return q, raw, nil
}

func getQuarantined(d Deps, c echo.Context) error {
	q, raw, err := d.openQuarantined(c)
	if err != nil {
		return err
	}
	return c.JSON(http.StatusOK, quarantinedBody{quarantined(q), string(raw)})
}

type quarantinedBody struct {
	quarantineAnswer
	Body string `json:"body"` // what was sent, as text
}

// retryQuarantined takes a record in. It leaves the quarantine only when all of it is stored.
func retryQuarantined(d Deps, c echo.Context) error {
	q, raw, err := d.openQuarantined(c)
	if err != nil {
		return err
	}
	outcomes, err := d.Retake(c.Request().Context(), q, raw)
	if err != nil {
		return err
	}
	if err := d.Store.Unquarantine(c.Request().Context(), q.ID); err != nil {
		return err
	}
	type result struct {
		Status store.Disposition `json:"status"`
		Reason string            `json:"reason,omitempty"`
		OptIn  string            `json:"optin,omitempty"`
	}
	results := make([]result, len(outcomes))
	for i, o := range outcomes {
		results[i] = result{o.Disposition, o.Reason, optInID(o.OptIn)}
	}
	return c.JSON(http.StatusOK, struct {
		Results []result `json:"results"`
	}{results})
}

func deleteQuarantined(d Deps, c echo.Context) error {
	id, err := uuid.Parse(c.Param("id"))
	if err != nil {
		return store.ErrNotFound
	}
	if err := d.Store.Unquarantine(c.Request().Context(), id); err != nil {
		return err
	}
	return c.NoContent(http.StatusNoContent)
}
