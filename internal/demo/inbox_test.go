package demo_test

import (
	"log/slog"
	"net"
	"net/smtp"
	"strings"
	"testing"

	"tributary/internal/demo"
)

const loginMail = "From: =?utf-8?q?M=C3=BChle?= <team@example.com>\r\nSubject: Your link <b>\r\nMIME-Version: 1.0\r\n" +
	"Content-Type: multipart/alternative; boundary=cut\r\n\r\n" +
	"--cut\r\nContent-Type: text/plain; charset=UTF-8\r\nContent-Transfer-Encoding: quoted-printable\r\n\r\n" +
	"Open http://127.0.0.1/portal/login/a=3Db=\r\nc now <script>\r\n" +
	"--cut\r\nContent-Type: text/html\r\n\r\n<p>not this\r\n--cut--\r\n"

func TestMailsStandOnAPage(t *testing.T) {
	b := demo.NewInbox(slog.New(slog.DiscardHandler))
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	served := make(chan error, 1)
	go func() { served <- b.Serve(l) }()
	if page := get(t, b, "/mail"); !strings.Contains(page, "Nothing yet") {
		t.Errorf("at the start: %s", page)
	}
	for _, text := range []string{loginMail, "Subject: plain\r\n\r\nno parts\r\n"} {
		if err := smtp.SendMail(l.Addr().String(), nil, "team@example.com", []string{"ann@example.com"}, []byte(text)); err != nil {
			t.Fatal(err)
		}
	}
	page := get(t, b, "/mail")
	for _, want := range []string{
		"Your link &lt;b&gt;", "Mühle", "To ann@example.com", `<a href="http://127.0.0.1/portal/login/a=bc">http://127.0.0.1/portal/login/a=bc</a> now &lt;script&gt;`, "no parts",
	} {
		if !strings.Contains(page, want) {
			t.Errorf("the page does not say %s:\n%s", want, page)
		}
	}
	if strings.Contains(page, "not this") || strings.Index(page, "plain") > strings.Index(page, "Your link") {
		t.Error("it shows the HTML part, or the oldest first")
	}
	if err := smtp.SendMail(l.Addr().String(), nil, "team@example.com", []string{"ann@example.com"}, []byte("Content-Type: multipart/mixed; boundary=cut\r\n\r\nnothing\r\n")); err == nil {
		t.Error("a mail that cannot be shown was taken")
	}
	if err := b.Close(); err != nil {
		t.Fatal(err)
	}
	if err := <-served; err != nil {
		t.Errorf("serving ended with %v", err)
	}
}
