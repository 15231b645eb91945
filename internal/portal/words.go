package portal

import (
	"fmt"
	"net/url"
	"strconv"
	"strings"

	"tributary/internal/attribution"
)

// wording is a state in plain words. The mark says it a second time, for those who cannot tell the colours apart.
type wording struct{ State, Mark, Tone string }

// states has a wording for every attribution.Status.
var states = map[attribution.Status]wording{
	attribution.Received:     {"Received, on its way to Keap", "…", "waiting"},
	attribution.Waiting:      {"Waiting for the contact to appear in Keap", "…", "waiting"},
	attribution.Credited:     {"Credited to you", "✓", "good"},
	attribution.Unattributed: {"Not credited to an affiliate", "–", "bad"},
	attribution.Held:         {"Being checked by the team", "?", "waiting"},
	attribution.Refused:      {"Not credited: Keap did not accept it", "×", "bad"},
	attribution.Failed:       {"Not credited yet: the team has to look at it", "!", "bad"},
	attribution.Erased:       {"The person's data was erased", "–", "waiting"},
}

// ways says where an opt-in came from when no page is known.
var ways = map[attribution.Via]string{
	attribution.ViaHook: "through a form tool", attribution.ViaPoll: "through a form tool",
	attribution.ViaAPI: "added by the team", attribution.ViaImport: "added by the team",
}

const (
	noEmail   = "address not available"
	dayFormat = "2 Jan"
)

// where is the page of an opt-in as people say it, without scheme and final slash.
func where(o attribution.OptIn) string {
	if u, err := url.Parse(o.URL); err == nil && u.Host != "" {
		return u.Host + strings.TrimSuffix(u.Path, "/")
	}
	for _, via := range o.Via {
		if text := ways[via]; text != "" {
			return text
		}
	}
	return ""
}

// grouped writes a number as English does: 1,234,567. The page's script puts it into the reader's own way.
func grouped(n int64) string {
	text := strconv.FormatInt(n, 10)
	for i := len(text) - 3; i > 0 && text[i-1] != '-'; i -= 3 {
		text = text[:i] + "," + text[i:]
	}
	return text
}

// counted writes a number with its noun.
func counted(n int64, one, many string) string {
	if n == 1 {
		return "1 " + one
	}
	return grouped(n) + " " + many
}

// percent writes a share; small ones with a decimal, and "" where it says nothing.
func percent(part, whole int64) string {
	if whole == 0 || part > whole {
		return ""
	}
	share := 100 * float64(part) / float64(whole)
	if part > 0 && share < 9.95 {
		return fmt.Sprintf("%.1f%%", share)
	}
	return fmt.Sprintf("%.0f%%", share)
}
