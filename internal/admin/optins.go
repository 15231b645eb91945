package admin

import (
	"errors"
	"net/http"
	"net/url"
	"slices"

	"github.com/labstack/echo/v4"

	"tributary/internal/attribution"
	"tributary/internal/auth"
	"tributary/internal/store"
	"tributary/internal/texts"
)

const (
	optInsPage = 50
	// optInsScan bounds what one page looks at when no index answers the filter: more is a page further.
	optInsScan = 600
)

type optInsView struct {
	frame
	Filter   url.Values
	Filtered bool
	Statuses []picked
	Sites    []picked
	Rows     []optInRow
	Older    string // the address of the next page; "" for none
	Newest   string // the first page, from a later one
	Short    bool   // the page ended because enough was looked at
	CSV      string
}

// picked is an option of a select.
type picked struct {
	Value, Text string
	Chosen      bool
}

type optInRow struct {
	ID, Email string
	At        stamp
	Affiliate named
	Where     string
	Status    word
	Reason    string
	Tell      bool // the reason says more than the status
	Flags     []flagView
}

// optIns lists opt-ins, latest first, by what the form asks for.
func (k *desk) optIns(c echo.Context, who auth.User) error {
	v := optInsView{frame: k.frame(k.Reader(c).Text("desk.optins.title"), "/admin/optins", who), Filter: c.QueryParams()}
	v.Filtered = with("", v.Filter, "cursor", "") != ""
	v.CSV = with("/admin/optins.csv", v.Filter, "cursor", "")
	v.Statuses = statusChoices(k.Reader(c), v.Filter.Get("status"))
	var err error
	if v.Sites, err = k.siteChoices(c, v.Filter.Get("site")); err != nil {
		return err
	}
	q, err := k.optInQuery(v.Filter)
	if errors.Is(err, errBadAddress) {
		return err
	}
	if err != nil {
		v.Notice = k.misfitNotice(c, err)
		return k.Render(c, http.StatusUnprocessableEntity, "optins", v)
	}
	page, err := k.Store.OptIns(c.Request().Context(), account, q)
	if err != nil {
		return err
	}
	if v.Rows, err = k.optInRows(c, page.OptIns, who); err != nil {
		return err
	}
	v.page(page)
	return k.Render(c, http.StatusOK, "optins", v)
}

func (v *optInsView) page(p store.Page) {
	if !p.Next.IsZero() {
		v.Older = with("/admin/optins", v.Filter, "cursor", writeCursor(p.Next))
		v.Short = len(p.OptIns) < optInsPage
	}
	if v.Filter.Get("cursor") != "" {
		v.Newest = with("/admin/optins", v.Filter, "cursor", "")
	}
}

func statusChoices(say *texts.Reader, chosen string) []picked {
	out := []picked{{"", say.Text("desk.optins.anystatus"), chosen == ""}}
	for _, s := range attribution.Statuses {
		out = append(out, picked{string(s), wordOf(say, s).Text, chosen == string(s)})
	}
	return out
}

// manySites is more than a menu can show; who has more types the key.
const manySites = 200

func (k *desk) siteChoices(c echo.Context, chosen string) ([]picked, error) {
	out := []picked{{"", k.Reader(c).Text("desk.optins.anysite"), chosen == ""}}
	docs, err := k.Store.List(c.Request().Context(), store.SiteKind, "", manySites)
	if err != nil {
		return nil, err
	}
	for _, d := range docs {
		site, err := siteOf(d)
		if err != nil {
			return nil, err
		}
		out = append(out, picked{site.Key, firstText(site.Name, site.Key), chosen == site.Key})
	}
	return out, nil
}

// optInQuery reads the filter. What it returns beside errBadAddress is for the reader.
func (k *desk) optInQuery(f url.Values) (q store.Query, err error) {
	q = store.Query{Limit: optInsPage, Scan: optInsScan, Site: f.Get("site"), Flagged: f.Get("flagged") != ""}
	if q.Cursor, err = readCursor(f.Get("cursor")); err != nil {
		return q, err
	}
	if q.Status = attribution.Status(f.Get("status")); q.Status != "" && !slices.Contains(attribution.Statuses, q.Status) {
		return q, misfit("desk.misfit.status")
	}
	if q.Ref, err = readRef(f.Get("affiliate")); err != nil {
		return q, misfit("desk.misfit.affiliate")
	}
	if text := f.Get("email"); text != "" {
		email, err := attribution.NormalEmail(text)
		if err != nil {
			return q, misfit("desk.misfit.email")
		}
		q.Person = k.People.Sealer.Key(email)
	}
	q.From, q.To, err = k.days(f.Get("from"), f.Get("to"))
	return q, err
}

func (k *desk) optInRows(c echo.Context, optIns []attribution.OptIn, who auth.User) ([]optInRow, error) {
	names, say, rows := k.namer(c), k.Reader(c), make([]optInRow, len(optIns))
	for i, o := range optIns {
		affiliate, err := names.of(o.Ref)
		if err != nil {
			return nil, err
		}
		rows[i] = optInRow{
			ID: o.ID.String(), Email: k.email(o.Sealed, o.Person, who), At: k.stamp(o.At), Affiliate: affiliate,
			Where: where(say, o), Status: wordOf(say, o.Status), Reason: o.Reason, Flags: flagsOf(say, o),
			Tell: o.Status == attribution.Held || o.Status == attribution.Refused || o.Status == attribution.Failed,
		}
	}
	return rows, nil
}

// where is the page of an opt-in as people say it, or the way that it came.
func where(say *texts.Reader, o attribution.OptIn) string {
	if u, err := url.Parse(o.URL); err == nil && u.Host != "" {
		return u.Host + u.Path
	}
	return say.Text("desk.optins.cameby", "Ways", ways(say, o.Via))
}
