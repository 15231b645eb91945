package texts_test

import (
	"go/ast"
	"go/parser"
	"go/token"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
)

// inCode are sentences and names that the faces have in their Go on purpose: they are no words for a reader, or the same in every
// language.
var inCode = []string{
	"the owner's desk", "the affiliate's page", // for the log
	"as usual", " since ", // for the audit log
	"arrived again", "mapping of ", "Mac OS X", // looked for in what is stored or comes from elsewhere
	"it ",                                  // before what another package says
	"Unknown browser", "A browser", " on ", // stored, and said by browserIn
	"Email", "Placeholders", // placeholders
	"public, max-age=3600", "Vary", "doorbell ",
	"Edg", "Edge", "Opera", "Firefox", "Chrome", "Safari", "Android", "Windows", "Linux", "Contact Form 7", "Gravity Forms", "Jotform", "EverWebinar, WebinarJam", "Opt-in on form ...",
}

// TestNoSentenceStandsInTheGoOfAFace: it would be said in English to everybody. Errors and what is written for the owner's records
// are in English: they are stored, logged, and answered by the REST API.
func TestNoSentenceStandsInTheGoOfAFace(t *testing.T) {
	looked, needed := 0, map[string]bool{}
	for _, file := range files(t, ".go") {
		if strings.HasSuffix(file, "_test.go") || !strings.Contains(file, "/internal/admin/") && !strings.Contains(file, "/internal/portal/") {
			continue
		}
		looked++
		tree, err := parser.ParseFile(token.NewFileSet(), file, nil, 0)
		if err != nil {
			t.Fatal(err)
		}
		for _, sentence := range sentencesOfGo(tree) {
			needed[sentence] = true
			if !slices.Contains(inCode, sentence) {
				t.Errorf("%s says %q", file, sentence)
			}
		}
	}
	if looked < 50 {
		t.Errorf("only %d files were looked at: is the search broken?", looked)
	}
	for _, sentence := range inCode {
		if !needed[sentence] {
			t.Errorf("%q need not be let through: no code says it", sentence)
		}
	}
}

func TestSentencesAreFoundInGo(t *testing.T) {
	for code, want := range map[string]int{
		`notice{"good", "It is saved."}`: 1, `word{"Credited", "good"}`: 1, `"by " + name`: 1, `f("there is no such type")`: 1, `say.Text("desk.x.y", "Name", "Keap itself")`: 1,
		`say.Text("desk.x.y", "Name", name)`: 0, `say.Counted("desk.x.y", n, "Name", name)`: 0, `errors.New("this is no id")`: 0, `fmt.Errorf("reading it: %w", err)`: 0,
		`k.note(ctx, who, act, id, "their own name")`: 0, `c.Response().Header().Set("Refresh", "3")`: 0, `"good"`: 0, `"/admin/x"`: 0, `"Content-Type"`: 0, `with(x, "state", "")`: 0,
	} {
		tree, err := parser.ParseFile(token.NewFileSet(), "", "package x\n\nvar _ = "+code, 0)
		if err != nil {
			t.Fatal(err)
		}
		if got := len(sentencesOfGo(tree)); got != want {
			t.Errorf("%s: %d sentences are found, want %d", code, got, want)
		}
	}
}

// said is how a sentence looks, or a part of one: a word with a capital, or several with spaces.
var said = regexp.MustCompile(`^[A-Z][a-z]+$|\pL+,? \pL+|^\pL{2,} $|^ \pL{2,}`)

// sentencesOfGo finds the strings of a file that look like sentences, without those that no reader sees.
func sentencesOfGo(tree *ast.File) (found []string) {
	unseen := map[ast.Node]bool{}
	ast.Inspect(tree, func(n ast.Node) bool {
		switch n := n.(type) {
		case *ast.ImportSpec:
			return false
		case *ast.Field:
			if n.Tag != nil {
				unseen[n.Tag] = true
			}
		case *ast.CallExpr:
			return !unseenCall(n, unseen)
		case *ast.BasicLit:
			if text, err := strconv.Unquote(n.Value); n.Kind == token.STRING && err == nil && !unseen[n] && said.MatchString(text) && !strings.ContainsAny(text, "<>") {
				found = append(found, text)
			}
		}
		return true
	})
	return found
}

// unseenCall tells whether no reader sees what a call is given, and marks the names of placeholders.
func unseenCall(call *ast.CallExpr, unseen map[ast.Node]bool) bool {
	f, ok := call.Fun.(*ast.SelectorExpr)
	if !ok {
		return false
	}
	if of, ok := f.X.(*ast.Ident); ok && (of.Name == "errors" || of.Name == "slog") {
		return true
	}
	first := map[string]int{"Text": 1, "Markup": 1, "Counted": 2}[f.Sel.Name]
	for i := first; first > 0 && i < len(call.Args); i += 2 {
		unseen[call.Args[i]] = true
	}
	header, ok := f.X.(*ast.CallExpr)
	if ok {
		of, named := header.Fun.(*ast.SelectorExpr)
		ok = named && of.Sel.Name == "Header"
	}
	return ok || f.Sel.Name == "Errorf" || f.Sel.Name == "note"
}
