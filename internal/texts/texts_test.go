package texts_test

import (
	"html/template"
	"strings"
	"testing"
	"testing/fstest"
	"time"

	"tributary/internal/texts"
)

const english = `
[a.place]
hello = "Hello {{.Name}}"
plain = "Sign out & in"
only = "Only in English"

[a.place.things]
one = "{{.N}} thing"
other = "{{.N}} things"
`

const polish = `
[a.place]
hello = "Cześć, {{.Name}}"
plain = "Wyloguj się"

[a.place.things]
one = "{{.N}} rzecz"
few = "{{.N}} rzeczy"
many = "{{.N}} rzeczy!"
other = "{{.N}} rzeczy."
`

func read(t *testing.T, files ...string) (*texts.Texts, error) {
	t.Helper()
	folder := fstest.MapFS{}
	for i := 0; i < len(files); i += 2 {
		folder[files[i]] = &fstest.MapFile{Data: []byte(files[i+1])}
	}
	return texts.Read(folder)
}

func two(t *testing.T) *texts.Texts {
	t.Helper()
	all, err := read(t, "en.toml", english, "pl.toml", polish)
	if err != nil {
		t.Fatal(err)
	}
	return all
}

func TestEachReaderGetsTheirLanguage(t *testing.T) {
	all := two(t)
	for header, want := range map[string]string{
		"": "en", "en": "en", "pl": "pl", "pl-PL,pl;q=0.9,en;q=0.8": "pl", "en-US,pl;q=0.9": "en", "fr,pl;q=0.5": "pl", "fr": "en", "PL": "pl", "pl;q=0,en": "en",
		"*": "en", ";;;,,q=": "en", "pl\x00": "en", "-": "en", strings.Repeat("pl,", 1000): "en", strings.Repeat("-a", 200): "en", "pl;q=x": "en",
		"<script>": "en", "x-pl": "en", "i-klingon": "en", "und": "en", "pl-Cyrl": "en", "ąę": "en", "pl_PL": "pl",
	} {
		if got := all.For(header).Lang(); got != want {
			t.Errorf("%.40q gets %s, want %s", header, got, want)
		}
		if r := all.For(header); !strings.Contains(r.Moment(time.Unix(0, 0).UTC()), "70") || r.Number(7) != "7" {
			t.Errorf("%.40q: %s, %s", header, r.Moment(time.Unix(0, 0).UTC()), r.Number(7))
		}
	}
}

func TestSentencesAreFilledIn(t *testing.T) {
	all := two(t)
	for _, c := range []struct{ header, got, want string }{
		{"en", all.For("en").Text("a.place.hello", "Name", "{{.Name}} <b>"), "Hello {{.Name}} <b>"},
		{"pl", all.For("pl").Text("a.place.hello", "Name", "Ewa"), "Cześć, Ewa"},
		{"pl", all.For("pl").Text("a.place.hello", "Name", 42), "Cześć, 42"},
		{"pl", all.For("pl").Text("a.place.plain"), "Wyloguj się"},
		{"a text that is not there", all.For("pl").Text("a.place.only"), "Only in English"},
		{"a key that is not there", all.For("pl").Text("a.place.none"), "a.place.none"},
		{"one", all.For("pl").Counted("a.place.things", 1), "1 rzecz"},
		{"few", all.For("pl").Counted("a.place.things", 22), "22 rzeczy"},
		{"many", all.For("pl").Counted("a.place.things", 5), "5 rzeczy!"},
		{"one in English", all.For("en").Counted("a.place.things", 1), "1 thing"},
		{"none in English", all.For("en").Counted("a.place.things", 0), "0 things"},
		{"thousands in German", all.For("de").Counted("a.place.things", 12345), "12.345 things"},
	} {
		if c.got != c.want {
			t.Errorf("%s: %q, want %q", c.header, c.got, c.want)
		}
	}
}

// A plural that a language has not is said in English by the rules of English.
func TestAMissingPluralIsEnglish(t *testing.T) {
	all, err := read(t, "en.toml", english, "pl.toml", `[a.place]`+"\n"+`plain = "x"`)
	if err != nil {
		t.Fatal(err)
	}
	if got := all.For("pl").Counted("a.place.things", 1) + ", " + all.For("pl").Counted("a.place.things", 3); got != "1 thing, 3 things" {
		t.Errorf("%q", got)
	}
}

func TestWhatIsFilledInIsEscaped(t *testing.T) {
	say := two(t).For("en")
	for _, c := range []struct{ got, want template.HTML }{
		{say.Markup("a.place.hello", "Name", `<script>alert("x")</script>`), "Hello &lt;script&gt;alert(&#34;x&#34;)&lt;/script&gt;"},
		{say.Markup("a.place.hello", "Name", template.HTML("<b>Ewa</b>")), "Hello <b>Ewa</b>"},
		{say.Markup("a.place.hello", "Name", "\x001\x00{{.Name}}"), "Hello \x001\x00{{.Name}}"},
		{say.Markup("a.place.plain"), "Sign out &amp; in"},
	} {
		if c.got != c.want {
			t.Errorf("%q, want %q", c.got, c.want)
		}
	}
}

func TestAFileThatCannotBeIsTold(t *testing.T) {
	for name, c := range map[string]struct{ file, text, says string }{
		"no language":          {"nonsense-name.toml", "", "is not named by a language"},
		"a text of its own":    {"pl.toml", "[a.place]\nextra = \"x\"", "a.place.extra: English has no such text"},
		"another placeholder":  {"pl.toml", "[a.place]\nhello = \"{{.Nmae}}\"", "there is no placeholder {{.Nmae}}; English has {{.Name}}"},
		"a program":            {"pl.toml", "[a.place]\nhello = \"{{printf .Name}}\"", "only placeholders"},
		"an open brace":        {"pl.toml", "[a.place]\nhello = \"{{.Name\"", "not closed"},
		"no other":             {"pl.toml", "[a.place.things]\none = \"x\"", `no text for "other"`},
		"no TOML":              {"pl.toml", "hello", "pl.toml"},
		"reserved names mixed": {"pl.toml", "[a.place]\nhello = \"x\"\none = \"x\"", "pl.toml"},
	} {
		if _, err := read(t, "en.toml", english, c.file, c.text); err == nil || !strings.Contains(err.Error(), c.says) {
			t.Errorf("%s: %v, want %q", name, err, c.says)
		}
	}
	if _, err := read(t, "en.toml", english, "more.en.toml", english); err == nil || !strings.Contains(err.Error(), "another English file") {
		t.Errorf("a text twice: %v", err)
	}
	if _, err := read(t, "pl.toml", polish); err == nil || !strings.Contains(err.Error(), "en.toml") {
		t.Errorf("without English: %v", err)
	}
}

// A folder of the owner's goes before what the program holds, text by text. What it has from another version of the program,
// or wrong, is left out and told.
func TestALaterFolderGoesBefore(t *testing.T) {
	first := fstest.MapFS{"en.toml": {Data: []byte(english)}, "pl.toml": {Data: []byte(polish)}}
	all, err := texts.Read(first, fstest.MapFS{
		"en.toml": {Data: []byte("[a.place]\nplain = \"Leave\"\nhello = \"Hi {{.Nmae}}\"\nold = \"Gone\"")},
		"de.toml": {Data: []byte("[a.place]\nhello = \"Hallo {{.Name}}\"")},
		"pl.toml": {Data: []byte("[a.place.things]\nother = \"{{.N}} rz.\"")},
		"read.me": {Data: []byte("not a language")},
	})
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct{ got, want string }{
		{all.For("en").Text("a.place.plain"), "Leave"}, {all.For("en").Text("a.place.hello", "Name", "Ewa"), "Hello Ewa"},
		{all.For("de").Text("a.place.hello", "Name", "Ewa"), "Hallo Ewa"}, {all.For("de").Text("a.place.plain"), "Leave"},
		{all.For("pl").Text("a.place.plain"), "Wyloguj się"}, {all.For("pl").Counted("a.place.things", 3), "3 rz."},
		{strings.Join(all.LeftOut(), "; "), "en.toml: a.place.hello: there is no placeholder {{.Nmae}}; English has {{.Name}}; en.toml: a.place.old: English has no such text"},
	} {
		if c.got != c.want {
			t.Errorf("%q, want %q", c.got, c.want)
		}
	}
	for name, text := range map[string]string{"klingon language.toml": "", "de.toml": "hello"} {
		if _, err := texts.Read(first, fstest.MapFS{name: {Data: []byte(text)}}); err == nil || !strings.Contains(err.Error(), name) {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func TestNumbersAndDatesAreTheReaders(t *testing.T) {
	all, at := two(t), time.Date(2026, 11, 3, 15, 4, 0, 0, time.UTC)
	for header, want := range map[string]string{
		"":       "1,234,567 | 8.3% | -20.05 | 3 Nov 2026, 15:04 UTC",
		"en-US":  "1,234,567 | 8.3% | -20.05 | Nov 3, 2026, 3:04 pm UTC",
		"en-AU":  "1,234,567 | 8.3% | -20.05 | 3 Nov 2026, 15:04 UTC",
		"de-DE":  "1.234.567 | 8,3\u00a0% | -20,05 | 03.11.2026, 15:04 UTC",
		"de-CH":  "1’234’567 | 8.3% | -20.05 | 03.11.2026, 15:04 UTC",
		"fr":     "1\u202f234\u202f567 | 8,3\u00a0% | -20,05 | 3 nov. 2026, 15:04 UTC",
		"es-CL":  "1.234.567 | 8,3\u00a0% | -20,05 | 3 nov. 2026, 15:04 UTC",
		"nn":     "1\u00a0234\u00a0567 | 8,3\u00a0% | −20,05 | 3. nov. 2026, 15:04 UTC",
		"hi":     "12,34,567 | 8.3% | -20.05 | 3 नव॰ 2026, 3:04 pm UTC",
		"pt-BR":  "1.234.567 | 8,3% | -20,05 | 3 de nov. de 2026, 15:04 UTC",
		"ja":     "1,234,567 | 8.3% | -20.05 | 2026/11/03, 15:04 UTC",
		"th":     "1234567 | 8.3% | -20.05 | 2026-11-03, 15:04 UTC", // counts years otherwise: nothing to be misread
		"ka":     "1234567 | 8.3% | -20.05 | 2026-11-03, 15:04 UTC",
		"x-y, ,": "1234567 | 8.3% | -20.05 | 2026-11-03, 15:04 UTC",
	} {
		r := all.For(header)
		if got := strings.Join([]string{r.Number(1234567), r.Share(83, 1000), r.Cents(-2005), r.Moment(at)}, " | "); got != want {
			t.Errorf("%q: %q, want %q", header, got, want)
		}
	}
}

func TestASmallShareHasADecimal(t *testing.T) {
	r := two(t).English()
	for _, c := range []struct {
		part, whole int64
		want        string
	}{{0, 0, ""}, {0, 10, "0%"}, {1, 3, "33%"}, {1, 100, "1.0%"}, {1, 1000, "0.1%"}, {99, 1000, "9.9%"}, {1, 1, "100%"}, {2, 1, ""}} {
		if got := r.Share(c.part, c.whole); got != c.want {
			t.Errorf("%d of %d: %q, want %q", c.part, c.whole, got, c.want)
		}
	}
}

const desk = `
[b.place]
hello = "At the desk, {{.Name}}"
`

// TestAPartIsTranslatedByItself: a face speaks the languages that have something of it, and the others get English with their
// own dates.
func TestAPartIsTranslatedByItself(t *testing.T) {
	all, err := read(t, "b.en.toml", desk, "en.toml", english, "pl.toml", polish, "b.de.toml", "[b.place]\nhello = \"Am Tisch, {{.Name}}\"")
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct{ part, header, lang, key, want string }{
		{"a", "pl", "pl", "a.place.hello", "Cześć, X"}, {"a", "de", "en", "a.place.hello", "Hello X"},
		{"b", "pl", "en", "a.place.hello", "Hello X"}, {"b", "de", "de", "b.place.hello", "Am Tisch, X"}, {"b", "de", "de", "a.place.hello", "Hello X"},
	} {
		r := all.Part(c.part).For(c.header)
		if got := r.Text(c.key, "Name", "X"); got != c.want || r.Lang() != c.lang {
			t.Errorf("%s for %s in %s: %q, want %q in %s", c.part, c.header, r.Lang(), got, c.want, c.lang)
		}
	}
	day := time.Date(2026, 11, 23, 0, 0, 0, 0, time.UTC)
	if got := all.Part("b").For("pl").Day(day); got != all.For("pl").Day(day) {
		t.Errorf("a Pole's day is %s", got)
	}
}

// TestAReaderIsTheSameLater: what is kept of their languages makes them again.
func TestAReaderIsTheSameLater(t *testing.T) {
	all := two(t)
	day := time.Date(2026, 11, 23, 0, 0, 0, 0, time.UTC)
	for header, want := range map[string]string{
		"": "", "pl": "pl", "nl-NL,pl;q=0.5,en;q=0.2": "nl-NL,pl,en", "en;q=0.3,pl;q=0.9": "pl,en", "a,b,c;;": "", "de,fr,es,it,nl,pl": "de,fr,es,it",
	} {
		first := all.For(header)
		later := all.For(first.Wants())
		if first.Wants() != want || later.Day(day) != first.Day(day) || later.Wants() != want || header != "de,fr,es,it,nl,pl" && later.Lang() != first.Lang() {
			t.Errorf("%q: %q, %s in %s, later %s in %s", header, first.Wants(), first.Day(day), first.Lang(), later.Day(day), later.Lang())
		}
	}
}
