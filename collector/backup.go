package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strings"

	"tributary/internal/store"
	"tributary/internal/store/boltstore"
)

// backupCommand copies the store, of a stopped collector from its folder, of a running one through its REST API: bbolt
// lets only one process have the file.
func backupCommand(ctx context.Context, args []string, stdout, stderr io.Writer) error {
	var c fileConfig
	if err := c.parseFile("backup", "FILE ", true, true, args, stderr); err != nil {
		return err
	}
	if err := mustBeFree(c.file); err != nil {
		return fmt.Errorf("%w: a backup overwrites nothing; give another name", err)
	}
	size, err := place(ctx, c.file, func(w io.Writer) error { return c.copyStore(ctx, w) })
	if err != nil {
		return fmt.Errorf("backup: %w", err)
	}
	fmt.Fprintf(stdout, "%s has %d bytes and is verified\n", c.file, size)
	fmt.Fprintf(stderr, "%s is not in it: keep a copy of that file elsewhere; without it no e-mail in this backup can be read\n", secretKeyFile)
	return nil
}

func (c *fileConfig) copyStore(ctx context.Context, w io.Writer) error {
	if c.url != "" {
		return c.fetch(ctx, w)
	}
	s, err := boltstore.OpenFile(boltstore.FileIn(c.data))
	if errors.Is(err, store.ErrInUse) {
		c.url = "http://localhost:8080"
		return c.fetch(ctx, w)
	}
	if err != nil {
		return fileError(boltstore.FileIn(c.data), err)
	}
	return errors.Join(s.Snapshot(ctx, func(int64) io.Writer { return w }), s.Release())
}

// fetch asks the running collector.
func (c *fileConfig) fetch(ctx context.Context, w io.Writer) error {
	key, err := findAdminKey(c.adminKey, c.data)
	if err != nil {
		return err
	}
	res, err := callCollector(ctx, http.MethodGet, strings.TrimRight(c.url, "/")+"/v1/backup", key, nil)
	if err != nil {
		return err
	}
	defer res.Body.Close()
	_, err = io.Copy(w, res.Body)
	return err
}

func refusal(res *http.Response) error {
	var p struct{ Detail string }
	if err := json.NewDecoder(io.LimitReader(res.Body, 1<<16)).Decode(&p); err != nil || p.Detail == "" {
		p.Detail = "is this the address of a collector?"
	}
	return fmt.Errorf("%s answers %s: %s", res.Request.URL.Host, res.Status, p.Detail)
}
