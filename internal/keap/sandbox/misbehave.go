package sandbox

import (
	"context"
	"crypto/tls"
	"net"
	"net/http"
	"strconv"
	"strings"
	"time"
)

// FaultHeader names the fault in an answer that a fault has shaped, so that a referee does not blame the sandbox for it.
const FaultHeader = "X-Sandbox-Fault"

// misbehave does the fault instead of answering. run applies the call and gives its answer.
func (s *Sandbox) misbehave(w http.ResponseWriter, r *http.Request, fault Fault, run func() answer) {
	w.Header().Set(FaultHeader, string(fault.Kind))
	switch fault.Kind {
	case Reset, ApplyThenReset, CutAnswer, LateApply:
		s.resetFault(w, r, fault, run)
	case Hang, ApplyThenHang, SlowBody:
		s.slowFault(w, r, fault, run)
	case Blank200, HTML, Redirect, Truncated, HugeBody:
		bodyFault(w, r, fault, run)
	default:
		statusFault(w, fault, run)
	}
}

func (s *Sandbox) resetFault(w http.ResponseWriter, r *http.Request, fault Fault, run func() answer) {
	switch fault.Kind {
	case ApplyThenReset:
		run()
	case CutAnswer:
		writeHalf(w, run())
	case LateApply:
		s.applyLate(context.WithoutCancel(r.Context()), fault.delay(100*time.Millisecond), run)
	}
	cut(w)
}

// writeHalf promises the whole body and sends half of it.
func writeHalf(w http.ResponseWriter, a answer) {
	body := a.bytes()
	w.Header().Set("Content-Length", strconv.Itoa(len(body)))
	writeJSON(w, a.status, body[:len(body)/2])
	http.NewResponseController(w).Flush()
}

// applyLate returns at once. Settle and Close wait for the end of it.
func (s *Sandbox) applyLate(ctx context.Context, delay time.Duration, run func() answer) {
	s.mu.Lock()
	s.late++
	s.mu.Unlock()
	go func() {
		if s.pause(ctx, delay) {
			run()
		}
		s.mu.Lock()
		defer s.mu.Unlock()
		if s.late--; s.late == 0 {
			s.settled.Broadcast()
		}
	}()
}

func (s *Sandbox) slowFault(w http.ResponseWriter, r *http.Request, fault Fault, run func() answer) {
	delay := fault.delay(30 * time.Second)
	if fault.Kind == Hang {
		s.pause(r.Context(), delay)
		cut(w)
		return
	}
	applied := run()
	if fault.Kind == SlowBody {
		s.drip(w, r, applied, delay)
		return
	}
	if s.pause(r.Context(), delay) {
		applied.write(w)
	}
}

// drip writes the body byte by byte.
func (s *Sandbox) drip(w http.ResponseWriter, r *http.Request, a answer, over time.Duration) {
	body := a.bytes()
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(a.status)
	for i := range body {
		w.Write(body[i : i+1])
		http.NewResponseController(w).Flush()
		if !s.pause(r.Context(), over/time.Duration(len(body))) {
			return
		}
	}
}

func bodyFault(w http.ResponseWriter, r *http.Request, fault Fault, run func() answer) {
	var applied answer
	if fault.Apply || fault.Kind == Truncated || fault.Kind == HugeBody {
		applied = run()
	}
	switch fault.Kind {
	case Blank200:
		w.WriteHeader(http.StatusOK)
	case HTML:
		writeHTML(w, http.StatusOK, "Please log in")
	case Redirect:
		w.Header().Set("Location", r.RequestURI)
		w.WriteHeader(http.StatusTemporaryRedirect)
	case Truncated:
		whole := applied.bytes()
		writeJSON(w, applied.status, whole[:len(whole)/2])
	case HugeBody:
		writeJSON(w, applied.status, []byte(strings.Repeat(" ", 4<<20)+string(applied.bytes())))
	}
}

func statusFault(w http.ResponseWriter, fault Fault, run func() answer) {
	if fault.RetryAfter != "" {
		w.Header().Set("Retry-After", fault.RetryAfter)
	}
	switch fault.Kind {
	case ApplyThen500:
		run()
		refuse(http.StatusInternalServerError, "an internal error occurred").write(w)
	case Status500:
		refuse(http.StatusInternalServerError, "an internal error occurred").write(w)
	case Status429:
		throttled().write(w)
	case Status401:
		gatewayFault(http.StatusUnauthorized, "Invalid access token", "oauth.v2.InvalidAccessToken").write(w)
	case Status403:
		refuse(http.StatusForbidden, "the key may not do this").write(w)
	case Status502, Status503:
		status, _ := strconv.Atoi(string(fault.Kind)) // these kinds are numbers
		writeHTML(w, status, http.StatusText(status))
	}
}

func writeHTML(w http.ResponseWriter, status int, title string) {
	w.Header().Set("Content-Type", "text/html; charset=utf-8")
	w.WriteHeader(status)
	w.Write([]byte("<!doctype html><title>" + title + "</title><h1>" + title + "</h1>"))
}

func writeJSON(w http.ResponseWriter, status int, body []byte) {
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(status)
	w.Write(body)
}

func (f Fault) delay(byDefault time.Duration) time.Duration {
	if f.Delay == 0 {
		return byDefault
	}
	return time.Duration(f.Delay)
}

// pause waits, and says whether it waited to the end: it stops when the caller has gone or the sandbox is closed.
func (s *Sandbox) pause(ctx context.Context, d time.Duration) bool {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-timer.C:
		return true
	case <-ctx.Done():
	case <-s.closed:
	}
	return false
}

// cut ends the connection without an answer. No linger makes it a TCP reset, as from a host that has gone, where it can.
func cut(w http.ResponseWriter) {
	conn, _, err := http.NewResponseController(w).Hijack()
	if err != nil {
		panic(http.ErrAbortHandler) // HTTP/2 and recorders cannot be hijacked: net/http ends the exchange
	}
	raw := conn
	if secure, ok := conn.(*tls.Conn); ok {
		raw = secure.NetConn()
	}
	if tcp, ok := raw.(*net.TCPConn); ok {
		tcp.SetLinger(0)
	}
	raw.Close()
}
