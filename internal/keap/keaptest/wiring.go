package keaptest

import (
	"net/http"
	"net/http/httptest"
	"testing"

	"tributary/internal/keap"
	"tributary/internal/keap/sandbox"
)

// Serve starts a sandbox for this test and returns it with the base URL to give to a client.
func Serve(t testing.TB, options sandbox.Options) (*sandbox.Sandbox, string) {
	t.Helper()
	s := sandbox.New(options)
	server := httptest.NewServer(s)
	t.Cleanup(server.Close)
	t.Cleanup(s.Close) // runs first, and ends the answers that are held back
	return s, server.URL + sandbox.BasePath
}

// Client returns a client of the Keap at baseURL, with the sandbox's key and without pacing. A referee judges all it
// sends and gets. Each change may alter the configuration; the transport stays behind the referee.
func Client(t testing.TB, baseURL string, changes ...func(*keap.Config)) *keap.Client {
	t.Helper()
	own := http.DefaultTransport.(*http.Transport).Clone()
	t.Cleanup(own.CloseIdleConnections)
	config := keap.Config{BaseURL: baseURL, Key: sandbox.DefaultKey, PerMinute: keap.Unlimited, Transport: own}
	for _, change := range changes {
		change(&config)
	}
	config.Transport = NewReferee(t).Around(config.Transport)
	client, err := keap.New(config)
	if err != nil {
		t.Fatal(err)
	}
	return client
}
