package intake

import (
	"fmt"
	"io"
	"net/http"

	"github.com/labstack/echo/v4"
)

const (
	// handshake is the header by which Keap asks whether an address is ours: it must come back.
	handshake    = "X-Hook-Secret"
	maxHandshake = 200
	// maxHints is ten times what Keap's largest batch takes, 1000 contacts.
	maxHints = 2 << 20
)

// hint takes what Keap tells. Whatever it is, the answer is 200 and fast: Keap ends a hook that fails four times, or that
// answers 410 once. Nothing is stored before the answer, because a hint that is lost costs nothing but time; see package
// keaphook.
func (d *HookDoor) hint(c echo.Context) error {
	secret := c.Request().Header.Get(handshake)
	if secret != "" && len(secret) <= maxHandshake {
		c.Response().Header().Set(handshake, secret)
	}
	body, err := io.ReadAll(io.LimitReader(c.Request().Body, maxHints+1))
	if len(body) > maxHints { // Keap sends nothing like it
		return &Problem{http.StatusRequestEntityTooLarge, "too_large", fmt.Sprintf("a call may have %d bytes", maxHints)}
	}
	n := 0
	if err == nil && d.Hints != nil && !(len(body) == 0 && secret != "") {
		n = d.Hints(body)
	}
	return c.JSON(http.StatusOK, map[string]int{"taken": n})
}
