package settings

import (
	"errors"
	"strconv"
	"strings"
	"time"
)

func fmtInt(n int64) string { return strconv.FormatInt(n, 10) }

// trimZeros writes "36h" for the "36h0m0s" of package time.
func trimZeros(s string) string {
	if strings.HasSuffix(s, "m0s") {
		s = strings.TrimSuffix(s, "0s")
	}
	if strings.HasSuffix(s, "h0m") {
		s = strings.TrimSuffix(s, "0m")
	}
	return s
}

var errSpan = errors.New(`a length of time is written as "90d", "36h" or "15m"`)

// parseSpan reads days beside what package time reads.
func parseSpan(s string) (time.Duration, error) {
	if days, ok := strings.CutSuffix(s, "d"); ok {
		n, err := strconv.ParseUint(days, 10, 16)
		if err != nil {
			return 0, errSpan
		}
		return time.Duration(n) * day, nil
	}
	d, err := time.ParseDuration(s)
	if err != nil {
		return 0, errSpan
	}
	return d, nil
}
