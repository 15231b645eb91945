package snippet_test

import (
	"strings"
	"testing"

	"tributary/snippet"
)

// everything has all that can be in a script at once.
func everything() snippet.Settings {
	s := webinar
	s.Tools, s.LinkedDomains, s.Consent, s.Email = snippet.Tools(), linked.LinkedDomains, "follow", "hash"
	s.ToolFields = []string{"gform_3 input_5"}
	return s
}

// Names differ, and nothing else: read again, each of ours stands for what esbuild's own stood for.
func TestNamesStandForTheSame(t *testing.T) {
	for name, s := range map[string]snippet.Settings{"usual": usual, "linked": linked, "webinar": webinar, "everything": everything()} {
		got, want := between(t, string(mustBundle(t, s).Body)), between(t, mustUnnamed(t, s))
		if i := differ(got, want); i >= 0 {
			t.Errorf("%s: with our names\n%.80s\nwith esbuild's\n%.80s", name, got[i:], want[i:])
		}
	}
}

func mustUnnamed(t *testing.T, s snippet.Settings) string {
	t.Helper()
	script, err := snippet.Unnamed(s, false)
	if err != nil {
		t.Fatal(err)
	}
	return script
}

func between(t *testing.T, script string) string {
	t.Helper()
	plain, err := snippet.Between(script)
	if err != nil {
		t.Fatal(err)
	}
	return plain
}

// differ is where two texts begin to differ.
func differ(a, b string) int {
	for i := range min(len(a), len(b)) {
		if a[i] != b[i] {
			return i
		}
	}
	if len(a) != len(b) {
		return min(len(a), len(b))
	}
	return -1
}

// A text that looks like what names variables on the way stays as it is.
func TestNamesLeaveTextsAlone(t *testing.T) {
	s := usual
	s.OfficialForm = &snippet.OfficialForm{Address: "https://ab123.infusionsoft.com/app/form/process/0123456789abcdef0123456789abcdef", Name: "ʘ1 and ʘʘ2", Version: "1.70.0"}
	if body := string(mustBundle(t, s).Body); !strings.Contains(body, `"\u02981 and \u0298\u02982"`) {
		t.Error("the name of the form is not in the script")
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
