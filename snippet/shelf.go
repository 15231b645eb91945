package snippet

import (
	"encoding/json"
	"fmt"
	"sync"
)

// Shelf keeps the scripts that were made, so that distinct settings are bundled once. It is safe for concurrent use; the
// zero Shelf is empty and ready. Settings that a site has given up leave some 10 KB behind until the process ends.
type Shelf struct {
	mu      sync.Mutex
	bundled map[string]func() (Script, error)
}

// Script returns the script for the settings, and makes it first where that is needed.
func (sh *Shelf) Script(s Settings) (Script, error) { return sh.script("", s, Bundle) }

// Test returns the script for a page that is tried, likewise.
func (sh *Shelf) Test(s Settings) (Script, error) { return sh.script("test ", s, BundleTest) }

func (sh *Shelf) script(kind string, s Settings, bundle func(Settings) (Script, error)) (Script, error) {
	key, err := json.Marshal(s.WithDefaults())
	if err != nil {
		return Script{}, fmt.Errorf("settings of the snippet: %w", err)
	}
	return sh.once(kind+string(key), func() (Script, error) { return bundle(s) })()
}

func (sh *Shelf) once(key string, bundle func() (Script, error)) func() (Script, error) {
	sh.mu.Lock()
	defer sh.mu.Unlock()
	if sh.bundled == nil {
		sh.bundled = map[string]func() (Script, error){}
	}
	if sh.bundled[key] == nil {
		sh.bundled[key] = sync.OnceValues(bundle)
	}
	return sh.bundled[key]
}
