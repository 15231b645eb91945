package main

import (
	"bytes"
	"flag"
	"io"
	"io/fs"
	"os"
	"regexp"
	"slices"
	"strings"
	"testing"

	"tributary/web"
)

// TestTheManualNamesCommandsThatThereAre: each "tributary ..." in web/docs and README.md is a command, and each --flag in it one of its own.
func TestTheManualNamesCommandsThatThereAre(t *testing.T) {
	known := flagsOfCommands(t)
	said := 0
	for file, text := range chapters(t) {
		for _, code := range codeIn(text) {
			m := called.FindStringSubmatch(code)
			if m == nil {
				continue
			}
			said++
			flags, ok := known[m[1]]
			if !ok {
				t.Errorf("%s says %q: there is no command %q", file, code, m[1])
			}
			for _, f := range named.FindAllStringSubmatch(m[2], -1) {
				if ok && !slices.Contains(flags, f[1]) {
					t.Errorf("%s says %q: %q has no flag --%s", file, code, m[1], f[1])
				}
			}
		}
	}
	if said < 30 {
		t.Errorf("only %d commands were found: is the manual still read?", said)
	}
}

var (
	called = regexp.MustCompile(`^(?:[A-Z_]+=\S+ |sudo -u tributary )*(?:bin/|/usr/local/bin/)?tributary ((?:keap |admin )?[a-z]+)(.*)$`)
	named  = regexp.MustCompile(`(?:^|[\s(])--([a-z][a-z-]+)`)
	spans  = regexp.MustCompile("`([^`\n]+)`")
)

// codeIn lists the lines of code blocks and the spans of code in a text.
func codeIn(text string) (all []string) {
	inBlock := false
	for line := range strings.SplitSeq(text, "\n") {
		switch code := strings.TrimSpace(strings.TrimPrefix(line, "ExecStart=")); {
		case strings.HasPrefix(code, "```"):
			inBlock = !inBlock
		case inBlock, strings.HasPrefix(line, "    "):
			code, _, _ = strings.Cut(code, "  #")
			all = append(all, strings.Split(code, " && ")...)
		default:
			for _, m := range spans.FindAllStringSubmatch(line, -1) {
				all = append(all, m[1])
			}
		}
	}
	return all
}

// chapters are all files of the manual, and the README.
func chapters(t *testing.T) map[string]string {
	t.Helper()
	files, err := fs.Glob(web.Docs(), "*.md")
	if err != nil || len(files) < 20 {
		t.Fatal(files, err)
	}
	readme, err := os.ReadFile("../README.md")
	if err != nil {
		t.Fatal(err)
	}
	all := map[string]string{"README.md": string(readme)}
	for _, f := range files {
		text, err := fs.ReadFile(web.Docs(), f)
		if err != nil {
			t.Fatal(err)
		}
		all[f] = string(text)
	}
	return all
}

// commands are all that "tributary" takes; a test holds the list against the usage.
var commands = []string{
	"serve", "demo", "doctor", "keap login", "keap status", "keap logout", "keap sync", "keap reconcile", "keap backfill", "backup", "restore", "verify", "compact",
	"admin link", "admin users",
}

// flagsOfCommands asks each command for its help, as a person does.
func flagsOfCommands(t *testing.T) map[string][]string {
	t.Helper()
	all := map[string][]string{"version": nil, "help": nil}
	for _, name := range commands {
		var out bytes.Buffer
		if err := run(t.Context(), append(strings.Fields(name), "-h"), &out, &out); exitCode(err, io.Discard) != 0 {
			t.Fatalf("tributary %s -h: %v", name, err)
		}
		for _, m := range regexp.MustCompile(`(?m)^  -([a-z-]+)`).FindAllStringSubmatch(out.String(), -1) {
			all[name] = append(all[name], m[1])
		}
	}
	for _, m := range regexp.MustCompile(`(?m)^  ([a-z]+) `).FindAllStringSubmatch(usage, -1) {
		if _, ok := all[m[1]]; !ok && m[1] != "keap" && m[1] != "admin" {
			t.Errorf("the usage names %q, which this test does not try: add it to commands", m[1])
		}
	}
	return all
}

// TestTheManualNamesFlagsThatThereAre, wherever it names one by itself; and the page on settings all flags of serve, with
// their defaults.
func TestTheManualNamesFlagsThatThereAre(t *testing.T) {
	var all []string
	for _, flags := range flagsOfCommands(t) {
		all = append(all, flags...)
	}
	for file, text := range chapters(t) {
		for _, code := range codeIn(text) {
			if m := regexp.MustCompile(`^--([a-z-]+)`).FindStringSubmatch(code); m != nil && !slices.Contains(all, m[1]) {
				t.Errorf("%s says %q, and no command has that flag", file, code)
			}
		}
	}
}

func TestThePageOnSettingsListsEveryFlag(t *testing.T) {
	text := chapters(t)["settings.md"]
	var c config
	fs := flag.NewFlagSet("serve", flag.ContinueOnError)
	c.register(fs)
	fs.VisitAll(func(f *flag.Flag) {
		row := regexp.MustCompile("(?m)^\\|.*`--" + f.Name + "`( \\*)?[ ,|].*$").FindString(text)
		if row == "" {
			t.Errorf("settings.md does not list --%s", f.Name)
			return
		}
		if secret := slices.Contains(secrets, f.Name); secret != strings.Contains(row, "`--"+f.Name+"` *") {
			t.Errorf("settings.md: whether --%s can come from a file is not said rightly", f.Name)
		}
		if told := regexp.MustCompile("^\\|[^|]*\\| `([^`]*)`").FindStringSubmatch(row); told != nil && f.DefValue != "" && !sameValue(told[1], f.DefValue) {
			t.Errorf("settings.md says that --%s is %s by default, and it is %s", f.Name, told[1], f.DefValue)
		}
	})
}

// sameValue knows that 1h0m0s is 1h.
func sameValue(a, b string) bool {
	return a == b || a == strings.TrimSuffix(strings.TrimSuffix(b, "0s"), "0m")
}

// TestTheManualNamesCallsThatThereAre: each "GET /v1/..." is an operation of the API, and each address in an example one of its paths.
func TestTheManualNamesCallsThatThereAre(t *testing.T) {
	operations := describedRoutes(t)
	said := 0
	for file, text := range chapters(t) {
		for _, m := range regexp.MustCompile(`\b(GET|POST|PUT|PATCH|DELETE)( or [a-z`+"`"+`A-Z]+)? (/(?:v1|e|h|s|keap)\b[^\s`+"`"+`),;?]*)`).FindAllStringSubmatch(text, -1) {
			said++
			if !hasOperation(operations, m[1], strings.TrimRight(m[3], ".:")) {
				t.Errorf("%s names %s %s, which is no operation of the API", file, m[1], m[3])
			}
		}
		for _, m := range regexp.MustCompile(`https://go\.example\.com(/v1/[^\s"'`+"`"+`?)]*)`).FindAllStringSubmatch(text, -1) {
			if !hasOperation(operations, "", m[1]) {
				t.Errorf("%s calls %s, which is no path of the API", file, m[1])
			}
		}
	}
	if said < 40 {
		t.Errorf("only %d calls were found: is the manual still read?", said)
	}
}

// hasOperation says whether a path, with parameters or with values in their place, is served; by any method for "".
func hasOperation(operations []string, method, path string) bool {
	return slices.ContainsFunc(operations, func(o string) bool {
		verb, pattern, _ := strings.Cut(o, " ")
		a, b := strings.Split(path, "/"), strings.Split(pattern, "/")
		if len(a) != len(b) || method != "" && method != verb {
			return false
		}
		for i := range a {
			if a[i] != b[i] && !strings.HasPrefix(b[i], "{") {
				return false
			}
		}
		return true
	})
}
