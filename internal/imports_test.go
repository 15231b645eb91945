// Package internal_test holds the table of who may import whom against the code.
package internal_test

import (
	"os/exec"
	"slices"
	"strings"
	"testing"
)

// allowed lists, for each package, the packages of ours that it may import. One that is missing here fails the test.
var allowed = map[string][]string{
	"attribution":          {},
	"keap":                 {},
	"keap/sandbox":         {},
	"keap/keaptest":        {"keap", "keap/sandbox"},
	"store":                {"attribution"},
	"store/boltstore":      {"attribution", "durable", "store"},
	"store/storetest":      {"attribution", "store"},
	"commissions":          {"attribution", "keap", "store"},
	"settings":             {"attribution", "store", "suspicion"},
	"suspicion":            {"attribution"},
	"vault":                {"attribution", "durable"},
	"outbox":               {"attribution", "store"},
	"pass":                 {"attribution", "store"},
	"mail":                 {"attribution", "store"},
	"mail/mailtest":        {},
	"letter":               {"attribution", "auth", "lease", "mail", "pass", "settings", "stats", "store", "texts"},
	"lease":                {"store"},
	"connect":              {"keap", "lease", "store"},
	"credit":               {"attribution", "keap", "outbox", "settings", "store", "suspicion"},
	"reconcile":            {"attribution", "credit", "keap", "store"},
	"stats":                {"attribution"},
	"audit":                {"store"},
	"sites":                {"attribution", "store", "snippet"},
	"affiliates":           {"attribution", "store"},
	"ranking":              {"attribution", "stats"},
	"whatif":               {"attribution", "store"},
	"auth":                 {"attribution", "store"},
	"hooks":                {"attribution", "store", "snippet"},
	"webhooks":             {"attribution", "lease", "store"},
	"keaphook":             {"attribution", "hooks", "keap", "store"},
	"intake":               {"attribution", "hooks", "store", "snippet"},
	"api":                  {"affiliates", "attribution", "audit", "auth", "connect", "hooks", "keaphook", "mail", "pass", "people", "reconcile", "settings", "sites", "snippet", "stats", "store", "webhooks", "whatif"},
	"metrics":              {"attribution", "mail", "store"},
	"admin":                {"affiliates", "attribution", "audit", "auth", "connect", "doctor", "hooks", "keaphook", "mail", "pages", "people", "ranking", "reconcile", "settings", "sites", "snippet", "stats", "store", "suspicion", "texts", "web", "webhooks", "whatif"},
	"people":               {"attribution", "hooks", "store"},
	"manual":               {"pages", "web"},
	"pages":                {"attribution", "stats", "texts", "web"},
	"portal":               {"attribution", "auth", "commissions", "keap", "pages", "pass", "qr", "settings", "sites", "snippet", "stats", "store", "texts", "web"},
	"qr":                   {},
	"texts":                {"web"},
	"server":               {"api", "intake"},
	"demo":                 {},
	"durable":              {},
	"doctor":               {},
	"webinar/sandbox":      {},
	"bench":                {},
	"bench/bare":           {"bench"},
	"bench/load":           {"bench"},
	"bench/run":            {"attribution", "bench", "store", "store/boltstore", "vault"},
	"snippet":              {},
	"snippet/test/bundle":  {"snippet"},
	"snippet/test/https":   {},
	"snippet/test/webinar": {"webinar/sandbox"},
	"web":                  {},
}

func TestImports(t *testing.T) {
	out, err := exec.Command("go", "list", "-f", `{{.ImportPath}}:{{join .Imports " "}}`, "tributary/...").Output()
	if err != nil {
		t.Fatal(err)
	}
	lines := strings.Split(strings.TrimSpace(string(out)), "\n")
	if len(lines) < 15 {
		t.Fatalf("go list names only %d packages", len(lines))
	}
	for _, line := range lines {
		path, imports, _ := strings.Cut(line, ":")
		check(t, short(path), strings.Fields(imports))
	}
}

func check(t *testing.T, pkg string, imports []string) {
	if pkg == "collector" || pkg == "internal" { // the program sees everything
		return
	}
	may, known := allowed[pkg]
	if !known {
		t.Errorf("package %s is not in the table: say what it may import", pkg)
	}
	for _, i := range imports {
		if strings.HasPrefix(i, "tributary/") && !slices.Contains(may, short(i)) {
			t.Errorf("%s must not import %s", pkg, short(i))
		}
	}
}

func short(path string) string {
	return strings.TrimPrefix(strings.TrimPrefix(path, "tributary/"), "internal/")
}
