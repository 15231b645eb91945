package keap

import (
	"context"
	"errors"
	"fmt"
	"math"
	"strconv"
	"strings"
)

// Cents is an amount of money in hundredths of the app's currency, which Keap does not name here.
type Cents int64

// CommissionSummary is what an affiliate has earned in all.
type CommissionSummary struct {
	AffiliateID string
	Earned      Cents
	Clawbacks   Cents // taken back, such as after a refund
	Balance     Cents // owed to the affiliate: earned, less what was taken back and paid
}

type wireSummary struct {
	AffiliateID text   `json:"affiliateId"` // the only schema here that is not in snake case
	Earned      amount `json:"amountEarned"`
	Clawbacks   amount `json:"clawbacks"`
	Balance     amount `json:"balance"`
}

func (w wireSummary) summary() CommissionSummary {
	return CommissionSummary{string(w.AffiliateID), Cents(w.Earned), Cents(w.Clawbacks), Cents(w.Balance)}
}

// amount is money as Keap writes it, in whole units of the currency.
type amount Cents

var errNoAmount = errors.New("an amount is no number")

// UnmarshalJSON reads a number, also one that is written as a string. What is none is an error: an amount that we cannot
// read must not become nothing.
func (a *amount) UnmarshalJSON(raw []byte) error {
	if string(raw) == "null" {
		return nil
	}
	var written text
	_ = written.UnmarshalJSON(raw) // never fails
	units, err := strconv.ParseFloat(string(written), 64)
	if err != nil || math.IsNaN(units) || math.Abs(units) > 1e13 {
		return errNoAmount
	}
	*a = amount(math.Round(units * 100))
	return nil
}

// MostSummaries is how many affiliates CommissionSummaries takes at once: their ids stand in the address.
const MostSummaries = 100

// CommissionSummaries returns what affiliates have earned in all, for up to MostSummaries of them in one call. One who has
// earned nothing may be left out of the answer.
//
// Keap: listSummaries, https://developer.keap.com/docs/restv2/#tag/Affiliate/operation/listSummaries
func (c *Client) CommissionSummaries(ctx context.Context, affiliateIDs []string) ([]CommissionSummary, error) {
	const op = "listSummaries"
	if len(affiliateIDs) == 0 || len(affiliateIDs) > MostSummaries {
		return nil, fmt.Errorf("reading commissions: %w", invalid(op, "1 to 100 affiliates can be asked for at once"))
	}
	for _, id := range affiliateIDs {
		if !isID(id) {
			return nil, fmt.Errorf("reading commissions: %w", invalid(op, "the id of an affiliate is none of Keap's"))
		}
	}
	var found list[wireSummary]
	query := pageQuery("affiliate_ids=="+strings.Join(affiliateIDs, ","), "", MostSummaries)
	if err := c.do(ctx, get(op, "/rest/v2/affiliates/summaries", query, found.decode("affiliate_summaries"))); err != nil {
		return nil, fmt.Errorf("reading commissions: %w", err)
	}
	return each(found.items, wireSummary.summary), nil
}
