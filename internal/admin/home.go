package admin

import (
	"net/http"

	"github.com/labstack/echo/v4"

	"tributary/internal/attribution"
	"tributary/internal/auth"
	"tributary/internal/pages"
	"tributary/internal/stats"
)

const homeDays = 30

type home struct {
	frame
	Days   int
	Funnel []pages.Stage
	Chart  pages.Chart
}

// home is the account as a whole.
func (k *desk) home(c echo.Context, who auth.User) error {
	report, err := stats.Read(c.Request().Context(), k.Store, account, attribution.Ref{}, stats.LastDays(homeDays, k.Now(), k.Zone))
	if err != nil {
		return err
	}
	return k.Render(c, http.StatusOK, "home", home{
		frame: k.frame("Overview", "/admin", who), Days: homeDays, Funnel: pages.Funnel(k.Reader(c), report.Tally), Chart: pages.NewChart(k.Reader(c), report.ByDay),
	})
}
