package main

import (
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"time"

	bolt "go.etcd.io/bbolt"
)

// weight is what a data folder takes, in bytes.
type weight struct {
	size int64 // as its files say
	disk int64 // as its disk says: a file's end that was never written takes nothing
	tail int64 // of the size: after the last page that bbolt has used
	free int64 // of the size: pages that bbolt will use again
}

// weigh adds up a folder that nobody writes to any more.
func weigh(dir string) (w weight, err error) {
	err = filepath.WalkDir(dir, func(path string, d fs.DirEntry, err error) error {
		if err != nil || !d.Type().IsRegular() {
			return err
		}
		return w.add(path)
	})
	return w, err
}

func (w *weight) add(path string) error {
	info, err := os.Stat(path)
	if err != nil {
		return err
	}
	w.size += info.Size()
	w.disk += onDisk(info)
	if strings.HasSuffix(path, ".db") {
		return w.addPages(path, info.Size())
	}
	return nil
}

func onDisk(info fs.FileInfo) int64 {
	if s, ok := info.Sys().(*syscall.Stat_t); ok {
		return s.Blocks * 512
	}
	return info.Size()
}

func (w *weight) addPages(path string, size int64) error {
	db, err := bolt.Open(path, 0, &bolt.Options{ReadOnly: true, PreLoadFreelist: true, Timeout: time.Second})
	if err != nil {
		return fmt.Errorf("reading the pages of %s: %w", path, err)
	}
	defer db.Close()
	w.free += int64(db.Stats().FreePageN) * int64(db.Info().PageSize)
	return db.View(func(tx *bolt.Tx) error {
		w.tail += size - tx.Size()
		return nil
	})
}

func (w weight) describe() string {
	return fmt.Sprintf("%s as files, of it %s unused tail and %s free pages", megabytes(w.size), megabytes(w.tail), megabytes(w.free))
}
