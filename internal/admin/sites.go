package admin

import (
	"errors"
	"net/http"
	"strings"

	"github.com/labstack/echo/v4"

	"tributary/internal/attribution"
	"tributary/internal/audit"
	"tributary/internal/auth"
	"tributary/internal/sites"
	"tributary/internal/store"
	"tributary/internal/texts"
)

// maxSites bounds the list: a site is a website, and nobody has a thousand of them.
const maxSites = 1000

type sitesPage struct {
	frame
	Sites []siteRow
	More  bool
}

// siteRow is a site and when its tag spoke last.
type siteRow struct {
	attribution.Site
	Last spoken
}

func (k *desk) sites(c echo.Context, who auth.User) error {
	ctx := c.Request().Context()
	all, err := k.Sites.List(ctx, "", maxSites+1)
	if err != nil {
		return err
	}
	heard, err := k.heard(ctx)
	if err != nil {
		return err
	}
	p := sitesPage{frame: k.frame(k.Reader(c).Text("desk.sites.title"), sitesAt, who), More: len(all) > maxSites}
	p.Notice = k.told(c, sitesTold)
	for _, s := range all[:min(len(all), maxSites)] {
		p.Sites = append(p.Sites, siteRow{s, heard.of(s.Key)})
	}
	return k.Render(c, http.StatusOK, "sites", p)
}

// sitesTold is what can be said above the list.
var sitesTold = map[string]string{"deleted": "desk.sites.deleted"}

// told is the notice that an address asks for by ?done=: only a word that is known, so that no link can put one there. The
// words are keys of web/texts.
func (k *desk) told(c echo.Context, words map[string]string) *notice {
	if key := words[c.QueryParam("done")]; key != "" {
		return &notice{Tone: "good", Text: k.Reader(c).Text(key)}
	}
	return nil
}

type newSitePage struct {
	frame
	Fields []formField
}

func (k *desk) newSite(c echo.Context, who auth.User) error {
	return k.Render(c, http.StatusOK, "site-new", k.newSitePage(c, who, "", ""))
}

func (k *desk) newSitePage(c echo.Context, who auth.User, name, pages string) newSitePage {
	say := k.Reader(c)
	return newSitePage{k.frame(say.Text("desk.sites.add"), sitesAt, who), newSiteFields(say, name, pages)}
}

func newSiteFields(say *texts.Reader, name, pages string) []formField {
	return []formField{
		{Name: "name", Label: say.Text("desk.sitenew.name"), Value: name, Placeholder: say.Text("desk.sitenew.nameexample"), Hint: say.Text("desk.sitenew.namehint")},
		{
			Name: "origins", Label: say.Text("desk.sitenew.origins"), Kind: "lines", Value: pages, Placeholder: "www.example.com",
			Hint: say.Text("desk.sitenew.originshint"),
		},
	}
}

func (k *desk) addSite(c echo.Context, who auth.User) error {
	name, pages := answer(c, "name"), answer(c, "origins")
	s, _, err := k.Sites.Add(c.Request().Context(), account, sites.Input{Name: name, Origins: sites.Pages(listed(pages), true)}, "")
	var w *sites.Wrong
	if errors.As(err, &w) {
		p := k.newSitePage(c, who, name, pages)
		blame([]formGroup{{Fields: p.Fields}}, w.Field, sentence(w.Problem))
		return k.Render(c, http.StatusUnprocessableEntity, "site-new", p)
	}
	if err != nil {
		return err
	}
	if err := k.note(c.Request().Context(), who, audit.SiteCreate, s.Key, s.Name+": "+strings.Join(s.Origins, ", ")); err != nil {
		return err
	}
	return c.Redirect(http.StatusSeeOther, sitesAt+"/"+s.Key+"?done=added")
}

// sentence makes one of a line of an error.
func sentence(text string) string {
	if text == "" {
		return ""
	}
	return strings.ToUpper(text[:1]) + text[1:] + "."
}

type deleteSitePage struct {
	frame
	Site attribution.Site
	Last spoken
}

// askDeleteSite says what will happen, and asks once more.
func (k *desk) askDeleteSite(c echo.Context, who auth.User) error {
	ctx := c.Request().Context()
	s, err := k.Sites.Get(ctx, c.Param("key"))
	if err != nil {
		return err
	}
	heard, err := k.heard(ctx)
	if err != nil {
		return err
	}
	return k.Render(c, http.StatusOK, "site-delete", deleteSitePage{k.frame(k.Reader(c).Text("desk.sitedelete.title", "Name", s.Name), sitesAt, who), s, heard.of(s.Key)})
}

func (k *desk) deleteSite(c echo.Context, who auth.User) error {
	ctx := c.Request().Context()
	s, err := k.Sites.Get(ctx, c.Param("key"))
	if err != nil {
		return err
	}
	if err := k.Sites.Delete(ctx, s.Key); err != nil {
		return err
	}
	if err := k.note(ctx, who, audit.SiteDelete, s.Key, s.Name); err != nil {
		return err
	}
	return c.Redirect(http.StatusSeeOther, sitesAt+"?done=deleted")
}

// isConflict tells that somebody else saved meanwhile.
func isConflict(err error) bool { return errors.Is(err, store.ErrConflict) }
