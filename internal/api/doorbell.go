package api

import (
	"context"
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

// Links are the lasting addresses that stand in Keap.
type Links interface {
	// Renewed has an affiliate's written whose address is another now.
	Renewed(ctx context.Context, affiliate string) error
	// WriteAll has all of them looked at in Keap, and written where they are not there.
	WriteAll(ctx context.Context) error
}

// revokeDoorbell voids it. The next one is another, and takes its place in Keap.
func revokeDoorbell(d Deps, c echo.Context) error {
	if err := d.revoke(c, pass.Doorbell); err != nil || d.Links == nil {
		return err
	}
	a, err := d.Affiliates.Find(c.Request().Context(), account, c.Param("id"))
	if err != nil {
		return err
	}
	return d.Links.Renewed(c.Request().Context(), a.ID)
}

// writeLinks has all lasting addresses written into Keap that are not there.
func writeLinks(d Deps, c echo.Context) error {
	ctx := c.Request().Context()
	s, err := d.Settings.Of(ctx, account)
	if err != nil {
		return err
	}
	if s.LinkField == "" || d.Links == nil {
		return problem(http.StatusConflict, "no_link_field", `no custom field is set for them: say which by PATCH /v1/settings {"link_field": "12"}`)
	}
	if err := d.Links.WriteAll(ctx); err != nil {
		return err
	}
	return c.NoContent(http.StatusAccepted)
}

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
