package api

import (
	"bytes"
	"errors"
	"html/template"
	"net/http"

	"github.com/labstack/echo/v4"

	"tributary/internal/connect"
)

// CallbackPath is where Keap sends the owner's browser back to. It stands in the app at Keap, so it does not change.
const CallbackPath = "/keap/callback"

var callbackPage = template.Must(template.New("callback").Parse(`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<title>{{.Title}}</title>
</head>
<body>
<h1>{{.Title}}</h1>
<p>{{.Detail}}</p>
<p><a href="/admin/keap/back">Go on at the owner's desk</a></p>
</body>
</html>
`))

// keapCallback ends a login. Anybody can call it, so it does nothing without the state of a login that the owner began.
func keapCallback(d Deps, c echo.Context) error {
	h := c.Response().Header()
	h.Set("Content-Security-Policy", "default-src 'none'; frame-ancestors 'none'; base-uri 'none'")
	h.Set("X-Content-Type-Options", "nosniff")
	h.Set("Referrer-Policy", "no-referrer") // the address holds the code
	h.Set("Cache-Control", "no-store")
	tenant, err := d.Keap.Finish(c.Request().Context(), connect.Answer{
		State: c.QueryParam("state"), Code: c.QueryParam("code"), Error: c.QueryParam("error"),
	})
	var p *Problem
	switch err := keapProblem(err); {
	case err == nil:
		return callbackAnswer(c, http.StatusOK, "Keap is connected", "The Keap app "+tenant+" is connected. You can close this page.")
	case errors.As(err, &p):
		return callbackAnswer(c, p.Status, "Keap is not connected", p.Detail)
	default:
		return err
	}
}

func callbackAnswer(c echo.Context, status int, title, detail string) error {
	var page bytes.Buffer
	if err := callbackPage.Execute(&page, struct{ Title, Detail string }{title, detail}); err != nil {
		return err
	}
	return c.HTMLBlob(status, page.Bytes())
}
