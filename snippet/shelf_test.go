package snippet_test

import (
	"sync"
	"testing"
	"unsafe"

	"tributary/snippet"
)

func TestShelfBundlesOnce(t *testing.T) {
	var shelf snippet.Shelf
	var wg sync.WaitGroup
	bodies := make([][]byte, 8)
	for i := range bodies {
		wg.Go(func() {
			s, err := shelf.Script(usual)
			if err != nil {
				t.Error(err)
			}
			bodies[i] = s.Body
		})
	}
	wg.Wait()
	same, err := shelf.Script(usual.WithDefaults())
	if err != nil {
		t.Fatal(err)
	}
	for _, body := range bodies {
		if unsafe.SliceData(body) != unsafe.SliceData(same.Body) {
			t.Fatal("the same settings were bundled more than once")
		}
	}
	if other, err := shelf.Script(minimal); err != nil || other.Hash == same.Hash {
		t.Errorf("other settings gave %s, %v", other.Hash, err)
	}
}

func TestShelfRefusesEachTime(t *testing.T) {
	var shelf snippet.Shelf
	for range 2 {
		if _, err := shelf.Script(snippet.Settings{}); err == nil {
			t.Error("settings without a key were taken")
		}
	}
}
