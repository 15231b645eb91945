package api

import (
	"net/http"
	"regexp"

	"github.com/labstack/echo/v4"

	"tributary/internal/audit"
)

var auditCursor = regexp.MustCompile(`^[0-9a-f]{16}-[0-9a-f-]{36}$`)

// listAudit lists what people and keys have changed. A page can be short where few entries fit: its next_cursor goes on.
func listAudit(d Deps, c echo.Context) error {
	limit, err := limitOf(c)
	if err != nil {
		return err
	}
	cursor := c.QueryParam("cursor")
	if cursor != "" && !auditCursor.MatchString(cursor) {
		return invalid("invalid_cursor", "cursor must be the next_cursor of the page before")
	}
	found, err := d.Audit.Find(c.Request().Context(), audit.Query{Who: c.QueryParam("who"), Action: c.QueryParam("action")}, cursor, limit)
	if err != nil {
		return err
	}
	return c.JSON(http.StatusOK, list[audit.Entry]{append([]audit.Entry{}, found.Entries...), found.Next})
}
