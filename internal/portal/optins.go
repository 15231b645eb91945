package portal

import (
	"context"
	"fmt"
	"net/http"
	"net/url"

	"github.com/labstack/echo/v4"

	"tributary/internal/auth"
	"tributary/internal/store"
	"tributary/internal/texts"
)

// list is the page of opt-ins.
type list struct {
	Title, Zone   string
	Period        period
	Periods       []choice
	Filters       []choice
	State         string // of the filter, for the form
	OptIns        []row
	None          string // what there is none of
	Next          string // the page behind this one
	Export, Start string // Start is the first page, where this is a later one
}

// selection is what a reader asks of the list.
type selection struct {
	period period
	all    bool // no period was chosen: everything
	filter int  // of filters
	cursor store.Cursor
}

func (p *portal) readSelection(query url.Values) (s selection, err error) {
	s.period = readPeriod(query, p.Now(), p.Zone)
	s.all = !query.Has("range") && !query.Has("from") && !query.Has("to")
	for i, f := range filters {
		if f.name == query.Get("state") {
			s.filter = i
		}
	}
	s.cursor, err = readCursor(query.Get("before"))
	return s, err
}

func (s selection) query() url.Values {
	q := url.Values{}
	if !s.all {
		q = merged(s.period.query(), url.Values{"range": {s.period.Name}})
	}
	if name := filters[s.filter].name; name != "" {
		q.Set("state", name)
	}
	return q
}

func (s selection) of(who owner) store.Query {
	q := store.Query{Ref: who.ref(), Statuses: filters[s.filter].states, Cursor: s.cursor}
	if !s.all {
		q.From, q.To = s.period.Range.From.Time(), s.period.Range.To.Time()
	}
	return q
}

// optIns lists an affiliate's opt-ins.
func (p *portal) optIns(c echo.Context, session auth.Session) error {
	s, err := p.readSelection(c.QueryParams())
	if err != nil {
		return err
	}
	q := s.of(ownerOf(session))
	q.Limit = earlier
	page, err := p.listed(c.Request().Context(), ownerOf(session), q)
	if err != nil {
		return err
	}
	return p.Render(c, http.StatusOK, "optins-page", p.list(p.Reader(c), s, page))
}

func (p *portal) listed(ctx context.Context, who owner, q store.Query) (store.Page, error) {
	if _, err := p.affiliate(ctx, who); err != nil {
		return store.Page{}, err
	}
	page, err := p.Store.OptIns(ctx, who.account, q)
	if err != nil {
		return page, fmt.Errorf("listing opt-ins: %w", err)
	}
	return page, nil
}

func (p *portal) list(say *texts.Reader, s selection, page store.Page) list {
	l := list{
		Title: say.Text("portal.optins.title"), Zone: p.Zone.String(), Period: s.period.told(say), Periods: s.periods(say), Filters: s.filters(say), State: filters[s.filter].name,
		OptIns: p.rows(say, page.OptIns), None: say.Text(filters[s.filter].none), Export: address("/portal/optins.csv", s.query()),
	}
	if !s.cursor.IsZero() {
		l.Start = address("/portal/optins", s.query())
	}
	if next := page.Next; !next.IsZero() {
		l.Next = address("/portal/optins", merged(s.query(), url.Values{"before": {writeCursor(next)}}))
	}
	return l
}

func (s selection) periods(say *texts.Reader) []choice {
	everything := selection{filter: s.filter, all: true}
	list := []choice{{say.Text("portal.period.all"), address("/portal/optins", everything.query()), s.all}}
	for _, c := range choices {
		to := selection{filter: s.filter, period: period{Name: c.name}}
		list = append(list, choice{c.label(say), address("/portal/optins", to.query()), !s.all && s.period.Name == c.name && s.period.Bad == ""})
	}
	return list
}

func (s selection) filters(say *texts.Reader) []choice {
	list := make([]choice, len(filters))
	for i, f := range filters {
		to := selection{period: s.period, all: s.all, filter: i}
		list[i] = choice{say.Text(f.label), address("/portal/optins", to.query()), i == s.filter}
	}
	return list
}
