package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"

	"github.com/peterbourgon/ff/v3"

	"tributary/internal/durable"
	"tributary/internal/store"
	"tributary/internal/store/boltstore"
)

// fileConfig is what the commands that work on the store's file take: FILE, before or after the flags.
type fileConfig struct {
	data, url, adminKey, file string
}

// parseFile reads the flags of such a command. What says how FILE is used, and "" where the command takes none.
func (c *fileConfig) parseFile(name, what string, required, remote bool, args []string, stderr io.Writer) error {
	fs := flag.NewFlagSet("tributary "+name, flag.ContinueOnError)
	fs.SetOutput(io.Discard)
	fs.StringVar(&c.data, "data", "./data", "data `folder`")
	if remote {
		fs.StringVar(&c.url, "url", "", "`URL` of the running collector (default: http://localhost:8080, asked only when the data folder is in use)")
		fs.StringVar(&c.adminKey, "admin-key", "", "`key` of its REST API (default: admin.key in the data folder)")
	}
	if what != "" && len(args) > 0 && !strings.HasPrefix(args[0], "-") {
		c.file, args = args[0], args[1:]
	}
	fromFiles, err := secretFlags(os.Getenv)
	if err != nil {
		return err
	}
	err = ff.Parse(fs, append(known(fs, fromFiles), args...), ff.WithEnvVarPrefix("TRIBUTARY"))
	if errors.Is(err, flag.ErrHelp) {
		fmt.Fprintf(stderr, "Usage: tributary %s %s[FLAGS]\n", name, what)
		fs.SetOutput(stderr)
		fs.PrintDefaults()
		return err
	}
	if err != nil {
		return fmt.Errorf("%w: %w; \"tributary %s -h\" lists the flags", errUsage, err, name)
	}
	rest := fs.Args()
	if what != "" && c.file == "" && len(rest) > 0 {
		c.file, rest = rest[0], rest[1:]
	}
	if len(rest) > 0 {
		return fmt.Errorf("%w: %s takes no argument %q", errUsage, name, rest[0])
	}
	if required && c.file == "" {
		return fmt.Errorf("%w: name the file: tributary %s %s", errUsage, name, what)
	}
	return nil
}

// known drops the pairs of flag and value that this command does not have.
func known(fs *flag.FlagSet, pairs []string) (out []string) {
	for i := 0; i+1 < len(pairs); i += 2 {
		if fs.Lookup(strings.TrimLeft(pairs[i], "-")) != nil {
			out = append(out, pairs[i], pairs[i+1])
		}
	}
	return out
}

func verifyCommand(ctx context.Context, args []string, stdout, stderr io.Writer) error {
	var c fileConfig
	if err := c.parseFile("verify", "[FILE] ", false, false, args, stderr); err != nil {
		return err
	}
	if c.file == "" {
		c.file = boltstore.FileIn(c.data)
	}
	if err := boltstore.CheckFile(ctx, c.file); err != nil {
		return fileError(c.file, err)
	}
	fmt.Fprintf(stdout, "%s holds together: every checksum, index and counter\n", c.file)
	return nil
}

func fileError(path string, err error) error {
	switch {
	case errors.Is(err, store.ErrInUse):
		return fmt.Errorf("a running tributary has %s: stop it first, or make a backup, whose copy is verified", path)
	case errors.Is(err, os.ErrNotExist):
		return fmt.Errorf("%s is not there: name the file, or the data folder by --data", path)
	case errors.Is(err, store.ErrDamaged):
		return fmt.Errorf("%s is damaged: %w; restore a backup", path, err)
	}
	return fmt.Errorf("%s: %w", path, err)
}

func compactCommand(ctx context.Context, args []string, stdout, stderr io.Writer) error {
	var c fileConfig
	if err := c.parseFile("compact", "", false, false, args, stderr); err != nil {
		return err
	}
	path := boltstore.FileIn(c.data)
	before, after, err := boltstore.Compact(ctx, c.data)
	if err != nil {
		return fileError(path, err)
	}
	fmt.Fprintf(stdout, "%s has %d bytes now, and had %d\n", path, after, before)
	return nil
}

func restoreCommand(ctx context.Context, args []string, stdout, stderr io.Writer) error {
	var c fileConfig
	if err := c.parseFile("restore", "FILE ", true, false, args, stderr); err != nil {
		return err
	}
	if err := boltstore.CheckFile(ctx, c.file); err != nil {
		return fileError(c.file, err)
	}
	if err := os.MkdirAll(c.data, 0o700); err != nil {
		return dataFolderError(c.data, err)
	}
	target := boltstore.FileIn(c.data)
	if err := mustBeFree(target); err != nil {
		return fmt.Errorf("%w: the folder holds a store already; give an empty folder by --data, or move that file away", err)
	}
	from, err := os.Open(c.file)
	if err != nil {
		return err
	}
	defer from.Close()
	if _, err := place(ctx, target, func(w io.Writer) error { _, err := io.Copy(w, from); return err }); err != nil {
		return fmt.Errorf("restoring: %w", err)
	}
	fmt.Fprintf(stdout, "%s is restored and verified\n", target)
	if _, err := os.Stat(filepath.Join(c.data, secretKeyFile)); errors.Is(err, os.ErrNotExist) {
		fmt.Fprintf(stderr, "now put the %s of the old data folder into %s, or set --secret-key as it was: without it no e-mail in the backup can be read\n", secretKeyFile, c.data)
	}
	return nil
}

func mustBeFree(path string) error {
	_, err := os.Lstat(path)
	if err == nil {
		return fmt.Errorf("%s is there already", path)
	}
	if errors.Is(err, os.ErrNotExist) {
		return nil
	}
	return err
}

// place writes a store's file under another name, verifies it, and moves it in place when it is whole and on disk.
func place(ctx context.Context, path string, write func(io.Writer) error) (size int64, err error) {
	draft := path + ".part"
	f, err := os.OpenFile(draft, os.O_WRONLY|os.O_CREATE|os.O_TRUNC, 0o600)
	if err != nil {
		return 0, err
	}
	if err := errors.Join(write(f), f.Sync(), f.Close()); err != nil {
		return 0, errors.Join(err, os.Remove(draft))
	}
	if err := boltstore.CheckFile(ctx, draft); err != nil {
		return 0, errors.Join(err, os.Remove(draft))
	}
	info, err := os.Stat(draft)
	if err != nil {
		return 0, err
	}
	if err := os.Rename(draft, path); err != nil {
		return 0, err
	}
	return info.Size(), durable.SyncFolder(filepath.Dir(path))
}
