package portal_test

import (
	"bufio"
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	"tributary/internal/attribution"
)

// openPages is how many pages the live feed carries at least.
const openPages = 500

// TestManyOpenPagesCostNoRead: only the version is asked for, and one affiliate's change is told to that one alone.
func TestManyOpenPagesCostNoRead(t *testing.T) {
	live(t, func(t *testing.T, l *liveDesk) {
		streams := make([]*stream, openPages)
		for i := range streams {
			id := fmt.Sprint(1000 + i)
			l.affiliate(attribution.Affiliate{ID: id})
			l.cookie = l.signIn(id)
			streams[i] = l.open(t, "/portal/live?since="+l.version())
		}
		for _, s := range streams {
			s.want("at first", greeting)
		}
		before := l.tallies.Load()
		l.ingest(click("1250", time.Now()))
		time.Sleep(10 * time.Second)
		if n := l.tallies.Load() - before; n != 0 {
			t.Errorf("counters were read %d times while nobody asked for a page", n)
		}
		for i, s := range streams {
			text, ended := s.heard()
			if told := strings.Contains(text, "changed"); told != (i == 250) || ended {
				t.Errorf("page %d heard %q, ended %v", i, text, ended)
			}
		}
	})
}

// BenchmarkOpenPages is a second of 500 open pages of different affiliates on a real network, a hundred clicks in it. It tells
// the time that both ends of the network spend on it, and how late a change is told.
func BenchmarkOpenPages(b *testing.B) {
	d := newDesk(b, options{clock: time.Now})
	server := httptest.NewServer(d.Echo)
	defer server.Close()
	defer server.CloseClientConnections()
	var told atomic.Int64
	for i := range openPages {
		id := fmt.Sprint(1000 + i)
		d.now = time.Now()
		d.affiliate(attribution.Affiliate{ID: id})
		r, err := http.NewRequest(http.MethodGet, server.URL+"/portal/live", nil)
		if err != nil {
			b.Fatal(err)
		}
		r.AddCookie(d.signIn(id))
		answer, err := http.DefaultClient.Do(r)
		if err != nil {
			b.Fatal(err)
		}
		go func() {
			for scan := bufio.NewScanner(answer.Body); scan.Scan(); {
				if strings.HasPrefix(scan.Text(), "event:") {
					told.Add(1)
				}
			}
		}()
	}
	told.Store(0)
	began, clicks := cpu(b), 0
	for b.Loop() {
		for i := range 10 {
			for j := range 10 {
				d.ingest(click(fmt.Sprint(1000+(clicks*7+i*10+j)%openPages), time.Now()))
			}
			time.Sleep(100 * time.Millisecond)
		}
		clicks += 100
	}
	b.ReportMetric(float64((cpu(b)-began).Milliseconds())/float64(b.N), "cpu-ms/s")
	b.ReportMetric(float64(told.Load())/float64(b.N), "told/s")
}

// cpu is the processor's time that this process has used.
func cpu(b *testing.B) time.Duration {
	var use syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &use); err != nil {
		b.Fatal(err)
	}
	return time.Duration(use.Utime.Nano() + use.Stime.Nano())
}
