package metrics

import (
	"context"
	"sync"
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"tributary/internal/store"
)

// usageFresh is how long what was read of the store is told again: reading it walks every job.
const usageFresh = 10 * time.Second

var (
	jobsDesc        = prometheus.NewDesc("tributary_outbox_jobs", "Jobs by state; jobs that are done are removed.", []string{"state"}, nil)
	overdueDesc     = prometheus.NewDesc("tributary_outbox_oldest_due_seconds", "How long the job that waits longest has been due; 0 when none is late.", nil, nil)
	quarantinedDesc = prometheus.NewDesc("tributary_quarantine_records", "Input that is kept because it could not be taken.", nil, nil)
	sizeDesc        = prometheus.NewDesc("tributary_database_bytes", "Size of the database on disk.", nil, nil)
	freeDesc        = prometheus.NewDesc("tributary_database_free_pages", "Pages of the database that nothing uses; compacting gives them back.", nil, nil)
)

// usage is a collector of the store's usage.
type usage struct {
	read func(context.Context) (store.Usage, error)
	now  func() time.Time

	mu   sync.Mutex
	at   time.Time
	last store.Usage
}

// Watch adds the usage of a store.
func (m *Metrics) Watch(read func(context.Context) (store.Usage, error), now func() time.Time) {
	m.registry.MustRegister(&usage{read: read, now: now})
}

// Describe implements prometheus.Collector.
func (u *usage) Describe(to chan<- *prometheus.Desc) {
	for _, d := range []*prometheus.Desc{jobsDesc, overdueDesc, quarantinedDesc, sizeDesc, freeDesc} {
		to <- d
	}
}

// Collect implements prometheus.Collector.
func (u *usage) Collect(to chan<- prometheus.Metric) {
	now := u.now()
	last, err := u.refresh(now)
	if err != nil {
		to <- prometheus.NewInvalidMetric(sizeDesc, err)
		return
	}
	gauge := func(d *prometheus.Desc, v float64, labels ...string) {
		to <- prometheus.MustNewConstMetric(d, prometheus.GaugeValue, v, labels...)
	}
	for _, state := range []store.JobState{store.Ready, store.Sending, store.Parked} {
		gauge(jobsDesc, float64(last.Jobs[state]), string(state))
	}
	late := time.Duration(0)
	if !last.OldestDue.IsZero() {
		late = max(0, now.Sub(last.OldestDue))
	}
	gauge(overdueDesc, late.Seconds())
	gauge(quarantinedDesc, float64(last.Quarantined))
	gauge(sizeDesc, float64(last.Bytes))
	gauge(freeDesc, float64(last.FreePages))
}

func (u *usage) refresh(now time.Time) (store.Usage, error) {
	u.mu.Lock()
	defer u.mu.Unlock()
	if now.Sub(u.at) < usageFresh {
		return u.last, nil
	}
	fresh, err := u.read(context.Background())
	if err == nil {
		u.last, u.at = fresh, now
	}
	return fresh, err
}
