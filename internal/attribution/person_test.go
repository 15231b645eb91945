package attribution_test

import (
	"encoding/json"
	"os"
	"testing"

	"tributary/internal/attribution"
)

// The snippet hashes addresses in the browser: its unit tests read the same table, so that both write an address alike.
func TestNormalEmail(t *testing.T) {
	text, err := os.ReadFile("testdata/emails.json")
	if err != nil {
		t.Fatal(err)
	}
	var cases [][3]string
	if err := json.Unmarshal(text, &cases); err != nil {
		t.Fatal(err)
	}
	for _, c := range cases {
		if got, err := attribution.NormalEmail(c[1]); err != nil || got != c[2] {
			t.Errorf("%s: %q, %v, want %q", c[0], got, err, c[2])
		}
	}
}
