package bench

import (
	"fmt"
	"time"
)

// Report is what one run of the load found. Latencies are in milliseconds, of the accepted requests after the warm-up.
type Report struct {
	Conns    int     `json:"conns"`
	Accepted int64   `json:"accepted"` // after the warm-up: answered 202, with this event's id, as accepted
	Warmed   int64   `json:"warmed"`   // the same during the warm-up
	Errors   int64   `json:"errors"`   // every other answer or none, warm-up included
	Seconds  float64 `json:"seconds"`
	Rate     float64 `json:"events_per_second"`
	P50      float64 `json:"p50_ms"`
	P99      float64 `json:"p99_ms"`
	Max      float64 `json:"max_ms"`
	First    string  `json:"first_error,omitempty"`
}

// NewReport fills in the figures that follow from a run's latencies.
func NewReport(conns int, latencies *Histogram, took time.Duration) Report {
	r := Report{Conns: conns, Accepted: latencies.Count(), Seconds: took.Seconds()}
	r.P50, r.P99, r.Max = ms(latencies.Quantile(0.50)), ms(latencies.Quantile(0.99)), ms(latencies.Quantile(1))
	if took > 0 {
		r.Rate = float64(r.Accepted) / took.Seconds()
	}
	return r
}

func ms(d time.Duration) float64 { return float64(d) / float64(time.Millisecond) }

// String is the report as one row.
func (r Report) String() string {
	row := fmt.Sprintf("%d conns  %.0f ev/s  p50 %.2f ms  p99 %.2f ms  max %.1f ms  %d accepted in %.1f s  %d errors",
		r.Conns, r.Rate, r.P50, r.P99, r.Max, r.Accepted, r.Seconds, r.Errors)
	if r.First != "" {
		row += "\nfirst error: " + r.First
	}
	return row
}
