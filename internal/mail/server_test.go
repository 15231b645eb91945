package mail_test

import (
	"bufio"
	"encoding/base64"
	"errors"
	"io"
	"mime"
	"mime/multipart"
	"mime/quotedprintable"
	"net"
	netmail "net/mail"
	"strings"
	"testing"

	"tributary/internal/mail"
	"tributary/internal/mail/mailtest"
)

var letter = mail.Letter{
	To: "anna@example.com", Subject: "Your login link – today", Text: "Hello,\n\nhttps://go.example.com/portal/login/SECRET\n", HTML: "<p>Hello, <b>you</b></p>",
	Unsubscribe: "https://go.example.com/portal/unsubscribe/TOKEN",
}

func server(t *testing.T, address, from string) *mail.Server {
	t.Helper()
	s, err := mail.NewServer(address, from)
	if err != nil {
		t.Fatalf("%s: %v", address, err)
	}
	return s
}

func TestALetterArrivesAsItWasWritten(t *testing.T) {
	at := mailtest.Start(t)
	s := server(t, at.URL(), "Exämple Team <team@example.com>")
	if err := s.Send(t.Context(), "0e-1", letter); err != nil {
		t.Fatal(err)
	}
	got := at.Wait(1)[0]
	if got.From != "team@example.com" || len(got.To) != 1 || got.To[0] != "anna@example.com" {
		t.Errorf("the envelope says from %s to %v", got.From, got.To)
	}
	h := got.Header(t)
	for name, want := range map[string]string{
		"From": "Exämple Team <team@example.com>", "To": "<anna@example.com>", "Subject": letter.Subject, "Message-Id": "<0e-1@example.com>", "Auto-Submitted": "auto-generated",
		"List-Unsubscribe": "<" + letter.Unsubscribe + ">", "List-Unsubscribe-Post": "List-Unsubscribe=One-Click", "Mime-Version": "1.0",
	} {
		value, err := new(mime.WordDecoder).DecodeHeader(h.Get(name))
		if strings.ReplaceAll(value, `"`, "") != want || err != nil {
			t.Errorf("%s is %q, want %q (%v)", name, value, want, err)
		}
	}
	text, html := bodies(t, got.Text)
	if text != letter.Text || html != letter.HTML {
		t.Errorf("the text is %q, the HTML %q", text, html)
	}
}

// bodies decodes the two parts of a mail.
func bodies(t *testing.T, raw string) (text, html string) {
	t.Helper()
	m, err := netmail.ReadMessage(strings.NewReader(raw))
	if err != nil {
		t.Fatal(err)
	}
	_, params, err := mime.ParseMediaType(m.Header.Get("Content-Type"))
	if err != nil {
		t.Fatal(err)
	}
	parts := multipart.NewReader(m.Body, params["boundary"])
	for {
		part, err := parts.NextRawPart()
		if err != nil {
			return text, html
		}
		var body io.Reader = part
		if strings.EqualFold(part.Header.Get("Content-Transfer-Encoding"), "quoted-printable") {
			body = quotedprintable.NewReader(part)
		}
		content, err := io.ReadAll(body)
		if err != nil {
			t.Fatal(err)
		}
		clean := strings.ReplaceAll(string(content), "\r\n", "\n")
		if strings.HasPrefix(part.Header.Get("Content-Type"), "text/html") {
			html = clean
		} else {
			text = clean
		}
	}
}

// A line break in a header would begin a header, or a body, of somebody else's choice.
func TestNothingGetsIntoTheHeader(t *testing.T) {
	at := mailtest.Start(t)
	s := server(t, at.URL(), "team@example.com")
	const evil = "\r\nBcc: eve@example.com\r\n\r\nhello"
	for name, change := range map[string]func(*mail.Letter){
		"the subject": func(l *mail.Letter) { l.Subject += evil }, "the address": func(l *mail.Letter) { l.To += evil },
		"the unsubscribe address": func(l *mail.Letter) { l.Unsubscribe += "\nBcc: eve@example.com" }, "a lone CR": func(l *mail.Letter) { l.Subject += "\rBcc: eve@example.com" },
		"two addresses": func(l *mail.Letter) { l.To += ", eve@example.com" }, "a name": func(l *mail.Letter) { l.To = "Eve <eve@example.com>" }, "no address": func(l *mail.Letter) { l.To = "" },
	} {
		l := letter
		change(&l)
		var refused *mail.Refused
		if err := s.Send(t.Context(), "0e-1", l); !errors.As(err, &refused) {
			t.Errorf("%s: %v", name, err)
		}
	}
	if n := len(at.Taken()); n != 0 {
		t.Errorf("%d mails were sent", n)
	}
}

func TestWhatTheServerSaysDecides(t *testing.T) {
	for name, c := range map[string]struct {
		rcpt, data error
		want       string // refused, later
	}{
		"an unknown user":      {rcpt: mailtest.Refusal(550, "<anna@example.com>: ANNA@example.com unknown"), want: "refused"},
		"greylisting":          {rcpt: mailtest.Refusal(451, "try again, anna@example.com"), want: "later"},
		"a refused text":       {data: mailtest.Refusal(554, "spam for anna@example.com"), want: "refused"},
		"a full disk":          {data: mailtest.Refusal(452, "no space"), want: "later"},
		"a text of many lines": {rcpt: mailtest.Refusal(550, "first\x1b[31m line"), want: "refused"},
	} {
		at := mailtest.Start(t)
		at.OnRcpt(func(string) error { return c.rcpt })
		at.OnData(func(string) error { return c.data })
		err := server(t, at.URL(), "team@example.com").Send(t.Context(), "0e-1", letter)
		var refused *mail.Refused
		if err == nil || errors.As(err, &refused) != (c.want == "refused") {
			t.Errorf("%s: %v", name, err)
			continue
		}
		if text := strings.ToLower(err.Error()); strings.Contains(text, "anna") || strings.Contains(text, "secret") || strings.ContainsAny(text, "\r\n\x1b") {
			t.Errorf("%s tells too much: %q", name, err)
		}
	}
}

// TestAServerThatHangsUpMayHaveTakenTheMail: the connection ends after the final dot, before the answer.
func TestAServerThatHangsUpMayHaveTakenTheMail(t *testing.T) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	go hangUpAfterData(l)
	err = server(t, "smtp://"+l.Addr().String(), "team@example.com").Send(t.Context(), "0e-1", letter)
	var unsure *mail.Unsure
	if !errors.As(err, &unsure) {
		t.Errorf("it is %v", err)
	}
}

func hangUpAfterData(l net.Listener) {
	c, err := l.Accept()
	if err != nil {
		return
	}
	defer c.Close()
	say := func(text string) { _, _ = c.Write([]byte(text + "\r\n")) }
	say("220 hello")
	lines, data := bufio.NewScanner(c), false
	for lines.Scan() {
		switch line := lines.Text(); {
		case data && line == ".":
			return
		case data:
		case strings.HasPrefix(line, "DATA"):
			data = true
			say("354 go")
		default:
			say("250 ok")
		}
	}
}

func TestAServerThatIsAwayIsALaterMatter(t *testing.T) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	l.Close()
	err = server(t, "smtp://"+l.Addr().String(), "team@example.com").Send(t.Context(), "0e-1", letter)
	var refused *mail.Refused
	var unsure *mail.Unsure
	if err == nil || errors.As(err, &refused) || errors.As(err, &unsure) {
		t.Errorf("it is %v", err)
	}
}

// The password goes to nobody without TLS, and into no error.
func TestThePasswordIsKept(t *testing.T) {
	at := mailtest.Start(t)
	at.WantPassword("hunter2-canary")
	withPassword := "smtp://tributary:hunter2-canary@" + at.Addr()
	err := server(t, withPassword, "team@example.com").Send(t.Context(), "0e-1", letter)
	if err == nil || strings.Contains(err.Error(), "canary") || strings.Contains(err.Error(), base64.StdEncoding.EncodeToString([]byte("hunter2-canary"))) {
		t.Errorf("a server without TLS: %v", err)
	}
	for _, wrong := range []string{
		"smtp://u:hunter2-canary@mail.example.com:587?tls=none", "smtp://u:hunter2-canary@mail.example.com/path", "http://u:hunter2-canary@mail.example.com", "smtp://u:hunter2-canary@:25",
		"smtp://u:hunter2-canary@mail.example.com:smtp", "smtp://u:hunter2-canary@mail.example.com?tls=off", "mail.example.com:587", "smtp://u:hunter2-canary%zz@mail.example.com",
	} {
		if _, err := mail.NewServer(wrong, "team@example.com"); err == nil || strings.Contains(err.Error(), "canary") {
			t.Errorf("%s: %v", wrong, err)
		}
	}
	for _, wrong := range []string{"", "team", "Team <team@example.com>, eve@example.com", "Team\r\nBcc: eve@example.com <team@example.com>"} {
		if _, err := mail.NewServer(at.URL(), wrong); err == nil {
			t.Errorf("the sender %q is taken", wrong)
		}
	}
}

func TestTLSFromTheStartIsNotGivenUp(t *testing.T) {
	at := mailtest.Start(t) // it has no TLS
	err := server(t, "smtps://"+at.Addr(), "team@example.com").Send(t.Context(), "0e-1", letter)
	if err == nil || len(at.Taken()) != 0 {
		t.Errorf("smtps without TLS: %v", err)
	}
}
