package bench

import (
	"math"
	"math/bits"
	"time"
)

const (
	subBits = 6 // 64 buckets for each power of two: no value is reported more than 1/64 off
	buckets = (64 - subBits) << subBits
)

// Histogram counts durations in buckets whose width grows with the value, so that a million of them take no memory of
// their own. The zero Histogram is empty. It is not safe for concurrent use: each goroutine has one, merged at the end.
type Histogram struct {
	counts [buckets]uint32
	total  int64
}

// Record counts one duration. A clock that stepped back gives a zero.
func (h *Histogram) Record(d time.Duration) {
	h.counts[bucketOf(uint64(max(d, 0)))]++
	h.total++
}

// Merge adds what another histogram counted.
func (h *Histogram) Merge(o *Histogram) {
	for i, n := range o.counts {
		h.counts[i] += n
	}
	h.total += o.total
}

// Count is how many durations were recorded.
func (h *Histogram) Count() int64 { return h.total }

// Quantile returns the largest duration of the bucket in which the given share (0 to 1) of all is reached; 0 when
// nothing was recorded.
func (h *Histogram) Quantile(share float64) time.Duration {
	want := max(int64(math.Ceil(share*float64(h.total))), 1)
	var seen int64
	for i, n := range h.counts {
		if seen += int64(n); seen >= want {
			return time.Duration(bucketTop(i))
		}
	}
	return 0
}

// bucketOf keeps the subBits+1 leading bits of a value: values below 2^(subBits+1) have a bucket each.
func bucketOf(v uint64) int {
	shift := max(bits.Len64(v)-subBits-1, 0)
	return shift<<subBits + int(v>>shift)
}

// bucketTop is the largest value that bucketOf puts into a bucket.
func bucketTop(i int) uint64 {
	shift := max(i>>subBits-1, 0)
	return uint64(i-shift<<subBits+1)<<shift - 1
}
