package pages

import (
	"fmt"

	"tributary/internal/attribution"
)

// Change says how a count compares with that of the period before.
type Change struct {
	Trend string // up, down or same, for the styles
	Text  string
}

// Compare says how a count compares with the one before, in words: a sign and a colour alone tell nothing to those who
// do not see them. before names the earlier period, such as "the 30 days before". Nothing is said of nothing.
func Compare(now, then int64, before string) Change {
	switch {
	case now == 0 && then == 0:
		return Change{}
	case then == 0:
		return Change{"up", "none in " + before}
	case now == then:
		return Change{"same", "as many as in " + before}
	case now >= 10*then:
		return Change{"up", fmt.Sprintf("%s times as many as in %s", Grouped(now/then), before)}
	case now > then:
		return Change{"up", fmt.Sprintf("%s more than in %s", share(now-then, then), before)}
	default:
		return Change{"down", fmt.Sprintf("%s fewer than in %s", share(then-now, then), before)}
	}
}

// share is a difference in percent, which is never said to be 0.
func share(difference, of int64) string {
	percent := (200*difference + of) / (2 * of)
	if percent == 0 {
		return "less than 1%"
	}
	return fmt.Sprintf("%d%%", percent)
}

// FunnelOver is Funnel with what each number was in the period before.
func FunnelOver(now, then attribution.Tally, before string) []Stage {
	stages := Funnel(now)
	for i, count := range []int64{then.Clicks, then.OptIns, then.Referrals} {
		stages[i].Change = Compare(stages[i].Count, count, before)
	}
	return stages
}
