package affiliates

import (
	"context"

	"tributary/internal/attribution"
)

// State is where an affiliate stands in Keap.
type State string

const (
	Active      State = "active"
	Inactive    State = "inactive"
	Gone        State = "gone"        // Keap has no such affiliate any more
	Unconfirmed State = "unconfirmed" // Keap was not asked yet
)

// States lists every State.
var States = []State{Active, Inactive, Gone, Unconfirmed}

// StateOf is where an affiliate stands; "" where Keap has a word of its own for it.
func StateOf(a attribution.Affiliate) State {
	switch {
	case !a.Gone.IsZero():
		return Gone
	case a.Status == "ACTIVE":
		return Active
	case a.Status == "INACTIVE":
		return Inactive
	case a.Status == "":
		return Unconfirmed
	}
	return ""
}

// List lists by id as text, at most limit of a state ("" for all), those after the cursor. It reads on until a page is
// full: there is no index of states, and affiliates are not many.
func (d *Desk) List(ctx context.Context, account attribution.AccountID, state State, after string, limit int) (found []attribution.Affiliate, err error) {
	for {
		page, err := d.Store.Affiliates(ctx, account, after, limit)
		if err != nil {
			return nil, err
		}
		for _, a := range page {
			if after = a.ID; (state == "" || StateOf(a) == state) && len(found) < limit {
				found = append(found, a)
			}
		}
		if len(page) < limit || len(found) == limit {
			return found, nil
		}
	}
}
