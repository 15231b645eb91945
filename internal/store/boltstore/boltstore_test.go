package boltstore_test

import (
	"path/filepath"
	"testing"

	"tributary/internal/store"
	"tributary/internal/store/boltstore"
	"tributary/internal/store/storetest"
)

func TestStore(t *testing.T) {
	storetest.Run(t, func(t *testing.T, name string) store.Store {
		return openIn(t, filepath.Join(folderOf(t), name))
	})
}

// folders keeps one folder for each test, so that a store opened twice is the same.
var folders = map[string]string{}

func folderOf(t *testing.T) string {
	if folders[t.Name()] == "" {
		folders[t.Name()] = t.TempDir()
		t.Cleanup(func() { delete(folders, t.Name()) }) // -count runs it again
	}
	return folders[t.Name()]
}

func openIn(t *testing.T, dir string) *boltstore.Store {
	t.Helper()
	s, err := boltstore.Open(boltstore.Options{Dir: dir})
	if err != nil {
		t.Fatal(err)
	}
	return s
}
