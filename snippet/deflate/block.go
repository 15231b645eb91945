package deflate

import "slices"

// bitWriter writes numbers of some bits, the lowest bit first.
type bitWriter struct {
	out  []byte
	held uint64
	n    int
}

func (w *bitWriter) write(value, bits int) {
	w.held |= uint64(value) << w.n
	for w.n += bits; w.n >= 8; w.n -= 8 {
		w.out = append(w.out, byte(w.held))
		w.held >>= 8
	}
}

func (w *bitWriter) close() []byte {
	w.write(0, (8-w.n%8)%8)
	return w.out
}

// encode writes a way through a text as the one and last block, with codes of its own. RFC 1951, 3.2.7.
func encode(way []step) []byte {
	inSymbols, inDistances := count(way)
	symbol, distance := newCode(inSymbols, 15), newCode(inDistances, 15)
	var w bitWriter
	w.write(1, 1)
	w.write(2, 2)
	writeLengths(&w, trimmed(symbol.lengths, firstMatch), trimmed(distance.lengths, 1))
	for _, s := range way {
		of, extra, value := s.symbol()
		symbol.write(&w, of)
		w.write(value, extra)
		if s.distance > 0 {
			code, extra, value := s.place()
			distance.write(&w, code)
			w.write(value, extra)
		}
	}
	symbol.write(&w, end)
	return w.close()
}

// trimmed leaves out the last lengths that are 0, but for so many.
func trimmed(lengths []int, least int) []int {
	for len(lengths) > least && lengths[len(lengths)-1] == 0 {
		lengths = lengths[:len(lengths)-1]
	}
	return lengths
}

// The order in which the lengths of the lengths' own code are written.
var order = []int{16, 17, 18, 0, 8, 7, 9, 6, 10, 5, 11, 4, 12, 3, 13, 2, 14, 1, 15}

// run is a length, or one of the three symbols that repeat one, with the bits that follow.
type run struct{ symbol, extra, value int }

// writeLengths writes the lengths of both codes, in the cheapest of the ways to say how they repeat.
func writeLengths(w *bitWriter, symbol, distance []int) {
	lengths := slices.Concat(symbol, distance)
	var shortest []run
	var with code
	cost := 0
	for choice := range 4 {
		runs := runsOf(lengths, choice&1 > 0, choice&2 > 0)
		c := codeOf(runs)
		if n := bitsOf(runs, c); shortest == nil || n < cost {
			shortest, with, cost = runs, c, n
		}
	}
	w.write(len(symbol)-firstMatch, 5)
	w.write(len(distance)-1, 5)
	ordered := make([]int, len(order))
	for i, s := range order {
		ordered[i] = with.lengths[s]
	}
	ordered = trimmed(ordered, 4)
	w.write(len(ordered)-4, 4)
	for _, n := range ordered {
		w.write(n, 3)
	}
	for _, r := range shortest {
		with.write(w, r.symbol)
		w.write(r.value, r.extra)
	}
}

func codeOf(runs []run) code {
	counts := make([]int, len(order))
	for _, r := range runs {
		counts[r.symbol]++
	}
	return newCode(counts, 7)
}

func bitsOf(runs []run, c code) (n int) {
	for _, r := range runs {
		n += c.lengths[r.symbol] + r.extra
	}
	return n
}

// runsOf says lengths with repeats, of zeros (17 and 18) and of others (16) only where that is wanted.
func runsOf(lengths []int, zeros, others bool) (runs []run) {
	for i := 0; i < len(lengths); {
		n := 1
		for i+n < len(lengths) && lengths[i+n] == lengths[i] {
			n++
		}
		i += n
		of := lengths[i-1]
		if of > 0 {
			runs, n = append(runs, run{symbol: of}), n-1
		}
		for ; of == 0 && zeros && n >= 11; n -= min(n, 138) {
			runs = append(runs, run{18, 7, min(n, 138) - 11})
		}
		for ; of == 0 && n >= 3; n -= min(n, 10) {
			runs = append(runs, run{17, 3, min(n, 10) - 3})
		}
		for ; of > 0 && others && n >= 3; n -= min(n, 6) {
			runs = append(runs, run{16, 2, min(n, 6) - 3})
		}
		for range n {
			runs = append(runs, run{symbol: of})
		}
	}
	return runs
}
