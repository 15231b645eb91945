package main

import (
	"bytes"
	"context"
	"errors"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"tributary/internal/keap/sandbox"
)

// keapWorld is a collector that runs, without a connection, and the Keap that it could have.
type keapWorld struct {
	*testCollector
	box  *sandbox.Sandbox
	stop func() // the work in the background
}

func newKeapWorld(t *testing.T, options sandbox.Options, change func(*config)) *keapWorld {
	t.Helper()
	box := sandbox.New(options)
	box.AddAffiliate(sandbox.Affiliate{ID: "101", Code: "river"})
	server := httptest.NewServer(box)
	t.Cleanup(server.Close)
	t.Cleanup(box.Close)
	tc := newTestCollector(t, func(c *config) {
		c.baseURL = "https://go.example.com"
		c.keapURL, c.keapTokenURL, c.keapAuthorizeURL = server.URL+sandbox.BasePath, server.URL+sandbox.TokenPath, server.URL+sandbox.AuthorizePath
		change(c)
	})
	ctx, stop := context.WithCancel(context.Background())
	var tasks sync.WaitGroup
	tasks.Go(func() { tc.connection.Run(ctx) })
	tasks.Go(func() { tc.whileConnected(ctx, tc.outbox.Run) })
	w := &keapWorld{tc, box, func() { stop(); tasks.Wait() }}
	t.Cleanup(w.stop)
	return w
}

func withOAuth(c *config) {
	c.keapClientID, c.keapClientSecret = sandbox.DefaultClientID, sandbox.DefaultClientSecret
}

// keap is one call of the program, "tributary keap ...", against this collector.
func (w *keapWorld) keap(stdin string, args ...string) (code int, stdout, stderr string) {
	w.t.Helper()
	var out, errs bytes.Buffer
	err := keapCommand(w.t.Context(), append(args, "--url", w.url, "--admin-key", testKey), strings.NewReader(stdin), &out, &errs)
	code = exitCode(err, &errs)
	return code, out.String(), errs.String()
}

// status waits until the opt-in of an e-mail has a status.
func (w *keapWorld) status(email, want string) {
	w.t.Helper()
	var list listedOptIns
	for deadline := time.Now().Add(15 * time.Second); time.Now().Before(deadline); time.Sleep(20 * time.Millisecond) {
		w.json("GET", "/v1/optins?email="+url.QueryEscape(email), "", http.StatusOK, &list)
		if len(list.Data) == 1 && list.Data[0].Status == want {
			return
		}
	}
	w.t.Fatalf("the opt-in of %s: %+v, want %s", email, list.Data, want)
}

func (w *keapWorld) optIn(email string) {
	w.t.Helper()
	w.box.AddContact(email, "", "")
	if got := w.send(optInEvent(email, "101")); got[0] != "accepted" {
		w.t.Fatal(got)
	}
}

func (w *keapWorld) ready() string {
	w.t.Helper()
	_, text, _ := w.do("GET", "/readyz", "")
	return text
}

// TestKeapIsConnectedWithoutARestart is the whole way of an owner: nothing, OAuth, a disconnection, a key.
func TestKeapIsConnectedWithoutARestart(t *testing.T) {
	w := newKeapWorld(t, sandbox.Options{CookiesOnly: true}, withOAuth)
	w.optIn("ann@example.com")
	if code, out, _ := w.keap("", "status"); code != 1 || !strings.Contains(out, "disconnected") || !strings.Contains(out, "tributary keap login") {
		t.Errorf("status before: %d %s", code, out)
	}
	if got := w.ready(); !strings.Contains(got, "not connected") {
		t.Errorf("/readyz before: %s", got)
	}
	code, address, _ := w.keap("", "login", "--no-wait")
	if code != 0 {
		t.Fatalf("login: %d", code)
	}
	back, err := w.box.Approve(strings.TrimSpace(address), sandbox.DefaultTenant)
	if err != nil {
		t.Fatal(err)
	}
	to, _ := url.Parse(back)
	if !strings.HasPrefix(back, "https://go.example.com/keap/callback?") {
		t.Fatalf("Keap sends the browser to %s", back)
	}
	status, page, h := w.do("GET", to.RequestURI(), "")
	if status != http.StatusOK || !strings.Contains(page, "is connected") || !strings.Contains(page, `href="/assets/admin.`) {
		t.Fatalf("the browser gets %d %s", status, page)
	}
	if h.Get("Referrer-Policy") != "no-referrer" || !strings.Contains(h.Get("Content-Security-Policy"), "default-src 'none'") {
		t.Errorf("the page with the code in its address has %v", h)
	}
	w.status("ann@example.com", "credited")
	code, out, _ := w.keap("", "status")
	if code != 0 || !strings.Contains(out, "Keap app      sandbox\n") || !strings.Contains(out, "last success") || !strings.Contains(out, "Referral history and cookies") {
		t.Errorf("status: %d %s", code, out)
	}
	if got := w.ready(); !strings.Contains(got, `"keap":"connected"`) {
		t.Errorf("/readyz: %s", got)
	}

	if code, _, errs := w.keap("", "logout"); code != 0 || !strings.Contains(errs, "until you take it back") {
		t.Errorf("logout: %d %s", code, errs)
	}
	w.optIn("ben@example.com")
	time.Sleep(300 * time.Millisecond) // longer than the outbox looks
	w.status("ben@example.com", "received")
	if code, _, errs := w.keap("KeapAK-wrong\n", "login", "--key", "-"); code != 1 || !strings.Contains(errs, "refuses") || strings.Contains(errs, "KeapAK") {
		t.Errorf("a wrong key: %d %s", code, errs)
	}
	if code, out, errs := w.keap(sandbox.DefaultKey+"\n", "login", "--key", "-"); code != 0 || !strings.Contains(out, "sandbox") {
		t.Errorf("a key: %d %s %s", code, out, errs)
	}
	w.status("ben@example.com", "credited")
	if got := len(w.box.Referrals()); got != 2 {
		t.Errorf("%d referrals", got)
	}
	w.stop()
	file, err := os.ReadFile(filepath.Join(w.cfg.data, "tributary.db"))
	if err != nil {
		t.Fatal(err)
	}
	for _, secret := range []string{"access-", "refresh-", sandbox.DefaultKey, sandbox.DefaultClientSecret, to.Query().Get("code"), to.Query().Get("state")} {
		for where, text := range map[string]string{"store": string(file), "log": w.logs.String()} {
			if strings.Contains(text, secret) {
				t.Errorf("the %s holds %q", where, secret)
			}
		}
	}
}

func TestKeapLoginWaits(t *testing.T) {
	w := newKeapWorld(t, sandbox.Options{}, withOAuth)
	r, out := &syncBuffer{}, make(chan error, 1)
	go func() {
		out <- keapCommand(t.Context(), []string{"login", "--url", w.url, "--admin-key", testKey}, strings.NewReader(""), r, &bytes.Buffer{})
	}()
	for !strings.Contains(r.String(), "\n") {
		time.Sleep(5 * time.Millisecond)
	}
	back, err := w.box.Approve(strings.TrimSpace(r.String()), sandbox.DefaultTenant)
	if err != nil {
		t.Fatal(err)
	}
	to, _ := url.Parse(back)
	w.do("GET", to.RequestURI(), "")
	if err := <-out; err != nil || !strings.Contains(r.String(), "connected to the Keap app sandbox by OAuth") {
		t.Errorf("got %v, %s", err, r)
	}
}

// syncBuffer is read while a command writes.
type syncBuffer struct {
	mu sync.Mutex
	b  bytes.Buffer
}

func (s *syncBuffer) Write(p []byte) (int, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.b.Write(p)
}

func (s *syncBuffer) String() string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.b.String()
}

// TestAKeyOfAnotherAppWaitsForAWord: nothing is sent, nothing is lost, and one command goes on.
func TestAKeyOfAnotherAppWaitsForAWord(t *testing.T) {
	dir := t.TempDir()
	options := sandbox.Options{Keys: []string{"KeapAK-one", "KeapAK-two"}, Tenants: map[string]string{"KeapAK-one": "one", "KeapAK-two": "two"}}
	box := sandbox.New(options)
	t.Cleanup(box.Close)
	server := httptest.NewServer(box)
	t.Cleanup(server.Close)
	t.Run("the app of before", func(t *testing.T) {
		newTestCollector(t, func(c *config) {
			c.data, c.keapURL, c.keapKey = dir, server.URL+sandbox.BasePath, "KeapAK-one"
		}).keyWorks(t.Context())
	})
	w := newKeapWorld(t, options, func(c *config) { c.data, c.keapKey = dir, "KeapAK-two" })
	w.optIn("ann@example.com")
	time.Sleep(500 * time.Millisecond)
	w.status("ann@example.com", "received")
	if got := w.ready(); !strings.Contains(got, "--new-tenant") {
		t.Errorf("/readyz: %s", got)
	}
	calls := w.box.Calls()
	if delete(calls, "getUserInfo"); len(calls) != 0 {
		t.Errorf("Keap was asked all the same: %v", calls)
	}
	if code, out, _ := w.keap("", "status"); code != 1 || !strings.Contains(out, "other app     two") {
		t.Errorf("status: %d %s", code, out)
	}
	if code, _, errs := w.keap("", "login"); code != 1 || !strings.Contains(errs, "--keap-key") {
		t.Errorf("a login beside the key: %d %s", code, errs)
	}
	if code, out, errs := w.keap("", "login", "--new-tenant"); code != 0 || !strings.Contains(out, "two") {
		t.Errorf("the word: %d %s %s", code, out, errs)
	}
	w.status("ann@example.com", "credited")
}

func TestWrongCallsOfKeap(t *testing.T) {
	w := newKeapWorld(t, sandbox.Options{}, func(*config) {})
	for name, test := range map[string]struct {
		args []string
		code int
		says string
	}{
		"no command":        {nil, 2, "login"},
		"an unknown one":    {[]string{"dance"}, 2, "tributary keap help"},
		"an argument":       {[]string{"status", "now"}, 2, "now"},
		"an unknown flag":   {[]string{"status", "--loud"}, 2, "-h"},
		"a bad address":     {[]string{"status", "--url", "localhost", "--admin-key", "x"}, 2, "--url"},
		"nobody there":      {[]string{"status", "--url", "http://127.0.0.1:1", "--admin-key", "x"}, 1, "tributary serve"},
		"no admin key":      {[]string{"status", "--data", t.TempDir()}, 1, "--admin-key"},
		"another admin key": {[]string{"status", "--url", w.url, "--admin-key", "x"}, 1, "401"},
		"no OAuth client":   {[]string{"login", "--url", w.url, "--admin-key", testKey}, 1, "--keap-client-id"},
		"help":              {[]string{"help"}, 0, ""},
	} {
		t.Run(name, func(t *testing.T) {
			var errs bytes.Buffer
			err := keapCommand(t.Context(), test.args, strings.NewReader(""), &bytes.Buffer{}, &errs)
			if code := exitCode(err, &errs); code != test.code || !strings.Contains(errs.String(), test.says) {
				t.Errorf("%d %s, want %d with %q", code, errs.String(), test.code, test.says)
			}
		})
	}
}

func TestTwoWaysToConnectAreRefused(t *testing.T) {
	for name, test := range map[string]struct {
		args []string
		says string
	}{
		"both":            {[]string{"--keap-key", "k", "--keap-client-id", "c", "--keap-client-secret", "s"}, "leave --keap-key out"},
		"half of a pair":  {[]string{"--keap-client-id", "c"}, "belong together"},
		"a bad address":   {[]string{"--keap-token-url", "example.com"}, "--keap-token-url"},
		"another bad one": {[]string{"--keap-authorize-url", ""}, "--keap-authorize-url"},
	} {
		t.Run(name, func(t *testing.T) {
			var c config
			err := c.parse("serve", test.args, &bytes.Buffer{})
			if !errors.Is(err, errUsage) || !strings.Contains(err.Error(), test.says) {
				t.Errorf("got %v", err)
			}
		})
	}
	secret := filepath.Join(t.TempDir(), "secret")
	if err := os.WriteFile(secret, []byte("from-a-file\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	t.Setenv("TRIBUTARY_KEAP_CLIENT_SECRET_FILE", secret)
	t.Setenv("TRIBUTARY_KEAP_CLIENT_ID", "c")
	var c config
	if err := c.parse("serve", nil, &bytes.Buffer{}); err != nil || c.keapClientSecret != "from-a-file" || c.keapTokenURL == "" {
		t.Errorf("got %v, %q", err, c.keapClientSecret)
	}
}
