package main

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"time"
)

// machine prints what the figures depend on.
func (b *bencher) machine(context.Context) error {
	sync, err := syncTime(b.dir, b.size.syncs)
	if err != nil {
		return fmt.Errorf("measuring fsync: %w", err)
	}
	fmt.Fprintf(b.out, "%s/%s, %d CPUs, %s; a 4 KiB write and fdatasync takes %s (median of %d)\n",
		runtime.GOOS, runtime.GOARCH, runtime.NumCPU(), runtime.Version(), millis(msOf(sync)), b.size.syncs)
	return nil
}

// syncTime is what one durable write costs in a folder, the unit that every store on this disk pays in.
func syncTime(dir string, times int) (time.Duration, error) {
	f, err := os.Create(filepath.Join(dir, "fsync"))
	if err != nil {
		return 0, err
	}
	defer os.Remove(f.Name())
	defer f.Close()
	took, page := make([]time.Duration, times), make([]byte, 4096)
	for i := range took {
		page[0] = byte(i)
		begun := time.Now()
		if _, err := f.WriteAt(page, 0); err != nil {
			return 0, err
		}
		if err := datasync(f); err != nil {
			return 0, err
		}
		took[i] = time.Since(begun)
	}
	return median(took), nil
}
