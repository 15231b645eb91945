package portal

import (
	"context"
	"net/http"

	"github.com/labstack/echo/v4"

	"tributary/internal/attribution"
	"tributary/internal/auth"
	"tributary/internal/pages"
	"tributary/internal/pass"
)

// Digests keeps who wants no weekly mail, and in which language it is read.
type Digests interface {
	Remember(ctx context.Context, account attribution.AccountID, affiliate, language string) error
	IsOff(ctx context.Context, account attribution.AccountID, affiliate string) (bool, error)
	SetOff(ctx context.Context, account attribution.AccountID, affiliate string, off bool) error
}

// wayOut is where a digest's link leads. Opening it changes nothing, because mail scanners open links.
func (p *portal) wayOut(c echo.Context) error {
	h, err := p.Passes.Read(c.Request().Context(), pass.Unsubscribe, c.Param("token"))
	if err != nil {
		return err
	}
	off, err := p.Digests.IsOff(c.Request().Context(), h.Account, h.Affiliate)
	if err != nil {
		return err
	}
	if off {
		return p.message(c, digestEnded)
	}
	return p.message(c, digestWayOut(c.Request().URL.Path))
}

// leave ends the digest of whoever the link was mailed to: by its button, or by the mail program's own (RFC 8058), which is not
// signed in and sends no cookie.
func (p *portal) leave(c echo.Context) error {
	h, err := p.Passes.Read(c.Request().Context(), pass.Unsubscribe, c.Param("token"))
	if err != nil {
		return err
	}
	if err := p.Digests.SetOff(c.Request().Context(), h.Account, h.Affiliate, true); err != nil {
		return err
	}
	return p.message(c, digestEnded)
}

// digestSwitch shows the reader whether they get the weekly mail, and lets them change it.
func (p *portal) digestSwitch(c echo.Context, s auth.Session) error {
	off, err := p.Digests.IsOff(c.Request().Context(), s.Account, s.Affiliate)
	if err != nil {
		return err
	}
	return p.message(c, digestMessage(off))
}

func (p *portal) switchDigest(off bool) func(echo.Context, auth.Session) error {
	return func(c echo.Context, s auth.Session) error {
		if err := p.Digests.SetOff(c.Request().Context(), s.Account, s.Affiliate, off); err != nil {
			return err
		}
		return c.Redirect(http.StatusSeeOther, "/portal/digest")
	}
}

var digestEnded = pages.Message{
	Title: "portal.digest.ended", Text: []string{"portal.digest.endedtext"},
	Link: &pages.Link{Href: "/portal/digest", Label: "portal.digest.name"},
}

func digestWayOut(path string) pages.Message {
	return pages.Message{
		Title: "portal.digest.stopit", Text: []string{"portal.digest.stopittext"},
		Button: &pages.Button{Action: path, Label: "portal.digest.stop"},
	}
}

func digestMessage(off bool) pages.Message {
	m := pages.Message{
		Title: "portal.digest.on", Text: []string{"portal.digest.ontext"},
		Button: &pages.Button{Action: "/portal/digest/off", Label: "portal.digest.stop"},
		Link:   openPage,
	}
	if off {
		m.Title, m.Button = "portal.digest.off", &pages.Button{Action: "/portal/digest/on", Label: "portal.digest.start"}
	}
	return m
}
