package portal

import (
	"net/url"
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

const noEmail = "address not available"

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
