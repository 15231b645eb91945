package api

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strconv"
	"strings"
	"time"

	"github.com/google/uuid"
	"github.com/labstack/echo/v4"

	"tributary/internal/attribution"
)

// maxBody bounds a request's body.
const maxBody = 64 << 10

// read decodes the body strictly: a field that is misspelt would otherwise be silently lost.
func read(c echo.Context, v any) error {
	return decode(json.NewDecoder(http.MaxBytesReader(c.Response(), c.Request().Body, maxBody)), v)
}

func decode(d *json.Decoder, v any) error {
	d.DisallowUnknownFields()
	err := d.Decode(v)
	var tooLong *http.MaxBytesError
	var kind *json.UnmarshalTypeError
	switch {
	case err == nil && hasMore(d):
		return problem(http.StatusBadRequest, "malformed_json", "the body must be one JSON object")
	case err == nil:
		return nil
	case errors.As(err, &tooLong):
		return problem(http.StatusRequestEntityTooLarge, "too_large", fmt.Sprintf("the body may have %d bytes", maxBody))
	case errors.As(err, &kind):
		return invalid("invalid_field", fmt.Sprintf("%s must not be a %s", strings.TrimPrefix(kind.Field, "Settings."), kind.Value))
	case strings.HasPrefix(err.Error(), "json: unknown field"):
		return invalid("unknown_field", strings.TrimPrefix(err.Error(), "json: "))
	case errors.Is(err, io.EOF):
		return problem(http.StatusBadRequest, "malformed_json", "the body is empty: send a JSON object")
	}
	return problem(http.StatusBadRequest, "malformed_json", "the body is not JSON: "+err.Error())
}

func hasMore(d *json.Decoder) bool {
	_, err := d.Token()
	return !errors.Is(err, io.EOF)
}

const (
	defaultLimit = 50
	maxLimit     = 200
)

func limitOf(c echo.Context) (int, error) {
	text := c.QueryParam("limit")
	if text == "" {
		return defaultLimit, nil
	}
	n, err := strconv.Atoi(text)
	if err != nil || n < 1 || n > maxLimit {
		return 0, invalid("invalid_limit", fmt.Sprintf("limit must be 1 to %d", maxLimit))
	}
	return n, nil
}

// refOf reads an affiliate of a body; empty is none.
func refOf(kind, value string) (attribution.Ref, error) {
	if value == "" {
		return attribution.Ref{}, nil
	}
	ref, err := attribution.NewRef(attribution.RefKind(kind), value)
	if err != nil {
		return ref, invalid("invalid_affiliate", err.Error())
	}
	return ref, nil
}

// timeOf reads the time of something that has happened; empty is now.
func (d Deps) timeOf(text string) (time.Time, error) {
	now := d.Now().UTC().Truncate(time.Millisecond)
	if text == "" {
		return now, nil
	}
	at, err := time.Parse(time.RFC3339, text)
	if err != nil || at.Year() < 2000 || at.After(now.Add(10*time.Minute)) {
		return at, invalid("invalid_at", "at must be a time of the past such as 2026-05-04T12:00:00Z")
	}
	return at.UTC().Truncate(time.Millisecond), nil
}

// apiIDs is the namespace of ids that are derived from an Idempotency-Key.
var apiIDs = uuid.MustParse("8a4f0f5e-52a5-4d57-9d0e-1f6f0f3a7b61")

// eventID makes the id of an event; the same Idempotency-Key gives the same id, so that a repeat is a duplicate.
func eventID(c echo.Context) (uuid.UUID, error) {
	if key := c.Request().Header.Get("Idempotency-Key"); key != "" {
		return uuid.NewSHA1(apiIDs, []byte(c.Path()+"\x00"+key)), nil
	}
	return uuid.NewV7()
}

// list is a page of anything.
type list[T any] struct {
	Data []T    `json:"data"`
	Next string `json:"next_cursor,omitempty"`
}

// listed answers with a page of what fetch finds. One more than asked for is fetched, to tell whether there is more; name
// gives the cursor of a record.
func listed[T, A any](c echo.Context, fetch func(limit int) ([]T, error), name func(T) string, show func(T) (A, error)) error {
	limit, err := limitOf(c)
	if err != nil {
		return err
	}
	found, err := fetch(limit + 1)
	if err != nil {
		return err
	}
	next := ""
	if len(found) > limit {
		found = found[:limit]
		next = name(found[limit-1])
	}
	out := make([]A, len(found))
	for i, record := range found {
		if out[i], err = show(record); err != nil {
			return err
		}
	}
	return c.JSON(http.StatusOK, list[A]{out, next})
}

func idCursor(c echo.Context) (uuid.UUID, error) {
	text := c.QueryParam("cursor")
	if text == "" {
		return uuid.Nil, nil
	}
	id, err := uuid.Parse(text)
	if err != nil {
		return id, invalid("invalid_cursor", "cursor must be the next_cursor of the page before")
	}
	return id, nil
}
