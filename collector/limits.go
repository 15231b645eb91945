package main

import (
	"cmp"

	"tributary/internal/metrics"
)

// reserve is --keap-reserve as the client takes it, where 0 stands for the default.
func (c *config) reserve() int { return cmp.Or(c.keapReserve, -1) }

// keapUsage is what the metrics tell of Keap's limits and of the outbox.
func (c *collector) keapUsage() metrics.KeapUsage {
	quota, standing := c.keap.Quota(), c.outbox.Standing()
	return metrics.KeapUsage{
		Limit: quota.Limit, Left: quota.Left, PerMinute: quota.PerMinute, Paused: standing.Reason != "", Pauses: standing.Pauses,
	}
}
