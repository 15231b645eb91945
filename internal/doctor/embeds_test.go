package doctor

import (
	"slices"
	"testing"

	"tributary/snippet"
)

// What the doctor tells people to switch on has to be there to be switched on.
func TestEmbedsAreToolsOfTheScript(t *testing.T) {
	for _, e := range embeds {
		if !slices.Contains(snippet.Tools(), e.tool) {
			t.Errorf("%s: a site's script has no tool %q", e.name, e.tool)
		}
	}
}
