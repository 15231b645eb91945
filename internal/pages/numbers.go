package pages

import "tributary/internal/texts"

// Counted writes a number with its noun, for faces that speak English alone.
func Counted(say *texts.Reader, n int64, one, many string) string {
	if n == 1 {
		return "1 " + one
	}
	return say.Number(n) + " " + many
}
