package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"time"

	"tributary/internal/affiliates"
	"tributary/internal/attribution"
	"tributary/internal/credit"
	"tributary/internal/settings"
)

// sync compares the affiliates with those of Keap.
func (c *collector) sync(ctx context.Context) (affiliates.Synced, error) {
	if !c.connected() {
		return affiliates.Synced{}, affiliates.ErrNotConnected
	}
	found, err := c.credit.Sync(ctx, attribution.DefaultAccount)
	if errors.Is(err, credit.ErrSyncing) {
		err = affiliates.ErrSyncing
	}
	return affiliates.Synced(found), err
}

func (c *collector) lastSync() affiliates.Synced {
	return affiliates.Synced(c.credit.LastSync())
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

// keapSync has the running collector sync the affiliates: only one process may have the store.
func keapSync(ctx context.Context, args []string, _ io.Reader, stdout, stderr io.Writer) error {
	var r remote
	if err := r.parseRemote("keap sync", args, stderr, nil); err != nil {
		return err
	}
	var found affiliates.Synced
	if err := r.ask(ctx, http.MethodPost, "/v1/affiliates/sync", nil, &found); err != nil {
		return fmt.Errorf("keap sync: %w", err)
	}
	fmt.Fprintf(stdout, "%d affiliates seen: %d new, %d changed, %d gone, in %d calls\n", found.Seen, found.New, found.Changed, found.Gone, found.Calls)
	if !found.Complete {
		return fmt.Errorf("keap sync: it did not come to its end, and what it learned is kept: %s", found.Error)
	}
	return nil
}
