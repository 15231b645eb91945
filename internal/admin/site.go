package admin

import (
	"context"
	"encoding/json"
	"errors"
	"maps"
	"net/http"
	"slices"
	"strings"

	"github.com/labstack/echo/v4"

	"tributary/internal/attribution"
	"tributary/internal/audit"
	"tributary/internal/auth"
	"tributary/internal/sites"
	"tributary/internal/texts"
)

type sitePage struct {
	frame
	Site        attribution.Site
	Tag, Pinned string
	Heard       spoken
	Form        []formGroup
	Try         string // an address of the site, for commands that are shown
	Check       pageCheck
}

// TryDoctor is an address of the site with what has the form doctor show up there.
func (p sitePage) TryDoctor() string { return p.Try + "?tributary_test=1" }

// siteTold is what can be said above a site, by the keys of web/texts.
var siteTold = map[string]string{
	"added":   "desk.site.isadded",
	"saved":   "desk.site.saved",
	"same":    "desk.site.same",
	"allowed": "desk.site.allowed",
}

func (k *desk) site(c echo.Context, who auth.User) error {
	s, err := k.Sites.Get(c.Request().Context(), c.Param("key"))
	if err != nil {
		return err
	}
	in, err := sites.InputOf(s)
	if err != nil {
		return err
	}
	return k.showSite(c, who, http.StatusOK, s, siteForm(k.Reader(c), in), k.told(c, siteTold))
}

func (k *desk) showSite(c echo.Context, who auth.User, status int, s attribution.Site, form []formGroup, said *notice) error {
	return k.showChecked(c, who, status, s, form, said, pageCheck{Offered: k.Examine != nil})
}

func (k *desk) showChecked(c echo.Context, who auth.User, status int, s attribution.Site, form []formGroup, said *notice, check pageCheck) error {
	ctx := c.Request().Context()
	pinned, err := k.Sites.Pinned(ctx, s.Key)
	if err != nil {
		return err
	}
	heard, err := k.heard(ctx)
	if err != nil {
		return err
	}
	p := sitePage{frame: k.frame(s.Name, sitesAt, who), Site: s, Tag: k.Sites.Tag(s.Key), Pinned: pinned, Heard: heard.of(s.Key), Form: form, Try: tryAt(s), Check: check}
	p.Notice = said
	return k.Render(c, status, "site", p)
}

// tryAt is the first of the site's addresses that is one, as an example.
func tryAt(s attribution.Site) string {
	for _, origin := range s.Origins {
		if !strings.Contains(origin, "*") {
			return origin + "/"
		}
	}
	return "https://www.example.com/"
}

func (k *desk) changeSite(c echo.Context, who auth.User) error {
	ctx, key := c.Request().Context(), c.Param("key")
	var before, wanted sites.Input
	after, err := k.Sites.Change(ctx, key, func(old sites.Input) (sites.Input, error) {
		before, wanted = old, readSiteForm(c, old)
		return wanted, nil
	})
	if w := (*sites.Wrong)(nil); errors.As(err, &w) || isConflict(err) {
		return k.wrongSite(c, who, wanted, err)
	}
	if err != nil {
		return err
	}
	changed, err := k.siteChanges(before, after)
	if err != nil || changed == "" {
		return errors.Join(err, c.Redirect(http.StatusSeeOther, sitesAt+"/"+key+"?done=same"))
	}
	if err := k.note(ctx, who, audit.SiteChange, key, changed); err != nil {
		return err
	}
	return c.Redirect(http.StatusSeeOther, sitesAt+"/"+key+"?done=saved")
}

// wrongSite shows the form as it was sent, with what is wrong at its field.
func (k *desk) wrongSite(c echo.Context, who auth.User, wanted sites.Input, problem error) error {
	s, err := k.Sites.Get(c.Request().Context(), c.Param("key"))
	if err != nil {
		return err
	}
	form := siteForm(k.Reader(c), wanted)
	said := &notice{Tone: "bad", Text: blameSite(k.Reader(c), form, problem)}
	return k.showSite(c, who, http.StatusUnprocessableEntity, s, form, said)
}

// blameSite puts what is wrong to its field, and says above the form what is wrong with none.
func blameSite(say *texts.Reader, form []formGroup, problem error) string {
	if isConflict(problem) {
		return say.Text("desk.site.conflict")
	}
	var w *sites.Wrong
	if errors.As(problem, &w) && !blame(form, w.Field, sentence(w.Problem)) {
		return say.Text("desk.site.wrong", "Problem", sentence(w.Problem))
	}
	return say.Text("desk.site.notsaved")
}

// siteChanges tells what is different, for the audit log.
func (k *desk) siteChanges(before sites.Input, after attribution.Site) (string, error) {
	now, err := sites.InputOf(after)
	if err != nil {
		return "", err
	}
	return differences(before, now)
}

// differences lists the settings of two values that differ, as JSON has them: "cookie: "trb" -> "x"".
func differences(before, after any) (string, error) {
	was, err := asObject(before)
	if err != nil {
		return "", err
	}
	is, err := asObject(after)
	if err != nil {
		return "", err
	}
	names := maps.Clone(was)
	maps.Copy(names, is)
	var all []string
	for _, name := range slices.Sorted(maps.Keys(names)) {
		if plainly(was[name]) != plainly(is[name]) {
			all = append(all, name+": "+shown(was[name])+" -> "+shown(is[name]))
		}
	}
	return strings.Join(all, "; "), nil
}

func asObject(v any) (o map[string]json.RawMessage, err error) {
	text, err := json.Marshal(v)
	if err != nil {
		return nil, err
	}
	return o, json.Unmarshal(text, &o)
}

// plainly takes all that is nothing for the same.
func plainly(value json.RawMessage) string {
	if text := string(value); !slices.Contains([]string{"null", "[]", "{}", `""`}, text) {
		return text
	}
	return ""
}

func shown(value json.RawMessage) string {
	if plainly(value) == "" {
		return "as usual"
	}
	return string(value)
}

func (k *desk) allowOrigin(c echo.Context, who auth.User) error {
	key := c.Param("key")
	if err := k.allow(c.Request().Context(), who, key, answer(c, "origin")); err != nil {
		return err
	}
	return c.Redirect(http.StatusSeeOther, sitesAt+"/"+key+"?done=allowed")
}

// allow takes up an origin that was refused. Only one that stands among the refused: nothing else can be sent here.
func (k *desk) allow(ctx context.Context, who auth.User, key, origin string) error {
	heard, err := k.heard(ctx)
	if err != nil {
		return err
	}
	if !slices.ContainsFunc(heard.of(key).Refused, func(r refusedOrigin) bool { return r.Origin == origin && r.IsOrigin() }) {
		return errBadAddress
	}
	s, err := k.Sites.Change(ctx, key, func(in sites.Input) (sites.Input, error) {
		if !slices.Contains(in.Origins, origin) {
			in.Origins = append(slices.Clone(in.Origins), origin)
		}
		return in, nil
	})
	if err != nil {
		return err
	}
	return k.note(ctx, who, audit.SiteChange, s.Key, "origins: "+origin+" added")
}

// IsOrigin tells whether these events would be taken if the origin were one of the site's.
func (r refusedOrigin) IsOrigin() bool {
	_, err := attribution.Origin(r.Origin)
	return err == nil && r.Code == forbiddenOrigin
}

// forbiddenOrigin is the code of events that come from elsewhere than the site's addresses.
const forbiddenOrigin = "forbidden_origin"
