package main

import (
	"bufio"
	"bytes"
	"fmt"
	"net"
	"time"

	"tributary/internal/bench"
)

// patience is how long one answer may take before the connection counts as dead.
const patience = 30 * time.Second

// sender is one keep-alive connection that sends a click, waits for the answer, and sends the next.
type sender struct {
	addr   string
	clicks *clicks
	conn   net.Conn
	reader *bufio.Reader
	body   []byte
	alive  time.Time // the connection's deadline counts from here

	latencies bench.Histogram
	warmed    int64
	errors    int64
	first     string // the first error, in words
	last      time.Time
}

func newSender(o options) (*sender, error) {
	s := &sender{addr: o.addr, clicks: newClicks(o.addr, o.site, o.origin), body: make([]byte, 1024)}
	return s, s.dial()
}

func (s *sender) dial() error {
	conn, err := net.DialTimeout("tcp", s.addr, patience)
	if err != nil {
		return err
	}
	s.conn, s.reader, s.alive = conn, bufio.NewReaderSize(conn, 4096), time.Time{}
	return nil
}

// run sends clicks for as long as the plan says, or until the server cannot be reached any more.
func (s *sender) run(p *plan) {
	defer func() { s.conn.Close() }()
	now := time.Now()
	for p.more(now) {
		begun := now
		usable, err := s.click(begun)
		now = time.Now()
		s.last = now
		s.count(p, begun, now, err)
		if !usable && s.redial() != nil {
			return
		}
	}
}

// count takes down how one click went. What began before the warm-up was over is not measured.
func (s *sender) count(p *plan, begun, ended time.Time, err error) {
	switch {
	case err != nil:
		s.fault(err)
	case begun.Before(p.begin):
		s.warmed++
	default:
		s.latencies.Record(ended.Sub(begun))
	}
}

func (s *sender) fault(err error) {
	if s.errors++; s.first == "" {
		s.first = err.Error()
	}
}

func (s *sender) redial() error {
	s.conn.Close()
	return s.dial()
}

// click sends one click. It returns an error for every answer but the one that says it is stored, and whether the
// connection can be used again: a refusal leaves it usable, and new ones without need would run out of ports.
func (s *sender) click(now time.Time) (usable bool, err error) {
	if now.Sub(s.alive) > patience/2 { // seldom: moving a deadline costs as much as a request's parsing
		s.alive = now
		s.conn.SetDeadline(now.Add(patience + patience/2))
	}
	if _, err := s.conn.Write(s.clicks.next(now)); err != nil {
		return false, err
	}
	a, err := readAnswer(s.reader, s.body)
	if err != nil {
		return false, err
	}
	return !a.close, s.judge(a)
}

func (s *sender) judge(a answer) error {
	if a.status == 202 && bytes.Contains(a.body, []byte(`"status":"accepted"`)) && bytes.Contains(a.body, s.clicks.id) {
		return nil
	}
	return fmt.Errorf("answered %d: %.300s", a.status, a.body)
}
