package mail

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/mail"
	"net/url"
	"regexp"
	"strconv"
	"strings"
	"time"

	gomail "github.com/wneessen/go-mail"

	"tributary/internal/attribution"
)

// sendTimeout bounds each step with the mail server. It must be well below the lease of a mail.
const sendTimeout = 30 * time.Second

// Server is the mail server that takes our mails, and whom they are from.
type Server struct {
	host    string
	options []gomail.Option
	from    *mail.Address
}

// NewServer reads an address such as smtp://user:password@mail.example.com:587 (STARTTLS) or smtps://... (TLS from the
// start), and a sender such as "Example Team <team@example.com>". No error of it holds the address: that has a password.
func NewServer(address, from string) (*Server, error) {
	u, err := url.Parse(address)
	if err != nil || u.Hostname() == "" || u.Scheme != "smtp" && u.Scheme != "smtps" || strings.Trim(u.Path, "/") != "" {
		return nil, errors.New("the mail server must be given as smtp://user:password@mail.example.com:587 or smtps://user:password@mail.example.com:465; characters of a password other than letters and digits are written as %40 and the like")
	}
	s := &Server{host: u.Hostname()}
	if s.from, err = mail.ParseAddress(from); err != nil || strings.ContainsFunc(from, isControl) {
		return nil, errors.New(`the sender must be an address such as "Example Team <team@example.com>"`)
	}
	if s.options, err = optionsOf(u); err != nil {
		return nil, err
	}
	_, err = gomail.NewClient(s.host, s.options...)
	return s, err
}

func optionsOf(u *url.URL) ([]gomail.Option, error) {
	security, port, err := securityOf(u)
	if err != nil {
		return nil, err
	}
	if text := u.Port(); text != "" {
		port, _ = strconv.Atoi(text) // url.Parse takes digits only
	}
	options := []gomail.Option{security, gomail.WithPort(port), gomail.WithTimeout(sendTimeout)}
	if u.User != nil {
		password, _ := u.User.Password()
		options = append(options, gomail.WithSMTPAuth(gomail.SMTPAuthAutoDiscover), gomail.WithUsername(u.User.Username()), gomail.WithPassword(password))
	}
	return options, nil
}

// securityOf wants TLS of every server but one on this machine, and one that the owner has said has none.
func securityOf(u *url.URL) (gomail.Option, int, error) {
	query := u.Query()
	tls := query.Get("tls")
	query.Del("tls")
	if len(query) > 0 || tls != "" && tls != "none" {
		return nil, 0, errors.New("the mail server's address takes no parameter but tls=none, for a relay in your own network without TLS")
	}
	switch {
	case u.Scheme == "smtps":
		return gomail.WithSSL(), 465, nil
	case tls == "none" && u.User != nil && !isLoopback(u.Hostname()):
		return nil, 0, errors.New("tls=none would send the password of the mail server readable: leave one of them out")
	case tls == "none":
		return gomail.WithTLSPolicy(gomail.NoTLS), 25, nil
	case isLoopback(u.Hostname()):
		return gomail.WithTLSPolicy(gomail.TLSOpportunistic), 25, nil
	}
	return gomail.WithTLSPolicy(gomail.TLSMandatory), 587, nil
}

func isLoopback(host string) bool {
	ip := net.ParseIP(host)
	return host == "localhost" || ip != nil && ip.IsLoopback()
}

// Send gives one letter to the server. The error is a *Refused, an *Unsure, or what may be over later.
func (s *Server) Send(ctx context.Context, id string, l Letter) error {
	m, err := s.message(id, l)
	if err != nil {
		return &Refused{err.Error()}
	}
	client, err := gomail.NewClient(s.host, s.options...) // one each: a client is one connection
	if err != nil {
		return err
	}
	if err := client.DialAndSendWithContext(ctx, m); err != nil && !m.IsDelivered() {
		return judged(err)
	}
	return nil
}

func (s *Server) message(id string, l Letter) (*gomail.Msg, error) {
	for _, value := range []string{id, l.To, l.Subject, l.Unsubscribe} {
		if strings.ContainsFunc(value, isControl) {
			return nil, errors.New("a line break or control character in a header")
		}
	}
	to, err := attribution.NormalEmail(l.To)
	if err != nil {
		return nil, errors.New("the address is none that mail can be sent to")
	}
	m := gomail.NewMsg(gomail.WithNoDefaultUserAgent())
	m.FromMailAddress(s.from)
	if err := m.To(to); err != nil {
		return nil, errors.New("the address is none that mail can be sent to")
	}
	m.Subject(l.Subject)
	m.SetDate()
	m.SetMessageIDWithValue(id + "@" + s.from.Address[strings.LastIndexByte(s.from.Address, '@')+1:]) // a second copy can be known as one
	m.SetGenHeader("Auto-Submitted", "auto-generated")
	if l.Unsubscribe != "" {
		// RFC 8058: mail programs show a button of their own, and post to the address when it is pressed.
		m.SetGenHeader("List-Unsubscribe", "<"+l.Unsubscribe+">")
		m.SetGenHeader("List-Unsubscribe-Post", "List-Unsubscribe=One-Click")
	}
	m.SetBodyString(gomail.TypeTextPlain, l.Text)
	m.AddAlternativeString(gomail.TypeTextHTML, l.HTML)
	return m, nil
}

func isControl(r rune) bool { return r < ' ' || r == 0x7f }

// judged says what a failure means for the mail. What the server says about the login or the sender is the owner's to mend,
// and no fault of the mail: it waits.
func judged(err error) error {
	var failed *gomail.SendError
	if !errors.As(err, &failed) {
		return errors.New(told(err))
	}
	permanent := failed.ErrorCode() >= 500
	switch failed.Reason {
	case gomail.ErrSMTPRcptTo, gomail.ErrSMTPData:
		if permanent {
			return &Refused{told(failed)}
		}
	case gomail.ErrSMTPDataClose:
		if permanent {
			return &Refused{told(failed)}
		}
		if failed.ErrorCode() == 0 {
			return &Unsure{told(failed)}
		}
	}
	return fmt.Errorf("the mail server: %s", told(failed))
}

var addressShape = regexp.MustCompile(`[^\s<>()"',;:]+@[^\s<>()"',;:]+`)

// told is an error as it may be logged and shown: servers like to repeat the address, and may say anything.
func told(err error) string {
	text, _, _ := strings.Cut(err.Error(), ", affected ")
	text = strings.Join(strings.Fields(strings.ToValidUTF8(text, "?")), " ")
	text = strings.Map(func(r rune) rune {
		if isControl(r) {
			return -1
		}
		return r
	}, addressShape.ReplaceAllString(text, "(address)"))
	runes := []rune(text)
	return string(runes[:min(len(runes), 300)])
}
