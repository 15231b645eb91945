package api

import (
	"net/http"

	"github.com/labstack/echo/v4"

	"tributary/internal/pass"
)

// issueDoorbell answers with an address of the affiliate's that lasts: behind it they have a login link mailed to themselves.
func issueDoorbell(d Deps, c echo.Context) error {
	ctx := c.Request().Context()
	a, err := d.Affiliates.Find(ctx, account, c.Param("id"))
	if err != nil {
		return err
	}
	token, err := d.Passes.Issue(ctx, pass.Doorbell, pass.Holder{Account: account, Affiliate: a.ID})
	if err != nil {
		return err
	}
	return c.JSON(http.StatusOK, struct {
		URL string `json:"url"`
	}{d.BaseURL + "/portal/a/" + token})
}

// revokeDoorbell voids it. The next one is another.
func revokeDoorbell(d Deps, c echo.Context) error { return d.revoke(c, pass.Doorbell) }

func (d Deps) revoke(c echo.Context, purpose pass.Purpose) error {
	ctx := c.Request().Context()
	a, err := d.Affiliates.Find(ctx, account, c.Param("id"))
	if err != nil {
		return err
	}
	if err := d.Passes.Revoke(ctx, purpose, pass.Holder{Account: account, Affiliate: a.ID}); err != nil {
		return err
	}
	return c.NoContent(http.StatusNoContent)
}
