package snippet_test

import (
	"slices"
	"strings"
	"testing"

	"github.com/tdewolff/parse/v2"
	"github.com/tdewolff/parse/v2/js"

	"tributary/snippet"
)

// everything has all that can be in a script at once.
func everything() snippet.Settings {
	s := webinar
	s.Tools, s.LinkedDomains, s.Consent, s.Email = snippet.Tools(), linked.LinkedDomains, "follow", "hash"
	s.ToolFields = []string{"gform_3 input_5"}
	return s
}

// globals are the names that a script takes from outside.
func globals(t *testing.T, script []byte) (names []string) {
	t.Helper()
	ast, err := js.Parse(parse.NewInputBytes(slices.Clone(script)), js.Options{})
	if err != nil {
		t.Fatal(err)
	}
	for _, v := range ast.Undeclared {
		names = append(names, string(v.Name()))
	}
	return names
}

// A variable whose uses are not all found when it is named would leave one behind under a name that nobody declares.
func TestNamesAreDeclared(t *testing.T) {
	bundleTest := func(s snippet.Settings) snippet.Script {
		script, err := snippet.BundleTest(s)
		if err != nil {
			t.Fatal(err)
		}
		return script
	}
	for name, script := range map[string]snippet.Script{"usual": mustBundle(t, usual), "everything": mustBundle(t, everything()), "test": bundleTest(everything())} {
		names := globals(t, script.Body)
		if !slices.Contains(names, "document") {
			t.Errorf("%s: document is none of %q", name, names)
		}
		for _, n := range names {
			if len(n) < 3 || n[0] > 127 {
				t.Errorf("%s: nobody declares %s", name, n)
			}
		}
	}
}

// Letters of other alphabets are numbers, so that the charset under which a page takes the script does not matter.
func TestScriptIsASCII(t *testing.T) {
	for _, script := range []snippet.Script{mustBundle(t, usual), mustBundle(t, everything())} {
		body := string(script.Body)
		if i := strings.IndexFunc(body, func(r rune) bool { return r > 127 }); i >= 0 {
			t.Errorf("the script holds %q", body[i:i+4])
		}
		if !strings.Contains(body, `\u0434\u0440\u0443\u0433`) {
			t.Error("the script does not know the Russian word for a friend")
		}
	}
}
