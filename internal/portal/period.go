package portal

import (
	"errors"
	"fmt"
	"net/url"
	"time"

	"tributary/internal/stats"
)

// period is the span that a reader looks at, and the one that it is compared with.
type period struct {
	Name     string // of the choice, as the address has it
	From, To string // its first and last day
	Words    string // "in the last 30 days"
	Earlier  string // "the 30 days before"
	Bad      string // why what the reader wrote is no range; the usual one is shown instead

	stats.Range
	before stats.Range
}

const usualPeriod = "30"

// choices are the periods that are one click away.
var choices = []struct{ name, label string }{
	{"7", "7 days"}, {"30", "30 days"}, {"90", "90 days"}, {"month", "This month"}, {"last-month", "Last month"},
}

// customPeriod is the name of a period with days of the reader's own.
const customPeriod = "custom"

// readPeriod reads a period from an address. What is no period is the usual one; days that make no range are told.
func readPeriod(query url.Values, now time.Time, zone *time.Location) period {
	today := now.In(zone)
	name := query.Get("range")
	if name == "" && (query.Has("from") || query.Has("to")) {
		name = customPeriod
	}
	switch name {
	case "7":
		return lastDays(name, 7, today)
	case "90":
		return lastDays(name, 90, today)
	case "month":
		return thisMonth(today)
	case "last-month":
		return lastMonth(today)
	case customPeriod:
		return customDays(query, now, zone)
	}
	return lastDays(usualPeriod, 30, today)
}

func lastDays(name string, n int, today time.Time) period {
	return newPeriod(period{Name: name, Words: fmt.Sprintf("in the last %d days", n), Range: stats.LastDays(n, today, today.Location())})
}

// thisMonth is compared with as many days of the month before.
func thisMonth(today time.Time) period {
	first := today.AddDate(0, 0, 1-today.Day())
	lastFirst, lastLast := monthBefore(today)
	if same := lastFirst.AddDate(0, 0, today.Day()-1); same.Before(lastLast) {
		lastLast = same
	}
	return newPeriod(period{
		Name: "month", Words: "this month", Earlier: "the same days of last month",
		Range: stats.Between(first, today, today.Location()), before: stats.Between(lastFirst, lastLast, today.Location()),
	})
}

func lastMonth(today time.Time) period {
	first, last := monthBefore(today)
	beforeFirst, beforeLast := monthBefore(first)
	return newPeriod(period{
		Name: "last-month", Words: "last month", Earlier: "the month before",
		Range: stats.Between(first, last, today.Location()), before: stats.Between(beforeFirst, beforeLast, today.Location()),
	})
}

// monthBefore returns the first and the last day of the month before that of a day.
func monthBefore(day time.Time) (first, last time.Time) {
	last = day.AddDate(0, 0, -day.Day())
	return last.AddDate(0, 0, 1-last.Day()), last
}

func customDays(query url.Values, now time.Time, zone *time.Location) period {
	from, to := query.Get("from"), query.Get("to")
	r, err := stats.ParseRange(dayOnly(from), dayOnly(to), zone.String(), now)
	if err != nil {
		p := lastDays(usualPeriod, 30, now.In(zone))
		p.Bad = badDays(err)
		return p
	}
	return newPeriod(period{Name: customPeriod, Words: "from " + dayWords(r.First()) + " to " + dayWords(r.Last()), Range: r})
}

// dayOnly keeps a time of day out: pages are about days.
func dayOnly(text string) string {
	if len(text) > len(time.DateOnly) {
		return text[:len(time.DateOnly)]
	}
	return text
}

func badDays(err error) string {
	var bad *stats.BadRange
	if !errors.As(err, &bad) {
		return err.Error()
	}
	switch {
	case bad.Field == "from":
		return badFrom
	case bad.Field == "to" && bad.Value != "":
		return fmt.Sprintf(badTo, stats.MaxDays)
	}
	return err.Error()
}

func newPeriod(p period) period {
	p.From, p.To = p.First().Format(time.DateOnly), p.Last().Format(time.DateOnly)
	if p.before == (stats.Range{}) {
		p.before = p.Before()
		p.Earlier = fmt.Sprintf("the %d days before", p.Days())
		if p.Days() == 1 {
			p.Earlier = "the day before"
		}
	}
	return p
}

func dayWords(day time.Time) string { return day.Format("2 Jan 2006") }

// query is what an address needs to lead to the same period.
func (p period) query() url.Values {
	switch p.Name {
	case usualPeriod:
		return url.Values{}
	case customPeriod:
		return url.Values{"range": {customPeriod}, "from": {p.From}, "to": {p.To}}
	}
	return url.Values{"range": {p.Name}}
}

// choice is a link of a row of links, of which one is where the reader is.
type choice struct {
	Label, Href string
	Here        bool
}

// choices lead to the same page with other periods; keep is what else its address says.
func (p period) choices(path string, keep url.Values) []choice {
	list := make([]choice, len(choices))
	for i, c := range choices {
		list[i] = choice{c.label, address(path, merged(period{Name: c.name}.query(), keep)), p.Name == c.name && p.Bad == ""}
	}
	return list
}

// merged is one query of two; later ones win.
func merged(queries ...url.Values) url.Values {
	all := url.Values{}
	for _, q := range queries {
		for key, values := range q {
			all[key] = values
		}
	}
	return all
}

func address(path string, query url.Values) string {
	if len(query) == 0 {
		return path
	}
	return path + "?" + query.Encode()
}
