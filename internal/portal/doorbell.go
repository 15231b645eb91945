package portal

import (
	"net/http"

	"github.com/labstack/echo/v4"

	"tributary/internal/pages"
	"tributary/internal/pass"
)

// The doorbell is an affiliate's own address that lasts: the owner can keep it in Keap and merge it into mails, where a
// login link of 15 minutes would be dead before it is read. It opens nothing. It sends a login link to the address that the
// affiliate has here, so that a forwarded mail, a mail scanner, or a stranger who reads the contact in Keap gets in nowhere.
func (p *portal) doorbell(c echo.Context) error {
	if _, err := p.Passes.Read(c.Request().Context(), pass.Doorbell, c.Param("token")); err != nil {
		return err
	}
	if p.Mailer == nil {
		return p.Render(c, http.StatusOK, "message", noMail)
	}
	return p.Render(c, http.StatusOK, "message", atTheDoor(c.Request().URL.Path))
}

// ring sends the login mail. It names no address: whoever holds the doorbell need not be its affiliate.
func (p *portal) ring(c echo.Context) error {
	ctx := c.Request().Context()
	h, err := p.Passes.Read(ctx, pass.Doorbell, c.Param("token"))
	if err != nil {
		return err
	}
	if p.Mailer == nil {
		return p.Render(c, http.StatusOK, "message", noMail)
	}
	now := p.Now()
	if !p.networks.passes(network(c.RealIP()), now) || !p.addresses.passes("doorbell "+h.Affiliate, now) {
		return errTooOften
	}
	if err := p.Mailer.AskLoginOf(ctx, h.Account, h.Affiliate); err != nil {
		return err
	}
	return p.Render(c, http.StatusOK, "message", rung)
}

func atTheDoor(path string) pages.Message {
	return pages.Message{
		Title:  "Open your page",
		Text:   []string{"We send a login link to the e-mail address that the team knows you by. It works once, for 15 minutes."},
		Button: &pages.Button{Action: path, Label: mailMeOne},
		Link:   &pages.Link{Href: "/portal", Label: "I am signed in already"},
	}
}

var rung = pages.Message{
	Title: "Look into your inbox",
	Text: []string{
		"A mail with a login link is on its way to the address that the team knows you by. It can take a minute; look into the spam folder, too.",
		"Nothing came? Then the team has no address of yours, or an old one: ask them.",
	},
}
