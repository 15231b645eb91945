// Package metrics tells operators how the collector does, in the words of Prometheus. No label holds anything from outside:
// no address, no name, no affiliate.
package metrics

import (
	"log/slog"
	"net/http"
	"time"

	"github.com/labstack/echo/v4"
	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/collectors"
	"github.com/prometheus/client_golang/prometheus/promhttp"
)

// Metrics is one registry with everything that the collector measures.
type Metrics struct {
	registry *prometheus.Registry
	events   *prometheus.CounterVec
	ingest   prometheus.Histogram
	commit   prometheus.Histogram
	batch    prometheus.Histogram
	keap     *prometheus.HistogramVec
	webhook  *prometheus.HistogramVec
	mails    *prometheus.CounterVec
}

// New makes the registry.
func New() *Metrics {
	m := &Metrics{
		registry: prometheus.NewRegistry(),
		events: prometheus.NewCounterVec(prometheus.CounterOpts{
			Name: "tributary_events_total", Help: "Events that were answered for, by what became of them.",
		}, []string{"disposition"}),
		ingest: prometheus.NewHistogram(prometheus.HistogramOpts{
			Name: "tributary_ingest_seconds", Help: "Time from the request of POST /e to its answer.", Buckets: seconds,
		}),
		commit: prometheus.NewHistogram(prometheus.HistogramOpts{
			Name: "tributary_commit_seconds", Help: "Time of one commit, with its fsync.", Buckets: seconds,
		}),
		batch: prometheus.NewHistogram(prometheus.HistogramOpts{
			Name: "tributary_commit_writes", Help: "Writes that shared one commit.", Buckets: prometheus.ExponentialBuckets(1, 2, 12),
		}),
		keap: prometheus.NewHistogramVec(prometheus.HistogramOpts{
			Name: "tributary_keap_call_seconds", Help: "Time of one call of Keap, by method and status; status none means that no answer came.", Buckets: seconds,
		}, []string{"method", "status"}),
		webhook: prometheus.NewHistogramVec(prometheus.HistogramOpts{
			Name: "tributary_webhook_attempt_seconds", Help: "Time of one attempt at an endpoint of an outgoing webhook, by its outcome.", Buckets: seconds,
		}, []string{"outcome"}),
	}
	m.mails = prometheus.NewCounterVec(prometheus.CounterOpts{
		Name: "tributary_mails_total", Help: "Attempts to send a mail, by class and by what became of them; waiting means put off.",
	}, []string{"class", "state"})
	m.registry.MustRegister(m.events, m.ingest, m.commit, m.batch, m.keap, m.webhook, m.mails,
		collectors.NewGoCollector(), collectors.NewProcessCollector(collectors.ProcessCollectorOpts{}))
	for _, d := range dispositions {
		m.events.WithLabelValues(string(d)) // a series that is there at 0 can be alerted on
	}
	for _, succeeded := range []bool{true, false} {
		m.webhook.WithLabelValues(outcomeOf(succeeded))
	}
	return m
}

// seconds are bounds from 0.25 ms to 16 s: a commit on a good disk, and a call of Keap on a bad day.
var seconds = prometheus.ExponentialBuckets(0.00025, 2, 17)

// Handler answers with all metrics. One that cannot be read is left out and logged.
func (m *Metrics) Handler(log *slog.Logger) http.Handler {
	return promhttp.HandlerFor(m.registry, promhttp.HandlerOpts{
		ErrorHandling: promhttp.ContinueOnError, ErrorLog: slog.NewLogLogger(log.Handler(), slog.LevelError),
	})
}

// Committed takes note of a commit: see boltstore.Options.
func (m *Metrics) Committed(writes int, took time.Duration) {
	m.commit.Observe(took.Seconds())
	m.batch.Observe(float64(writes))
}

// Timed measures a handler as ingest.
func (m *Metrics) Timed(next echo.HandlerFunc) echo.HandlerFunc {
	return func(c echo.Context) error {
		start := time.Now()
		err := next(c)
		m.ingest.Observe(time.Since(start).Seconds())
		return err
	}
}
