package main

import (
	"bytes"
	"context"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"tributary/internal/store/boltstore"
)

// command runs the program and wants an exit code; it returns stdout and stderr as one.
func command(t *testing.T, want int, args ...string) string {
	t.Helper()
	var out bytes.Buffer
	if code := exitCode(run(context.Background(), args, &out, &out), &out); code != want {
		t.Fatalf("tributary %s: exit %d, want %d: %s", strings.Join(args, " "), code, want, out.String())
	}
	return out.String()
}

// TestBackupAndRestore takes a lead through a backup of the running program into another folder.
func TestBackupAndRestore(t *testing.T) {
	tc := newTestCollector(t, nil)
	tc.send(optInEvent("canary@example.com", "101"))
	dir := t.TempDir()
	file := filepath.Join(dir, "copy.db")
	said := command(t, 0, "backup", file, "--data", tc.cfg.data, "--url", tc.url, "--admin-key", testKey)
	if !strings.Contains(said, "verified") || !strings.Contains(said, secretKeyFile+" is not in it") {
		t.Errorf("backup says %q", said)
	}
	command(t, 0, "verify", file)
	text, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	for _, canary := range []string{"canary@example.com", testKey, tc.readSecret()} {
		if strings.Contains(string(text), canary) {
			t.Error("the backup holds a secret")
		}
	}
	if left, _ := filepath.Glob(filepath.Join(dir, "*.part")); len(left) != 0 {
		t.Errorf("left behind: %v", left)
	}
	restored := filepath.Join(dir, "restored")
	if said := command(t, 0, "restore", "--data", restored, file); !strings.Contains(said, "put the "+secretKeyFile) {
		t.Errorf("restore says %q", said)
	}
	if said := command(t, 1, "serve", "--listen", "127.0.0.1:0", "--data", restored); !strings.Contains(said, secretKeyFile+" is missing") {
		t.Errorf("without its key: %q", said)
	}
	if _, err := os.Stat(filepath.Join(restored, secretKeyFile)); err == nil {
		t.Error("a new key was made for old data")
	}
	if said := command(t, 1, "serve", "--listen", "127.0.0.1:0", "--data", restored, "--secret-key", strings.Repeat("x", 32)); !strings.Contains(said, "not the secret key") {
		t.Errorf("with another key: %q", said)
	}
	if err := os.WriteFile(filepath.Join(restored, secretKeyFile), []byte(tc.readSecret()+"\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	again := newCollectorIn(t, restored)
	var list listedOptIns
	again.json("GET", "/v1/optins?email=canary@example.com", "", http.StatusOK, &list)
	if len(list.Data) != 1 {
		t.Errorf("restored opt-ins: %+v", list.Data)
	}
}

func (tc *testCollector) readSecret() string {
	tc.t.Helper()
	text, err := os.ReadFile(filepath.Join(tc.cfg.data, secretKeyFile))
	if err != nil {
		tc.t.Fatal(err)
	}
	return strings.TrimSpace(string(text))
}

func newCollectorIn(t *testing.T, dir string) *testCollector {
	return newTestCollector(t, func(c *config) { c.data = dir })
}

// stoppedFolder is the data folder of a collector that has ended.
func stoppedFolder(t *testing.T) string {
	t.Helper()
	dir := t.TempDir()
	t.Run("fill", func(t *testing.T) { newCollectorIn(t, dir).send(optInEvent("ann@example.com", "101")) })
	return dir
}

func TestTheFileOfAStoppedCollector(t *testing.T) {
	dir := stoppedFolder(t)
	file := filepath.Join(t.TempDir(), "copy.db")
	command(t, 0, "backup", "--data", dir, file)
	command(t, 0, "verify", "--data", dir)
	command(t, 0, "compact", "--data", dir)
	command(t, 0, "verify", "--data", dir)
	if said := command(t, 1, "backup", "--data", dir, file); !strings.Contains(said, "overwrites nothing") {
		t.Errorf("a second backup of the same name: %q", said)
	}
	if said := command(t, 1, "restore", "--data", dir, file); !strings.Contains(said, "holds a store already") {
		t.Errorf("into a full folder: %q", said)
	}
}

func TestADamagedBackupIsNotRestored(t *testing.T) {
	dir := stoppedFolder(t)
	command(t, 0, "compact", "--data", dir) // now nothing old lies in pages that nobody uses
	path := boltstore.FileIn(dir)
	file, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	at := bytes.Index(file, []byte(`"account":"main"`)) // of the site
	file[at+11] ^= 1
	if err := os.WriteFile(path, file, 0o600); err != nil {
		t.Fatal(err)
	}
	for _, args := range [][]string{
		{"verify", "--data", dir}, {"verify", path}, {"compact", "--data", dir}, {"restore", path, "--data", t.TempDir()},
		{"backup", "--data", dir, filepath.Join(t.TempDir(), "copy.db")},
	} {
		if said := command(t, 1, args...); !strings.Contains(said, "checksum") {
			t.Errorf("%s: %q", args[0], said)
		}
	}
}

func TestADamagedStoreIsNotStarted(t *testing.T) {
	dir := t.TempDir()
	if err := os.WriteFile(boltstore.FileIn(dir), bytes.Repeat([]byte("no database "), 1000), 0o600); err != nil {
		t.Fatal(err)
	}
	if said := command(t, 1, "serve", "--listen", "127.0.0.1:0", "--data", dir); !strings.Contains(said, "restore a backup") {
		t.Errorf("%q", said)
	}
}

func TestBackupSaysWhatToDo(t *testing.T) {
	tc := newTestCollector(t, nil)
	file := filepath.Join(t.TempDir(), "copy.db")
	for says, args := range map[string][]string{
		"401":                      {"backup", file, "--url", tc.url, "--admin-key", "wrong"},
		"admin.key":                {"backup", file, "--url", tc.url, "--data", t.TempDir()},
		"--url":                    {"backup", file, "--url", "http://127.0.0.1:1", "--admin-key", "x"},
		"is not there":             {"backup", file, "--data", t.TempDir()},
		"a running tributary":      {"verify", "--data", tc.cfg.data},
		"stop it first":            {"compact", "--data", tc.cfg.data},
		"tributary_none.db is not": {"verify", "tributary_none.db"},
	} {
		if said := command(t, 1, args...); !strings.Contains(said, says) {
			t.Errorf("%v says %q, want %q", args, said, says)
		}
	}
	for _, args := range [][]string{{"backup"}, {"restore"}, {"verify", "a", "b"}, {"compact", "x"}, {"verify", "--dta", "x"}} {
		command(t, 2, args...)
	}
	if _, err := os.Stat(file); err == nil {
		t.Error("a failed backup left a file")
	}
}
