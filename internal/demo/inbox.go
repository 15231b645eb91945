package demo

import (
	"errors"
	"html/template"
	"io"
	"log/slog"
	"mime"
	"mime/multipart"
	"mime/quotedprintable"
	"net"
	"net/http"
	"net/mail"
	"regexp"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/emersion/go-smtp"
)

const (
	mailsShown = 30
	maxMail    = 1 << 20
)

// Inbox is a mail server that delivers nothing: it shows what it took on a page. Its user sees there what affiliates would
// find in their own.
type Inbox struct {
	server *smtp.Server
	pages  *template.Template

	mu   sync.Mutex
	last []Letter // newest first
}

// Letter is a mail that was taken.
type Letter struct {
	At                time.Time
	From, To, Subject string
	Text              []LetterPart
}

// LetterPart is a piece of a mail's text, or a link in it.
type LetterPart struct{ Text, Link string }

// NewInbox makes an empty one.
func NewInbox(log *slog.Logger) *Inbox {
	b := &Inbox{pages: parse()}
	b.server = smtp.NewServer(smtp.BackendFunc(func(*smtp.Conn) (smtp.Session, error) { return &delivery{inbox: b}, nil }))
	b.server.ReadTimeout, b.server.MaxMessageBytes = 10*time.Second, maxMail
	b.server.ErrorLog = slog.NewLogLogger(log.Handler(), slog.LevelDebug)
	return b
}

// Serve takes mails at a listener until Close.
func (b *Inbox) Serve(l net.Listener) error {
	if err := b.server.Serve(l); !errors.Is(err, smtp.ErrServerClosed) && !errors.Is(err, net.ErrClosed) {
		return err
	}
	return nil
}

// Close ends Serve.
func (b *Inbox) Close() error { return b.server.Close() }

// ServeHTTP shows the mails.
func (b *Inbox) ServeHTTP(w http.ResponseWriter, _ *http.Request) {
	b.mu.Lock()
	shown := slices.Clone(b.last)
	b.mu.Unlock()
	w.Header().Set("Content-Security-Policy", "default-src 'none'; style-src 'self'; img-src data:; base-uri 'none'; form-action 'none'; frame-ancestors 'none'")
	write(w, http.StatusOK, b.pages, "mail.html", shown)
}

func (b *Inbox) keep(m Letter) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.last = append([]Letter{m}, b.last[:min(len(b.last), mailsShown-1)]...)
}

// delivery is a mail on its way in.
type delivery struct {
	inbox *Inbox
	to    []string
}

func (d *delivery) Mail(string, *smtp.MailOptions) error { return nil }
func (d *delivery) Rcpt(to string, _ *smtp.RcptOptions) error {
	d.to = append(d.to, to)
	return nil
}
func (d *delivery) Reset()        { d.to = nil }
func (d *delivery) Logout() error { return nil }

func (d *delivery) Data(r io.Reader) error {
	m, err := mail.ReadMessage(r)
	if err != nil {
		return &smtp.SMTPError{Code: 554, Message: "that is no mail: " + err.Error()}
	}
	text, err := plainText(m.Header.Get("Content-Type"), m.Header.Get("Content-Transfer-Encoding"), m.Body)
	if err != nil {
		return &smtp.SMTPError{Code: 554, Message: "that mail cannot be read: " + err.Error()}
	}
	d.inbox.keep(Letter{time.Now(), decoded(m.Header.Get("From")), strings.Join(d.to, ", "), decoded(m.Header.Get("Subject")), linked(text)})
	return nil
}

func decoded(header string) string {
	if text, err := new(mime.WordDecoder).DecodeHeader(header); err == nil {
		return text
	}
	return header
}

// plainText is the part of a mail that is plain text.
func plainText(contentType, encoding string, body io.Reader) (string, error) {
	kind, params, err := mime.ParseMediaType(contentType)
	if err != nil || !strings.HasPrefix(kind, "multipart/") {
		if strings.EqualFold(encoding, "quoted-printable") {
			body = quotedprintable.NewReader(body)
		}
		text, err := io.ReadAll(io.LimitReader(body, maxMail))
		return string(text), err
	}
	for parts := multipart.NewReader(body, params["boundary"]); ; { // which decodes quoted-printable itself
		part, err := parts.NextPart()
		if err != nil {
			return "", err
		}
		kind := part.Header.Get("Content-Type")
		if text, err := plainText(kind, part.Header.Get("Content-Transfer-Encoding"), part); err == nil && !strings.HasPrefix(kind, "text/html") {
			return text, nil
		}
	}
}

var linkIn = regexp.MustCompile(`https?://[^\s<>"]+`)

// linked cuts a text where its links are.
func linked(text string) (parts []LetterPart) {
	at := 0
	for _, found := range linkIn.FindAllStringIndex(text, -1) {
		parts = append(parts, LetterPart{Text: text[at:found[0]]}, LetterPart{Link: text[found[0]:found[1]]})
		at = found[1]
	}
	return append(parts, LetterPart{Text: text[at:]})
}
