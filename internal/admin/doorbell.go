package admin

import (
	"context"
	"net/http"
	"net/url"

	"github.com/labstack/echo/v4"

	"tributary/internal/audit"
	"tributary/internal/auth"
)

// Doorbells are the affiliates' lasting addresses: behind one they have a login link mailed to themselves.
type Doorbells interface {
	Address(ctx context.Context, affiliate string) (string, error)
	// Renew voids an affiliate's. The next one is another, and takes its place in Keap.
	Renew(ctx context.Context, affiliate string) error
}

// renewDoorbell voids a lasting address that got where it should not be.
func (k *desk) renewDoorbell(c echo.Context, who auth.User) error {
	a, err := k.known(c)
	if err != nil {
		return err
	}
	if k.Doorbell == nil {
		return errBadAddress
	}
	ctx := c.Request().Context()
	if err := k.Doorbell.Renew(ctx, a.ID); err != nil {
		return err
	}
	if err := k.note(ctx, who, audit.AffiliateDoorbell, a.ID, "made anew"); err != nil {
		return err
	}
	return c.Redirect(http.StatusSeeOther, affiliatesAt+"/"+url.PathEscape(a.ID)+"?done=renewed")
}
