package snippet_test

import (
	"testing"

	"tributary/snippet"
)

func TestTags(t *testing.T) {
	script := snippet.Script{Hash: "0123456789ab", SRI: "sha384-abc+/="}
	for _, c := range []struct{ name, got, want string }{
		{"standard", snippet.StandardTag("https://go.example.com", "/s", "st_1"),
			`<script async src="https://go.example.com/s/st_1.js"></script>`},
		{"below a path", snippet.StandardTag("https://www.example.com/x/", "/s", "st_1"),
			`<script async src="https://www.example.com/x/s/st_1.js"></script>`},
		{"immutable", snippet.ImmutableTag("https://go.example.com", "/s", "st_1", script),
			`<script async src="https://go.example.com/s/st_1.0123456789ab.js" integrity="sha384-abc+/=" crossorigin="anonymous"></script>`},
		{"escaped", snippet.StandardTag(`https://go.example.com/"><b>`, "/s", `st"/1`),
			`<script async src="https://go.example.com/&#34;&gt;&lt;b&gt;/s/st%22%2F1.js"></script>`},
	} {
		if c.got != c.want {
			t.Errorf("%s:\n got %s\nwant %s", c.name, c.got, c.want)
		}
	}
}
