package api

import (
	"encoding/json"
	"errors"
	"net/http"

	"github.com/labstack/echo/v4"

	"tributary/internal/settings"
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
	after, err := d.Settings.Apply(c.Request().Context(), account, changes)
	if err != nil {
		return wrongSetting(err)
	}
	return c.JSON(http.StatusOK, after)
}

func wrongSetting(err error) error {
	var w *settings.Wrong
	if errors.As(err, &w) {
		return invalid("invalid_"+settingName(w.Field), w.Error())
	}
	if errors.Is(err, settings.ErrUnasked) {
		return problem(http.StatusServiceUnavailable, "keap_unavailable", err.Error())
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
