package pages_test

import (
	"testing"

	"tributary/internal/attribution"
	"tributary/internal/pages"
	"tributary/internal/texts"
)

func TestCompareSaysItInWords(t *testing.T) {
	for _, c := range []struct {
		now, then   int64
		trend, text string
	}{
		{0, 0, "", ""},
		{5, 0, "up", "none in the 30 days before"},
		{5, 5, "same", "as many as in the 30 days before"},
		{112, 100, "up", "12% more than in the 30 days before"},
		{200, 100, "up", "100% more than in the 30 days before"},
		{1000, 100, "up", "10 times as many as in the 30 days before"},
		{88, 100, "down", "12% fewer than in the 30 days before"},
		{0, 7, "down", "100% fewer than in the 30 days before"},
		{1001, 1000, "up", "less than 1% more than in the 30 days before"},
		{999, 1000, "down", "less than 1% fewer than in the 30 days before"},
		{2, 3, "down", "33% fewer than in the 30 days before"},
	} {
		if got := pages.Compare(texts.Shipped().English(), c.now, c.then, "the 30 days before"); got != (pages.Change{Trend: c.trend, Text: c.text}) {
			t.Errorf("%d after %d: %+v, want %s %q", c.now, c.then, got, c.trend, c.text)
		}
	}
}

func TestTheFunnelComparesEachStage(t *testing.T) {
	got := pages.FunnelOver(texts.Shipped().English(), attribution.Tally{Clicks: 10, OptIns: 4, Referrals: 1}, attribution.Tally{Clicks: 5, OptIns: 4, Referrals: 2}, "October")
	for i, want := range []string{"100% more than in October", "as many as in October", "50% fewer than in October"} {
		if got[i].Change.Text != want {
			t.Errorf("%s: %q, want %q", got[i].Name, got[i].Change.Text, want)
		}
	}
}
