package admin

import (
	"context"
	"net/http"
	"strconv"

	"github.com/labstack/echo/v4"

	"tributary/internal/attribution"
	"tributary/internal/auth"
	"tributary/internal/pages"
	"tributary/internal/ranking"
	"tributary/internal/stats"
	"tributary/internal/store"
)

// homeDays are the days that a page counts where nobody chose others; homeSpans are those that the overview offers.
const homeDays = 30

var homeSpans = []int{7, homeDays, 90}

// How much of each list the overview shows.
const (
	latestShown = 6
	bestShown   = 6
)

type home struct {
	frame
	Spans  []homeSpan
	Needs  []need
	Today  []todayCount
	Funnel []pages.Stage
	Chart  pages.Chart
	Keap   keapGlance
	Latest []optInRow
	Best   []ranking.Row
	Days   int // that the best are of
	// Counting tells that the best are not known yet: to count ten thousand affiliates takes seconds.
	Counting bool
}

// homeSpan is a choice of days, and its address.
type homeSpan struct {
	Days int
	Href string
	On   bool
}

// todayCount is a number of today, beside what it was on the day before.
type todayCount struct {
	Name             string // a key
	Count, Yesterday int64
}

// home is the account at a glance: what needs somebody, what came in, and whether it reaches Keap.
func (k *desk) home(c echo.Context, who auth.User) (err error) {
	days := homeDays
	if n, err := strconv.Atoi(c.QueryParam("days")); err == nil && (n == 7 || n == 90) {
		days = n
	}
	ctx := c.Request().Context()
	say := k.Reader(c)
	v := home{frame: k.frame(say.Text("desk.home.title"), "/admin", who), Spans: spansOf(days)}
	if err := k.countHome(c, &v, days); err != nil {
		return err
	}
	list, err := k.Store.Worklist(ctx, account)
	if err != nil {
		return err
	}
	v.Keap = k.keapGlance(say, list)
	if v.Needs, err = k.needs(ctx, say, list, v.Keap); err != nil {
		return err
	}
	page, err := k.Store.OptIns(ctx, account, store.Query{Limit: latestShown})
	if err != nil {
		return err
	}
	if v.Latest, err = k.optInRows(c, page.OptIns, who); err != nil {
		return err
	}
	if err := k.best(c.Request().Context(), &v); err != nil {
		return err
	}
	return k.Render(c, http.StatusOK, "home", v)
}

func spansOf(days int) (all []homeSpan) {
	for _, n := range homeSpans {
		all = append(all, homeSpan{n, "/admin?days=" + strconv.Itoa(n), n == days})
	}
	return all
}

// countHome counts the days, those before them, and today.
func (k *desk) countHome(c echo.Context, v *home, days int) error {
	ctx, span := c.Request().Context(), stats.LastDays(days, k.Now(), k.Zone)
	now, err := stats.Read(ctx, k.Store, account, attribution.Ref{}, span)
	if err != nil {
		return err
	}
	then, err := stats.Read(ctx, k.Store, account, attribution.Ref{}, span.Before())
	if err != nil {
		return err
	}
	say := k.Reader(c)
	v.Funnel = pages.FunnelOver(say, now.Tally, then.Tally, say.Counted("desk.home.before", int64(days)))
	v.Chart = pages.NewChart(say, now.ByDay)
	today, yesterday := now.ByDay[len(now.ByDay)-1], now.ByDay[len(now.ByDay)-2]
	v.Today = []todayCount{
		{"shared.counts.clicks", today.Clicks, yesterday.Clicks}, {"shared.counts.optins", today.OptIns, yesterday.OptIns}, {"shared.counts.credited", today.Referrals, yesterday.Referrals},
	}
	return nil
}

// best are the affiliates who brought most opt-ins, as they were counted last.
func (k *desk) best(ctx context.Context, v *home) error {
	if k.Ranking == nil { // a desk without a set-up has none
		return nil
	}
	list, err := k.Ranking.Latest(ctx)
	if err != nil {
		return err
	}
	v.Days, v.Counting = list.Days, list.At.IsZero()
	v.Best, _ = list.Select(ranking.Query{Order: ranking.ByOptIns, Limit: bestShown, Is: func(r ranking.Row) bool { return r.Clicks+r.OptIns > 0 }})
	return nil
}
