package api

import (
	"crypto/rand"
	"crypto/sha256"
	"encoding/base32"
	"encoding/json"
	"errors"
	"net/http"
	"strings"
	"time"

	"github.com/labstack/echo/v4"

	"tributary/internal/attribution"
	"tributary/internal/store"
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
	settings, err := settingsOf(s)
	return siteAnswer{s.Key, s.Name, s.Origins, s.Created, d.Tag(s.Key), settings}, err
}

func createSite(d Deps, c echo.Context) error {
	var in siteInput
	if err := read(c, &in); err != nil {
		return err
	}
	site := attribution.Site{Key: newSiteKey(c), Account: account, Created: d.Now().UTC()}
	if err := in.set(&site); err != nil {
		return err
	}
	value, err := json.Marshal(site)
	if err != nil {
		return err
	}
	_, err = d.Store.Put(c.Request().Context(), store.SiteKind, site.Key, value, 0)
	if errors.Is(err, store.ErrConflict) { // the same Idempotency-Key
		stored, _, err := d.readSite(c, site.Key)
		if err != nil {
			return err
		}
		return d.answerSite(c, http.StatusOK, stored)
	}
	if err != nil {
		return err
	}
	return d.answerSite(c, http.StatusCreated, site)
}

func (d Deps) answerSite(c echo.Context, status int, s attribution.Site) error {
	answer, err := d.site(s)
	if err != nil {
		return err
	}
	return c.JSON(status, answer)
}

var siteKeys = base32.NewEncoding("abcdefghijklmnopqrstuvwxyz234567").WithPadding(base32.NoPadding)

func newSiteKey(c echo.Context) string {
	var raw [32]byte
	if key := c.Request().Header.Get("Idempotency-Key"); key != "" {
		raw = sha256.Sum256([]byte("site\x00" + key))
	} else {
		rand.Read(raw[:])
	}
	return "st_" + siteKeys.EncodeToString(raw[:])[:20]
}

func setSite(s *attribution.Site, name string, origins []string) error {
	if s.Name = strings.TrimSpace(name); s.Name == "" || len(s.Name) > 200 {
		return invalid("invalid_name", "name must have 1 to 200 characters")
	}
	if len(origins) == 0 || len(origins) > 100 {
		return invalid("invalid_origins", `origins must list the 1 to 100 origins whose pages carry the tag, such as ["https://www.example.com"]`)
	}
	s.Origins = make([]string, len(origins))
	for i, origin := range origins {
		checked, err := attribution.Origin(origin)
		if err != nil {
			return invalid("invalid_origins", err.Error())
		}
		s.Origins[i] = checked
	}
	return nil
}

func (d Deps) readSite(c echo.Context, key string) (s attribution.Site, version int64, err error) {
	doc, err := d.Store.Get(c.Request().Context(), store.SiteKind, key)
	if err != nil {
		return s, 0, err
	}
	return s, doc.Version, json.Unmarshal(doc.Value, &s)
}

func getSite(d Deps, c echo.Context) error {
	s, _, err := d.readSite(c, c.Param("key"))
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
	s, version, err := d.readSite(c, c.Param("key"))
	if err != nil {
		return err
	}
	in, err := changed(s, changes)
	if err != nil {
		return err
	}
	if err := in.set(&s); err != nil {
		return err
	}
	value, err := json.Marshal(s)
	if err != nil {
		return err
	}
	if _, err := d.Store.Put(c.Request().Context(), store.SiteKind, s.Key, value, version); err != nil {
		return err
	}
	d.SiteChanged(s.Key)
	return d.answerSite(c, http.StatusOK, s)
}

func deleteSite(d Deps, c echo.Context) error {
	s, version, err := d.readSite(c, c.Param("key"))
	if err != nil {
		return err
	}
	if err := d.Store.Delete(c.Request().Context(), store.SiteKind, s.Key, version); err != nil {
		return err
	}
	d.SiteChanged(s.Key)
	return c.NoContent(http.StatusNoContent)
}

func listSites(d Deps, c echo.Context) error {
	fetch := func(limit int) ([]store.Document, error) {
		return d.Store.List(c.Request().Context(), store.SiteKind, c.QueryParam("cursor"), limit)
	}
	return listed(c, fetch, func(doc store.Document) string { return doc.Key }, func(doc store.Document) (out siteAnswer, err error) {
		var s attribution.Site
		if err := json.Unmarshal(doc.Value, &s); err != nil {
			return out, err
		}
		return d.site(s)
	})
}
