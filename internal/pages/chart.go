package pages

import (
	"cmp"
	"slices"
	"time"

	"tributary/internal/stats"
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

// Chart is the template "chart".
type Chart struct {
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

// dayBars is one day. Counts tells it in words.
type dayBars struct {
	Day, Counts    string
	Left           int
	OptIns, Clicks rect
}

type rect struct{ X, Y, W, H int }

type mark struct{ Day, Text string }

// dayRow is one day of the table.
type dayRow struct {
	Text string
	stats.Day
}

// NewChart draws opt-ins and clicks of some days, oldest first; at least one.
func NewChart(days []stats.Day) Chart {
	c := Chart{
		Width: slot * len(days), Height: chartHeight, Slot: slot,
		Middle: optInsPane / 2, OptInsFloor: optInsPane, ClicksTop: optInsPane + gap,
		OptIns: newPane(optInsPane, optInsPane, days, optIns), Clicks: newPane(chartHeight, clicksPane, days, clicks),
		Best: bestOf(days),
	}
	for i, d := range days {
		c.Days = append(c.Days, dayBars{d.Day, counts(d), i * slot, c.OptIns.bar(i, d.OptIns), c.Clicks.bar(i, d.Clicks)})
		c.Rows = append(c.Rows, dayRow{DayText(d), d})
	}
	slices.Reverse(c.Rows) // the latest first
	for _, i := range []int{0, len(days) / 2, len(days) - 1} {
		c.Marks = append(c.Marks, mark{days[i].Day, DayText(days[i])})
	}
	return c
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

func counts(d stats.Day) string {
	return Counted(d.OptIns, "opt-in", "opt-ins") + ", " + Counted(d.Clicks, "click", "clicks")
}

// best is the day with the most opt-ins, in words.
type best struct{ Day, Text, Counts string }

func bestOf(days []stats.Day) *best {
	d := slices.MaxFunc(days, func(a, b stats.Day) int { return cmp.Compare(a.OptIns, b.OptIns) })
	if d.OptIns == 0 {
		return nil
	}
	return &best{d.Day, DayText(d), counts(d)}
}

const dayFormat = "2 Jan"

// DayText writes a day of the calendar.
func DayText(d stats.Day) string {
	at, err := time.Parse(time.DateOnly, d.Day)
	if err != nil {
		return d.Day
	}
	return at.Format(dayFormat)
}
