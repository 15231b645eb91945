package admin

import (
	"net/http"

	"github.com/labstack/echo/v4"

	"tributary/internal/attribution"
	"tributary/internal/auth"
	"tributary/internal/pages"
	"tributary/internal/stats"
)

// frame is what every page of the desk has around it.
type frame struct {
	Title string
	Here  string // the address of the page's entry in the navigation
	User  auth.User
	Zone  string
}

func (k *desk) frame(title, here string, who auth.User) frame {
	return frame{Title: title, Here: here, User: who, Zone: k.Zone.String()}
}

// May lets a template leave out what the reader's role does not allow.
func (f frame) May(role string) bool { return f.User.Role.May(auth.Role(role)) }

// Menu is the navigation.
func (frame) Menu() []pages.Link {
	return []pages.Link{
		{Href: "/admin", Label: "Overview"},
	}
}

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
		frame: k.frame("Overview", "/admin", who), Days: homeDays, Funnel: pages.Funnel(report.Tally), Chart: pages.NewChart(report.ByDay),
	})
}
