package api

import (
	"net/http"

	"github.com/labstack/echo/v4"

	"tributary/internal/attribution"
	"tributary/internal/stats"
)

// brokenDown answers with a report, and with its breakdown where ?by= asks for one.
func (d Deps) brokenDown(c echo.Context, ref attribution.Ref, report stats.Report) error {
	asked := c.QueryParam("by")
	if asked == "" {
		return c.JSON(http.StatusOK, report)
	}
	by, known := attribution.ParseDimension(asked)
	if !known {
		return invalid("invalid_by", "by must be page, campaign or sub_id")
	}
	r, err := stats.ParseRange(c.QueryParam("from"), c.QueryParam("to"), c.QueryParam("tz"), d.Now())
	if err != nil {
		return err
	}
	b, err := stats.ReadBreakdown(c.Request().Context(), d.Store, account, ref, by, r)
	if err != nil {
		return err
	}
	return c.JSON(http.StatusOK, struct {
		stats.Report
		Breakdown stats.Breakdown `json:"breakdown"`
	}{report, b})
}
