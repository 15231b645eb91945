package pages

import (
	"tributary/internal/attribution"
	"tributary/internal/texts"
)

// Change says how a count compares with that of the period before.
type Change struct {
	Trend string // up, down or same, for the styles
	Text  string
}

// Compare says how a count compares with the one before, in words: a sign and a colour alone tell nothing to those who
// do not see them. before names the earlier period, such as "the 30 days before". Nothing is said of nothing.
func Compare(say *texts.Reader, now, then int64, before string) Change {
	switch {
	case now == 0 && then == 0:
		return Change{}
	case then == 0:
		return Change{"up", say.Text("shared.change.none", "Before", before)}
	case now == then:
		return Change{"same", say.Text("shared.change.same", "Before", before)}
	case now >= 10*then:
		return Change{"up", say.Counted("shared.change.times", now/then, "Before", before)}
	case now > then:
		return Change{"up", say.Text("shared.change.more", "Share", share(say, now-then, then), "Before", before)}
	default:
		return Change{"down", say.Text("shared.change.fewer", "Share", share(say, then-now, then), "Before", before)}
	}
}

// share is a difference in percent, which is never said to be 0.
func share(say *texts.Reader, difference, of int64) string {
	percent := (200*difference + of) / (2 * of)
	if percent == 0 {
		return say.Text("shared.change.little", "Share", say.Percent(1))
	}
	return say.Percent(float64(percent))
}

// FunnelOver is Funnel with what each number was in the period before.
func FunnelOver(say *texts.Reader, now, then attribution.Tally, before string) []Stage {
	stages := Funnel(say, now)
	for i, count := range []int64{then.Clicks, then.OptIns, then.Referrals} {
		stages[i].Change = Compare(say, stages[i].Count, count, before)
	}
	return stages
}
