package metrics

import (
	"github.com/prometheus/client_golang/prometheus"

	"tributary/internal/mail"
)

var mailsDesc = prometheus.NewDesc("tributary_mails_waiting", "Mails that wait for the mail server, by class.", []string{"class"}, nil)

// Mailed counts an attempt to send a mail: sent, failed (given up) or waiting (put off).
func (m *Metrics) Mailed(class mail.Class, state mail.State) {
	m.mails.WithLabelValues(string(class), string(state)).Inc()
}

type mailQueue struct{ waiting func(mail.Class) int }

// WatchMails adds how many mails wait.
func (m *Metrics) WatchMails(waiting func(mail.Class) int) {
	m.registry.MustRegister(mailQueue{waiting})
	for _, class := range mail.Classes { // a series that is there at 0 can be alerted on
		for _, state := range []mail.State{mail.Sent, mail.Failed, mail.Waiting} {
			m.mails.WithLabelValues(string(class), string(state))
		}
	}
}

// Describe implements prometheus.Collector.
func (q mailQueue) Describe(to chan<- *prometheus.Desc) { to <- mailsDesc }

// Collect implements prometheus.Collector.
func (q mailQueue) Collect(to chan<- prometheus.Metric) {
	for _, class := range mail.Classes {
		to <- prometheus.MustNewConstMetric(mailsDesc, prometheus.GaugeValue, float64(q.waiting(class)), string(class))
	}
}
