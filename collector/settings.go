package main

import (
	"context"

	"tributary/internal/attribution"
	"tributary/internal/settings"
)

// openSettings reads the owner's settings once, so that a document that cannot be read is told at the start.
func (c *collector) openSettings(ctx context.Context) error {
	c.settings = settings.NewKeeper(c.store, settings.Default(c.cfg.policy()))
	_, err := c.settings.Of(ctx, attribution.DefaultAccount)
	return err
}

// policy is what the owner has decided, over what the flags say.
func (c *collector) policy() attribution.Policy {
	s, err := c.settings.Of(context.Background(), attribution.DefaultAccount)
	if err != nil { // never after openSettings: what was read is remembered
		c.log.Error("reading the settings; the flags hold", "error", err)
		return c.cfg.policy()
	}
	return s.Policy()
}
