package main

import (
	"os"
	"syscall"
)

// datasync is what bbolt calls on Linux: it leaves out the file's times.
func datasync(f *os.File) error { return syscall.Fdatasync(int(f.Fd())) }
