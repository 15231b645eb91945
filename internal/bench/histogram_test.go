package bench

import (
	"math"
	"math/rand/v2"
	"slices"
	"testing"
	"time"
)

func TestBucketsAreGaplessAndNarrow(t *testing.T) {
	for i := range buckets - 1 {
		top := bucketTop(i)
		if bucketOf(top) != i || bucketOf(top+1) != i+1 {
			t.Fatalf("bucket %d: its top %d falls into %d, the next value into %d", i, top, bucketOf(top), bucketOf(top+1))
		}
	}
	if last := bucketOf(math.MaxInt64); last >= buckets {
		t.Errorf("the longest duration falls into bucket %d of %d", last, buckets)
	}
}

func TestQuantilesAreWithinABucket(t *testing.T) {
	var merged, part Histogram
	rng := rand.New(rand.NewPCG(1, 2))
	var all []time.Duration
	for range 100_000 {
		d := time.Duration(math.Exp(rng.Float64()*14) * 1000) // 1 µs to 1.2 s
		all = append(all, d)
		part.Record(d)
		if rng.IntN(1000) == 0 {
			merged.Merge(&part)
			part = Histogram{}
		}
	}
	merged.Merge(&part)
	slices.Sort(all)
	if merged.Count() != int64(len(all)) {
		t.Fatalf("counted %d of %d", merged.Count(), len(all))
	}
	for _, share := range []float64{0, 0.5, 0.9, 0.99, 0.999, 1} {
		want := all[max(int(math.Ceil(share*float64(len(all))))-1, 0)]
		got := merged.Quantile(share)
		if got < want || float64(got) > float64(want)*(1+1.0/64) {
			t.Errorf("quantile %v: %v, exactly it is %v", share, got, want)
		}
	}
}

func TestHistogramAtItsEdges(t *testing.T) {
	var h Histogram
	if got := h.Quantile(0.99); got != 0 {
		t.Errorf("an empty histogram's p99 is %v", got)
	}
	h.Record(-time.Second)
	h.Record(math.MaxInt64)
	if h.Quantile(0.5) != 0 || h.Quantile(1) != math.MaxInt64 {
		t.Errorf("a stepped clock gave %v, the longest duration %v", h.Quantile(0.5), h.Quantile(1))
	}
}
