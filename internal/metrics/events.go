package metrics

import (
	"context"

	"github.com/prometheus/client_golang/prometheus"

	"tributary/internal/attribution"
	"tributary/internal/store"
)

// quarantined stands beside the store's own dispositions: an event or a body that could not be taken.
const quarantined store.Disposition = "quarantined"

var dispositions = []store.Disposition{store.Accepted, store.Duplicate, store.Ignored, store.Test, quarantined}

// counted is a store whose events are counted.
type counted struct {
	store.Store
	by map[store.Disposition]prometheus.Counter
}

// Count returns the store with its events counted, through whichever door they come.
func (m *Metrics) Count(s store.Store) store.Store {
	c := counted{Store: s, by: map[store.Disposition]prometheus.Counter{}}
	for _, d := range dispositions {
		c.by[d] = m.events.WithLabelValues(string(d))
	}
	return c
}

// Ingest implements store.Events.
func (c counted) Ingest(ctx context.Context, account attribution.AccountID, policy attribution.Policy, batch []attribution.Event) ([]store.Outcome, error) {
	outcomes, err := c.Store.Ingest(ctx, account, policy, batch)
	for _, o := range outcomes {
		c.by[o.Disposition].Inc()
	}
	return outcomes, err
}

// Quarantine implements store.Events.
func (c counted) Quarantine(ctx context.Context, q store.Quarantined) error {
	err := c.Store.Quarantine(ctx, q)
	if err == nil {
		c.by[quarantined].Inc()
	}
	return err
}
