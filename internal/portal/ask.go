package portal

import (
	"context"
	"errors"
	"net/http"
	"time"

	"github.com/labstack/echo/v4"

	"tributary/internal/attribution"
)

// Mailer queues mails to affiliates. What it returns nil for is on disk.
type Mailer interface {
	// AskLogin queues a login mail for whoever has the address, in a language. Its cost tells nothing about whether anybody
	// has.
	AskLogin(ctx context.Context, account attribution.AccountID, email, language string) error
	// AskLoginOf queues one for an affiliate, to the address that is known of them.
	AskLoginOf(ctx context.Context, account attribution.AccountID, affiliate, language string) error
}

// How often a login mail may be asked for: for one address, so that nobody's inbox is filled by others, and from one
// network.
const (
	askSpan        = 15 * time.Minute
	asksForAddress = 3
	asksOfNetwork  = 20
)

// maxForm bounds what a form of the portal may send.
const maxForm = 8 << 10

var errTooOften = errors.New("too many login mails were asked for")

// askPage is the form that asks for a login mail.
type askPage struct {
	Title, Email, Problem string
}

func (p *portal) askPage(c echo.Context) error {
	if p.Mailer == nil {
		return p.message(c, noMail)
	}
	return p.Render(c, http.StatusOK, "ask", askPage{Title: p.Reader(c).Text("portal.login.title")})
}

// ask queues a login mail and gives one answer, whoever has the address.
func (p *portal) ask(c echo.Context) error {
	if p.Mailer == nil {
		return p.message(c, noMail)
	}
	c.Request().Body = http.MaxBytesReader(c.Response(), c.Request().Body, maxForm)
	typed := c.FormValue("email")
	email, err := attribution.NormalEmail(typed)
	if err != nil {
		return p.Render(c, http.StatusUnprocessableEntity, "ask", askPage{Title: p.Reader(c).Text("portal.login.title"), Email: typed, Problem: notAnEmail})
	}
	now := p.Now()
	if !p.networks.passes(network(c.RealIP()), now) || !p.addresses.passes(email, now) {
		return errTooOften
	}
	if err := p.Mailer.AskLogin(c.Request().Context(), attribution.DefaultAccount, email, p.Reader(c).Wants()); err != nil {
		return err
	}
	return p.message(c, onItsWay, "Email", email)
}
