package metrics

import (
	"net/http"
	"strconv"
	"time"
)

// Transport measures the calls of Keap that pass through next.
func (m *Metrics) Transport(next http.RoundTripper) http.RoundTripper { return transport{next, m} }

type transport struct {
	next http.RoundTripper
	m    *Metrics
}

// RoundTrip implements http.RoundTripper.
func (t transport) RoundTrip(req *http.Request) (*http.Response, error) {
	start := time.Now()
	res, err := t.next.RoundTrip(req)
	status := "none"
	if err == nil {
		status = strconv.Itoa(res.StatusCode)
	}
	t.m.keap.WithLabelValues(req.Method, status).Observe(time.Since(start).Seconds())
	return res, err
}

// CloseIdleConnections is what http.Client looks for in a transport.
func (t transport) CloseIdleConnections() {
	if c, ok := t.next.(interface{ CloseIdleConnections() }); ok {
		c.CloseIdleConnections()
	}
}
