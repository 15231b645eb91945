package main

import (
	"encoding/json"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"tributary/internal/bench"
)

func TestLoadCountsWhatIsAccepted(t *testing.T) {
	var asked atomic.Int64
	o := serve(t, func(w http.ResponseWriter, r *http.Request) {
		asked.Add(1)
		reply(w, r, "accepted")
	})
	o.count = 500
	got, err := load(o)
	if err != nil || got.Accepted != 500 || got.Errors != 0 || got.First != "" || asked.Load() != 500 {
		t.Fatalf("%+v, %v; the server saw %d", got, err, asked.Load())
	}
	if got.Rate <= 0 || got.P50 <= 0 || got.P99 < got.P50 || got.Max < got.P99 {
		t.Errorf("the figures do not fit each other: %+v", got)
	}
}

func TestLoadLeavesTheWarmUpOut(t *testing.T) {
	o := serve(t, func(w http.ResponseWriter, r *http.Request) { reply(w, r, "accepted") })
	o.warmup, o.duration = 100*time.Millisecond, 100*time.Millisecond
	got, err := load(o)
	if err != nil || got.Warmed == 0 || got.Accepted == 0 || got.Errors != 0 {
		t.Fatalf("%+v, %v", got, err)
	}
	if got.Seconds < 0.1 || got.Seconds > 0.2 {
		t.Errorf("measured for %v s instead of 0.1", got.Seconds)
	}
}

func TestLoadCountsEveryOtherAnswer(t *testing.T) {
	for name, c := range map[string]struct {
		handler http.HandlerFunc
		first   string
	}{
		"not 202":      {func(w http.ResponseWriter, r *http.Request) { http.Error(w, "too many", http.StatusTooManyRequests) }, "answered 429: too many"},
		"ignored":      {func(w http.ResponseWriter, r *http.Request) { reply(w, r, "ignored") }, `"status":"ignored"`},
		"another's id": {func(w http.ResponseWriter, r *http.Request) { replyFor(w, "x", "accepted") }, "answered 202"},
		"hung up":      {func(http.ResponseWriter, *http.Request) { panic(http.ErrAbortHandler) }, "reading the status line"},
	} {
		t.Run(name, func(t *testing.T) {
			o := serve(t, c.handler)
			o.count = 20
			got, err := load(o)
			if err != nil || got.Accepted != 0 || got.Errors != 20 || !strings.Contains(got.First, c.first) {
				t.Errorf("%+v, %v", got, err)
			}
		})
	}
}

func TestLoadKeepsItsConnections(t *testing.T) {
	for name, c := range map[string]struct {
		handler http.HandlerFunc
		conns   int64
	}{
		"accepted": {func(w http.ResponseWriter, r *http.Request) { reply(w, r, "accepted") }, 4},
		"refused":  {func(w http.ResponseWriter, r *http.Request) { http.Error(w, "no", http.StatusForbidden) }, 4},
		"hung up":  {func(http.ResponseWriter, *http.Request) { panic(http.ErrAbortHandler) }, 4 + 40},
	} {
		t.Run(name, func(t *testing.T) {
			var opened atomic.Int64
			o := serveCounting(t, c.handler, &opened)
			o.count = 40
			_, err := load(o)
			for range 500 { // the server may not have been told of the last one yet
				if opened.Load() >= c.conns {
					break
				}
				time.Sleep(10 * time.Millisecond)
			}
			if err != nil || opened.Load() != c.conns {
				t.Errorf("%d connections were opened, want %d; %v", opened.Load(), c.conns, err)
			}
		})
	}
}

func TestLoadStopsWhenTheServerHasGone(t *testing.T) {
	var server *httptest.Server
	var left atomic.Int64
	left.Store(50)
	server = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if left.Add(-1) < 0 {
			server.Listener.Close()
			panic(http.ErrAbortHandler)
		}
		reply(w, r, "accepted")
	}))
	defer server.Close()
	got, err := load(options{addr: server.Listener.Addr().String(), site: testSite, origin: testOrigin, conns: 4, count: 1000})
	if err != nil || got.Accepted != 50 || got.Errors == 0 || got.Rate == 0 {
		t.Errorf("%+v, %v", got, err)
	}
}

func TestLoadSaysThatNobodyListens(t *testing.T) {
	o := serve(t, nil)
	o.addr = "127.0.0.1:1"
	if got, err := load(o); err == nil {
		t.Errorf("loaded nobody: %+v", got)
	}
}

func TestFlagsAreChecked(t *testing.T) {
	for _, args := range []string{"-addr=192.0.2.1:80", "-addr=localhost", "-conns=0", "-count=-1", "-warmup=-1s", "-what"} {
		if _, err := parse([]string{args}); err == nil {
			t.Errorf("%s is taken", args)
		}
	}
	if o, err := parse([]string{"-addr=[::1]:80", "-conns=3"}); err != nil || o.conns != 3 {
		t.Errorf("%+v, %v", o, err)
	}
}

func serve(t *testing.T, h http.HandlerFunc) options { return serveCounting(t, h, new(atomic.Int64)) }

func serveCounting(t *testing.T, h http.HandlerFunc, opened *atomic.Int64) options {
	s := httptest.NewUnstartedServer(h)
	s.Config.ConnState = func(_ net.Conn, state http.ConnState) {
		if state == http.StateNew {
			opened.Add(1)
		}
	}
	s.Start()
	t.Cleanup(s.Close)
	return options{addr: s.Listener.Addr().String(), site: testSite, origin: testOrigin, conns: 4}
}

func reply(w http.ResponseWriter, r *http.Request, status string) {
	var batch bench.Batch
	if err := json.NewDecoder(r.Body).Decode(&batch); err != nil {
		http.Error(w, err.Error(), http.StatusBadRequest)
		return
	}
	replyFor(w, batch.Events[0].ID, status)
}

func replyFor(w http.ResponseWriter, id, status string) {
	w.WriteHeader(http.StatusAccepted)
	json.NewEncoder(w).Encode(bench.Answer{Results: []bench.Result{{ID: id, Status: status}}})
}
