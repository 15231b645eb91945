package api

import (
	"errors"
	"net/http"
	"strings"

	"github.com/labstack/echo/v4"

	"tributary/internal/connect"
)

// CallbackPath is where Keap sends the owner's browser back to. It stands in the app at Keap, so it does not change.
const CallbackPath = "/keap/callback"

// Page is a page of a few words for the owner, who comes from Keap.
type Page struct{ Title, Text, Href, Label string }

// keapCallback ends a login. Anybody can call it, so it does nothing without the state of a login that the owner began.
func keapCallback(d Deps, c echo.Context) error {
	c.Response().Header().Set("Referrer-Policy", "no-referrer") // the address holds the code
	tenant, err := d.Keap.Finish(c.Request().Context(), connect.Answer{
		State: c.QueryParam("state"), Code: c.QueryParam("code"), Error: c.QueryParam("error"),
	})
	var p *Problem
	switch err := keapProblem(err); {
	case err == nil:
		return d.answerOwner(c, http.StatusOK, "Keap is connected", "The Keap app "+tenant+" is connected. You can close this page, or go on.")
	case errors.As(err, &p):
		return d.answerOwner(c, p.Status, "Keap is not connected", p.Detail)
	default:
		return err
	}
}

func (d Deps) answerOwner(c echo.Context, status int, title, text string) error {
	text = strings.TrimSuffix(strings.ToUpper(text[:1])+text[1:], ".") + "." // problems are written as clauses
	return d.Page(c, status, Page{title, text, "/admin/keap/back", "Go on at the owner's desk"})
}
