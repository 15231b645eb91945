package main

import (
	"context"
	"time"

	"tributary/internal/doctor"
	"tributary/internal/webhooks"
)

// What the form doctor may take of the collector's time and memory for one page.
const (
	examineTime = 15 * time.Second
	examinePage = 2 << 20
)

// examine looks at a page that somebody at the desk has filled in: outside alone, or on this machine for development.
func (c *collector) examine(ctx context.Context, site, address string) (doctor.Report, error) {
	return doctor.NewWithin(site, doctor.Bounds{
		Dial: webhooks.Dialer(c.cfg.webhooksToLoopback).DialContext, Own: c.cfg.baseURL, Time: examineTime, Page: examinePage,
	}).Examine(ctx, address)
}
