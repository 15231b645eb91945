package main

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"math/rand/v2"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/uuid"

	"tributary/internal/attribution"
	"tributary/internal/keap/sandbox"
	"tributary/internal/store/boltstore"
)

// TestKill kills the real program under load, again and again, and starts it anew on the same data: every event that was
// answered 202 must be there, the counters must equal a recount, and each opt-in must have one referral in Keap.
// TRIBUTARY_KILLS sets how often; make soak does it 200 times.
func TestKill(t *testing.T) {
	kills := 20
	if n, err := strconv.Atoi(os.Getenv("TRIBUTARY_KILLS")); err == nil {
		kills = n
	}
	p := newProgram(t)
	load := &load{box: p.box, site: p.start().makeSite()}
	for i := range kills {
		if i > 0 {
			p.start()
		}
		stop := load.run(p.url)
		time.Sleep(time.Duration(100+rand.IntN(300)) * time.Millisecond)
		p.kill()
		stop()
	}
	p.start()
	p.awaitCredits(len(load.optIns))
	p.stop()
	p.compare(load)
}

// program is bin/tributary on a data folder, beside Keap's sandbox.
type program struct {
	t    *testing.T
	bin  string
	dir  string
	url  string
	box  *sandbox.Sandbox
	keap string
	cmd  *exec.Cmd
}

const testKey = "test-admin-key"

func newProgram(t *testing.T) *program {
	t.Helper()
	bin := filepath.Join(t.TempDir(), "tributary")
	if out, err := exec.Command("go", "build", "-o", bin, ".").CombinedOutput(); err != nil {
		t.Fatalf("building: %v\n%s", err, out)
	}
	box := sandbox.New(sandbox.Options{})
	box.AddAffiliate(sandbox.Affiliate{ID: "101", Code: "river"})
	server := httptest.NewServer(box)
	t.Cleanup(server.Close)
	t.Cleanup(box.Close)
	p := &program{t: t, bin: bin, dir: t.TempDir(), box: box, keap: server.URL + sandbox.BasePath}
	t.Cleanup(p.kill)
	return p
}

// start runs the program and waits until it answers.
func (p *program) start() *program {
	p.t.Helper()
	address := freeAddress(p.t)
	p.url = "http://" + address
	p.cmd = exec.Command(p.bin, "serve", "--listen", address, "--data", p.dir, "--admin-key", testKey, "--keap-url", p.keap,
		"--keap-key", sandbox.DefaultKey, "--keap-per-minute", "-1", "--keap-timeout", "1s", "--keap-settle", "2s", "--log-level", "error")
	p.cmd.Stderr = os.Stderr
	if err := p.cmd.Start(); err != nil {
		p.t.Fatal(err)
	}
	for range 1000 {
		if res, err := http.Get(p.url + "/readyz"); err == nil {
			res.Body.Close()
			return p
		}
		time.Sleep(10 * time.Millisecond)
	}
	p.t.Fatal("the program does not answer")
	return p
}

func freeAddress(t *testing.T) string {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	return l.Addr().String()
}

func (p *program) kill() { p.end(os.Kill) }
func (p *program) stop() { p.end(os.Interrupt) }

func (p *program) end(signal os.Signal) {
	if p.cmd == nil {
		return
	}
	_ = p.cmd.Process.Signal(signal)
	_ = p.cmd.Wait()
	p.cmd = nil
}

// call asks the REST API.
func (p *program) call(method, path, body string, into any) {
	p.t.Helper()
	req, _ := http.NewRequest(method, p.url+path, strings.NewReader(body))
	req.Header.Set("Authorization", "Bearer "+testKey)
	res, err := http.DefaultClient.Do(req)
	if err != nil {
		p.t.Fatal(err)
	}
	defer res.Body.Close()
	text, _ := io.ReadAll(res.Body)
	if res.StatusCode >= 300 || json.Unmarshal(text, into) != nil {
		p.t.Fatalf("%s %s: %d %s", method, path, res.StatusCode, text)
	}
}

func (p *program) makeSite() (key string) {
	var site struct{ Key string }
	p.call("POST", "/v1/sites", `{"name":"Test","origins":["https://www.example.com"]}`, &site)
	return site.Key
}

// awaitCredits waits until at least so many opt-ins stand in Keap, and nothing is left to be done.
func (p *program) awaitCredits(n int) {
	p.t.Helper()
	deadline := time.Now().Add(3 * time.Minute)
	var open struct{ Data []json.RawMessage }
	for time.Now().Before(deadline) {
		p.call("GET", "/v1/jobs", "", &open)
		if len(open.Data) == 0 && len(p.box.Referrals()) >= n {
			return
		}
		time.Sleep(50 * time.Millisecond)
	}
	p.t.Fatalf("%d jobs are open, %d referrals of %d", len(open.Data), len(p.box.Referrals()), n)
}

// compare holds what was answered against the store and against Keap.
func (p *program) compare(l *load) {
	p.t.Helper()
	st, err := boltstore.Open(boltstore.Options{Dir: p.dir})
	if err != nil {
		p.t.Fatal(err)
	}
	defer st.Close()
	ctx := context.Background()
	if err := st.Check(ctx); err != nil {
		p.t.Errorf("after the kills: %v", err)
	}
	stored := map[uuid.UUID]bool{}
	for cursor := uuid.Nil; ; {
		page, err := st.Log(ctx, attribution.DefaultAccount, cursor, 1000)
		if err != nil {
			p.t.Fatal(err)
		}
		for _, e := range page {
			stored[e.ID] = true
		}
		if len(page) == 0 {
			break
		}
		cursor = page[len(page)-1].ID
	}
	lost := 0
	for _, id := range l.acked {
		if !stored[id] {
			lost++
		}
	}
	if lost > 0 || len(l.acked) == 0 {
		p.t.Errorf("%d of %d acknowledged events are lost", lost, len(l.acked))
	}
	p.compareReferrals(stored, l)
	p.t.Logf("%d events acknowledged, %d stored, %d referrals", len(l.acked), len(stored), len(p.box.Referrals()))
}

func (p *program) compareReferrals(stored map[uuid.UUID]bool, l *load) {
	times := map[string]int{}
	for _, r := range p.box.Referrals() {
		if times[r.Source]++; times[r.Source] > 1 {
			p.t.Errorf("%s stands in Keap %d times", r.Source, times[r.Source])
		}
	}
	for _, id := range l.optIns {
		if times["tributary:"+id.String()] != 1 {
			p.t.Errorf("the acknowledged opt-in %s stands in Keap %d times", id, times["tributary:"+id.String()])
		}
	}
}

// load sends clicks and opt-ins from several connections and remembers what was acknowledged.
type load struct {
	box    *sandbox.Sandbox
	site   string
	mu     sync.Mutex
	acked  []uuid.UUID
	optIns []uuid.UUID
	people int
}

// run sends until the returned func is called.
func (l *load) run(url string) (stop func()) {
	done := make(chan struct{})
	var senders sync.WaitGroup
	client := &http.Client{Timeout: 5 * time.Second, Transport: &http.Transport{MaxIdleConnsPerHost: 16}}
	for range 8 {
		senders.Go(func() {
			for {
				select {
				case <-done:
					return
				default:
					l.send(client, url)
				}
			}
		})
	}
	return func() { close(done); senders.Wait(); client.CloseIdleConnections() }
}

func (l *load) send(client *http.Client, url string) {
	l.mu.Lock()
	l.people++
	n := l.people
	l.mu.Unlock()
	id := uuid.Must(uuid.NewV7())
	optIn := n%20 == 0
	touch := fmt.Sprintf(`"touch":{"affiliate":"101","kind":"id","at":%d}`, time.Now().UnixMilli())
	event := fmt.Sprintf(`{"id":%q,"type":"click","visitor":%q,"at":%d,%s}`, id, uuid.Must(uuid.NewV7()), time.Now().UnixMilli(), touch)
	if optIn {
		event = fmt.Sprintf(`{"id":%q,"type":"optin","at":%d,%s,"person":{"email":"person%d@example.com"}}`, id, time.Now().UnixMilli(), touch, n)
	}
	if optIn {
		l.box.AddContact(fmt.Sprintf("person%d@example.com", n), "", "")
	}
	body := fmt.Sprintf(`{"site":%q,"events":[%s]}`, l.site, event)
	res, err := client.Post(url+"/e", "text/plain", bytes.NewBufferString(body))
	if err != nil {
		time.Sleep(2 * time.Millisecond) // the program was killed
		return
	}
	defer res.Body.Close()
	text, err := io.ReadAll(res.Body)
	if res.StatusCode != http.StatusAccepted || err != nil || !bytes.Contains(text, []byte(`"accepted"`)) {
		return
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	l.acked = append(l.acked, id)
	if optIn {
		l.optIns = append(l.optIns, id)
	}
}
