package main

import (
	"github.com/labstack/echo/v4"

	"tributary/internal/api"
	"tributary/internal/pages"
	"tributary/web"
)

// doorplate tells who opens the bare address what this is. It names nobody's business.
var doorplate = api.Page{
	Title: "Tributary", Text: "This address counts clicks and opt-ins, and credits them to the affiliates who sent them. The team's own desk is at /admin.",
	Href: "/portal", Label: "My page as an affiliate",
}

// messages shows pages of the API to a person, in the looks of the owner's desk.
func messages(assets *web.Assets, baseURL string) (func(echo.Context, int, api.Page) error, error) {
	base, err := pages.ParseBase(baseURL)
	if err != nil {
		return nil, err
	}
	face, err := pages.NewMessages("admin", assets, base)
	if err != nil {
		return nil, err
	}
	return func(c echo.Context, status int, p api.Page) error {
		kept := c.Response().Header().Get("Referrer-Policy") // stricter than that of pages where an address holds a secret
		return pages.Secured(func(c echo.Context) error {
			if kept != "" {
				c.Response().Header().Set("Referrer-Policy", kept)
			}
			return face.Render(c, status, "message", pages.Message{Title: p.Title, Text: []string{p.Text}, Link: &pages.Link{Href: p.Href, Label: p.Label}})
		})(c)
	}, nil
}
