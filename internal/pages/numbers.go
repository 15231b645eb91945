package pages

import (
	"fmt"
	"strconv"
)

// Grouped writes a number as English does: 1,234,567. The page's script puts it into the reader's own way.
func Grouped(n int64) string {
	text := strconv.FormatInt(n, 10)
	for i := len(text) - 3; i > 0 && text[i-1] != '-'; i -= 3 {
		text = text[:i] + "," + text[i:]
	}
	return text
}

// Counted writes a number with its noun.
func Counted(n int64, one, many string) string {
	if n == 1 {
		return "1 " + one
	}
	return Grouped(n) + " " + many
}

// Percent writes a share; small ones with a decimal, and "" where it says nothing.
func Percent(part, whole int64) string {
	if whole == 0 || part > whole {
		return ""
	}
	share := 100 * float64(part) / float64(whole)
	if part > 0 && share < 9.95 {
		return fmt.Sprintf("%.1f%%", share)
	}
	return fmt.Sprintf("%.0f%%", share)
}
