package portal

import (
	"errors"
	"net/url"
	"time"

	"tributary/internal/stats"
	"tributary/internal/texts"
)

// period is the span that a reader looks at, and the one that it is compared with.
type period struct {
	Name     string // of the choice, as the address has it
	From, To string // its first and last day
	Came     string // "What came through your link in the last 30 days."
	Earlier  string // "the 30 days before"
	Bad      string // why what the reader wrote is no range; the usual one is shown instead. At first its key

	stats.Range
	before stats.Range
}

const usualPeriod = "30"

// choices are the periods that are one click away.
var choices = []chosen{{"7", 7, ""}, {"30", 30, ""}, {"90", 90, ""}, {"month", 0, "portal.period.month"}, {"last-month", 0, "portal.period.lastmonth"}}

// chosen is a period of so many days, or one with a name.
type chosen struct {
	name string
	days int64
	key  string
}

func (c chosen) label(say *texts.Reader) string {
	if c.key != "" {
		return say.Text(c.key)
	}
	return say.Counted("portal.period.days", c.days)
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
	return newPeriod(period{Name: name, Range: stats.LastDays(n, today, today.Location())})
}

// thisMonth is compared with as many days of the month before.
func thisMonth(today time.Time) period {
	first := today.AddDate(0, 0, 1-today.Day())
	lastFirst, lastLast := monthBefore(today)
	if same := lastFirst.AddDate(0, 0, today.Day()-1); same.Before(lastLast) {
		lastLast = same
	}
	return newPeriod(period{
		Name:  "month",
		Range: stats.Between(first, today, today.Location()), before: stats.Between(lastFirst, lastLast, today.Location()),
	})
}

func lastMonth(today time.Time) period {
	first, last := monthBefore(today)
	beforeFirst, beforeLast := monthBefore(first)
	return newPeriod(period{
		Name:  "last-month",
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
	return newPeriod(period{Name: customPeriod, Range: r})
}

// dayOnly keeps a time of day out: pages are about days.
func dayOnly(text string) string {
	if len(text) > len(time.DateOnly) {
		return text[:len(time.DateOnly)]
	}
	return text
}

// badDays is the key of what is wrong with days.
func badDays(err error) string {
	var bad *stats.BadRange
	if errors.As(err, &bad) && bad.Field == "from" {
		return "portal.period.badfrom"
	}
	return "portal.period.badto"
}

func newPeriod(p period) period {
	p.From, p.To = p.First().Format(time.DateOnly), p.Last().Format(time.DateOnly)
	if p.before == (stats.Range{}) {
		p.before = p.Before()
	}
	return p
}

// told says it in words.
func (p period) told(say *texts.Reader) period {
	days := int64(p.Days())
	p.Earlier = say.Counted("portal.period.before", days)
	switch p.Name {
	case "month":
		p.Came, p.Earlier = say.Text("portal.numbers.camemonth"), say.Text("portal.period.beforemonth")
	case "last-month":
		p.Came, p.Earlier = say.Text("portal.numbers.camelastmonth"), say.Text("portal.period.beforelastmonth")
	case customPeriod:
		p.Came = say.Text("portal.numbers.camebetween", "First", say.Day(p.First()), "Last", say.Day(p.Last()))
	default:
		p.Came = say.Counted("portal.numbers.came", days)
	}
	if p.Bad != "" {
		p.Bad = say.Text(p.Bad, "Most", say.Number(stats.MaxDays))
	}
	return p
}

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
func (p period) choices(say *texts.Reader, path string, keep url.Values) []choice {
	list := make([]choice, len(choices))
	for i, c := range choices {
		list[i] = choice{c.label(say), address(path, merged(period{Name: c.name}.query(), keep)), p.Name == c.name && p.Bad == ""}
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
