package portal

import (
	"fmt"
	"time"

	"tributary/internal/attribution"
	"tributary/internal/pages"
)

// view is the page as its template reads it.
type view struct {
	Title, Greeting string
	Zone            string
	Days            int
	Older           bool // a list of earlier opt-ins, without the numbers
	Empty           bool // nothing has ever come
	Live            bool // follows what happens
	Version, News   string
	Funnel          []pages.Stage
	Chart           pages.Chart
	OptIns          []row
	Next            string
	Parameters      []parameter
}

// row is one opt-in of the list.
type row struct {
	wording
	ID, Email, Where, At, AtText string
}

// parameter is what an affiliate adds to an address.
type parameter struct{ Name, Text string }

func (p *portal) view(a attribution.Affiliate, s snapshot, older bool) view {
	return view{
		Title: "Your referrals", Greeting: greeting(a), Zone: p.Zone.String(), Days: days,
		Older: older, Live: !older, Empty: !older && s.report.Tally == attribution.Tally{} && len(s.optIns.OptIns) == 0,
		Version: s.version(), News: news(s.report.Tally), Funnel: pages.Funnel(s.report.Tally), Chart: pages.NewChart(s.report.ByDay),
		OptIns: p.rows(s.optIns.OptIns), Next: writeCursor(s.optIns.Next), Parameters: parameters(a),
	}
}

func greeting(a attribution.Affiliate) string {
	if a.Name == "" {
		return "Hello"
	}
	return "Hello " + a.Name
}

// news is what a screen reader says when it has changed.
func news(t attribution.Tally) string {
	return fmt.Sprintf("%s, %s credited", pages.Counted(t.OptIns, "opt-in", "opt-ins"), pages.Grouped(t.Referrals))
}

func (p *portal) rows(optIns []attribution.OptIn) []row {
	rows := make([]row, len(optIns))
	for i, o := range optIns {
		rows[i] = row{
			wording: states[o.Status], ID: o.ID.String(), Email: p.masked(o), Where: where(o),
			At: o.At.UTC().Format(time.RFC3339), AtText: o.At.In(p.Zone).Format("2 Jan 2006, 15:04 MST"),
		}
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
