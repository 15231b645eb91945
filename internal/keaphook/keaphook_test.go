package keaphook_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/labstack/echo/v4"

	"tributary/internal/attribution"
	"tributary/internal/hooks"
	"tributary/internal/intake"
	"tributary/internal/keap"
	"tributary/internal/keap/keaptest"
	"tributary/internal/keap/sandbox"
	"tributary/internal/keaphook"
	"tributary/internal/server"
	"tributary/internal/store"
	"tributary/internal/store/boltstore"
	"tributary/internal/vault"
)

const account = attribution.DefaultAccount

// world is a collector's door, Keap's sandbox that calls it, and what stands between.
type world struct {
	t     *testing.T
	store *boltstore.Store
	vault *vault.Vault
	box   *sandbox.Sandbox
	hints *keaphook.Hints
	reg   *keaphook.Registrar
	hooks *hooks.Service
	url   string
	keap  *keap.Client
}

func newWorld(t *testing.T, change func(*keaphook.HintOptions)) *world {
	t.Helper()
	w := &world{t: t}
	var err error
	if w.store, err = boltstore.Open(boltstore.Options{Dir: t.TempDir()}); err != nil {
		t.Fatal(err)
	}
	if w.vault, err = vault.New(bytes.Repeat([]byte{7}, 32)); err != nil {
		t.Fatal(err)
	}
	w.hooks = hooks.NewService(hooks.Options{Store: w.store, Sealer: w.vault, Policy: func() attribution.Policy { return attribution.DefaultPolicy }, Now: time.Now})
	var url string
	w.box, url = keaptest.Serve(t, sandbox.Options{Delivery: sandbox.Delivery{Delay: 5 * time.Millisecond, Timeout: time.Second, Retries: []time.Duration{time.Millisecond}}})
	w.keap = keaptest.Client(t, url)
	o := keaphook.HintOptions{Store: w.store, Contacts: w.keap, Key: w.vault.Key, Account: account, Gather: 10 * time.Millisecond, PerMinute: 600}
	if change != nil {
		change(&o)
	}
	w.hints = keaphook.NewHints(o)
	w.serve()
	w.reg = keaphook.NewRegistrar(keaphook.RegistrarOptions{Keap: w.keap, Hooks: w.hooks, Hints: w.hints, Account: account, BaseURL: w.url})
	ctx, stop := context.WithCancel(context.Background())
	done := make(chan struct{})
	go func() { defer close(done); w.hints.Run(ctx) }()
	t.Cleanup(func() {
		stop()
		<-done
		if err := w.store.Check(context.Background()); err != nil {
			t.Errorf("the store does not hold together: %v", err)
		}
		w.store.Close()
	})
	return w
}

func (w *world) serve() {
	door := &intake.HookDoor{Hooks: w.hooks, Hints: w.hints.Take, Logger: slog.New(slog.DiscardHandler)}
	e := server.New(server.Options{Logger: slog.New(slog.DiscardHandler), Ready: w.store.Ping, State: func() map[string]string { return map[string]string{} }})
	e.POST("/h/:token", func(c echo.Context) error { return door.Post(c) })
	s := httptest.NewServer(e)
	w.t.Cleanup(s.Close)
	w.url = s.URL
}

// waiting stores an opt-in that has looked for its contact once, and waits for hours.
func (w *world) waiting(email string) uuid.UUID {
	w.t.Helper()
	key, sealed, err := w.vault.Seal(attribution.Person{Email: email})
	if err != nil {
		w.t.Fatal(err)
	}
	now := time.Now().UTC().Truncate(time.Millisecond)
	out, err := w.store.Ingest(w.t.Context(), account, attribution.DefaultPolicy, []attribution.Event{{
		ID: uuid.Must(uuid.NewV7()), Type: attribution.OptedIn, At: now, Received: now, Visitor: uuid.New(), Person: key, Sealed: sealed,
		Via: attribution.ViaForm, Latest: attribution.Touch{Ref: attribution.Ref{Kind: attribution.ByID, Value: "7"}, At: now},
	}})
	if err != nil {
		w.t.Fatal(err)
	}
	jobs, err := w.store.Claim(w.t.Context(), now.Add(time.Second), 100, time.Minute)
	if err != nil {
		w.t.Fatal(err)
	}
	for _, j := range jobs {
		if j.Kind == store.CreditJob {
			err = w.store.Advance(w.t.Context(), j, now, store.Settlement{State: store.Ready, Due: now.Add(6 * time.Hour), Attempt: 9, Status: attribution.Waiting})
		}
		if err != nil {
			w.t.Fatal(err)
		}
	}
	return out[0].OptIn
}

func (w *world) woken(id uuid.UUID) bool {
	o, err := w.store.OptIn(w.t.Context(), account, id)
	if err != nil {
		w.t.Fatal(err)
	}
	return o.Trace[len(o.Trace)-1].Step == "woken"
}

func (w *world) eventually(what string, is func() bool) {
	w.t.Helper()
	for deadline := time.Now().Add(10 * time.Second); time.Now().Before(deadline); time.Sleep(2 * time.Millisecond) {
		if is() {
			return
		}
	}
	w.t.Fatalf("never: %s; heard %+v", what, w.hints.Heard())
}

func (w *world) post(path, body string, headers ...string) (int, string, http.Header) {
	w.t.Helper()
	req, err := http.NewRequest("POST", w.url+path, strings.NewReader(body))
	if err != nil {
		w.t.Fatal(err)
	}
	for i := 0; i < len(headers); i += 2 {
		req.Header.Set(headers[i], headers[i+1])
	}
	res, err := http.DefaultClient.Do(req)
	if err != nil {
		w.t.Fatal(err)
	}
	defer res.Body.Close()
	var text bytes.Buffer
	text.ReadFrom(res.Body)
	return res.StatusCode, text.String(), res.Header
}

// address is where Keap calls us.
func (w *world) address() string {
	w.t.Helper()
	return strings.TrimPrefix(w.box.Hooks()[0].URL, w.url)
}

func (w *world) want(s keaphook.Status, state keaphook.State) {
	w.t.Helper()
	if s.State != state {
		w.t.Fatalf("state %+v, want %s", s, state)
	}
}

func TestANewContactWakesWhoWaits(t *testing.T) {
	w := newWorld(t, nil)
	w.want(w.reg.Status(), keaphook.Unchecked)
	w.want(w.reg.Check(t.Context()), keaphook.Active)
	ann, bob := w.waiting("ann@example.com"), w.waiting("bob@example.com")
	w.box.AddContact("Ann@Example.com", "Ann", "")
	w.eventually("ann is woken", func() bool { return w.woken(ann) })
	if w.woken(bob) {
		t.Error("bob is woken, too")
	}
	if n := w.box.Calls()["listContacts"]; n != 1 {
		t.Errorf("%d calls for one contact", n)
	}
}

func TestTheSecondEMailOfAContactWakes(t *testing.T) {
	w := newWorld(t, nil)
	w.want(w.reg.Check(t.Context()), keaphook.Active)
	ann := w.waiting("ann@example.com")
	first := w.box.AddContact("work@example.com", "Ann", "")
	second := w.box.AddContact("ann@example.com", "Ann", "")
	if err := w.box.MergeContacts(sandbox.Merge{From: second.ID, Into: first.ID}); err != nil {
		t.Fatal(err)
	}
	w.eventually("ann is woken", func() bool { return w.woken(ann) })
}

func TestAHintThatNobodyWaitsForCostsNothing(t *testing.T) {
	w := newWorld(t, nil)
	w.want(w.reg.Check(t.Context()), keaphook.Active)
	for i := range 5 {
		w.box.AddContact(fmt.Sprintf("p%d@example.com", i), "", "")
	}
	w.eventually("all are told", func() bool { return w.hints.Heard().Needless == 5 })
	if n := w.box.Calls()["listContacts"]; n != 0 {
		t.Errorf("%d calls for nobody", n)
	}
}

func TestOneHookIsKeptAndRepaired(t *testing.T) {
	w := newWorld(t, nil)
	w.want(w.reg.Check(t.Context()), keaphook.Active)
	first := w.box.Hooks()[0]
	w.want(w.reg.Check(t.Context()), keaphook.Active)
	if got := w.box.Hooks(); len(got) != 1 || got[0].Key != first.Key {
		t.Fatalf("a second check left %+v", got)
	}
	w.box.DeactivateHook(first.Key)
	w.want(w.reg.Check(t.Context()), keaphook.Active)
	if got := w.box.Hooks(); len(got) != 1 || got[0].Key != first.Key || got[0].Status != sandbox.HookVerified {
		t.Errorf("an inactive hook became %+v", got)
	}
	if err := w.keap.DeleteHook(t.Context(), keap.Hook{Key: first.Key}); err != nil {
		t.Fatal(err)
	}
	s := w.reg.Check(t.Context())
	w.want(s, keaphook.Active)
	if got := w.box.Hooks(); len(got) != 1 || got[0].Key == first.Key || s.Key != got[0].Key {
		t.Errorf("a hook that was deleted became %+v", got)
	}
	if status, _, _ := w.post(strings.TrimPrefix(first.URL, w.url), `{}`); status != http.StatusNotFound {
		t.Errorf("the address of before answers %d", status)
	}
	secret := w.address()[strings.Index(w.address(), "-")+1:]
	if strings.Contains(fmt.Sprint(s), secret) || !strings.HasPrefix(s.Address, w.url+"/h/") {
		t.Errorf("the status tells %+v", s)
	}
	docs, err := w.store.List(t.Context(), hooks.HookKind, "", 10)
	if err != nil || len(docs) != 1 || strings.Contains(string(docs[0].Value), secret) {
		t.Errorf("kept %v, %v", docs, err)
	}
}

func TestHooksOfOthersStayAndLeftoversGo(t *testing.T) {
	w := newWorld(t, nil)
	other := httptest.NewServer(http.HandlerFunc(func(rw http.ResponseWriter, r *http.Request) {
		rw.Header().Set("X-Hook-Secret", r.Header.Get("X-Hook-Secret"))
	}))
	defer other.Close()
	form, token, err := hooks.New(hooks.Hook{Account: account, Name: "mine"})
	if err != nil {
		t.Fatal(err)
	}
	if err := w.hooks.Save(t.Context(), form, 0); err != nil {
		t.Fatal(err)
	}
	for _, url := range []string{other.URL + "/h/theirs", w.url + "/h/lost-token", w.url + "/h/" + token} {
		if _, err := w.keap.CreateHook(t.Context(), keap.HookContactAdd, url); err != nil {
			t.Fatal(err)
		}
	}
	w.want(w.reg.Check(t.Context()), keaphook.Active)
	var urls []string
	for _, h := range w.box.Hooks() {
		urls = append(urls, h.URL)
	}
	if len(urls) != 3 || urls[0] != other.URL+"/h/theirs" || urls[1] != w.url+"/h/"+token {
		t.Errorf("left %v", urls)
	}
	if _, _, err := w.hooks.Get(t.Context(), form.ID); err != nil {
		t.Errorf("the hook of a form tool: %v", err)
	}
}

// TestAnAddressThatKeapDoesNotReach tells so, and is verified as soon as it is reached.
func TestAnAddressThatKeapDoesNotReach(t *testing.T) {
	w := newWorld(t, nil)
	o := keaphook.RegistrarOptions{Keap: w.keap, Hooks: w.hooks, Hints: w.hints, Account: account, BaseURL: "http://127.0.0.1:1"}
	s := keaphook.NewRegistrar(o).Check(t.Context())
	w.want(s, keaphook.Unverified)
	if !strings.Contains(s.Reason, "http://127.0.0.1:1") {
		t.Errorf("reason %q", s.Reason)
	}
	w.want(w.reg.Check(t.Context()), keaphook.Active) // the address has changed: the one of before goes
	if got := w.box.Hooks(); len(got) != 1 || !strings.HasPrefix(got[0].URL, w.url) {
		t.Errorf("left %+v", got)
	}
	o.Unreachable = "no https"
	s = keaphook.NewRegistrar(o).Check(t.Context())
	w.want(s, keaphook.Off)
	if s.Reason != "no https" || len(w.box.Hooks()) != 1 {
		t.Errorf("off: %+v", s)
	}
}

// TestALostAnswerMakesOneHook: whatever becomes of the call that makes it.
func TestALostAnswerMakesOneHook(t *testing.T) {
	for _, kind := range []sandbox.Kind{sandbox.ApplyThenReset, sandbox.ApplyThen500, sandbox.Truncated, sandbox.Status500, sandbox.Reset, sandbox.Status403} {
		t.Run(string(kind), func(t *testing.T) {
			w := newWorld(t, nil)
			if err := w.box.AddFault(sandbox.Fault{Operation: "createAHookSubscription", Kind: kind}); err != nil {
				t.Fatal(err)
			}
			s := w.reg.Check(t.Context())
			w.want(s, keaphook.Failed)
			if s.Reason == "" || strings.Contains(s.Reason, "/h/") {
				t.Errorf("reason %q", s.Reason)
			}
			w.want(w.reg.Check(t.Context()), keaphook.Active)
			if got := w.box.Hooks(); len(got) != 1 {
				t.Errorf("made %+v", got)
			}
			if docs, err := w.store.List(t.Context(), hooks.HookKind, "", 10); err != nil || len(docs) != 1 {
				t.Errorf("%d hooks here, %v", len(docs), err)
			}
		})
	}
}

// The rest is what strangers send.

func TestAStrangerLearnsNothing(t *testing.T) {
	w := newWorld(t, nil)
	w.want(w.reg.Check(t.Context()), keaphook.Active)
	_, unknown, _ := w.post("/h/nobody-knows", `{}`)
	half := w.address()[:len(w.address())-5]
	status, body, header := w.post(half, `{"event_key":"contact.add","object_keys":[{"id":1}]}`, "X-Hook-Secret", "give it back")
	if status != http.StatusNotFound || body != unknown || header.Get("X-Hook-Secret") != "" {
		t.Errorf("half an address: %d %s %v", status, body, header)
	}
	if heard := w.hints.Heard(); heard.Batches != 0 {
		t.Errorf("heard %+v", heard)
	}
}

func TestTheHandshake(t *testing.T) {
	w := newWorld(t, nil)
	w.want(w.reg.Check(t.Context()), keaphook.Active)
	status, _, header := w.post(w.address(), "", "X-Hook-Secret", "abc.123")
	if status != http.StatusOK || header.Get("X-Hook-Secret") != "abc.123" {
		t.Errorf("%d %v", status, header)
	}
	if _, _, header := w.post(w.address(), "", "X-Hook-Secret", strings.Repeat("x", 5000)); header.Get("X-Hook-Secret") != "" {
		t.Error("a giant secret is sent back")
	}
	if heard := w.hints.Heard(); heard.Batches != 0 {
		t.Errorf("a handshake is no batch: %+v", heard)
	}
}

func TestForgedBatchesAreHarmless(t *testing.T) {
	w := newWorld(t, func(o *keaphook.HintOptions) { o.Queue = 300 })
	w.want(w.reg.Check(t.Context()), keaphook.Active)
	ann := w.waiting("ann@example.com")
	for body, want := range map[string]string{
		`not json`: `{"taken":0}`, ``: `{"taken":0}`, `null`: `{"taken":0}`, `[]`: `{"taken":0}`, `{"event_key":7}`: `{"taken":0}`,
		`{"event_key":"invoice.add","object_keys":[{"id":1}]}`:                                                                      `{"taken":0}`,
		`{"event_key":"contact.add","object_keys":[{"id":"../../affiliates"},{"id":null},{"id":{}},{"id":-5},{"id":"1;email==*"}]}`: `{"taken":0}`,
		`{"event_key":"contact.add","object_keys":[{"id":123456789012345678901234567890}]}`:                                         `{"taken":0}`,
	} {
		status, got, _ := w.post(w.address(), body)
		if status != http.StatusOK || strings.TrimSpace(got) != want {
			t.Errorf("%.60s: %d %s", body, status, got)
		}
	}
	if status, _, _ := w.post(w.address(), strings.Repeat("x", 3<<20)); status != http.StatusRequestEntityTooLarge {
		t.Errorf("a giant body: %d", status)
	}
	// Contacts that are not there, named again and again, cost a bounded number of calls, and the one that is there is found.
	for range 20 {
		w.post(w.address(), forged(1, 1000))
	}
	c := w.box.AddContact("ann@example.com", "", "")
	w.eventually("the flood is over", func() bool { // a full queue may have dropped Keap's own hint
		w.hints.Take([]byte(`{"event_key":"contact.add","object_keys":[{"id":` + c.ID + `}]}`))
		return w.woken(ann)
	})
	heard := w.hints.Heard()
	if heard.Dropped == 0 || heard.Repeated < 300 {
		t.Errorf("heard %+v", heard)
	}
	// 20,000 names of 1,000 contacts, each asked for three times: without merging these would be 400 calls.
	if n := w.box.Calls()["listContacts"]; n > 100 {
		t.Errorf("%d calls", n)
	}
}

// forged names n contacts from an id on.
func forged(from, n int) string {
	var b strings.Builder
	b.WriteString(`{"event_key":"contact.add","object_type":"contact","object_keys":[`)
	for i := range n {
		if i > 0 {
			b.WriteByte(',')
		}
		fmt.Fprintf(&b, `{"id":%d,"apiUrl":"https://evil.example.com/","timestamp":"2026-05-04T12:00:00Z"}`, from+i)
	}
	return b.String() + "]}"
}

// TestNoMoreCallsThanAllowed floods with ever new contacts.
func TestNoMoreCallsThanAllowed(t *testing.T) {
	var calls atomic.Int64
	w := newWorld(t, func(o *keaphook.HintOptions) {
		o.PerMinute = 8 // two at once, and then one each 7.5 seconds
		o.Contacts = asked(func(ids []string) ([]keap.Contact, error) { calls.Add(1); return nil, nil })
	})
	w.waiting("ann@example.com")
	for i := range 30 {
		w.hints.Take([]byte(forged(1+1000*i, 1000)))
	}
	time.Sleep(300 * time.Millisecond)
	if n := calls.Load(); n != 2 {
		t.Errorf("%d calls, want 2", n)
	}
}

type asked func(ids []string) ([]keap.Contact, error)

func (a asked) Contacts(_ context.Context, ids []string) ([]keap.Contact, error) { return a(ids) }

func TestARepeatedHintIsFetchedOnce(t *testing.T) {
	now := time.Now()
	w := newWorld(t, func(o *keaphook.HintOptions) { o.Now = func() time.Time { return now } })
	w.waiting("ann@example.com")
	c := w.box.AddContact("cyd@example.com", "", "")
	hint := []byte(`{"event_key":"contact.add","object_keys":[{"id":` + c.ID + `}]}`)
	w.hints.Take(hint)
	w.eventually("fetched", func() bool { return w.hints.Heard().Fetched == 1 })
	for range 100 {
		w.hints.Take(hint)
	}
	if heard := w.hints.Heard(); heard.Repeated != 100 {
		t.Errorf("heard %+v", heard)
	}
}

// TestAContactThatKeapShowsLate: its lists may lag behind its hooks.
func TestAContactThatKeapShowsLate(t *testing.T) {
	var calls atomic.Int64
	w := newWorld(t, func(o *keaphook.HintOptions) {
		o.Contacts = asked(func(ids []string) ([]keap.Contact, error) {
			switch calls.Add(1) {
			case 1:
				return nil, nil
			case 2:
				return []keap.Contact{{ID: "5", Emails: []string{"ann@example.com", "", "no e-mail"}}}, nil
			}
			return nil, errors.New("asked too often")
		})
	})
	ann := w.waiting("ann@example.com")
	w.hints.Take([]byte(`{"event_key":"contact.add","object_keys":[{"id":"5"}]}`))
	w.eventually("ann is woken", func() bool { return w.woken(ann) })
}
