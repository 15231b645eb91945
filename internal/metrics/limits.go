package metrics

import "github.com/prometheus/client_golang/prometheus"

var (
	quotaLimitDesc = prometheus.NewDesc("tributary_keap_quota_limit", "Calls a day that Keap allows, as it told last; 0 while it has told nothing.", nil, nil)
	quotaLeftDesc  = prometheus.NewDesc("tributary_keap_quota_left", "Calls of Keap's quota that are left today, for all programs; 0 while it has told nothing.", nil, nil)
	perMinuteDesc  = prometheus.NewDesc("tributary_keap_throttle_per_minute", "Calls a minute that Keap allows, as it told last; 0 while it has told nothing.", nil, nil)
	pausedDesc     = prometheus.NewDesc("tributary_outbox_paused", "1 while nothing is written into Keap, because Keap is away, refuses the key, or its limit is reached.", nil, nil)
	pausesDesc     = prometheus.NewDesc("tributary_outbox_pauses_total", "Pauses since the start.", nil, nil)
)

// KeapUsage is where the work on Keap stands.
type KeapUsage struct {
	Limit, Left, PerMinute int
	Paused                 bool
	Pauses                 int
}

type keapUsage struct{ read func() KeapUsage }

// WatchKeap adds the limits of Keap and the pauses of the outbox.
func (m *Metrics) WatchKeap(read func() KeapUsage) { m.registry.MustRegister(keapUsage{read}) }

// Describe implements prometheus.Collector.
func (k keapUsage) Describe(to chan<- *prometheus.Desc) {
	for _, d := range []*prometheus.Desc{quotaLimitDesc, quotaLeftDesc, perMinuteDesc, pausedDesc, pausesDesc} {
		to <- d
	}
}

// Collect implements prometheus.Collector.
func (k keapUsage) Collect(to chan<- prometheus.Metric) {
	now := k.read()
	paused := 0
	if now.Paused {
		paused = 1
	}
	for d, v := range map[*prometheus.Desc]int{quotaLimitDesc: now.Limit, quotaLeftDesc: now.Left, perMinuteDesc: now.PerMinute, pausedDesc: paused} {
		to <- prometheus.MustNewConstMetric(d, prometheus.GaugeValue, float64(v))
	}
	to <- prometheus.MustNewConstMetric(pausesDesc, prometheus.CounterValue, float64(now.Pauses))
}
