package portal_test

import (
	"bufio"
	"context"
	"net"
	"net/http"
	"strings"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"tributary/internal/attribution"
	"tributary/internal/portal"
)

// liveDesk is a desk behind a real HTTP server on a network in memory, so that time is synctest's.
type liveDesk struct {
	*desk
	client *http.Client
	server *http.Server
	stop   chan struct{}
	reads  atomic.Int64
	// tallies are the reads that cost more than a version does.
	tallies atomic.Int64
	cookie  *http.Cookie
}

// live runs a test in a bubble, with an affiliate who is signed in.
func live(t *testing.T, test func(*testing.T, *liveDesk)) {
	synctest.Test(t, func(t *testing.T) {
		l := &liveDesk{stop: make(chan struct{})}
		counting := func(s portal.Store) portal.Store { return counted{s, &l.reads, &l.tallies} }
		l.desk = newDesk(t, options{clock: time.Now, store: counting, stop: l.stop})
		l.affiliate(attribution.Affiliate{ID: "42"})
		l.ingest(click("42", time.Now()))
		l.cookie = l.signIn("42")
		l.serve(t)
		test(t, l)
	})
}

// counted counts how often the store is asked for a page, or for the version of one.
type counted struct {
	portal.Store
	reads, tallies *atomic.Int64
}

func (c counted) Counters(ctx context.Context, a attribution.AccountID, r attribution.Ref, from, to attribution.Hour) ([]attribution.HourTally, error) {
	c.reads.Add(1)
	c.tallies.Add(1)
	return c.Store.Counters(ctx, a, r, from, to)
}

func (c counted) Version(ctx context.Context, a attribution.AccountID, r attribution.Ref) (string, error) {
	c.reads.Add(1)
	return c.Store.Version(ctx, a, r)
}

func (l *liveDesk) serve(t *testing.T) {
	network := &memory{conns: make(chan net.Conn), closed: make(chan struct{})}
	l.server = &http.Server{Handler: l.Echo, ReadHeaderTimeout: 5 * time.Second, ReadTimeout: 10 * time.Second, WriteTimeout: 10 * time.Second, IdleTimeout: time.Minute}
	l.client = &http.Client{Transport: &http.Transport{DialContext: network.dial}}
	served := make(chan error)
	go func() { served <- l.server.Serve(network) }()
	t.Cleanup(func() {
		l.client.CloseIdleConnections()
		if err := l.server.Close(); err != nil {
			t.Errorf("closing the server: %v", err)
		}
		if err := <-served; err != http.ErrServerClosed {
			t.Errorf("serving: %v", err)
		}
	})
}

// stream is an open page.
type stream struct {
	t     *testing.T
	code  int
	lines chan string // closed at the stream's end
	leave context.CancelFunc
}

func (l *liveDesk) open(t *testing.T, path string, header ...string) *stream {
	t.Helper()
	ctx, cancel := context.WithCancel(t.Context())
	r, err := http.NewRequestWithContext(ctx, http.MethodGet, "http://example.com"+path, nil)
	if err != nil {
		t.Fatal(err)
	}
	r.AddCookie(l.cookie)
	for i := 0; i < len(header); i += 2 {
		r.Header.Set(header[i], header[i+1])
	}
	answer, err := l.client.Do(r)
	if err != nil {
		t.Fatalf("opening a stream: %v", err)
	}
	s := &stream{t: t, code: answer.StatusCode, lines: make(chan string, 1000), leave: cancel}
	go func() {
		defer answer.Body.Close()
		defer close(s.lines)
		for scan := bufio.NewScanner(answer.Body); scan.Scan(); {
			if scan.Text() != "" {
				s.lines <- scan.Text()
			}
		}
	}()
	t.Cleanup(cancel)
	return s
}

// heard is what has come so far, and whether the stream has ended.
func (s *stream) heard() (text string, ended bool) {
	synctest.Wait()
	for {
		select {
		case line, more := <-s.lines:
			if !more {
				return text, true
			}
			text += line + "\n"
		default:
			return text, false
		}
	}
}

func (s *stream) want(what, want string) {
	s.t.Helper()
	if got, ended := s.heard(); got != want || ended {
		s.t.Errorf("%s: heard %q, ended %v; want %q", what, got, ended, want)
	}
}

// version reads the version from a page.
func (l *liveDesk) version() string {
	_, rest, _ := strings.Cut(l.get("/portal/fragment", l.cookie), `data-version="`)
	version, _, _ := strings.Cut(rest, `"`)
	return version
}

func changed(version string) string {
	return "id: " + version + "\nevent: changed\ndata: " + version + "\n"
}

const greeting = "retry: 2000\n"

func TestAnOpenPageHearsOfEveryChange(t *testing.T) {
	live(t, func(t *testing.T, l *liveDesk) {
		s := l.open(t, "/portal/live?since="+l.version())
		s.want("at first", greeting)
		time.Sleep(3 * time.Second)
		s.want("while nothing happens", "")

		l.ingest(optIn("42", "ann@example.com", time.Now()))
		time.Sleep(time.Second)
		s.want("after an opt-in", changed(l.version()))
		if page := l.get("/portal/fragment", l.cookie); !strings.Contains(page, "an•••@e•••.com") || strings.Contains(page, "<!doctype") {
			t.Errorf("the fragment is %s", page)
		}
		l.now = time.Now()
		l.settle(attribution.Waiting)
		time.Sleep(time.Second)
		s.want("after its state changed", changed(l.version()))

		l.ingest(click("43", time.Now()))
		time.Sleep(time.Second)
		s.want("after another affiliate's click", "")
	})
}

func TestAPageThatMissedSomethingHearsOfItAtOnce(t *testing.T) {
	live(t, func(t *testing.T, l *liveDesk) {
		old := l.version()
		l.ingest(click("42", time.Now()))
		l.open(t, "/portal/live?since="+old).want("a page from before", greeting+changed(l.version()))
		l.open(t, "/portal/live?since="+old, "Last-Event-ID", l.version()).want("a stream that was cut", greeting)
	})
}

func TestADayThatBeginsIsAChange(t *testing.T) {
	live(t, func(t *testing.T, l *liveDesk) {
		time.Sleep(24*time.Hour - 5*time.Second) // the bubble's clock starts at midnight
		s := l.open(t, "/portal/live?since="+l.version())
		s.want("before midnight", greeting)
		time.Sleep(6 * time.Second)
		s.want("after midnight", changed(l.version()))
	})
}

func TestAStreamIsKeptAliveAndEndsInTime(t *testing.T) {
	live(t, func(t *testing.T, l *liveDesk) {
		s := l.open(t, "/portal/live?since="+l.version())
		time.Sleep(14*time.Minute + 59*time.Second) // beyond the server's ReadTimeout and WriteTimeout
		text, ended := s.heard()
		if beats := strings.Count(text, ":\n"); beats != 59 || ended {
			t.Errorf("heard %d heartbeats, ended %v", beats, ended)
		}
		time.Sleep(2 * time.Second)
		if _, ended := s.heard(); !ended {
			t.Error("after 15 minutes the stream goes on, with a session that nobody checks")
		}
	})
}

func TestOneAffiliatesPagesShareOneReader(t *testing.T) {
	live(t, func(t *testing.T, l *liveDesk) {
		version := l.version()
		before := l.reads.Load()
		for range 10 {
			l.open(t, "/portal/live?since="+version)
			time.Sleep(70 * time.Millisecond)
		}
		time.Sleep(10 * time.Second)
		if n := l.reads.Load() - before; n > 12 {
			t.Errorf("10 pages asked the store %d times in 10.7 seconds", n)
		}
	})
}

func TestOpenPagesOfOneAffiliateAreBounded(t *testing.T) {
	live(t, func(t *testing.T, l *liveDesk) {
		var pages []*stream
		for range 20 {
			pages = append(pages, l.open(t, "/portal/live"))
		}
		if s := l.open(t, "/portal/live"); s.code != http.StatusTooManyRequests {
			t.Errorf("the 21st page: %d", s.code)
		}
		pages[0].leave()
		synctest.Wait()
		if s := l.open(t, "/portal/live"); s.code != http.StatusOK {
			t.Errorf("after one has left: %d", s.code)
		}
	})
}

func TestStreamsEndWhenTheServerStops(t *testing.T) {
	live(t, func(t *testing.T, l *liveDesk) {
		s := l.open(t, "/portal/live")
		s.heard()
		close(l.stop)
		if _, ended := s.heard(); !ended {
			t.Error("the stream goes on")
		}
		ctx, cancel := context.WithTimeout(t.Context(), time.Second)
		defer cancel()
		if err := l.server.Shutdown(ctx); err != nil {
			t.Errorf("the server cannot stop: %v", err)
		}
	})
}

func TestNobodyIsReadForOnceEveryPageIsClosed(t *testing.T) {
	live(t, func(t *testing.T, l *liveDesk) {
		s := l.open(t, "/portal/live")
		s.heard()
		s.leave()
		synctest.Wait()
		before := l.reads.Load()
		time.Sleep(time.Minute)
		if n := l.reads.Load() - before; n != 0 {
			t.Errorf("the store was asked %d times", n)
		}
		if len(l.failed) != 0 {
			t.Errorf("a reader who left is an error: %v", l.failed)
		}
	})
}

// memory is a network within the process.
type memory struct {
	conns  chan net.Conn
	closed chan struct{}
}

func (m *memory) dial(ctx context.Context, _, _ string) (net.Conn, error) {
	here, there := net.Pipe()
	select {
	case m.conns <- there:
		return here, nil
	case <-ctx.Done():
		return nil, ctx.Err()
	case <-m.closed:
		return nil, net.ErrClosed
	}
}

func (m *memory) Accept() (net.Conn, error) {
	select {
	case c := <-m.conns:
		return c, nil
	case <-m.closed:
		return nil, net.ErrClosed
	}
}

func (m *memory) Close() error {
	select {
	case <-m.closed:
	default:
		close(m.closed)
	}
	return nil
}

func (m *memory) Addr() net.Addr { return &net.UnixAddr{Name: "memory", Net: "unix"} }
