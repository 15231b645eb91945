package sandbox

import (
	"cmp"
	"strconv"
)

// Summary is Keap's AffiliateSummaryRecord: what an affiliate has earned in all.
type Summary struct {
	AffiliateID  int64   `json:"affiliateId"`
	AmountEarned float64 `json:"amountEarned"`
	Clawbacks    float64 `json:"clawbacks"`
	Balance      float64 `json:"balance"`
}

// SetSummary says what an affiliate has earned, in place of what it had.
func (s *Sandbox) SetSummary(summary Summary) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.summaries == nil {
		s.summaries = map[int64]Summary{}
	}
	s.summaries[summary.AffiliateID] = summary
}

var summaryFields = map[string]field[Summary]{
	"affiliate_ids": {values: func(r Summary) []string { return []string{strconv.FormatInt(r.AffiliateID, 10)} }, list: true},
}

var summaryOrders = map[string]func(a, b Summary) int{
	"affiliate_id":  func(a, b Summary) int { return cmp.Compare(a.AffiliateID, b.AffiliateID) },
	"amount_earned": func(a, b Summary) int { return cmp.Compare(a.AmountEarned, b.AmountEarned) },
	"balance":       func(a, b Summary) int { return cmp.Compare(a.Balance, b.Balance) },
	"clawbacks":     func(a, b Summary) int { return cmp.Compare(a.Clawbacks, b.Clawbacks) },
}

// listSummaries has a record for every affiliate, of nothing for those who have earned nothing. The times of its filter are
// not known here: their form in Keap's description is no time.
func (s *Sandbox) listSummaries(r request) answer {
	s.mu.Lock()
	defer s.mu.Unlock()
	var all []Summary
	for _, a := range s.affiliates {
		id, err := strconv.ParseInt(a.ID, 10, 64)
		if err != nil {
			continue
		}
		summary := s.summaries[id]
		summary.AffiliateID = id
		all = append(all, summary)
	}
	return listed(all, r.URL.Query(), "affiliate_summaries", summaryFields, summaryOrders)
}
