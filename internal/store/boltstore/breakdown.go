package boltstore

import (
	"cmp"
	"context"
	"slices"

	"tributary/internal/attribution"
)

// Breakdown implements store.Store.
func (s *Store) Breakdown(ctx context.Context, account attribution.AccountID, ref attribution.Ref, by attribution.Dimension, from, to attribution.Day) (out attribution.Breakdown, err error) {
	dimension := slices.Index(attribution.Dimensions, by)
	err = s.readAccount(account, func(a *accountTx) error {
		c, err := a.canonicalInRead(ref)
		if err != nil || c.IsZero() || dimension < 0 {
			return err
		}
		out, err = a.breakdown(valuesOf{c, uint8(dimension)}, from, to)
		return err
	})
	return out, err
}

func (a *accountTx) breakdown(of valuesOf, from, to attribution.Day) (out attribution.Breakdown, err error) {
	sums := map[uint64]attribution.Part{}
	err = a.table("breakdowns").ascend(refPrefix(of.ref), dayKey(of.ref, from), func(key, payload []byte) (bool, error) {
		if keyDay(key) >= to {
			return false, nil
		}
		err := visitParts(payload, func(p codedPart) {
			if p.code%dimensions == uint64(of.dimension) {
				sums[p.code/dimensions] = sums[p.code/dimensions].Add(p.Part)
			}
		})
		return true, err
	})
	if err != nil {
		return out, err
	}
	out.Other = sums[0]
	delete(sums, 0)
	out.Values, err = a.namedParts(of, sums)
	return out, err
}

// namedParts gives sums their values, and sorts them.
func (a *accountTx) namedParts(of valuesOf, sums map[uint64]attribution.Part) (out []attribution.ValuePart, err error) {
	for place, p := range sums {
		if p == (attribution.Part{}) {
			continue
		}
		value, _, err := a.valueAt(of, place)
		if err != nil {
			return nil, err
		}
		out = append(out, attribution.ValuePart{Value: value, Part: p})
	}
	slices.SortFunc(out, func(x, y attribution.ValuePart) int {
		return cmp.Or(cmp.Compare(y.OptIns, x.OptIns), cmp.Compare(y.Clicks, x.Clicks), cmp.Compare(x.Value, y.Value))
	})
	return out, nil
}
