package deflate

import (
	"math"
	"math/bits"
	"slices"
)

const (
	shortest   = 3 // of what can be said as a match
	longest    = 258
	farthest   = 32768
	end        = 256 // the symbol after which a block has nothing more
	symbols    = 286 // literals, the end, and lengths
	distances  = 30
	firstMatch = 257
)

// step is one step through a text: a literal, or so many bytes again from so far before.
type step struct {
	length, distance int // 1 and 0 for a literal
	literal          byte
}

// symbol is what stands for a literal or a length, and the bits that follow it. RFC 1951, 3.2.5.
func (s step) symbol() (symbol, extra, value int) {
	switch {
	case s.distance == 0:
		return int(s.literal), 0, 0
	case s.length == longest:
		return symbols - 1, 0, 0
	}
	code, extra, value := class(s.length-shortest, 4)
	return firstMatch + code, extra, value
}

// place is what stands for the distance, likewise.
func (s step) place() (code, extra, value int) { return class(s.distance-1, 2) }

// class is how the format writes numbers: each class has twice as many as one "width" classes before it, of which the
// extra bits tell.
func class(n, width int) (code, extra, value int) {
	if n < 2*width {
		return n, 0, 0
	}
	extra = bits.Len(uint(n/width)) - 1
	return extra*width + n>>extra, extra, n & (1<<extra - 1)
}

// prices are what each symbol costs, in bits, without those that follow it.
type prices struct{ symbol, distance []float64 }

func guess() prices {
	return prices{slices.Repeat([]float64{7.5}, symbols), slices.Repeat([]float64{5}, distances)}
}

func pricesOf(way []step) prices {
	symbols, distances := count(way)
	return prices{entropy(symbols), entropy(distances)}
}

// count counts how often each symbol is used, the end included.
func count(way []step) (inSymbols, inDistances []int) {
	inSymbols, inDistances = make([]int, symbols), make([]int, distances)
	inSymbols[end] = 1
	for _, s := range way {
		symbol, _, _ := s.symbol()
		inSymbols[symbol]++
		if s.distance > 0 {
			code, _, _ := s.place()
			inDistances[code]++
		}
	}
	return inSymbols, inDistances
}

// entropy is the price of each symbol with a perfect code. What is not used is as dear as what is used once.
func entropy(counts []int) []float64 {
	sum := 1
	for _, n := range counts {
		sum += n
	}
	bits := make([]float64, len(counts))
	for i, n := range counts {
		bits[i] = math.Log2(float64(sum) / float64(max(n, 1)))
	}
	return bits
}

func (p prices) mixed(other prices) prices {
	half := func(a, b []float64) []float64 {
		mean := make([]float64, len(a))
		for i := range a {
			mean[i] = (a[i] + b[i]) / 2
		}
		return mean
	}
	return prices{half(p.symbol, other.symbol), half(p.distance, other.distance)}
}

// of is the price of a literal, or of a length.
func (p prices) of(s step) float64 {
	symbol, extra, _ := s.symbol()
	return p.symbol[symbol] + float64(extra)
}

// far is the price of the distance that belongs to a length.
func (p prices) far(s step) float64 {
	code, extra, _ := s.place()
	return p.distance[code] + float64(extra)
}
