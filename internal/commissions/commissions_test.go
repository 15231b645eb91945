package commissions_test

import (
	"bytes"
	"context"
	"fmt"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"tributary/internal/attribution"
	"tributary/internal/commissions"
	"tributary/internal/keap"
	"tributary/internal/keap/keaptest"
	"tributary/internal/keap/sandbox"
	"tributary/internal/store/boltstore"
)

// direct carries requests to the sandbox without a network, so that time can be synctest's.
type direct struct{ http.Handler }

func (d direct) RoundTrip(r *http.Request) (*http.Response, error) {
	w := httptest.NewRecorder()
	r = r.Clone(r.Context())
	if r.Body == nil {
		r.Body = http.NoBody
	}
	d.ServeHTTP(w, r)
	return w.Result(), nil
}

// counter is a keeper on a real store, with Keap's double behind it.
type counter struct {
	*commissions.Keeper
	t         *testing.T
	box       *sandbox.Sandbox
	log       *bytes.Buffer
	connected bool
}

// at runs a test in a bubble, with a keeper that runs.
func at(t *testing.T, test func(*counter)) {
	box := sandbox.New(sandbox.Options{})
	t.Cleanup(box.Close)
	for i := range 250 {
		box.AddAffiliate(sandbox.Affiliate{ID: fmt.Sprint(101 + i), Name: "Ann"})
	}
	client := keaptest.Client(t, "http://keap.example"+sandbox.BasePath, func(c *keap.Config) { c.Transport = direct{box} })
	synctest.Test(t, func(t *testing.T) {
		s, err := boltstore.Open(boltstore.Options{Dir: t.TempDir()})
		if err != nil {
			t.Fatal(err)
		}
		defer s.Close()
		c := &counter{t: t, box: box, log: &bytes.Buffer{}, connected: true}
		c.Keeper = commissions.New(commissions.Options{
			Store: s, Keap: client, Account: attribution.DefaultAccount, Logger: slog.New(slog.NewTextHandler(c.log, nil)),
			Now: time.Now, Connected: func() bool { return c.connected },
		})
		ctx, stop := context.WithCancel(t.Context())
		done := make(chan struct{})
		go func() { c.Run(ctx); close(done) }()
		test(c)
		stop()
		<-done
	})
}

func (c *counter) want(affiliate string, state commissions.State, earned keap.Cents) {
	c.t.Helper()
	e, s, err := c.Of(c.t.Context(), affiliate)
	if err != nil || s != state || e.Earned != earned {
		c.t.Errorf("%s: %+v, %s, %v; want %d, %s", affiliate, e, s, err, earned, state)
	}
}

func (c *counter) wantCalls(want int) {
	c.t.Helper()
	if got := c.box.Calls()["listSummaries"]; got != want {
		c.t.Errorf("Keap was called %d times, want %d", got, want)
	}
}

func TestCommissionsAreReadInTheBackgroundAndKept(t *testing.T) {
	at(t, func(c *counter) {
		c.box.SetSummary(sandbox.Summary{AffiliateID: 101, AmountEarned: 120.5, Clawbacks: 20, Balance: 50})
		c.want("101", commissions.Asking, 0)
		c.wantCalls(0)
		time.Sleep(3 * time.Second)
		c.want("101", commissions.Known, 12050)
		if v := c.Version("101"); v != 1 {
			c.t.Errorf("its version is %d", v)
		}
		c.box.SetSummary(sandbox.Summary{AffiliateID: 101, AmountEarned: 200})
		time.Sleep(14 * time.Minute)
		c.want("101", commissions.Known, 12050)
		c.wantCalls(1)
		time.Sleep(2 * time.Minute)
		c.want("101", commissions.Known, 12050) // old, and being read
		time.Sleep(3 * time.Second)
		c.want("101", commissions.Known, 20000)
		time.Sleep(24 * time.Hour)
		c.wantCalls(2) // nobody looked
	})
}

func TestManyAffiliatesAreReadInFewCalls(t *testing.T) {
	at(t, func(c *counter) {
		for range 3 {
			for i := range 250 {
				c.want(fmt.Sprint(101+i), commissions.Asking, 0)
			}
		}
		time.Sleep(time.Minute)
		c.wantCalls(3)
		for i := range 250 {
			c.want(fmt.Sprint(101+i), commissions.Known, 0)
		}
	})
}

func TestAFailureIsSaidQuietlyAndTriedLater(t *testing.T) {
	at(t, func(c *counter) {
		c.box.SetSummary(sandbox.Summary{AffiliateID: 101, AmountEarned: 5})
		c.want("101", commissions.Asking, 0)
		time.Sleep(3 * time.Second)
		if err := c.box.AddFault(sandbox.Fault{Operation: "listSummaries", Kind: "503", Times: 1}); err != nil {
			c.t.Fatal(err)
		}
		time.Sleep(20 * time.Minute)
		c.want("101", commissions.Known, 500)
		c.want("102", commissions.Asking, 0)
		time.Sleep(3 * time.Second)
		for range 100 { // views do not make more calls
			c.want("101", commissions.Failing, 500)
			c.want("102", commissions.Failing, 0)
			time.Sleep(time.Second)
		}
		c.wantCalls(2)
		time.Sleep(5 * time.Minute)
		c.want("101", commissions.Known, 500)
		c.wantCalls(3)
		if n := strings.Count(c.log.String(), "\n"); n != 1 || strings.Contains(c.log.String(), sandbox.DefaultKey) {
			c.t.Errorf("the log: %s", c.log)
		}
	})
}

func TestWithoutKeapNothingIsAsked(t *testing.T) {
	at(t, func(c *counter) {
		c.connected = false
		c.want("101", commissions.Disconnected, 0)
		time.Sleep(time.Hour)
		c.wantCalls(0)
	})
}

func TestALongPauseThatKeapAsksForIsKept(t *testing.T) {
	at(t, func(c *counter) {
		if err := c.box.AddFault(sandbox.Fault{Operation: "listSummaries", Kind: "429", RetryAfter: "3600"}); err != nil {
			c.t.Fatal(err)
		}
		c.want("101", commissions.Asking, 0)
		time.Sleep(59 * time.Minute)
		c.want("101", commissions.Failing, 0)
		time.Sleep(30 * time.Second)
		c.wantCalls(1)
		time.Sleep(time.Minute)
		c.want("101", commissions.Known, 0)
	})
}
