package admin

import (
	"regexp"
	"strconv"
	"strings"

	"tributary/internal/texts"
)

// spanUnits are what a length of time is told in: the letter that the settings have for each, and its words.
var spanUnits = []struct{ letter, key string }{
	{"d", "desk.settings.ndays"}, {"h", "desk.settings.nhours"}, {"m", "desk.settings.nminutes"}, {"s", "desk.settings.nseconds"},
}

var (
	spanShape   = regexp.MustCompile(`^(\d+)\s*(d|days?|h|hours?|m|min|minutes?|s|seconds?)$`)
	digitsShape = regexp.MustCompile(`^(\D*)(\d+)(\D*)$`)
)

// spanOf reads "90 days", in English or as the reader is told it, as the "90d" of the settings. What it cannot read stays: the
// settings say what is wrong.
func spanOf(say *texts.Reader, words string) string {
	words = strings.ToLower(strings.TrimSpace(words))
	if words == "0" || words == "never" || words == "" {
		return "0s"
	}
	if m := spanShape.FindStringSubmatch(words); m != nil {
		return m[1] + m[2][:1]
	}
	if m := digitsShape.FindStringSubmatch(words); m != nil {
		if letter := unitOf(say, m[1]+m[3]); letter != "" {
			return m[2] + letter
		}
	}
	return words
}

// unitOf is the letter of a unit that the reader names, in any of the forms that their language counts it by; "" for none.
func unitOf(say *texts.Reader, name string) string {
	for _, unit := range spanUnits {
		for _, n := range []int64{0, 1, 2, 3, 5, 6, 11, 20, 100} { // no language has a form that none of these takes
			if strings.EqualFold(strings.TrimSpace(say.Counted(unit.key, n, "Number", "")), strings.TrimSpace(name)) {
				return unit.letter
			}
		}
	}
	return ""
}

// spanWords writes "90d" as "90 days".
func spanWords(say *texts.Reader, span string) string {
	for _, unit := range spanUnits {
		digits, ok := strings.CutSuffix(span, unit.letter)
		if n, err := strconv.ParseUint(digits, 10, 62); ok && err == nil {
			return spanText(say, unit.key, int64(n))
		}
	}
	return span
}

// spanText has no marks between thousands: it stands in forms, and is read again.
func spanText(say *texts.Reader, key string, n int64) string {
	if n == 0 {
		return "0"
	}
	return say.Counted(key, n, "Number", strconv.FormatInt(n, 10))
}
