package portal

import (
	"errors"
	"net/http"
	"strings"

	"github.com/labstack/echo/v4"

	"tributary/internal/attribution"
	"tributary/internal/auth"
	"tributary/internal/pass"
	"tributary/internal/stats"
	"tributary/internal/texts"
)

// cardDays is how far back the card looks.
const cardDays = 30

// cardPage is what stands in the members' area of the owner: counts, and never an address of anybody.
type cardPage struct {
	Title, Greeting string
	Days            int64
	Counts          []count
}

type count struct {
	Name string
	N    int64
}

// card shows an affiliate's counts to whoever has its address, in a frame of the sites that the owner has named. No cookie is
// looked at: what a reader is signed in as says nothing here.
func (p *portal) card(c echo.Context) error {
	ctx := c.Request().Context()
	s, err := p.Settings(ctx, attribution.DefaultAccount)
	if err != nil {
		return err
	}
	secureCard(c, s.CardOrigins)
	h, err := p.Passes.Read(ctx, pass.Card, c.Param("token"))
	if err != nil {
		return err
	}
	who := owner{h.Account, h.Affiliate}
	a, err := p.affiliate(ctx, who)
	if errors.Is(err, auth.ErrNoSession) || err == nil && !a.Gone.IsZero() {
		return pass.ErrBad
	}
	if err != nil {
		return err
	}
	report, err := stats.Read(ctx, p.Store, who.account, who.ref(), stats.LastDays(cardDays, p.Now(), p.Zone))
	if err != nil {
		return err
	}
	say := p.Reader(c)
	return p.Render(c, http.StatusOK, "card", cardPage{say.Text("portal.card.title"), greeting(say, a), cardDays, counts(say, report.Tally)})
}

func counts(say *texts.Reader, t attribution.Tally) []count {
	return []count{{say.Text("shared.counts.clicks"), t.Clicks}, {say.Text("shared.counts.optins"), t.OptIns}, {say.Text("shared.counts.credited"), t.Referrals}}
}

// secureCard sets the headers of a page that may stand in frames of some sites, over those of all pages.
func secureCard(c echo.Context, origins []string) {
	ancestors := "'none'"
	if len(origins) > 0 {
		ancestors = strings.Join(origins, " ")
	}
	h := c.Response().Header()
	h.Set("Content-Security-Policy", "default-src 'none'; style-src 'self'; script-src 'self'; img-src 'self'; form-action 'none'; base-uri 'none'; frame-ancestors "+ancestors)
	h.Set("Referrer-Policy", "no-referrer") // the address is the pass
}

// cardScript leads to the script that puts the card in place of its tag. That finds the card by the address it was asked
// for, so the tag stays what it is when the script changes.
func (p *portal) cardScript(c echo.Context) error {
	h := c.Response().Header()
	h.Set("Cache-Control", "public, max-age=3600")
	h.Set("Cross-Origin-Resource-Policy", "cross-origin")
	return c.Redirect(http.StatusFound, p.Assets.URL("card.js"))
}
