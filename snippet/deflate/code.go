package deflate

import (
	"cmp"
	"math/bits"
	"slices"
)

// code is a Huffman code: how long each symbol's is, and what it is, the first bit lowest. Length 0 is no code.
type code struct{ lengths, bits []int }

// newCode makes the shortest code in which no symbol's is longer than the limit.
func newCode(counts []int, limit int) code {
	c := code{limited(counts, limit), make([]int, len(counts))}
	next := 0
	for length := 1; length <= limit; length++ {
		next <<= 1
		for symbol, n := range c.lengths {
			if n == length {
				c.bits[symbol] = int(bits.Reverse16(uint16(next)) >> (16 - length))
				next++
			}
		}
	}
	return c
}

func (c code) write(w *bitWriter, symbol int) { w.write(c.bits[symbol], c.lengths[symbol]) }

// parcel is a symbol, or two parcels in one, and how often all that is in it is used.
type parcel struct {
	count  int
	symbol int
	pair   []*parcel
}

// countIn adds one to the length of each symbol in a parcel.
func (p *parcel) countIn(lengths []int) {
	if p.pair == nil {
		lengths[p.symbol]++
	}
	for _, of := range p.pair {
		of.countIn(lengths)
	}
}

// limited finds the lengths by the package-merge algorithm: in each of "limit" rounds all symbols are merged with pairs of
// the parcels before, by their counts; the length of a symbol is how often it is among the first of the last round. Where
// fewer than two symbols are used, others get a code, too, as some readers refuse a code of one.
func limited(counts []int, limit int) []int {
	var single, merged []*parcel
	for symbol, n := range counts {
		if n > 0 || len(single)+len(counts)-symbol <= 2 {
			single = append(single, &parcel{count: n, symbol: symbol})
		}
	}
	byCount := func(a, b *parcel) int { return cmp.Compare(a.count, b.count) }
	for range limit {
		merged = slices.Concat(single, pairs(merged))
		slices.SortStableFunc(merged, byCount)
	}
	lengths := make([]int, len(counts))
	for _, p := range merged[:2*len(single)-2] {
		p.countIn(lengths)
	}
	return lengths
}

func pairs(of []*parcel) (paired []*parcel) {
	for i := 0; i+1 < len(of); i += 2 {
		paired = append(paired, &parcel{count: of[i].count + of[i+1].count, pair: of[i : i+2]})
	}
	return paired
}
