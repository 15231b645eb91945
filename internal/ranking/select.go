package ranking

import (
	"cmp"
	"slices"
	"strings"
)

// Order is what a list is sorted by.
type Order string

const (
	ByOptIns   Order = "optins" // the most first, like the next two
	ByClicks   Order = "clicks"
	ByCredited Order = "credited"
	ByName     Order = "name"
	ByID       Order = "id"
)

// Orders lists every Order.
var Orders = []Order{ByOptIns, ByClicks, ByCredited, ByName, ByID}

// Query selects from a list.
type Query struct {
	Text   string         // is in the id, the code or the name, whatever the case; "" for all
	Is     func(Row) bool // nil for all
	Order  Order
	Offset int
	Limit  int
}

// Select returns a page of what fits, and how many fit in all.
func (l List) Select(q Query) (page []Row, total int) {
	text := strings.ToLower(strings.TrimSpace(q.Text))
	fit := make([]*Row, 0, len(l.Rows))
	for i := range l.Rows {
		if r := &l.Rows[i]; (q.Is == nil || q.Is(*r)) && (text == "" || r.has(text)) {
			fit = append(fit, r)
		}
	}
	slices.SortFunc(fit, q.Order.compare)
	from := min(max(q.Offset, 0), len(fit))
	for _, r := range fit[from:min(from+q.Limit, len(fit))] {
		page = append(page, *r)
	}
	return page, len(fit)
}

func (r *Row) has(text string) bool {
	return strings.Contains(r.ID, text) || strings.Contains(strings.ToLower(r.Code), text) || strings.Contains(strings.ToLower(r.Name), text)
}

// compare puts equals in the order of ids as numbers, so that pages do not overlap.
func (o Order) compare(a, b *Row) int {
	byID := cmp.Or(cmp.Compare(len(a.ID), len(b.ID)), cmp.Compare(a.ID, b.ID))
	switch o {
	case ByClicks:
		return cmp.Or(cmp.Compare(b.Clicks, a.Clicks), byID)
	case ByCredited:
		return cmp.Or(cmp.Compare(b.Referrals, a.Referrals), byID)
	case ByName:
		return cmp.Or(cmp.Compare(strings.ToLower(a.Name), strings.ToLower(b.Name)), byID)
	case ByID:
		return byID
	}
	return cmp.Or(cmp.Compare(b.OptIns, a.OptIns), cmp.Compare(b.Clicks, a.Clicks), byID)
}
