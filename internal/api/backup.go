package api

import (
	"errors"
	"io"
	"net/http"
	"strconv"
	"time"

	"github.com/labstack/echo/v4"
)

// backup streams a copy of the whole store. A copy that breaks off is shorter than its Content-Length says.
func backup(d Deps, c echo.Context) error {
	if err := http.NewResponseController(c.Response()).SetWriteDeadline(time.Time{}); err != nil && !errors.Is(err, errors.ErrUnsupported) {
		return err // a large store takes longer than any answer else may
	}
	begun := false
	err := d.Store.Snapshot(c.Request().Context(), func(size int64) io.Writer {
		begun = true
		h := c.Response().Header()
		h.Set(echo.HeaderContentType, echo.MIMEOctetStream)
		h.Set(echo.HeaderContentLength, strconv.FormatInt(size, 10))
		h.Set(echo.HeaderContentDisposition, `attachment; filename="tributary-`+d.Now().UTC().Format("20060102T150405Z")+`.db"`)
		return c.Response()
	})
	if begun && err != nil {
		panic(http.ErrAbortHandler) // the answer has begun: only a broken connection can still say that it is not whole
	}
	return err
}
