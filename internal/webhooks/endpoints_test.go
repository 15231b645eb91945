package webhooks_test

import (
	"context"
	"errors"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"sync/atomic"
	"testing"

	"tributary/internal/store"
	"tributary/internal/webhooks"
)

// outside is a service as it runs for customers: on the real network, and not into this machine.
func (w *world) outside(loopback bool) *webhooks.Service {
	return webhooks.New(webhooks.Options{Store: w.store, Sealer: w.vault, Account: account, Loopback: loopback})
}

func TestWhatIsRefused(t *testing.T) {
	inWorld(t, func(w *world) {
		strict := w.outside(false)
		good := "https://hooks.example.com:8443/a/b?token=1"
		for name, c := range map[string]struct {
			field  string
			change webhooks.Change
		}{
			"no address":       {"url", webhooks.Change{}},
			"plain http":       {"url", webhooks.Change{URL: new("http://hooks.example.com/")}},
			"another scheme":   {"url", webhooks.Change{URL: new("file:///etc/passwd")}},
			"no host":          {"url", webhooks.Change{URL: new("https:///x")}},
			"a user":           {"url", webhooks.Change{URL: new("https://a:b@hooks.example.com/")}},
			"a fragment":       {"url", webhooks.Change{URL: new(good + "#x")}},
			"localhost":        {"url", webhooks.Change{URL: new("https://LOCALHOST./")}},
			"loopback":         {"url", webhooks.Change{URL: new("https://127.0.0.1/")}},
			"loopback in IPv6": {"url", webhooks.Change{URL: new("https://[::ffff:127.0.0.1]/")}},
			"a private one":    {"url", webhooks.Change{URL: new("https://10.0.0.1/")}},
			"a cloud's keys":   {"url", webhooks.Change{URL: new("https://169.254.169.254/latest")}},
			"a long one":       {"url", webhooks.Change{URL: new(good + strings.Repeat("x", 2000))}},
			"no events":        {"events", webhooks.Change{URL: &good, Events: &[]webhooks.Type{}}},
			"an unknown event": {"events", webhooks.Change{URL: &good, Events: &[]webhooks.Type{"ping"}}},
			"much e-mail":      {"email", webhooks.Change{URL: &good, Email: new(webhooks.Email("everything"))}},
			"two lines":        {"description", webhooks.Change{URL: &good, Description: new("a\nb")}},
		} {
			var wrong *webhooks.Wrong
			if _, _, _, err := strict.Create(context.Background(), c.change, ""); !errors.As(err, &wrong) || wrong.Field != c.field {
				t.Errorf("%s: %v, want a wrong %s", name, err, c.field)
			}
		}
		e, secret, made, err := strict.Create(context.Background(), webhooks.Change{URL: &good}, "once")
		if err != nil || !made || e.Host() != "hooks.example.com:8443" || e.Email != webhooks.Masked {
			t.Fatalf("%+v, %v", e, err)
		}
		again, hidden, made, err := strict.Create(context.Background(), webhooks.Change{URL: &good}, "once")
		if err != nil || made || again.ID != e.ID || hidden != "" || secret == "" {
			t.Errorf("%+v, %q, %v", again, hidden, err)
		}
		for _, unknown := range []func() error{
			func() error { _, err := strict.Change(context.Background(), "we_x", webhooks.Change{}); return err },
			func() error { _, _, err := strict.Rotate(context.Background(), "we_x", 0); return err },
			func() error { return strict.Delete(context.Background(), "we_x") },
			func() error { _, err := strict.Test(context.Background(), "we_x"); return err },
			func() error { _, err := strict.Deliveries(context.Background(), "we_x", "", "", 1); return err },
		} {
			if err := unknown(); !errors.Is(err, store.ErrNotFound) {
				t.Errorf("of an unknown one: %v", err)
			}
		}
	})
}

// TestNoWayInside: an address that was saved under another rule, and would be reached, is refused when it is called.
func TestNoWayInside(t *testing.T) {
	var calls atomic.Int64
	inside := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { calls.Add(1) }))
	defer inside.Close()
	w := newWorld(t, 0)
	defer w.store.Close()
	w.stop()
	for _, url := range []string{inside.URL, strings.Replace(inside.URL, "127.0.0.1", "localhost", 1)} {
		e, _, _, err := w.outside(true).Create(context.Background(), webhooks.Change{URL: &url}, "")
		if err != nil {
			t.Fatal(err)
		}
		if d, err := w.outside(true).Test(context.Background(), e.ID); err != nil || d.State != webhooks.Delivered {
			t.Fatalf("for development: %+v, %v", d, err)
		}
		t.Setenv("HTTPS_PROXY", inside.URL)
		t.Setenv("HTTP_PROXY", inside.URL)
		before := calls.Load()
		d, err := w.outside(false).Test(context.Background(), e.ID)
		if err != nil || d.State != webhooks.GaveUp || !strings.Contains(d.Reason, "which is this machine") && !strings.Contains(d.Reason, "which is no public address") {
			t.Errorf("%+v, %v", d, err)
		}
		if calls.Load() != before {
			t.Error("it was called")
		}
	}
}

// TestManyChangeAtOnce: nobody's endpoint is lost because others are added or taken away in the same moment.
func TestManyChangeAtOnce(t *testing.T) {
	w := newWorld(t, 0)
	defer w.store.Close()
	defer func() { w.stop() }()
	url := "http://localhost:8001/"
	var all sync.WaitGroup
	for range 4 {
		all.Go(func() {
			for range 5 {
				if _, _, _, err := w.Create(context.Background(), webhooks.Change{URL: &url}, ""); err != nil {
					t.Error(err)
				}
			}
		})
	}
	all.Wait()
	if got, err := w.Endpoints(context.Background()); err != nil || len(got) != 20 {
		t.Errorf("%d endpoints, %v", len(got), err)
	}
}
