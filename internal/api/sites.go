package api

import (
	"bytes"
	"encoding/json"
	"errors"
	"net/http"
	"strings"
	"time"

	"github.com/labstack/echo/v4"

	"tributary/internal/attribution"
	"tributary/internal/sites"
	"tributary/snippet"
)

type siteAnswer struct {
	Key     string    `json:"key"`
	Name    string    `json:"name"`
	Origins []string  `json:"origins"`
	Created time.Time `json:"created"`
	Tag     string    `json:"tag"`
	snippet.Settings
}

func (d Deps) site(s attribution.Site) (siteAnswer, error) {
	settings, err := sites.SettingsOf(s)
	return siteAnswer{s.Key, s.Name, s.Origins, s.Created, d.Sites.Tag(s.Key), settings}, err
}

func (d Deps) answerSite(c echo.Context, status int, s attribution.Site) error {
	answer, err := d.site(s)
	if err != nil {
		return err
	}
	return c.JSON(status, answer)
}

// siteProblem tells what the caller did wrong from what is wrong here.
func siteProblem(err error) error {
	var w *sites.Wrong
	switch {
	case errors.As(err, &w) && w.Field == "":
		return invalid("invalid_settings", w.Error())
	case errors.As(err, &w):
		return invalid("invalid_"+w.Field, w.Error())
	case errors.Is(err, sites.ErrNotOfSites):
		return invalid("unknown_field", err.Error())
	}
	return err
}

func createSite(d Deps, c echo.Context) error {
	var in sites.Input
	if err := read(c, &in); err != nil {
		return err
	}
	s, added, err := d.Sites.Add(c.Request().Context(), account, in, c.Request().Header.Get("Idempotency-Key"))
	if err != nil {
		return siteProblem(err)
	}
	subject(c, s.Key)
	if !added {
		return d.answerSite(c, http.StatusOK, s)
	}
	return d.answerSite(c, http.StatusCreated, s)
}

func getSite(d Deps, c echo.Context) error {
	s, err := d.Sites.Get(c.Request().Context(), c.Param("key"))
	if err != nil {
		return err
	}
	return d.answerSite(c, http.StatusOK, s)
}

func changeSite(d Deps, c echo.Context) error {
	changes := map[string]json.RawMessage{}
	if err := read(c, &changes); err != nil {
		return err
	}
	s, err := d.Sites.Change(c.Request().Context(), c.Param("key"), func(old sites.Input) (sites.Input, error) {
		return changed(old, changes)
	})
	if err != nil {
		return siteProblem(err)
	}
	return d.answerSite(c, http.StatusOK, s)
}

// changed lays changes over a site as it was sent. Over its JSON: decoding into old lists would mix old entries and new.
func changed(old sites.Input, changes map[string]json.RawMessage) (in sites.Input, err error) {
	text, err := json.Marshal(old)
	if err != nil {
		return in, err
	}
	all := map[string]json.RawMessage{}
	if err := json.Unmarshal(text, &all); err != nil {
		return in, err
	}
	for name, value := range changes {
		all[strings.ToLower(name)] = value
	}
	if text, err = json.Marshal(all); err != nil {
		return in, err
	}
	return in, decode(json.NewDecoder(bytes.NewReader(text)), &in)
}

func deleteSite(d Deps, c echo.Context) error {
	if err := d.Sites.Delete(c.Request().Context(), c.Param("key")); err != nil {
		return err
	}
	return c.NoContent(http.StatusNoContent)
}

func listSites(d Deps, c echo.Context) error {
	fetch := func(limit int) ([]attribution.Site, error) {
		return d.Sites.List(c.Request().Context(), c.QueryParam("cursor"), limit)
	}
	return listed(c, fetch, func(s attribution.Site) string { return s.Key }, d.site)
}
