package main

import (
	"cmp"
	"fmt"
	"io"
	"slices"
	"strconv"
	"strings"
	"text/tabwriter"
	"time"
)

// table lines its columns up. Nothing is printed before flush.
type table struct{ *tabwriter.Writer }

func newTable(out io.Writer) table { return table{tabwriter.NewWriter(out, 0, 0, 2, ' ', 0)} }

func (t table) row(first, second string, more ...string) {
	fmt.Fprintln(t.Writer, strings.Join(append([]string{first, second}, more...), "\t"))
}

func (t table) flush() { t.Writer.Flush() }

func met(ok bool) string {
	if ok {
		return "met"
	}
	return "MISSED"
}

// thousands writes 1234567 as 1,234,567.
func thousands(n int64) string {
	text := strconv.FormatInt(n, 10)
	for i := len(text) - 3; i > 0; i -= 3 {
		text = text[:i] + "," + text[i:]
	}
	return text
}

func megabytes(n int64) string { return fmt.Sprintf("%.1f MB", float64(n)/1e6) }

// millis shows about three digits, never an exponent.
func millis(ms float64) string {
	digits := 1
	if ms < 10 {
		digits = 2
	}
	if ms < 1 {
		digits = 3
	}
	return strconv.FormatFloat(ms, 'f', digits, 64) + " ms"
}

func msOf(d time.Duration) float64 { return float64(d) / float64(time.Millisecond) }

// median is the middle value, the upper one of two.
func median[T cmp.Ordered](values []T) T {
	sorted := slices.Sorted(slices.Values(values))
	return sorted[len(sorted)/2]
}

func medianOf[R any](reports []R, figure func(R) float64) float64 {
	values := make([]float64, len(reports))
	for i, r := range reports {
		values[i] = figure(r)
	}
	return median(values)
}
