// Package server is the HTTP server: routes that belong to nobody else, and the one place where errors become answers.
package server

import (
	"context"
	"errors"
	"log/slog"
	"net"
	"net/http"
	"time"

	"github.com/labstack/echo/v4"
	"github.com/labstack/echo/v4/middleware"

	"tributary/internal/api"
	"tributary/internal/intake"
)

// Options configure a server.
type Options struct {
	Logger *slog.Logger
	// TrustedProxies are the networks whose X-Forwarded-For is believed. Without any, the address of the connection is
	// the visitor's: echo's own default would believe everybody.
	TrustedProxies []*net.IPNet
	// Ready says what is wrong, or nil; State is shown with the answer.
	Ready func(ctx context.Context) error
	State func() map[string]string
}

// New makes an echo with its error handling, its log and its health checks.
func New(o Options) *echo.Echo {
	e := echo.New()
	e.HideBanner, e.HidePort = true, true
	e.JSONSerializer = api.JSON{}
	e.IPExtractor = extractor(o.TrustedProxies)
	e.HTTPErrorHandler = errorHandler(o.Logger)
	e.Use(logRequests(o.Logger), middleware.RecoverWithConfig(middleware.RecoverConfig{DisablePrintStack: true}))
	e.GET("/livez", func(c echo.Context) error { return c.JSON(http.StatusOK, map[string]string{"status": "alive"}) })
	e.GET("/readyz", readyz(o))
	return e
}

func extractor(trusted []*net.IPNet) echo.IPExtractor {
	if len(trusted) == 0 {
		return echo.ExtractIPDirect()
	}
	options := []echo.TrustOption{echo.TrustLoopback(false), echo.TrustLinkLocal(false), echo.TrustPrivateNet(false)}
	for _, network := range trusted {
		options = append(options, echo.TrustIPRange(network))
	}
	return echo.ExtractIPFromXFFHeader(options...)
}

// readyz says whether events can be stored. Keap being away is told and is no reason to be taken out of service: the
// outbox keeps everything meanwhile.
func readyz(o Options) echo.HandlerFunc {
	return func(c echo.Context) error {
		ctx, cancel := context.WithTimeout(c.Request().Context(), 5*time.Second)
		defer cancel()
		state := o.State()
		state["status"], state["store"] = "ready", "ok"
		if err := o.Ready(ctx); err != nil {
			o.Logger.Error("not ready", "error", err)
			state["status"], state["store"] = "not ready", "nothing can be stored: see the log"
			return c.JSON(http.StatusServiceUnavailable, state)
		}
		return c.JSON(http.StatusOK, state)
	}
}

// logRequests logs by route, never by path or query: those hold tokens and other people's parameters. Successes are
// only for debugging.
func logRequests(l *slog.Logger) echo.MiddlewareFunc {
	return func(next echo.HandlerFunc) echo.HandlerFunc {
		return func(c echo.Context) error {
			if !l.Enabled(c.Request().Context(), slog.LevelDebug) {
				return next(c)
			}
			start := time.Now()
			err := next(c)
			l.Debug("request", "method", c.Request().Method, "route", c.Path(), "status", c.Response().Status, "took", time.Since(start))
			return err
		}
	}
}

func errorHandler(l *slog.Logger) echo.HTTPErrorHandler {
	return func(err error, c echo.Context) {
		status, code, detail := answer(err)
		if status >= http.StatusInternalServerError {
			l.Error("request", "method", c.Request().Method, "route", c.Path(), "error", err)
		}
		if c.Response().Committed {
			return
		}
		if err := api.WriteProblem(c, status, code, detail); err != nil {
			l.Debug("answering", "error", err)
		}
	}
}

func answer(err error) (status int, code, detail string) {
	var problem *intake.Problem
	var he *echo.HTTPError
	switch {
	case errors.As(err, &problem):
		return problem.Status, problem.Code, problem.Detail
	case errors.As(err, &he) && he.Code == http.StatusNotFound:
		return he.Code, "not_found", "nothing is at this address"
	case errors.As(err, &he) && he.Code == http.StatusMethodNotAllowed:
		return he.Code, "method_not_allowed", "this address does not take that method"
	case errors.As(err, &he) && he.Code < http.StatusInternalServerError:
		return he.Code, "bad_request", http.StatusText(he.Code)
	}
	return http.StatusInternalServerError, "internal", "something went wrong here; the log says what"
}
