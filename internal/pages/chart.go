package pages

import (
	"cmp"
	"slices"
	"time"

	"tributary/internal/stats"
	"tributary/internal/texts"
)

// The chart has two panes, one above the other, each with a scale of its own: of a thousand clicks thirty may opt in,
// and on one scale they would be a line at the bottom. It is drawn in units of its own and stretched to the width of
// the page; its words stand beside it as text, so that they do not stretch along. The styles know the heights too.
const (
	slot        = 20 // the width of a day
	barWidth    = 14
	optInsPane  = 180 // heights
	gap         = 40
	clicksPane  = 80
	chartHeight = optInsPane + gap + clicksPane
	leastHeight = 3 // so that one click beside a thousand can be seen
)

// weeksFrom is the number of days from which a bar is a week: more bars than that are too thin to point at.
const weeksFrom = 93

// Chart is the template "chart".
type Chart struct {
	Weekly, Compared               bool // a bar is a week; there is a period before
	Width, Height, Slot            int
	Middle, OptInsFloor, ClicksTop int // lines of the grid
	OptIns, Clicks                 pane
	Days                           []dayBars
	Marks                          []mark // days along the bottom
	Rows                           []dayRow
	Best                           *best // nil without any opt-in
}

// pane is one scale: from 0 at the floor to Top.
type pane struct {
	Top, Half     int64
	floor, height int
}

// dayBars is one day, or one week, named by its first day. Counts tells it in words. Before marks the opt-ins of the period
// before.
type dayBars struct {
	Day, Counts            string
	Left                   int
	OptIns, Clicks, Before rect
}

type rect struct{ X, Y, W, H int }

type mark struct{ Day, Text string }

// dayRow is one day of the table, or one week.
type dayRow struct {
	Text   string
	Before int64 // opt-ins on the same day of the period before
	stats.Day
}

// NewChart draws opt-ins and clicks of some days, oldest first; at least one.
func NewChart(say *texts.Reader, days []stats.Day) Chart { return NewChartOver(say, days, nil) }

// NewChartOver is NewChart with the opt-ins of the days before, each beside the day that has its place in the range.
func NewChartOver(say *texts.Reader, all, allBefore []stats.Day) Chart {
	spans := spansOf(all)
	days, before := sums(all, spans), sums(allBefore[:min(len(allBefore), len(all))], spans) // a month may be longer
	c := Chart{
		Weekly: len(days) < len(all), Compared: slices.ContainsFunc(before, func(d stats.Day) bool { return d.OptIns > 0 }),
		Width: slot * len(days), Height: chartHeight, Slot: slot,
		Middle: optInsPane / 2, OptInsFloor: optInsPane, ClicksTop: optInsPane + gap,
		OptIns: newPane(optInsPane, optInsPane, slices.Concat(days, before), optIns), Clicks: newPane(chartHeight, clicksPane, days, clicks),
		Best: bestOf(say, days),
	}
	for i, d := range days {
		bars := dayBars{Day: d.Day, Counts: counts(say, d), Left: i * slot, OptIns: c.OptIns.bar(i, d.OptIns), Clicks: c.Clicks.bar(i, d.Clicks)}
		if c.Compared {
			bars.Before = c.OptIns.mark(i, before[i].OptIns)
			bars.Counts = say.Text("shared.chart.over", "Counts", bars.Counts, "Before", say.Counted("shared.counts.noptins", before[i].OptIns))
		}
		c.Days = append(c.Days, bars)
		c.Rows = append(c.Rows, dayRow{dayText(say, d), before[i].OptIns, d})
	}
	slices.Reverse(c.Rows) // the latest first
	for _, i := range []int{0, len(days) / 2, len(days) - 1} {
		c.Marks = append(c.Marks, mark{days[i].Day, dayText(say, days[i])})
	}
	return c
}

// spansOf cuts a range into days, or into weeks that begin on Monday.
func spansOf(days []stats.Day) (starts []int) {
	for i, d := range days {
		at, err := time.Parse(time.DateOnly, d.Day)
		if i == 0 || len(days) < weeksFrom || err == nil && at.Weekday() == time.Monday {
			starts = append(starts, i)
		}
	}
	return starts
}

// sums adds up each span; where there are fewer days than spans ask for, nothing was counted.
func sums(days []stats.Day, starts []int) []stats.Day {
	out := make([]stats.Day, len(starts))
	for i, start := range starts {
		end := len(days)
		if i+1 < len(starts) {
			end = min(starts[i+1], end)
		}
		for j := start; j < end; j++ {
			out[i].Day = days[start].Day
			out[i].Tally = out[i].Tally.Add(days[j].Tally)
		}
	}
	return out
}

func optIns(d stats.Day) int64 { return d.OptIns }
func clicks(d stats.Day) int64 { return d.Clicks }

func newPane(floor, height int, days []stats.Day, count func(stats.Day) int64) pane {
	most := int64(0)
	for _, d := range days {
		most = max(most, count(d))
	}
	top := roundUp(most)
	return pane{Top: top, Half: top / 2, floor: floor, height: height}
}

// bar is the bar of the i-th day; a count of nothing has none.
func (p pane) bar(i int, n int64) rect {
	if n == 0 {
		return rect{}
	}
	h := max(int(n*int64(p.height)/p.Top), leastHeight)
	return rect{X: i*slot + (slot-barWidth)/2, Y: p.floor - h, W: barWidth, H: h}
}

// mark is the line that a bar of this height would end in.
func (p pane) mark(i int, n int64) rect {
	if n == 0 {
		return rect{}
	}
	return rect{X: i*slot + 1, Y: p.floor - max(int(n*int64(p.height)/p.Top), leastHeight), W: slot - 2, H: 1}
}

// roundUp is the first round number, with a whole half, that is not below n.
func roundUp(n int64) int64 {
	for _, small := range []int64{2, 4, 6, 8} {
		if n <= small {
			return small
		}
	}
	for unit := int64(1); ; unit *= 10 {
		for _, step := range []int64{10, 12, 16, 20, 24, 30, 40, 50, 60, 80} {
			if n <= step*unit {
				return step * unit
			}
		}
	}
}

func counts(say *texts.Reader, d stats.Day) string {
	return say.Counted("shared.counts.noptins", d.OptIns) + ", " + say.Counted("shared.counts.nclicks", d.Clicks)
}

// best is the day with the most opt-ins, in words.
type best struct{ Day, Text, Counts string }

func bestOf(say *texts.Reader, days []stats.Day) *best {
	d := slices.MaxFunc(days, func(a, b stats.Day) int { return cmp.Compare(a.OptIns, b.OptIns) })
	if d.OptIns == 0 {
		return nil
	}
	return &best{d.Day, dayText(say, d), counts(say, d)}
}

// dayText writes a day of the calendar.
func dayText(say *texts.Reader, d stats.Day) string {
	at, err := time.Parse(time.DateOnly, d.Day)
	if err != nil {
		return d.Day
	}
	return say.Day(at)
}
