package portal

import (
	"time"

	"tributary/internal/attribution"
	"tributary/internal/pages"
	"tributary/internal/texts"
)

// view is the page as its template reads it.
type view struct {
	Title, Greeting string
	Zone            string
	Period          period
	Periods         []choice
	By              string // what the breakdown is by, for the form; "" for the usual
	Empty           bool   // nothing has ever come
	Version, News   string
	Funnel          []pages.Stage
	Chart           pages.Chart
	Breakdown       breakdown
	Money           *money
	OptIns          []row
	Next            string // where the opt-ins behind those go on
	DaysFile        string
	Parameters      []parameter
}

// row is one opt-in of a list. Ago is "" when its date says more.
type row struct {
	wording
	ID, Email, Where, At, AtText, Ago string
}

// parameter is what an affiliate adds to an address.
type parameter struct{ Name, Text string }

func (p *portal) view(say *texts.Reader, a attribution.Affiliate, s snapshot, all bool) view {
	none, span := attribution.Tally{}, s.period.told(say)
	return view{
		Title: say.Text("portal.numbers.title"), Greeting: greeting(say, a), Zone: p.Zone.String(),
		Period: span, Periods: s.period.choices(say, "/portal", byQuery(s.breakdown.By)), By: byQuery(s.breakdown.By).Get("by"),
		Empty:   s.period.Name == usualPeriod && s.report.Tally == none && s.before.Tally == none && len(s.optIns.OptIns) == 0,
		Version: s.version, News: news(say, s.report.Tally),
		Funnel: pages.FunnelOver(say, s.report.Tally, s.before.Tally, span.Earlier), Chart: pages.NewChartOver(say, s.report.ByDay, s.before.ByDay),
		Breakdown: newBreakdown(say, s.breakdown, s.period, all), Money: p.moneyOf(say, s.money),
		OptIns: p.rows(say, s.optIns.OptIns), Next: writeCursor(s.optIns.Next), DaysFile: address("/portal/days.csv", s.period.query()),
		Parameters: parameters(a),
	}
}

func greeting(say *texts.Reader, a attribution.Affiliate) string {
	if a.Name == "" {
		return say.Text("portal.numbers.hello")
	}
	return say.Text("portal.numbers.helloname", "Name", a.Name)
}

func (p *portal) rows(say *texts.Reader, optIns []attribution.OptIn) []row {
	rows := make([]row, len(optIns))
	for i, o := range optIns {
		rows[i] = row{
			wording: states[o.Status], ID: o.ID.String(), Email: p.masked(say, o), Where: where(say, o),
			At: o.At.UTC().Format(time.RFC3339), AtText: say.Moment(o.At.In(p.Zone)), Ago: ago(say, o.At, p.Now()),
		}
		rows[i].State, rows[i].Why = say.Text(rows[i].State), whyOf(say, &o)
	}
	return rows
}

// masked shows enough of an address to recognise it, and no more.
func (p *portal) masked(say *texts.Reader, o attribution.OptIn) string {
	person, err := p.Opener.Open(o.Sealed, o.Person)
	if err != nil || person.Email == "" {
		return say.Text("portal.optins.noemail")
	}
	return attribution.MaskEmail(person.Email)
}

// parameters are the affiliate's own endings of an address. The code reads better in a link, so it comes first.
func parameters(a attribution.Affiliate) []parameter {
	id := parameter{"id", "?affiliate=" + a.ID}
	if a.Code == "" {
		return []parameter{id}
	}
	return []parameter{{"code", "?aff=" + a.Code}, id}
}
