package reconcile

import (
	"cmp"
	"context"
	"math"
	"slices"

	"tributary/internal/attribution"
)

// affiliates sets our opt-ins beside Keap's referrals, for each affiliate who has either.
func (c *comparison) affiliates(ctx context.Context) error {
	rows := []AffiliateRow{}
	done := map[string]bool{"": true}
	for after := ""; ; {
		page, err := c.o.Store.Affiliates(ctx, c.o.Account, after, 200)
		if err != nil {
			return err
		}
		for _, a := range page {
			done[a.ID], after = true, a.ID
			row, err := c.affiliate(ctx, a)
			if err != nil {
				return err
			}
			if row != (AffiliateRow{Affiliate: a.ID, Code: a.Code, Name: a.Name}) {
				rows = append(rows, row)
			}
		}
		if len(page) == 0 {
			break
		}
	}
	for id := range c.inKeap {
		if done[id] {
			continue
		}
		row, err := c.affiliate(ctx, attribution.Affiliate{ID: id})
		if err != nil {
			return err
		}
		rows = append(rows, row)
	}
	c.keepAffiliates(rows)
	return nil
}

func (c *comparison) affiliate(ctx context.Context, a attribution.Affiliate) (AffiliateRow, error) {
	row := AffiliateRow{Affiliate: a.ID, Code: a.Code, Name: a.Name, Credited: c.credited[a.ID], InKeap: c.inKeap[a.ID]}
	row.Difference = row.Credited - row.InKeap
	hours, err := c.o.Store.Counters(ctx, c.o.Account, a.Ref(), 0, math.MaxInt64)
	var sum attribution.Tally
	for _, h := range hours {
		sum = sum.Add(h.Tally)
	}
	row.OptIns, row.People, row.Imported = sum.OptIns, sum.People, max(0, sum.Referrals-row.Credited)
	return row, err
}

// keepAffiliates keeps those with a difference first, then those with the most opt-ins.
func (c *comparison) keepAffiliates(rows []AffiliateRow) {
	slices.SortFunc(rows, func(a, b AffiliateRow) int {
		return cmp.Or(-cmp.Compare(abs(a.Difference), abs(b.Difference)), -cmp.Compare(a.OptIns, b.OptIns), cmp.Compare(a.Affiliate, b.Affiliate))
	})
	n := min(len(rows), rowsOfAffiliates)
	c.report.ByAffiliate, c.report.AffiliatesLeftOut = rows[:n], int64(len(rows)-n)
}

func abs(n int64) int64 { return max(n, -n) }
