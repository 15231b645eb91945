package deflate

import (
	"math"
	"slices"
)

// match says that a text goes on as it did before, for so many bytes from so far away.
type match struct{ length, distance int }

// findMatches lists for each place in a text the matches that may be worth it: each is longer than those before it, and
// none as long is nearer.
func findMatches(text []byte) [][]match {
	found := make([][]match, len(text))
	last := map[[shortest]byte]int{} // where three bytes stood last
	before := make([]int, len(text)) // and where they stood before that
	for at := 0; at+shortest <= len(text); at++ {
		key := [shortest]byte(text[at:])
		candidate, ok := last[key]
		if !ok {
			candidate = -1
		}
		last[key], before[at] = at, candidate
		for best := shortest - 1; candidate >= 0 && at-candidate <= farthest && best < longest; candidate = before[candidate] {
			if n := common(text[candidate:], text[at:]); n > best {
				found[at] = append(found[at], match{n, at - candidate})
				best = n
			}
		}
	}
	return found
}

func common(a, b []byte) (n int) {
	for n < len(b) && n < longest && a[n] == b[n] {
		n++
	}
	return n
}

// cheapest is the way through a text that costs least: the cheapest to each place, from the first to the last.
func cheapest(text []byte, matches [][]match, p prices) []step {
	costs, arrival := make([]float64, len(text)+1), make([]step, len(text)+1)
	for i := range costs[1:] {
		costs[i+1] = math.Inf(1)
	}
	try := func(at int, s step, price float64) {
		if cost := costs[at] + price; cost < costs[at+s.length] {
			costs[at+s.length], arrival[at+s.length] = cost, s
		}
	}
	lengths := pricesOfLengths(p)
	for at, literal := range text {
		s := step{length: 1, literal: literal}
		try(at, s, p.of(s))
		length := shortest
		for _, m := range matches[at] {
			far := p.far(step{distance: m.distance})
			for ; length <= m.length; length++ {
				try(at, step{length: length, distance: m.distance}, lengths[length]+far)
			}
		}
	}
	return back(arrival)
}

func pricesOfLengths(p prices) []float64 {
	of := make([]float64, longest+1)
	for length := shortest; length <= longest; length++ {
		of[length] = p.of(step{length: length, distance: 1})
	}
	return of
}

func back(arrival []step) (way []step) {
	for at := len(arrival) - 1; at > 0; at -= arrival[at].length {
		way = append(way, arrival[at])
	}
	slices.Reverse(way)
	return way
}
