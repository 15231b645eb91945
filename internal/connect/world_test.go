package connect_test

import (
	"bytes"
	"context"
	"errors"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"strings"
	"sync"
	"testing"
	"testing/synctest"

	"tributary/internal/connect"
	"tributary/internal/keap"
	"tributary/internal/keap/sandbox"
	"tributary/internal/store"
	"tributary/internal/store/boltstore"
	"tributary/internal/vault"
)

const (
	keapHost = "https://keap.example.com"
	callback = "https://go.example.com/keap/callback"
)

// world is a store and a Keap, in which processes come and go. Time is that of the bubble.
type world struct {
	*testing.T
	dir   string
	store *boltstore.Store
	box   *sandbox.Sandbox
	vault *vault.Vault
	logs  *bytes.Buffer
}

// inWorld runs a test in a world of its own, and looks at the end whether a secret lies about.
func inWorld(t *testing.T, options sandbox.Options, test func(t *testing.T, w *world)) {
	t.Helper()
	synctest.Test(t, func(t *testing.T) {
		dir := t.TempDir()
		s, err := boltstore.Open(boltstore.Options{Dir: dir})
		if err != nil {
			t.Fatal(err)
		}
		seal, err := vault.New(bytes.Repeat([]byte("s"), 32))
		if err != nil {
			t.Fatal(err)
		}
		w := &world{t, dir, s, sandbox.New(options), seal, &bytes.Buffer{}}
		test(t, w)
		w.box.Close()
		if err := s.Close(); err != nil {
			t.Error(err)
		}
		file, err := os.ReadFile(boltstore.FileIn(dir))
		if err != nil {
			t.Fatal(err)
		}
		w.holdsNoSecret("the store's file", string(file))
		w.holdsNoSecret("the log", w.logs.String())
	})
}

// holdsNoSecret knows tokens of the sandbox, and keys, by how they begin.
func (w *world) holdsNoSecret(where, text string) {
	w.Helper()
	for _, secret := range []string{"access-", "refresh-", "KeapAK-", sandbox.DefaultClientSecret} {
		if i := strings.Index(text, secret); i >= 0 {
			w.Errorf("%s holds a secret: %q", where, text[max(0, i-60):min(len(text), i+60)])
		}
	}
}

// process is one collector.
type process struct {
	*world
	*connect.Connection
	keap *keap.Client
}

func (w *world) start(changes ...func(*connect.Options)) process {
	w.Helper()
	o := connect.Options{
		Account: "default", Store: w.store, Sealer: w.vault,
		Keap:     keap.Config{BaseURL: keapHost + sandbox.BasePath, PerMinute: keap.Unlimited, Transport: direct{w.box}},
		ClientID: sandbox.DefaultClientID, ClientSecret: sandbox.DefaultClientSecret,
		AuthorizeURL: keapHost + sandbox.AuthorizePath, TokenURL: keapHost + sandbox.TokenPath, RedirectURL: callback,
		Logger: slog.New(slog.NewTextHandler(w.logs, &slog.HandlerOptions{Level: slog.LevelDebug})),
	}
	for _, change := range changes {
		change(&o)
	}
	c, err := connect.New(w.Context(), o)
	if err != nil {
		w.Fatal(err)
	}
	return process{w, c, c.Client()}
}

func flagKey(key string) func(*connect.Options) {
	return func(o *connect.Options) { o.Keap.Key, o.ClientID, o.ClientSecret = key, "", "" }
}

// run keeps the connection working until stop is called.
func (p process) run() (stop func()) {
	ctx, cancel := context.WithCancel(p.Context())
	var all sync.WaitGroup
	all.Go(func() { p.Run(ctx) })
	synctest.Wait()
	return func() { cancel(); all.Wait() }
}

// login is what the owner does: open the address, and allow an app.
func (p process) login(app string, newTenant bool) error {
	p.Helper()
	return p.finish(p.begin(newTenant), app)
}

func (p process) begin(newTenant bool) string {
	p.Helper()
	address, _, err := p.Login(p.Context(), newTenant)
	if err != nil {
		p.Fatal(err)
	}
	return address
}

func (p process) finish(address, app string) error {
	p.Helper()
	back, err := p.box.Approve(address, app)
	if err != nil {
		p.Fatal(err)
	}
	_, err = p.Finish(p.Context(), answerOf(back))
	if err != nil {
		p.holdsNoSecret("an error", err.Error())
	}
	return err
}

func answerOf(back string) connect.Answer {
	u, _ := url.Parse(back)
	q := u.Query()
	return connect.Answer{State: q.Get("state"), Code: q.Get("code"), Error: q.Get("error")}
}

func (p process) mustLogin() {
	p.Helper()
	if err := p.login(sandbox.DefaultTenant, false); err != nil {
		p.Fatal(err)
	}
}

// call asks Keap something with the present credential.
func (p process) call() error {
	p.Helper()
	_, err := p.keap.UserInfo(p.Context())
	if err != nil {
		p.holdsNoSecret("an error", err.Error())
	}
	return err
}

func (p process) mustCall() {
	p.Helper()
	if err := p.call(); err != nil {
		p.Fatal(err)
	}
}

func (p process) is(state connect.State, says string) {
	p.Helper()
	got, reason := p.State()
	if got != state || !strings.Contains(reason, says) {
		p.Errorf("the connection is %s (%s), want %s with %q", got, reason, state, says)
	}
}

func (p process) notes() string {
	p.Helper()
	s, err := p.Status(p.Context(), true)
	if err != nil {
		p.Fatal(err)
	}
	var codes []string
	for _, n := range append(s.Attention, s.ByHand...) {
		codes = append(codes, n.Code)
	}
	return strings.Join(codes, " ")
}

func (w *world) refreshes(want int) {
	w.Helper()
	if got := w.box.Calls()["refreshToken"]; got != want {
		w.Errorf("Keap was asked for new tokens %d times, want %d", got, want)
	}
}

func (w *world) fault(operation string, kind sandbox.Kind, times int) {
	w.Helper()
	if err := w.box.AddFault(sandbox.Fault{Operation: operation, Kind: kind, Times: times}); err != nil {
		w.Fatal(err)
	}
}

// direct is a transport that calls a handler. One that cuts the connection gives no answer.
type direct struct{ handler http.Handler }

func (d direct) RoundTrip(req *http.Request) (res *http.Response, err error) {
	defer func() {
		if recover() != nil {
			res, err = nil, errors.New("connection reset")
		}
	}()
	rec := httptest.NewRecorder()
	served := req.Clone(req.Context())
	if served.Body == nil {
		served.Body = http.NoBody
	}
	d.handler.ServeHTTP(rec, served)
	return rec.Result(), nil
}

// mortal are the documents of a process that can die.
type mortal struct {
	store.Documents
	life *life
}

// life ends at a step. Nothing gets through after that.
type life struct {
	ends func(step string) bool
	dead bool
}

var errKilled = errors.New("the process is dead")

func (l *life) at(step string) error {
	l.dead = l.dead || l.ends != nil && l.ends(step)
	if l.dead {
		return errKilled
	}
	return nil
}

func (m mortal) Get(ctx context.Context, kind, key string) (store.Document, error) {
	if err := m.life.at("get " + kind); err != nil {
		return store.Document{}, err
	}
	return m.Documents.Get(ctx, kind, key)
}

func (m mortal) Put(ctx context.Context, kind, key string, value []byte, version int64) (int64, error) {
	if err := m.life.at("before put " + kind); err != nil {
		return 0, err
	}
	version, err := m.Documents.Put(ctx, kind, key, value, version)
	return version, errors.Join(err, m.life.at("after put "+kind))
}

// wire is the network of a process that can die.
type wire struct {
	direct
	life *life
}

func (w wire) RoundTrip(req *http.Request) (*http.Response, error) {
	if err := w.life.at("before " + req.URL.Path); err != nil {
		return nil, err
	}
	res, err := w.direct.RoundTrip(req)
	if killed := w.life.at("after " + req.URL.Path); killed != nil {
		return nil, killed
	}
	return res, err
}

func (w *world) startMortal() (process, *life) {
	l := &life{}
	return w.start(func(o *connect.Options) {
		o.Store = mortal{w.store, l}
		o.Keap.Transport = wire{direct{w.box}, l}
	}), l
}
