package metrics

import (
	"time"

	"github.com/prometheus/client_golang/prometheus"
)

var (
	webhooksDesc = prometheus.NewDesc("tributary_webhooks", "Endpoints of outgoing webhooks, by whether they are enabled.", []string{"enabled"}, nil)
	toTellDesc   = prometheus.NewDesc("tributary_webhook_deliveries_waiting", "Deliveries that wait for an endpoint that is enabled.", nil, nil)
)

// Webhook takes note of one attempt at an endpoint.
func (m *Metrics) Webhook(succeeded bool, took time.Duration) {
	m.webhook.WithLabelValues(outcomeOf(succeeded)).Observe(took.Seconds())
}

func outcomeOf(succeeded bool) string {
	if succeeded {
		return "delivered"
	}
	return "failed"
}

// WebhookUsage is where the outgoing webhooks stand.
type WebhookUsage struct{ Endpoints, Disabled, Waiting int }

type webhookUsage struct{ read func() WebhookUsage }

// WatchWebhooks adds where the outgoing webhooks stand.
func (m *Metrics) WatchWebhooks(read func() WebhookUsage) {
	m.registry.MustRegister(webhookUsage{read})
}

// Describe implements prometheus.Collector.
func (w webhookUsage) Describe(to chan<- *prometheus.Desc) {
	to <- webhooksDesc
	to <- toTellDesc
}

// Collect implements prometheus.Collector.
func (w webhookUsage) Collect(to chan<- prometheus.Metric) {
	now := w.read()
	to <- prometheus.MustNewConstMetric(webhooksDesc, prometheus.GaugeValue, float64(now.Endpoints-now.Disabled), "true")
	to <- prometheus.MustNewConstMetric(webhooksDesc, prometheus.GaugeValue, float64(now.Disabled), "false")
	to <- prometheus.MustNewConstMetric(toTellDesc, prometheus.GaugeValue, float64(now.Waiting))
}
