package portal

import (
	"net/http"

	"github.com/labstack/echo/v4"
)

// loginPage shows one button. Opening a link must use nothing up: mail scanners open every link before its reader does.
func (p *portal) loginPage(c echo.Context) error {
	if err := p.Auth.CheckLink(c.Request().Context(), c.Param("token")); err != nil {
		return err
	}
	return p.message(c, welcome(c.Request().URL.Path))
}

func (p *portal) login(c echo.Context) error {
	s, token, err := p.Auth.Redeem(c.Request().Context(), c.Param("token"))
	if err != nil {
		return err
	}
	p.cookie.Set(c, token, s.Expires, p.Now())
	if err := p.Digests.Remember(c.Request().Context(), s.Account, s.Affiliate, p.Reader(c).Wants()); err != nil {
		return err
	}
	return c.Redirect(http.StatusSeeOther, "/portal")
}

func (p *portal) logout(c echo.Context) error {
	if err := p.Auth.SignOut(c.Request().Context(), p.cookie.Token(c)); err != nil {
		return err
	}
	p.cookie.Drop(c)
	return p.message(c, p.newLink(signedOut, askToReturn))
}
