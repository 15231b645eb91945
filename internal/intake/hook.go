package intake

import (
	"bytes"
	"compress/gzip"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"strconv"
	"sync"

	"github.com/google/uuid"
	"github.com/labstack/echo/v4"
	"golang.org/x/time/rate"

	"tributary/internal/hooks"
	"tributary/internal/store"
)

// A hook takes this many payloads a second, and so many at once. What is too much is told to come again: form tools do.
const (
	hookRate  = 10
	hookBurst = 100
)

// HookDoor takes what form tools send to /h/{token}.
type HookDoor struct {
	Hooks  *hooks.Service
	Hints  func(body []byte) int // takes what Keap tells; nil while Keap is not connected
	Logger *slog.Logger

	limits sync.Map // hook id to *rate.Limiter
}

// hookResult is what a tool is told. Where the fields were found is for the owner only.
type hookResult struct {
	Status store.Disposition `json:"status"`
	Reason string            `json:"reason,omitempty"`
	OptIn  uuid.UUID         `json:"optin,omitzero"`
}

// Get handles GET /h/{token}: some tools look before they send.
func (d *HookDoor) Get(c echo.Context) error {
	h, err := d.find(c)
	if err != nil {
		return err
	}
	return c.JSON(http.StatusOK, map[string]string{
		"status": "ready", "hook": h.Name, "detail": "this address works: let your form tool POST each submission here, as JSON or as form fields",
	})
}

// Post handles POST /h/{token}.
func (d *HookDoor) Post(c echo.Context) error {
	h, err := d.find(c)
	if err != nil {
		return err
	}
	if h.Kind == hooks.Keap {
		return d.hint(c)
	}
	if err := d.limit(c, h.ID); err != nil {
		return err
	}
	contentType := text(c.Request().Header.Get("Content-Type"), 200)
	body, problem := readHook(c.Request())
	if problem != nil {
		if err := d.Hooks.Refuse(c.Request().Context(), h, contentType, body, problem.Detail); err != nil {
			return d.failed(c, err)
		}
		return problem
	}
	results, err := d.Hooks.Take(c.Request().Context(), h, contentType, body)
	if err != nil {
		return d.failed(c, err)
	}
	out := make([]hookResult, len(results))
	for i, r := range results {
		out[i] = hookResult{r.Status, r.Reason, r.OptIn}
	}
	return c.JSON(http.StatusOK, map[string][]hookResult{"results": out})
}

func (d *HookDoor) find(c echo.Context) (hooks.Hook, error) {
	h, err := d.Hooks.Find(c.Request().Context(), c.Param("token"))
	if errors.Is(err, store.ErrNotFound) {
		return h, &Problem{http.StatusNotFound, "unknown_hook", "no hook has this address: copy it again, or make a new one"}
	}
	return h, err
}

func (d *HookDoor) limit(c echo.Context, hook string) error {
	limiter, _ := d.limits.LoadOrStore(hook, rate.NewLimiter(hookRate, hookBurst))
	if limiter.(*rate.Limiter).Allow() {
		return nil
	}
	return d.later(c, 10, "rate_limited", fmt.Sprintf("a hook takes %d payloads a second: nothing was stored, send this one again later", hookRate))
}

// later tells a tool to send the same again. It names the seconds in which most tools try again anyway.
func (d *HookDoor) later(c echo.Context, seconds int, code, detail string) error {
	c.Response().Header().Set("Retry-After", strconv.Itoa(seconds))
	return &Problem{http.StatusTooManyRequests, code, detail}
}

func (d *HookDoor) failed(c echo.Context, err error) error {
	switch {
	case errors.Is(err, hooks.ErrUnreadable):
		return &Problem{http.StatusBadRequest, "unreadable_payload", err.Error()}
	case errors.Is(err, store.ErrFull):
		return d.later(c, 3600, "too_many_waiting", "too many payloads of this hook wait for its owner, who must say how to read them first")
	}
	d.Logger.Error("taking a payload", "error", err)
	c.Response().Header().Set("Retry-After", "30")
	return &Problem{http.StatusServiceUnavailable, "unavailable", "nothing could be stored: send it again later"}
}

// readHook reads a body of at most hooks.MaxBody bytes, packed or not. It returns what it has read of any other.
func readHook(r *http.Request) ([]byte, *Problem) {
	body, problem := readSome(r.Body)
	if problem != nil {
		return body, problem
	}
	switch coding := r.Header.Get("Content-Encoding"); {
	case coding == "" || coding == "identity":
		return body, nil
	case coding == "gzip" && !bytes.HasPrefix(body, []byte("\x1f\x8b")): // said and not done
		return body, nil
	case coding != "gzip":
		return body, &Problem{http.StatusUnsupportedMediaType, "unsupported_encoding", "send the body plain or as gzip"}
	}
	unpacked, err := gzip.NewReader(bytes.NewReader(body))
	if err != nil {
		return body, unreadableBody
	}
	return readSome(unpacked) // stops in time, however much a few bytes would unpack to
}

var unreadableBody = &Problem{http.StatusBadRequest, "unreadable_body", "the body could not be read to its end: send it again"}

func readSome(r io.Reader) ([]byte, *Problem) {
	body, err := io.ReadAll(io.LimitReader(r, hooks.MaxBody+1))
	if len(body) > hooks.MaxBody {
		return body[:hooks.MaxBody], &Problem{http.StatusRequestEntityTooLarge, "too_large", fmt.Sprintf("a payload may have %d bytes: send fewer submissions or fields at once", hooks.MaxBody)}
	}
	if err != nil {
		return body, unreadableBody
	}
	return body, nil
}
