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
func (sh *Shelf) Script(s Settings) (Script, error) {
	key, err := json.Marshal(s.WithDefaults())
	if err != nil {
		return Script{}, fmt.Errorf("settings of the snippet: %w", err)
	}
	return sh.once(string(key), s)()
}

func (sh *Shelf) once(key string, s Settings) func() (Script, error) {
	sh.mu.Lock()
	defer sh.mu.Unlock()
	if sh.bundled == nil {
		sh.bundled = map[string]func() (Script, error){}
	}
	if sh.bundled[key] == nil {
		sh.bundled[key] = sync.OnceValues(func() (Script, error) { return Bundle(s) })
	}
	return sh.bundled[key]
}
