package main

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// A folder of the owner's adds a language, and other words, to the program as it is.
func TestTextsOfTheOwner(t *testing.T) {
	folder := t.TempDir()
	for name, text := range map[string]string{
		"nl.toml": "[portal.message]\nnomail = \"Vraag een link\"",
		"en.toml": "[portal.message]\nnomail = \"Ask Fernhill for a link\"\nold = \"Gone\"",
	} {
		if err := os.WriteFile(filepath.Join(folder, name), []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	tc := newTestCollector(t, func(c *config) { c.texts = folder })
	for language, wants := range map[string][]string{
		"nl-BE,nl;q=0.9": {`<html lang="nl"`, "<h1>Vraag een link</h1>", "It works once, for 15 minutes"}, "en": {`<html lang="en"`, "<h1>Ask Fernhill for a link</h1>"},
	} {
		_, page, _ := tc.do("GET", "/portal/login", "", "Accept-Language", language)
		for _, want := range wants {
			if !strings.Contains(page, want) {
				t.Errorf("%s: the page lacks %s: %s", language, want, page)
			}
		}
	}
	if logs := tc.logs.String(); !strings.Contains(logs, "en.toml: portal.message.old: English has no such text") {
		t.Errorf("the log does not say what is left out: %s", logs)
	}
}
