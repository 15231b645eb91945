package api

import (
	"encoding/json"
	"errors"
	"net/http"

	"github.com/labstack/echo/v4"

	"tributary/internal/settings"
	"tributary/internal/store"
)

func getSettings(d Deps, c echo.Context) error {
	s, err := d.Settings.Of(c.Request().Context(), account)
	if err != nil {
		return err
	}
	return c.JSON(http.StatusOK, s)
}

// changeSettings saves what the body names; null goes back to a default. What names a record of Keap is asked for there
// first, while Keap is connected.
func changeSettings(d Deps, c echo.Context) error {
	changes := map[string]json.RawMessage{}
	if err := read(c, &changes); err != nil {
		return err
	}
	ctx := c.Request().Context()
	after, err := d.Settings.Change(ctx, account, changes, func(before, after settings.Settings) error {
		return askKeap(d.CheckSettings(ctx, before, after))
	})
	if err != nil {
		return wrongSetting(err)
	}
	if err := d.wakeTotals(c); err != nil {
		return err
	}
	return c.JSON(http.StatusOK, after)
}

// askKeap tells a setting that Keap denies from a Keap that could not be asked.
func askKeap(err error) error {
	var w *settings.Wrong
	if err == nil || errors.As(err, &w) {
		return err
	}
	return problem(http.StatusServiceUnavailable, "keap_unavailable", "nothing was saved, because Keap could not be asked whether it has what is named: "+err.Error())
}

func wrongSetting(err error) error {
	var w *settings.Wrong
	if errors.As(err, &w) {
		return invalid("invalid_"+settingName(w.Field), w.Error())
	}
	return err
}

// settingName keeps codes to the names that there are.
func settingName(field string) string {
	if settings.IsName(field) {
		return field
	}
	return "setting"
}

// wakeTotals tries again what was parked for a custom field that another now takes the place of. There is one such job
// for an affiliate; what was parked for an opt-in is for a person to retry.
func (d Deps) wakeTotals(c echo.Context) error {
	jobs, err := d.Store.Jobs(c.Request().Context(), account, store.Parked, "totals:\xff", 1000)
	if err != nil {
		return err
	}
	for _, j := range jobs {
		if j.Kind != store.TotalsJob {
			continue
		}
		if _, err := d.Store.Retry(c.Request().Context(), account, j.ID, d.Now().UTC()); err != nil && !errors.Is(err, store.ErrNotFound) {
			return err
		}
	}
	return nil
}
