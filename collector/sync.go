package main

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strings"
	"time"

	"tributary/internal/api"
	"tributary/internal/attribution"
	"tributary/internal/credit"
	"tributary/internal/settings"
)

// connected reports whether Keap can be asked.
func (c *collector) connected() bool { return c.credit != nil }

// sync compares the affiliates with those of Keap.
func (c *collector) sync(ctx context.Context) (api.Synced, error) {
	if !c.connected() {
		return api.Synced{}, api.ErrNotConnected
	}
	found, err := c.credit.Sync(ctx, attribution.DefaultAccount)
	if errors.Is(err, credit.ErrSyncing) {
		err = api.ErrSyncing
	}
	return api.Synced(found), err
}

func (c *collector) lastSync() api.Synced {
	if !c.connected() {
		return api.Synced{}
	}
	return api.Synced(c.credit.LastSync())
}

// checkSettings asks Keap for what settings name. While it is not connected they are taken as they are.
func (c *collector) checkSettings(ctx context.Context, before, after settings.Settings) error {
	if !c.connected() {
		return nil
	}
	return c.credit.CheckSettings(ctx, before, after)
}

// keepSyncing syncs the affiliates at the start and then on the schedule.
func (c *collector) keepSyncing(ctx context.Context) {
	if c.cfg.keapSyncEvery == 0 {
		return
	}
	next := time.NewTicker(c.cfg.keapSyncEvery)
	defer next.Stop()
	for {
		found, err := c.credit.Sync(ctx, attribution.DefaultAccount)
		switch {
		case ctx.Err() != nil:
			return
		case err != nil:
			c.log.Warn("syncing the affiliates; what was learned is kept", "seen", found.Seen, "error", err)
		default:
			c.log.Info("the affiliates are synced", "seen", found.Seen, "new", found.New, "changed", found.Changed, "gone", found.Gone)
		}
		select {
		case <-next.C:
		case <-ctx.Done():
			return
		}
	}
}

// keapSyncCommand has the running collector sync the affiliates: only one process may have the store.
func keapSyncCommand(ctx context.Context, args []string, _ io.Reader, stdout, stderr io.Writer) error {
	var c fileConfig
	if err := c.parseFile("keap sync", "", false, true, args, stderr); err != nil {
		return err
	}
	if c.url == "" {
		c.url = "http://localhost:8080"
	}
	var found api.Synced
	if err := c.ask(ctx, http.MethodPost, "/v1/affiliates/sync", &found); err != nil {
		return fmt.Errorf("keap sync: %w", err)
	}
	fmt.Fprintf(stdout, "%d affiliates seen: %d new, %d changed, %d gone, in %d calls\n", found.Seen, found.New, found.Changed, found.Gone, found.Calls)
	if !found.Complete {
		return fmt.Errorf("keap sync: it did not come to its end, and what it learned is kept: %s", found.Error)
	}
	return nil
}

// ask calls the running collector and decodes its answer.
func (c *fileConfig) ask(ctx context.Context, method, path string, into any) error {
	key, err := c.key()
	if err != nil {
		return err
	}
	req, err := http.NewRequestWithContext(ctx, method, strings.TrimRight(c.url, "/")+path, nil)
	if err != nil {
		return fmt.Errorf("%w: --url: %w", errUsage, err)
	}
	req.Header.Set("Authorization", "Bearer "+key)
	res, err := http.DefaultClient.Do(req)
	var failed *url.Error
	if errors.As(err, &failed) {
		return fmt.Errorf("the collector does not answer at %s: start it, or name its address by --url (%w)", c.url, failed.Err)
	}
	if err != nil {
		return err
	}
	defer res.Body.Close()
	if res.StatusCode != http.StatusOK {
		return refusal(res)
	}
	var text bytes.Buffer
	if _, err := io.Copy(&text, io.LimitReader(res.Body, 1<<20)); err != nil {
		return err
	}
	return json.Unmarshal(text.Bytes(), into)
}
