package texts_test

import (
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/BurntSushi/toml"
	"github.com/nicksnyder/go-i18n/v2/i18n"

	"tributary/web"
)

// root is the repository.
const root = "../.."

// keyForm is how a key looks: nothing else in the code looks like it.
var keyForm = regexp.MustCompile(`^(shared|portal|letter|desk)(\.[a-z0-9]+){2,}$`)

// TestEveryTextIsUsedAndEveryKeyHasOne: a text that nothing says is work for translators in vain, and a key without a text
// stands on the page as it is.
func TestEveryTextIsUsedAndEveryKeyHasOne(t *testing.T) {
	used := map[string]string{}
	for _, file := range files(t, ".go") {
		if !strings.HasSuffix(file, "_test.go") {
			keysOfGo(t, file, used)
		}
	}
	for _, file := range templates(t) {
		for _, found := range regexp.MustCompile(`"([a-z0-9.]+)"`).FindAllStringSubmatch(content(t, file), -1) {
			if keyForm.MatchString(found[1]) {
				used[found[1]] = file
			}
		}
	}
	texts := englishTexts(t)
	for key, file := range used {
		if texts[key] == nil {
			t.Errorf("%s says %s, which has no text in English", file, key)
		}
	}
	for key := range texts {
		if used[key] == "" {
			t.Errorf("nothing says %s", key)
		}
		if !keyForm.MatchString(key) {
			t.Errorf("%s does not look like a key", key)
		}
	}
	if len(used) < 200 {
		t.Errorf("only %d keys are used: is the search broken?", len(used))
	}
}

func keysOfGo(t *testing.T, file string, used map[string]string) {
	t.Helper()
	tree, err := parser.ParseFile(token.NewFileSet(), file, nil, 0)
	if err != nil {
		t.Fatal(err)
	}
	ast.Inspect(tree, func(n ast.Node) bool {
		if literal, ok := n.(*ast.BasicLit); ok && literal.Kind == token.STRING {
			if text, err := strconv.Unquote(literal.Value); err == nil && keyForm.MatchString(text) {
				used[text] = file
			}
		}
		return true
	})
}

// TestLanguagesHoldWhatEnglishHolds: a translation that leaves a placeholder out leaves out what a reader has to know.
func TestLanguagesHoldWhatEnglishHolds(t *testing.T) {
	names, err := fs.Glob(web.Texts(), "*.toml")
	if err != nil {
		t.Fatal(err)
	}
	en := englishTexts(t)
	for _, name := range names {
		for key, m := range messages(t, name) {
			if got, want := placeholders(m), placeholders(en[key]); !slices.Equal(got, want) {
				t.Errorf("%s: %s has the placeholders %v, English has %v", name, key, got, want)
			}
		}
	}
}

func placeholders(m *i18n.Message) []string {
	found := regexp.MustCompile(`\{\{\.\w+\}\}`).FindAllString(strings.Join([]string{m.Zero, m.One, m.Two, m.Few, m.Many, m.Other}, " "), -1)
	slices.Sort(found)
	return slices.Compact(found)
}

// templates are those of the pages and of the mails.
func templates(t *testing.T) []string {
	return slices.DeleteFunc(append(files(t, ".html"), files(t, ".txt")...), func(file string) bool {
		return !strings.Contains(file, "web/templates/") && !strings.Contains(file, "internal/letter/words/")
	})
}

// stillEnglish are the templates of the manual, which is in English.
var stillEnglish = []string{"web/templates/docs/"}

// TestNoSentenceStandsInATemplate: it would be said in English to everybody.
func TestNoSentenceStandsInATemplate(t *testing.T) {
	looked := 0
	for _, file := range templates(t) {
		if slices.ContainsFunc(stillEnglish, func(folder string) bool { return strings.Contains(file, folder) }) {
			continue
		}
		looked++
		for _, sentence := range sentences(content(t, file)) {
			t.Errorf("%s says %q", file, sentence)
		}
	}
	if looked < 15 {
		t.Errorf("only %d templates were looked at: is the search broken?", looked)
	}
	for text, want := range map[string]int{`<p title="{{say "x.y"}}">{{say "a"}} · Tributary</p>`: 0, `<p>Hello</p>`: 1, `{{if .A}}Hello{{end}}`: 1, `<img alt="A {{.B}}">`: 1, `<input placeholder='Name'>`: 1, `&amp; &nbsp;`: 0, `<b data-live="/admin/live">{{say "a"}}</b>`: 0, `<code class="x">tributary</code>`: 0, `<code>run</code> it`: 1, `<button value="refuse">`: 0, `<button value="Refuse">`: 1} {
		if got := len(sentences(text)); got != want {
			t.Errorf("%s: %d sentences are found, want %d", text, got, want)
		}
	}
}

var (
	action = regexp.MustCompile(`(?s)\{\{.*?\}\}`)
	tag    = regexp.MustCompile(`(?s)<[^>]*>`)
	told   = regexp.MustCompile(`\s(?:title|alt|aria-label|placeholder|value|content|data-[a-z-]+)=("[^"]*"|'[^']*')`)
	typed  = regexp.MustCompile(`(?s)<(code|kbd|pre)\b[^>]*>.*?</(?:code|kbd|pre)>`)
	// codeForm is a value that the program reads, such as that of a button.
	codeForm = regexp.MustCompile(`^\s(?:value="[a-z0-9_-]+"|data-key="[a-z ]+"|data-[a-z-]+="[a-z0-9-]+")$`)
	entity   = regexp.MustCompile(`&[a-z]+;`)
	letters  = regexp.MustCompile(`\pL+`)
)

// unsaid are words that are the same in every language, or are none: values that the page's scripts and styles know.
var unsaid = []string{"Tributary", "width=device-width, initial-scale=1", "light dark", "noindex, nofollow", "custom", "doctype html"}

// sentences finds what a template says of its own.
func sentences(text string) (found []string) {
	text = typed.ReplaceAllString(action.ReplaceAllString(text, ""), "")
	for _, attribute := range told.FindAllStringSubmatch(text, -1) {
		if !codeForm.MatchString(attribute[0]) {
			found = append(found, strings.Trim(attribute[1], `"'`))
		}
	}
	found = append(found, strings.Split(entity.ReplaceAllString(tag.ReplaceAllString(text, "\n"), ""), "\n")...)
	return slices.DeleteFunc(found, func(s string) bool {
		for _, word := range unsaid {
			s = strings.ReplaceAll(s, word, "")
		}
		return !letters.MatchString(s) || strings.HasPrefix(s, "/") // an address
	})
}

// TestNoSentenceStandsInAScript: scripts find theirs in the attributes of the page.
func TestNoSentenceStandsInAScript(t *testing.T) {
	sentence := regexp.MustCompile("[\"'`]([A-Z][a-z]+( [^\"'`]*)?)[\"'`]")
	for _, file := range files(t, ".ts") {
		if !strings.Contains(file, "web/src/") {
			continue
		}
		for _, line := range strings.Split(content(t, file), "\n") {
			if found := sentence.FindStringSubmatch(line); found != nil && found[1] != "Tributary" && !strings.HasPrefix(strings.TrimSpace(line), "//") && !strings.HasPrefix(strings.TrimSpace(line), "*") {
				t.Errorf("%s says %q", file, found[1])
			}
		}
	}
}

// englishTexts are those of all English files.
func englishTexts(t *testing.T) map[string]*i18n.Message {
	t.Helper()
	names, err := fs.Glob(web.Texts(), "*en.toml")
	if err != nil {
		t.Fatal(err)
	}
	all := map[string]*i18n.Message{}
	for _, name := range names {
		maps.Copy(all, messages(t, name))
	}
	return all
}

func messages(t *testing.T, name string) map[string]*i18n.Message {
	t.Helper()
	body, err := fs.ReadFile(web.Texts(), name)
	if err != nil {
		t.Fatal(err)
	}
	file, err := i18n.ParseMessageFileBytes(body, name, map[string]i18n.UnmarshalFunc{"toml": toml.Unmarshal})
	if err != nil {
		t.Fatal(err)
	}
	found := map[string]*i18n.Message{}
	for _, m := range file.Messages {
		found[m.ID] = m
	}
	return found
}

// files lists our sources with an ending.
func files(t *testing.T, ending string) (found []string) {
	t.Helper()
	for _, folder := range []string{"collector", "internal", "web"} {
		err := filepath.WalkDir(filepath.Join(root, folder), func(path string, d fs.DirEntry, err error) error {
			if d != nil && d.IsDir() && (d.Name() == "node_modules" || d.Name() == "testdata") {
				return filepath.SkipDir
			}
			if err == nil && strings.HasSuffix(path, ending) {
				found = append(found, filepath.ToSlash(path))
			}
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
	}
	return found
}

func content(t *testing.T, file string) string {
	t.Helper()
	body, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	return string(body)
}
