// Package durable knows what a file needs, beside its own fsync, to be there after a power cut.
package durable

import (
	"errors"
	"os"
)

// SyncFolder makes the names in a folder durable: that of a new file, or one that a rename has moved in place.
func SyncFolder(dir string) error {
	d, err := os.Open(dir)
	if err != nil {
		return err
	}
	return errors.Join(d.Sync(), d.Close())
}
