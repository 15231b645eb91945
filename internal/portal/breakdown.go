package portal

import (
	"cmp"
	"net/url"

	"tributary/internal/attribution"
	"tributary/internal/stats"
	"tributary/internal/texts"
)

const (
	barsShown = 10  // values of a breakdown on the page
	barsMost  = 100 // when the reader asks for more
)

// breakdown is the section that tells pages, campaigns or sub-ids apart.
type breakdown struct {
	Tabs    []choice
	Heading string // of the column of values
	Caption string // of the table
	Empty   string // why there is nothing, in words
	Bars    []bar
	More    string // leads to more of them; "" when all are shown
	Rest    int64  // how many the page does not show even then
	Export  string
}

// bar is one value. Share is its part of the largest, for the bar behind it, in percent.
type bar struct {
	Value, Rate string
	Odd         bool // no value, but what stands for others
	Share       int64
	attribution.Part
}

// readDimension reads the choice of a tab; pages are the usual one.
func readDimension(query url.Values) attribution.Dimension {
	by, ok := attribution.ParseDimension(query.Get("by"))
	if !ok {
		return attribution.ByPage
	}
	return by
}

func newBreakdown(say *texts.Reader, s stats.Breakdown, p period, all bool) breakdown {
	words := dimensionWords[s.By]
	b := breakdown{
		Heading: say.Text(words.one), Caption: say.Text(words.caption), Empty: say.Text(words.none), Tabs: tabs(say, s.By, p),
		Export: address("/portal/breakdown.csv", merged(p.query(), byQuery(s.By))),
	}
	shown := s.Values
	if limit := shownBars(all); len(shown) > limit {
		shown = shown[:limit]
		b.Rest = int64(len(s.Values) - limit)
	}
	if b.Rest > 0 && !all {
		b.More = address("/portal", merged(p.query(), byQuery(s.By), url.Values{"all": {"1"}})) + "#breakdown"
	}
	for _, v := range shown {
		b.Bars = append(b.Bars, bar{Value: valueWords(s.By, v.Value), Part: v.Part})
	}
	b.Bars = append(b.Bars, odd(say.Text(words.other), s.Other)...)
	if len(b.Bars) > 0 {
		b.Bars = append(b.Bars, odd(say.Text(words.without), s.None)...)
	}
	scale(say, b.Bars)
	return b
}

// valueWords writes pages without what all of them begin with.
func valueWords(by attribution.Dimension, value string) string {
	if by == attribution.ByPage {
		return cmp.Or(pageWords(value), value)
	}
	return value
}

func shownBars(all bool) int {
	if all {
		return barsMost
	}
	return barsShown
}

// odd is a bar for what has no value of its own, where there is anything.
func odd(words string, p attribution.Part) []bar {
	if p.Clicks <= 0 && p.OptIns <= 0 && p.Referrals <= 0 {
		return nil
	}
	return []bar{{Value: words, Odd: true, Part: p}}
}

func scale(say *texts.Reader, bars []bar) {
	most := int64(1)
	for _, b := range bars {
		most = max(most, b.OptIns)
	}
	for i, b := range bars {
		bars[i].Share = 100 * max(b.OptIns, 0) / most
		bars[i].Rate = say.Share(b.OptIns, b.Clicks)
	}
}

func byQuery(by attribution.Dimension) url.Values {
	if by == attribution.ByPage {
		return nil
	}
	return url.Values{"by": {string(by)}}
}

func tabs(say *texts.Reader, here attribution.Dimension, p period) []choice {
	list := make([]choice, len(attribution.Dimensions))
	for i, by := range attribution.Dimensions {
		list[i] = choice{say.Text(dimensionWords[by].many), address("/portal", merged(p.query(), byQuery(by))) + "#breakdown", by == here}
	}
	return list
}
