package pages

import (
	"tributary/internal/attribution"
	"tributary/internal/texts"
)

// Stage is one of the big numbers of the template "funnel". Rate is its part of the stage before, in words; Share its part
// of the largest, for the bar below it, in percent.
type Stage struct {
	Name         string
	Rate         *Rate
	Note         string
	Count, Share int64
	Change       Change // against the period before, where there is one
}

// Funnel leads from clicks to credit.
func Funnel(say *texts.Reader, t attribution.Tally) []Stage {
	most := max(t.Clicks, t.OptIns, t.Referrals, 1)
	return []Stage{
		{Name: say.Text("shared.counts.clicks"), Count: t.Clicks, Note: say.Counted("shared.funnel.visitors", t.UniqueClicks), Share: 100 * t.Clicks / most},
		{Name: say.Text("shared.counts.optins"), Count: t.OptIns, Rate: rate("shared.funnel.ofclicks", say.Share(t.OptIns, t.Clicks)), Note: say.Counted("shared.funnel.people", t.People), Share: 100 * t.OptIns / most},
		{Name: say.Text("shared.counts.credited"), Count: t.Referrals, Rate: rate("shared.funnel.ofoptins", say.Share(t.Referrals, t.OptIns)), Note: say.Text("shared.funnel.inkeap"), Share: 100 * t.Referrals / most},
	}
}

// Rate is a share, and the key of the sentence that says of what.
type Rate struct{ Key, Share string }

func rate(key, share string) *Rate {
	if share == "" {
		return nil
	}
	return &Rate{key, share}
}
