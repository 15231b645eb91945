package main

import (
	"bytes"
	"context"
	"crypto/rand"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"path/filepath"
)

// collector is a running tributary with one site, and no Keap.
type collector struct {
	*child
	data string // its folder
	key  string // of its admin
	site string
}

// startCollector starts tributary on a new folder and makes the site that the clicks come from.
func (b *bencher) startCollector(ctx context.Context, name string) (*collector, error) {
	c, err := b.serve(ctx, filepath.Join(b.dir, name))
	if err != nil {
		return nil, err
	}
	var made struct{ Key string }
	site := map[string]any{"name": "Benchmark", "origins": []string{"https://*.example.com"}}
	if err := c.call(ctx, "POST", "/v1/sites", site, &made); err != nil {
		c.stop()
		return nil, err
	}
	c.site = made.Key
	return c, nil
}

// serve starts tributary on a folder.
func (b *bencher) serve(ctx context.Context, data string) (*collector, error) {
	addr, err := freeAddr()
	if err != nil {
		return nil, err
	}
	c := &collector{data: data, key: rand.Text()}
	c.child, err = start(ctx, filepath.Clean(data)+".log", addr, b.tools.tributary, "serve",
		"--listen", addr, "--data", data, "--base-url", "http://"+addr, "--admin-key", c.key)
	if err != nil {
		return nil, fmt.Errorf("starting tributary: %w", err)
	}
	return c, nil
}

// call asks the collector's REST and reads its answer.
func (c *collector) call(ctx context.Context, method, path string, body, into any) error {
	request, err := c.request(ctx, method, path, body)
	if err != nil {
		return err
	}
	answer, err := http.DefaultClient.Do(request)
	if err != nil {
		return err
	}
	defer answer.Body.Close()
	text, err := io.ReadAll(answer.Body)
	if err != nil {
		return err
	}
	if answer.StatusCode/100 != 2 {
		return fmt.Errorf("%s %s answered %d: %.300s", method, path, answer.StatusCode, text)
	}
	return json.Unmarshal(text, into)
}

func (c *collector) request(ctx context.Context, method, path string, body any) (*http.Request, error) {
	sent, err := json.Marshal(body)
	if err != nil {
		return nil, err
	}
	if body == nil {
		sent = nil
	}
	request, err := http.NewRequestWithContext(ctx, method, "http://"+c.addr+path, bytes.NewReader(sent))
	if err != nil {
		return nil, err
	}
	request.Header.Set("Authorization", "Bearer "+c.key)
	request.Header.Set("Content-Type", "application/json")
	return request, nil
}
