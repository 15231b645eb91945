package api

import (
	"errors"
	"net/http"

	"github.com/labstack/echo/v4"

	"tributary/internal/stats"
	"tributary/internal/store"
	"tributary/internal/webhooks"
)

// Problem is an error as RFC 9457 has it, with a code for programs.
type Problem struct {
	Type   string `json:"type"`
	Title  string `json:"title"`
	Status int    `json:"status"`
	Detail string `json:"detail"`
	Code   string `json:"code"`
}

func (p *Problem) Error() string { return p.Detail }

func problem(status int, code, detail string) *Problem {
	return &Problem{"about:blank", http.StatusText(status), status, detail, code}
}

func invalid(code, detail string) *Problem {
	return problem(http.StatusUnprocessableEntity, code, detail)
}

// WriteProblem answers with an error.
func WriteProblem(c echo.Context, status int, code, detail string) error {
	text, err := plainJSON(problem(status, code, detail))
	if err != nil {
		return err
	}
	return c.Blob(status, "application/problem+json", text)
}

// answer turns what a handler returns into an answer. What is nobody's fault outside goes on to the server's log.
func answer(c echo.Context, err error) error {
	var p *Problem
	var span *stats.BadRange
	var wrong *webhooks.Wrong
	switch {
	case err == nil:
		return nil
	case errors.As(err, &p):
		return WriteProblem(c, p.Status, p.Code, p.Detail)
	case errors.As(err, &span):
		return WriteProblem(c, http.StatusUnprocessableEntity, "invalid_range", span.Error())
	case errors.As(err, &wrong):
		return WriteProblem(c, http.StatusUnprocessableEntity, "invalid_"+wrong.Field, wrong.Error())
	case errors.Is(err, webhooks.ErrDisabled):
		return WriteProblem(c, http.StatusConflict, "webhook_disabled", err.Error()+` by PATCH {"enabled": true}`)
	case errors.Is(err, store.ErrNotFound):
		return WriteProblem(c, http.StatusNotFound, "not_found", "there is no such record")
	case errors.Is(err, store.ErrConflict):
		return WriteProblem(c, http.StatusConflict, "conflict", "somebody changed this meanwhile: read it again, then change it")
	}
	return err
}
