package portal

import (
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
		return p.message(c, noMail)
	}
	return p.message(c, atTheDoor(c.Request().URL.Path))
}

// ring sends the login mail. It names no address: whoever holds the doorbell need not be its affiliate.
func (p *portal) ring(c echo.Context) error {
	ctx := c.Request().Context()
	h, err := p.Passes.Read(ctx, pass.Doorbell, c.Param("token"))
	if err != nil {
		return err
	}
	if p.Mailer == nil {
		return p.message(c, noMail)
	}
	now := p.Now()
	if !p.networks.passes(network(c.RealIP()), now) || !p.addresses.passes("doorbell "+h.Affiliate, now) {
		return errTooOften
	}
	if err := p.Mailer.AskLoginOf(ctx, h.Account, h.Affiliate, p.Reader(c).Wants()); err != nil {
		return err
	}
	return p.message(c, rung)
}

func atTheDoor(path string) pages.Message {
	return pages.Message{
		Title: "portal.doorbell.title", Text: []string{"portal.doorbell.text"},
		Button: &pages.Button{Action: path, Label: mailMeOne},
		Link:   &pages.Link{Href: "/portal", Label: "portal.doorbell.already"},
	}
}

var rung = pages.Message{Title: "portal.message.inbox", Text: []string{"portal.doorbell.rung", "portal.doorbell.nothingcame"}}
