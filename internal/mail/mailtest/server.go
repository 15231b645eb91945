// Package mailtest is a mail server for tests: it keeps what it takes, and misbehaves on request.
package mailtest

import (
	"io"
	"net"
	"net/mail"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/emersion/go-sasl"
	"github.com/emersion/go-smtp"
)

// Server is a mail server on loopback.
type Server struct {
	t    testing.TB
	addr string

	mu       sync.Mutex
	taken    []Taken
	arrived  chan struct{}
	password string // of "tributary"; "" asks for none
	onRcpt   func(to string) error
	onData   func(text string) error
}

// Taken is one mail that the server took.
type Taken struct {
	From string
	To   []string
	Text string // as it came over the wire
}

// Header reads the mail's header.
func (m Taken) Header(t testing.TB) mail.Header {
	t.Helper()
	parsed, err := mail.ReadMessage(strings.NewReader(m.Text))
	if err != nil {
		t.Fatalf("a mail that cannot be read: %v\n%s", err, m.Text)
	}
	return parsed.Header
}

// Start runs a server until the test ends.
func Start(t testing.TB) *Server {
	t.Helper()
	s := &Server{t: t, arrived: make(chan struct{}, 1000)}
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	s.addr = l.Addr().String()
	server := smtp.NewServer(smtp.BackendFunc(func(*smtp.Conn) (smtp.Session, error) { return &session{server: s}, nil }))
	server.AllowInsecureAuth, server.ReadTimeout, server.MaxMessageBytes = true, 10*time.Second, 1<<20
	server.ErrorLog = silent{}
	done := make(chan struct{})
	go func() {
		defer close(done)
		_ = server.Serve(l)
	}()
	t.Cleanup(func() {
		_ = server.Close()
		_ = l.Close() // where the server had not begun
		<-done
	})
	return s
}

type silent struct{}

func (silent) Printf(string, ...any) {}
func (silent) Println(...any)        {}

// URL is the address to give to the program.
func (s *Server) URL() string { return "smtp://" + s.addr }

// Addr is its host and port.
func (s *Server) Addr() string { return s.addr }

// WantPassword has it ask for the password of the user "tributary".
func (s *Server) WantPassword(password string) { s.change(func() { s.password = password }) }

// OnRcpt answers each RCPT TO with what f returns; a *smtp.SMTPError goes over the wire as it is.
func (s *Server) OnRcpt(f func(to string) error) { s.change(func() { s.onRcpt = f }) }

// OnData answers each mail likewise; what it refuses is not taken.
func (s *Server) OnData(f func(text string) error) { s.change(func() { s.onData = f }) }

func (s *Server) change(f func()) {
	s.mu.Lock()
	defer s.mu.Unlock()
	f()
}

// Refusal is an answer of the server.
func Refusal(code int, text string) error {
	return &smtp.SMTPError{Code: code, EnhancedCode: smtp.EnhancedCode{code / 100, 1, 1}, Message: text}
}

// Taken are the mails so far.
func (s *Server) Taken() []Taken {
	s.mu.Lock()
	defer s.mu.Unlock()
	return append([]Taken(nil), s.taken...)
}

// Wait returns when n mails have been taken, and fails the test when they do not come.
func (s *Server) Wait(n int) []Taken {
	s.t.Helper()
	late := time.After(10 * time.Second)
	for {
		if taken := s.Taken(); len(taken) >= n {
			return taken
		}
		select {
		case <-s.arrived:
		case <-late:
			s.t.Fatalf("%d mails came, want %d", len(s.Taken()), n)
		}
	}
}

type session struct {
	server *Server
	taken  Taken
	known  bool
}

func (s *session) AuthMechanisms() []string {
	s.server.mu.Lock()
	defer s.server.mu.Unlock()
	if s.server.password == "" {
		return nil
	}
	return []string{sasl.Plain}
}

func (s *session) Auth(string) (sasl.Server, error) {
	return sasl.NewPlainServer(func(_, user, password string) error {
		s.server.mu.Lock()
		defer s.server.mu.Unlock()
		if s.known = user == "tributary" && password == s.server.password; !s.known {
			return smtp.ErrAuthFailed
		}
		return nil
	}), nil
}

func (s *session) Reset()        { s.taken = Taken{} }
func (s *session) Logout() error { return nil }

func (s *session) Mail(from string, _ *smtp.MailOptions) error {
	s.server.mu.Lock()
	defer s.server.mu.Unlock()
	if s.server.password != "" && !s.known {
		return smtp.ErrAuthRequired
	}
	s.taken.From = from
	return nil
}

func (s *session) Rcpt(to string, _ *smtp.RcptOptions) error {
	s.server.mu.Lock()
	asked := s.server.onRcpt
	s.server.mu.Unlock()
	if asked != nil {
		if err := asked(to); err != nil {
			return err
		}
	}
	s.taken.To = append(s.taken.To, to)
	return nil
}

func (s *session) Data(r io.Reader) error {
	text, err := io.ReadAll(r)
	if err != nil {
		return err
	}
	s.taken.Text = string(text)
	s.server.mu.Lock()
	asked := s.server.onData
	s.server.mu.Unlock()
	if asked != nil {
		if err := asked(s.taken.Text); err != nil {
			return err
		}
	}
	s.server.change(func() { s.server.taken = append(s.server.taken, s.taken) })
	s.server.arrived <- struct{}{}
	return nil
}
