package manual_test

import (
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"tributary/web"
)

// answering are the packages whose code answers requests or parks jobs.
var answering = []string{"api", "intake", "server", "credit"}

// codes as the source writes them: problem(status, "code"), Problem{status, "code"}, invalid("code"), refusal{"code"}, held("code"),
// Code: "code", and what internal/server and internal/intake return and hand on.
var codes = regexp.MustCompile(`(?:problem\([\w.]+, |Problem\{[\w.]+, |invalid\(|refusal\{|held\(|Code: |later\(c, \d+, |return he\.Code, |InternalServerError, )"([a-z_]+)"`)

// TestEveryCodeOfAnErrorIsInTheManual reads the source, so that a new code is not forgotten in errors.md.
func TestEveryCodeOfAnErrorIsInTheManual(t *testing.T) {
	told, err := fs.ReadFile(web.Docs(), "errors.md")
	if err != nil {
		t.Fatal(err)
	}
	seen := map[string]bool{}
	for _, pkg := range answering {
		files, err := filepath.Glob(filepath.Join("..", pkg, "*.go"))
		if err != nil || len(files) == 0 {
			t.Fatal(pkg, err)
		}
		for _, file := range files {
			if !strings.HasSuffix(file, "_test.go") {
				readCodes(t, file, seen)
			}
		}
	}
	for code := range seen {
		if !strings.Contains(string(told), "`"+code+"`") && !strings.HasSuffix(code, "_") {
			t.Errorf("errors.md does not tell what %s means", code)
		}
	}
	if len(seen) < 40 {
		t.Errorf("only %d codes were found in the source: are they written another way now?", len(seen))
	}
}

func readCodes(t *testing.T, file string, into map[string]bool) {
	t.Helper()
	source, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	for _, m := range codes.FindAllSubmatch(source, -1) {
		into[string(m[1])] = true
	}
}

// TestEveryCodeInTheManualIsInTheSource, so that no table tells of what is gone.
func TestEveryCodeInTheManualIsInTheSource(t *testing.T) {
	told, err := fs.ReadFile(web.Docs(), "errors.md")
	if err != nil {
		t.Fatal(err)
	}
	source := sourceOf(t, append(answering, "hooks", "store", "stats", "settings")...)
	for line := range strings.SplitSeq(string(told), "\n") {
		cells := strings.Split(line, "|")
		if len(cells) < 3 {
			continue
		}
		for _, m := range regexp.MustCompile("`([a-z]+_[a-z_]+)`").FindAllStringSubmatch(cells[1], -1) {
			rest := strings.TrimSuffix(strings.TrimPrefix(m[1], "invalid_"), "_refused")
			if !strings.Contains(source, `"`+m[1]+`"`) && !strings.Contains(source, `"`+rest+`"`) {
				t.Errorf("errors.md tells of %s, which nothing answers", m[1])
			}
		}
	}
}

func sourceOf(t *testing.T, packages ...string) string {
	t.Helper()
	var all strings.Builder
	for _, pkg := range packages {
		files, err := filepath.Glob(filepath.Join("..", pkg, "*.go"))
		if err != nil {
			t.Fatal(err)
		}
		for _, file := range files {
			source, err := os.ReadFile(file)
			if err != nil {
				t.Fatal(err)
			}
			all.Write(source)
		}
	}
	return all.String()
}
