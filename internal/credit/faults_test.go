package credit_test

import (
	"bytes"
	"cmp"
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"os"
	"slices"
	"strconv"
	"strings"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/uuid"

	"tributary/internal/attribution"
	"tributary/internal/credit"
	"tributary/internal/keap"
	"tributary/internal/keap/sandbox"
	"tributary/internal/outbox"
	"tributary/internal/store/boltstore"
	"tributary/internal/vault"
)

// bubble is the whole way of an opt-in into Keap with the settings of the program, in a bubble of synctest: an outage of
// hours takes milliseconds. The network is one of pipes, so that net/http and its faults are the real ones.
type bubble struct {
	*world
	client *keap.Client
	down   atomic.Bool // nothing answers at Keap's address
}

// serviceKey is what Keap grants a service key.
var serviceKey = sandbox.Limits{PerSecond: 10, PerMinute: 240, PerDay: 30_000}

func newBubble(t *testing.T, o sandbox.Options) *bubble {
	t.Helper()
	dir, err := os.MkdirTemp(memory(), "faults")
	if err != nil {
		t.Fatal(err)
	}
	st, err := boltstore.Open(boltstore.Options{Dir: dir})
	if err != nil {
		t.Fatal(err)
	}
	v, err := vault.New(bytes.Repeat([]byte{7}, 32))
	if err != nil {
		t.Fatal(err)
	}
	b := &bubble{world: &world{t: t, store: st, vault: v, box: sandbox.New(o)}}
	transport := b.network()
	b.client, err = keap.New(keap.Config{BaseURL: "http://keap.example.com/crm", Key: sandbox.DefaultKey, Transport: transport})
	if err != nil {
		t.Fatal(err)
	}
	crediter := credit.New(st, b.client, v, credit.Options{})
	b.box2 = outbox.New(st, crediter, outbox.Options{Poll: 10 * time.Second}) // idle days cost a look at the store each
	ctx, stop := context.WithCancel(context.Background())
	done := make(chan struct{})
	go func() { defer close(done); b.box2.Run(ctx) }()
	t.Cleanup(func() { stop(); <-done; transport.CloseIdleConnections(); b.world.close(); os.RemoveAll(dir) })
	return b
}

// memory is a folder whose fsync costs nothing, where there is one: what these tests write need not outlive them.
func memory() string {
	if info, err := os.Stat("/dev/shm"); err == nil && info.IsDir() {
		return "/dev/shm"
	}
	return ""
}

// network serves the sandbox over pipes.
func (b *bubble) network() *http.Transport {
	pipes := &pipeListener{conns: make(chan net.Conn), closed: make(chan struct{})}
	server := &http.Server{Handler: b.box}
	served := make(chan struct{})
	go func() { defer close(served); server.Serve(pipes) }()
	b.t.Cleanup(func() { b.box.Close(); server.Close(); <-served })
	return &http.Transport{DialContext: func(ctx context.Context, _, _ string) (net.Conn, error) {
		if b.down.Load() {
			return nil, errors.New("connection refused")
		}
		near, far := net.Pipe()
		select {
		case pipes.conns <- far:
			return near, nil
		case <-ctx.Done():
			return nil, ctx.Err()
		}
	}}
}

type pipeListener struct {
	conns  chan net.Conn
	closed chan struct{}
}

func (l *pipeListener) Accept() (net.Conn, error) {
	select {
	case c := <-l.conns:
		return c, nil
	case <-l.closed:
		return nil, net.ErrClosed
	}
}

func (l *pipeListener) Close() error   { close(l.closed); return nil }
func (l *pipeListener) Addr() net.Addr { return &net.UnixAddr{Name: "keap", Net: "pipe"} }

// optIns makes n people opt in at once, whose contacts are there.
func (b *bubble) optIns(n int, a sandbox.Affiliate) []uuid.UUID {
	b.t.Helper()
	events := make([]attribution.Event, n)
	for i := range events {
		email := fmt.Sprintf("person%d@example.com", i)
		b.box.AddContact(email, "", "")
		events[i] = b.event(byID(a.ID), email)
	}
	out, err := b.store.Ingest(context.Background(), account, attribution.DefaultPolicy, events)
	if err != nil {
		b.t.Fatal(err)
	}
	ids := make([]uuid.UUID, n)
	for i := range out {
		ids[i] = out[i].OptIn
	}
	return ids
}

func (b *bubble) event(ref attribution.Ref, email string) attribution.Event {
	b.t.Helper()
	key, sealed, err := b.vault.Seal(attribution.Person{Email: email, IP: "192.0.2.7"})
	if err != nil {
		b.t.Fatal(err)
	}
	now := time.Now().UTC().Truncate(time.Millisecond)
	return attribution.Event{
		ID: uuid.Must(uuid.NewV7()), Type: attribution.OptedIn, At: now, Received: now, Visitor: uuid.New(), Person: key, Sealed: sealed,
		Via: attribution.ViaForm, Latest: attribution.Touch{Ref: ref, At: now.Add(-time.Minute)}, Form: attribution.Form{ID: "signup"},
	}
}

// awaitAll waits until all are credited, at most for so long.
func (b *bubble) awaitAll(ids []uuid.UUID, within time.Duration) (took time.Duration) {
	b.t.Helper()
	start := time.Now()
	for {
		o, open := b.firstOpen(ids)
		if !open {
			return time.Since(start)
		}
		if time.Since(start) > within {
			b.t.Fatalf("after %s an opt-in is not credited: %s, %s, %+v; the outbox: %+v", within, o.Status, o.Reason, o.Trace, b.box2.Standing())
		}
		time.Sleep(10 * time.Second)
	}
}

// firstOpen is the first opt-in that is not credited.
func (b *bubble) firstOpen(ids []uuid.UUID) (attribution.OptIn, bool) {
	for _, id := range ids {
		if o := b.get(id); o.Status != attribution.Credited {
			return o, true
		}
	}
	return attribution.OptIn{}, false
}

// attempts is what the jobs have spent.
func (b *bubble) attempts() (sum int) {
	jobs, err := b.store.Jobs(context.Background(), account, "", "", 10_000)
	if err != nil {
		b.t.Fatal(err)
	}
	for _, j := range jobs {
		sum += j.Attempt
	}
	return sum
}

// faulty is how many opt-ins each fault meets: 30, or what TRIBUTARY_FAULTS says. "make soak" lets it be 500.
func faulty(t *testing.T) int {
	n, err := strconv.Atoi(os.Getenv("TRIBUTARY_FAULTS"))
	if err != nil && os.Getenv("TRIBUTARY_FAULTS") != "" {
		t.Fatalf("TRIBUTARY_FAULTS: %v", err)
	}
	return cmp.Or(n, 30)
}

const minute = sandbox.Duration(time.Minute)

// TestFaults lets each opt-in meet each fault of Keap. None is lost, none is written twice, and nothing is faster than Keap
// allows.
func TestFaults(t *testing.T) {
	n := faulty(t)
	for name, faults := range faultCases(n) {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				b := newBubble(t, sandbox.Options{Limits: serviceKey})
				a := b.box.AddAffiliate(sandbox.Affiliate{Code: "maple"})
				for _, f := range faults {
					if err := b.box.AddFault(f); err != nil {
						t.Fatal(err)
					}
				}
				ids := b.optIns(n, a)
				b.awaitAll(ids, 48*time.Hour)
				b.box.Settle()
				onceEach(t, b.box, n)
				if early := b.box.Throttled(); early > repeats(faults, n) {
					t.Errorf("%d of %v calls were more than Keap allows", early, b.box.Calls())
				}
			})
		})
	}
}

// repeats is how many calls may pass the pace by: net/http repeats a read by itself when a kept connection breaks.
func repeats(faults []sandbox.Fault, n int) int {
	for _, f := range faults {
		if slices.Contains([]sandbox.Kind{sandbox.Reset, sandbox.ApplyThenReset, sandbox.LateApply}, f.Kind) && f.Operation == "*" {
			return n / 10
		}
	}
	return 0
}

// TestHoursWithoutKeap has a backlog stand through an outage and through a key that is refused: nothing is lost, the jobs
// spend no attempts on it, Keap is asked by one cheap call now and then, and what has waited goes out at the allowed rate.
func TestHoursWithoutKeap(t *testing.T) {
	n := faulty(t)
	always := func(kind sandbox.Kind, operation string) func(*bubble) {
		return func(b *bubble) {
			b.box.AddFault(sandbox.Fault{Operation: operation, Kind: kind, Probability: 1, Delay: minute})
		}
	}
	for name, test := range map[string]struct {
		breaks func(*bubble)
		says   string
		most   int // attempts that may be spent
	}{
		"no connection":            {func(b *bubble) { b.down.Store(true) }, "cannot be reached", 5},
		"503":                      {always(sandbox.Status503, "*"), "cannot be reached", 5},
		"no answer":                {always(sandbox.Hang, "*"), "cannot be reached", 5},
		"a page of maintenance":    {always(sandbox.HTML, "*"), "cannot be reached", 5},
		"a key that is revoked":    {always(sandbox.Status401, "*"), "Keap refuses the key", 0},
		"a key that may nothing":   {always(sandbox.Status403, "*"), "Keap refuses the key", 0},
		"a key that may not write": {always(sandbox.Status403, "createReferral"), "", 6 * 60}, // one is tried now and then
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				b := newBubble(t, sandbox.Options{Limits: serviceKey})
				a := b.box.AddAffiliate(sandbox.Affiliate{Code: "maple"})
				test.breaks(b)
				ids := b.optIns(n, a)
				time.Sleep(6 * time.Hour)
				if s := b.box2.Standing(); test.says != "" && (!strings.Contains(s.Reason, test.says) || time.Since(s.Since) > 6*time.Hour) {
					t.Errorf("the outbox stands at %+v", s)
				}
				if spent := b.attempts(); spent > test.most {
					t.Errorf("%d attempts were spent", spent)
				}
				if asked := calls(b.box); asked > 6*60*8 {
					t.Errorf("Keap was called %d times in six hours: %v", asked, b.box.Calls())
				}
				b.down.Store(false)
				b.box.ClearFaults()
				// Two minutes to the next probe, some more for those that were put off, and four calls each at three a second.
				if took := b.awaitAll(ids, 24*time.Hour); test.most < 10 && took > 6*time.Minute+time.Duration(n)*2*time.Second {
					t.Errorf("the backlog took %s", took)
				}
				onceEach(t, b.box, n)
				if s := b.box2.Standing(); s.Reason != "" || b.box.Throttled() > 0 {
					t.Errorf("the outbox stands at %+v; %d calls were too many", s, b.box.Throttled())
				}
			})
		})
	}
}

// faultCases are those of one kind at a time, on the write, on the look and on all calls, and mixtures of all kinds.
func faultCases(n int) map[string][]sandbox.Fault {
	cases := map[string][]sandbox.Fault{}
	for _, kind := range sandbox.Kinds {
		f := sandbox.Fault{Operation: "createReferral", Kind: kind, Times: n}
		switch kind {
		case sandbox.Hang, sandbox.ApplyThenHang, sandbox.SlowBody:
			f.Delay = minute
		case sandbox.LateApply:
			f.Delay = minute / 2
		case sandbox.Status429, sandbox.Status503:
			cases[string(kind)+", come again in 30 s"] = []sandbox.Fault{{Operation: "*", Kind: kind, Times: n / 10, RetryAfter: "30"}}
			cases[string(kind)+", come again at midnight"] = []sandbox.Fault{{Operation: "*", Kind: kind, RetryAfter: "Sun, 02 Jan 2000 00:00:00 GMT"}}
		case sandbox.Blank200, sandbox.HTML, sandbox.Redirect:
			applied := f
			applied.Apply = true
			cases[string(kind)+", applied"] = []sandbox.Fault{applied}
		}
		cases[string(kind)] = []sandbox.Fault{f}
		f.Operation, f.Probability, f.Seed = "*", 0.5, 7
		cases[string(kind)+" on half of all calls"] = []sandbox.Fault{f}
	}
	for seed := range uint64(4) {
		cases[fmt.Sprintf("mixture %d", seed)] = mixture(seed)
	}
	return cases
}

// mixture gives every third call some fault, for ever.
func mixture(seed uint64) (faults []sandbox.Fault) {
	for i, kind := range sandbox.Kinds {
		faults = append(faults, sandbox.Fault{
			Operation: "*", Kind: kind, Probability: 0.02, Seed: seed*100 + uint64(i), Delay: minute / 2, Apply: i%2 == 0,
		})
	}
	return faults
}
