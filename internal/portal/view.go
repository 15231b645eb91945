package portal

import (
	"time"

	"tributary/internal/attribution"
	"tributary/internal/pages"
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

func (p *portal) view(a attribution.Affiliate, s snapshot, all bool) view {
	none := attribution.Tally{}
	return view{
		Title: "Your referrals", Greeting: greeting(a), Zone: p.Zone.String(),
		Period: s.period, Periods: s.period.choices("/portal", byQuery(s.breakdown.By)), By: byQuery(s.breakdown.By).Get("by"),
		Empty:   s.period.Name == usualPeriod && s.report.Tally == none && s.before.Tally == none && len(s.optIns.OptIns) == 0,
		Version: s.version, News: news(s.report.Tally),
		Funnel: pages.FunnelOver(s.report.Tally, s.before.Tally, s.period.Earlier), Chart: pages.NewChartOver(s.report.ByDay, s.before.ByDay),
		Breakdown: newBreakdown(s.breakdown, s.period, all), Money: s.money,
		OptIns: p.rows(s.optIns.OptIns), Next: writeCursor(s.optIns.Next), DaysFile: address("/portal/days.csv", s.period.query()),
		Parameters: parameters(a),
	}
}

func greeting(a attribution.Affiliate) string {
	if a.Name == "" {
		return "Hello"
	}
	return "Hello " + a.Name
}

func (p *portal) rows(optIns []attribution.OptIn) []row {
	rows := make([]row, len(optIns))
	for i, o := range optIns {
		rows[i] = row{
			wording: states[o.Status], ID: o.ID.String(), Email: p.masked(o), Where: where(o),
			At: o.At.UTC().Format(time.RFC3339), AtText: moment(o.At.In(p.Zone)), Ago: ago(o.At, p.Now()),
		}
		rows[i].Why = whyOf(&o)
	}
	return rows
}

// masked shows enough of an address to recognise it, and no more.
func (p *portal) masked(o attribution.OptIn) string {
	person, err := p.Opener.Open(o.Sealed, o.Person)
	if err != nil || person.Email == "" {
		return noEmail
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
