package webhooks_test

import (
	"bytes"
	"context"
	"encoding/json"
	"io"
	"net"
	"net/http"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/uuid"
	standardwebhooks "github.com/standard-webhooks/standard-webhooks/libraries/go"

	"tributary/internal/attribution"
	"tributary/internal/store"
	"tributary/internal/store/boltstore"
	"tributary/internal/vault"
	"tributary/internal/webhooks"
)

const account = attribution.DefaultAccount

// world is a store, webhooks over it, and receivers on a network in memory, all in a bubble whose time is synctest's.
type world struct {
	t *testing.T
	*webhooks.Service
	poll time.Duration
	keep int
	// shared lets other processes have the store
	shared bool
	dir    string
	store  *boltstore.Store
	vault  *vault.Vault
	use    func(webhooks.Store) webhooks.Store // what the service gets for a store
	stop   func()
	net    *network
}

// inWorld runs a test in a bubble.
func inWorld(t *testing.T, test func(*world)) {
	t.Helper()
	inWorldOf(t, 200*time.Millisecond, test)
}

// inWorldOf is for tests of many days, who need not look for news five times in each second of them.
func inWorldOf(t *testing.T, poll time.Duration, test func(*world)) {
	t.Helper()
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t, poll)
		test(w)
		w.stop()
		w.net.close()
		time.Sleep(2 * time.Hour) // for receivers that are slow
		if err := w.store.Check(context.Background()); err != nil {
			t.Errorf("the store does not hold together: %v", err)
		}
		if err := w.store.Close(); err != nil {
			t.Error(err)
		}
	})
}

func newWorld(t *testing.T, poll time.Duration) *world {
	t.Helper()
	v, err := vault.New(bytes.Repeat([]byte{7}, 32))
	if err != nil {
		t.Fatal(err)
	}
	w := &world{t: t, poll: poll, dir: t.TempDir(), vault: v, net: &network{servers: map[string]*server{}}, use: func(s webhooks.Store) webhooks.Store { return s }}
	if w.store, err = boltstore.Open(boltstore.Options{Dir: w.dir}); err != nil {
		t.Fatal(err)
	}
	w.start()
	return w
}

// start runs webhooks over the store, as a start of the program does.
func (w *world) start() {
	w.Service = w.service()
	ctx, cancel := context.WithCancel(context.Background())
	done := make(chan struct{})
	go func() {
		defer close(done)
		w.Run(ctx)
	}()
	w.stop = func() { cancel(); <-done }
}

func (w *world) service() *webhooks.Service {
	return webhooks.New(webhooks.Options{
		Store: w.use(w.store), Sealer: w.vault, Account: account, Loopback: true, Dial: w.net.dial, Poll: w.poll, Keep: w.keep, Alone: !w.shared,
		Show: func(_ context.Context, o attribution.OptIn, email string) (any, error) {
			return shown{o.ID, o.Status, email}, nil
		},
	})
}

type shown struct {
	ID     uuid.UUID          `json:"id"`
	Status attribution.Status `json:"status"`
	Email  string             `json:"email"`
}

// add makes an endpoint at a port and returns its id and secret.
func (w *world) add(port string, events ...webhooks.Type) (id, secret string) {
	w.t.Helper()
	url := "http://localhost:" + port + "/hook"
	c := webhooks.Change{URL: &url}
	if len(events) > 0 {
		c.Events = &events
	}
	e, secret, _, err := w.Create(context.Background(), c, "")
	if err != nil {
		w.t.Fatalf("adding a webhook: %v", err)
	}
	time.Sleep(w.poll + time.Second)
	return e.ID, secret
}

func (w *world) change(id string, c webhooks.Change) {
	w.t.Helper()
	if _, err := w.Change(context.Background(), id, c); err != nil {
		w.t.Fatalf("changing webhook %s: %v", id, err)
	}
}

// optIn ingests an opt-in that affiliate 7 brought.
func (w *world) optIn(email string) uuid.UUID {
	w.t.Helper()
	return w.optIns(email)[0]
}

func (w *world) optIns(emails ...string) (ids []uuid.UUID) {
	w.t.Helper()
	now := time.Now()
	var batch []attribution.Event
	for _, email := range emails {
		id := uuid.Must(uuid.NewV7())
		key, sealed, err := w.vault.Seal(attribution.Person{Email: email})
		if err != nil {
			w.t.Fatal(err)
		}
		touch := attribution.Touch{Ref: attribution.Ref{Kind: attribution.ByID, Value: "7"}, At: now}
		batch = append(batch, attribution.Event{
			ID: id, Type: attribution.OptedIn, At: now, Received: now, Visitor: id, Person: key, Sealed: sealed, Via: attribution.ViaForm, Latest: touch,
		})
	}
	out, err := w.store.Ingest(context.Background(), account, attribution.DefaultPolicy, batch)
	if err != nil {
		w.t.Fatalf("ingesting: %v", err)
	}
	for _, o := range out {
		ids = append(ids, o.OptIn)
	}
	return ids
}

// settle has the jobs that credit opt-ins come to a status.
func (w *world) settle(status attribution.Status) {
	w.t.Helper()
	jobs, err := w.store.Claim(context.Background(), time.Now(), 100, time.Minute)
	if err != nil {
		w.t.Fatal(err)
	}
	for _, j := range jobs {
		if j.Kind != store.CreditJob {
			continue
		}
		s := store.Settlement{State: store.Parked, Status: status, Step: string(status)}
		if err := w.store.Advance(context.Background(), j, time.Now(), s); err != nil {
			w.t.Fatal(err)
		}
	}
}

func (w *world) deliveries(id string, state webhooks.State) []webhooks.Delivery {
	w.t.Helper()
	all, err := w.Deliveries(context.Background(), id, state, "", 100)
	if err != nil {
		w.t.Fatalf("listing deliveries: %v", err)
	}
	return all
}

func (w *world) only(id string, state webhooks.State) webhooks.Delivery {
	w.t.Helper()
	all := w.deliveries(id, state)
	if len(all) != 1 {
		w.t.Fatalf("%d deliveries are %q, want one: %+v", len(all), state, w.deliveries(id, ""))
	}
	return all[0]
}

// received is one request as it came.
type received struct {
	at     time.Time
	header http.Header
	body   []byte
}

func (r received) id() string { return r.header.Get("Webhook-Id") }

// event is what a body holds.
type event struct {
	Type      webhooks.Type
	Timestamp time.Time
	Data      shown
}

func (r received) event(t *testing.T) (e event) {
	t.Helper()
	if err := json.Unmarshal(r.body, &e); err != nil {
		t.Fatalf("the body %q: %v", r.body, err)
	}
	return e
}

// verify asks the standard's own library.
func (r received) verify(secret string) error {
	verifier, err := standardwebhooks.NewWebhook(secret)
	if err != nil {
		return err
	}
	return verifier.Verify(r.body, r.header)
}

// receiver keeps what it gets, and answers as it is told.
type receiver struct {
	poll   time.Duration
	mu     sync.Mutex
	got    []received
	answer func(w http.ResponseWriter, n int) // n counts from 1; nil answers 200
}

func (r *receiver) ServeHTTP(w http.ResponseWriter, req *http.Request) {
	body, _ := io.ReadAll(req.Body)
	r.mu.Lock()
	r.got = append(r.got, received{time.Now(), req.Header, body})
	n, answer := len(r.got), r.answer
	r.mu.Unlock()
	if answer != nil {
		answer(w, n)
	}
}

func (r *receiver) all() []received {
	r.mu.Lock()
	defer r.mu.Unlock()
	return append([]received(nil), r.got...)
}

func (r *receiver) wait(t *testing.T, n int) []received {
	t.Helper()
	time.Sleep(r.poll + 200*time.Millisecond)
	synctest.Wait()
	got := r.all()
	if len(got) != n {
		t.Fatalf("%d requests came, want %d", len(got), n)
	}
	return got
}

// always answers with one status.
func always(status int) func(http.ResponseWriter, int) {
	return func(w http.ResponseWriter, _ int) { w.WriteHeader(status) }
}

// receive has a receiver answer at a port.
func (w *world) receive(port string, answer func(http.ResponseWriter, int)) *receiver {
	r := &receiver{poll: w.poll, answer: answer}
	w.net.serve("localhost:"+port, r)
	return r
}

// network is one in memory, where servers are found by their address.
type network struct {
	mu      sync.Mutex
	servers map[string]*server
}

type server struct {
	http.Server
	conns  chan net.Conn
	closed chan struct{}
	done   chan struct{}
}

func (n *network) serve(address string, h http.Handler) {
	s := &server{Server: http.Server{Handler: h}, conns: make(chan net.Conn), closed: make(chan struct{}), done: make(chan struct{})}
	n.mu.Lock()
	n.servers[address] = s
	n.mu.Unlock()
	go func() {
		defer close(s.done)
		_ = s.Serve(listener{s})
	}()
}

func (n *network) dial(ctx context.Context, _, address string) (net.Conn, error) {
	n.mu.Lock()
	s := n.servers[address]
	n.mu.Unlock()
	if s == nil {
		return nil, &net.OpError{Op: "dial", Err: net.ErrClosed}
	}
	here, there := net.Pipe()
	select {
	case s.conns <- there:
		return here, nil
	case <-ctx.Done():
		return nil, ctx.Err()
	case <-s.closed:
		return nil, net.ErrClosed
	}
}

func (n *network) close() {
	for _, s := range n.servers {
		close(s.closed)
		_ = s.Server.Close()
		<-s.done
	}
}

type listener struct{ *server }

func (l listener) Accept() (net.Conn, error) {
	select {
	case c := <-l.conns:
		return c, nil
	case <-l.closed:
		return nil, net.ErrClosed
	}
}
func (l listener) Close() error   { return nil }
func (l listener) Addr() net.Addr { return &net.TCPAddr{IP: net.IPv4(127, 0, 0, 1)} }
