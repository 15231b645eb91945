package pages

import "tributary/internal/attribution"

// Stage is one of the big numbers of the template "funnel". Share is its part of the largest, for the bar below it, in
// percent.
type Stage struct {
	Name, Rate, RateOf, Note string
	Count, Share             int64
	Change                   Change // against the period before, where there is one
}

// Funnel leads from clicks to credit.
func Funnel(t attribution.Tally) []Stage {
	most := max(t.Clicks, t.OptIns, t.Referrals, 1)
	return []Stage{
		{Name: "Clicks", Count: t.Clicks, Note: Counted(t.UniqueClicks, "new visitor", "new visitors"), Share: 100 * t.Clicks / most},
		{Name: "Opt-ins", Count: t.OptIns, Rate: Percent(t.OptIns, t.Clicks), RateOf: "of clicks", Note: Counted(t.People, "new person", "new people"), Share: 100 * t.OptIns / most},
		{Name: "Credited", Count: t.Referrals, Rate: Percent(t.Referrals, t.OptIns), RateOf: "of opt-ins", Note: "in Keap", Share: 100 * t.Referrals / most},
	}
}
