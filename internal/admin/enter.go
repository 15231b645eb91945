package admin

import (
	"net/http"

	"github.com/labstack/echo/v4"
)

// enterPage shows one button. Opening a link must use nothing up: mail scanners open every link before its reader does.
func (k *desk) enterPage(c echo.Context) error {
	if err := k.Auth.CheckDeskLink(c.Request().Context(), c.Param("token")); err != nil {
		return err
	}
	return k.message(c, http.StatusOK, welcomed(c.Request().URL.Path))
}

func (k *desk) enter(c echo.Context) error {
	ctx := c.Request().Context()
	s, token, err := k.Auth.RedeemDesk(ctx, c.Param("token"), browserOf(c.Request().UserAgent()))
	if err != nil {
		return err
	}
	if err := k.letIn(c, s, token); err != nil {
		return err
	}
	ways, err := k.Auth.Ways(ctx, s.User.ID)
	if err != nil {
		return err
	}
	if !ways.Any() { // invited just now
		return c.Redirect(http.StatusSeeOther, "/admin/welcome")
	}
	return c.Redirect(http.StatusSeeOther, "/admin")
}

func (k *desk) leave(c echo.Context) error {
	if err := k.Auth.LeaveDesk(c.Request().Context(), k.cookie.Token(c)); err != nil {
		return err
	}
	k.cookie.Drop(c)
	return k.message(c, http.StatusOK, signedOut)
}
