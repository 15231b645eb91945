package main

import (
	"context"
	"encoding/json"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"tributary/internal/mail/mailtest"
)

// withMail is a collector that mails, with its mail server.
func withMail(t *testing.T) (*testCollector, *mailtest.Server) {
	t.Helper()
	server := mailtest.Start(t)
	tc := newTestCollector(t, func(c *config) { c.smtpURL, c.mailFrom = server.URL(), "Example Team <team@example.com>" })
	tc.mailing()
	return tc, server
}

// mailing sends mails until the test ends.
func (tc *testCollector) mailing() {
	ctx, stop := context.WithCancel(context.Background())
	done := make(chan struct{})
	go func() {
		defer close(done)
		tc.mails.Run(ctx)
	}()
	tc.t.Cleanup(func() { stop(); <-done })
}

func (tc *testCollector) askLogin(email string) (int, string) {
	status, text, _ := tc.do("POST", "/portal/login", url.Values{"email": {email}}.Encode(), "Content-Type", "application/x-www-form-urlencoded")
	return status, text
}

type listedMails struct {
	Data []struct{ State, To, Reason, Class string }
}

var loginLink = regexp.MustCompile(`http://go\.example\.com(/portal/login/[\w-]{43})`)

// unfolded undoes the soft line breaks of quoted-printable.
func unfolded(text string) string {
	return strings.ReplaceAll(strings.ReplaceAll(text, "=\r\n", ""), "=3D", "=")
}

func TestAnAffiliateGetsInByMail(t *testing.T) {
	tc, server := withMail(t)
	for _, body := range []string{
		`{"id":"101","code":"river","name":"Riva Riverbank","email":"Riva@Example.com"}`,
		`{"id":"102","name":"Second\r\nBcc: eve@example.com <b>","email":"riva@example.com"}`,
		`{"id":"103","code":"other","name":"Other","email":"other@example.com"}`,
	} {
		var made struct{ ID string }
		status, text, _ := tc.do("POST", "/v1/affiliates", body, "Authorization", "Bearer "+testKey)
		if err := json.Unmarshal([]byte(text), &made); err != nil || status != http.StatusCreated {
			t.Fatalf("%d %s", status, text)
		}
	}
	unknownStatus, unknown := tc.askLogin("nobody@example.com")
	knownStatus, known := tc.askLogin("riva@example.com")
	if knownStatus != http.StatusOK || unknownStatus != knownStatus || strings.ReplaceAll(unknown, "nobody@", "riva@") != known {
		t.Errorf("who is known is told: %d and %d", knownStatus, unknownStatus)
	}
	mail := server.Wait(1)[0]
	if len(mail.To) != 1 || mail.To[0] != "riva@example.com" || mail.Header(t).Get("Bcc") != "" {
		t.Fatalf("it went to %v", mail.To)
	}
	text, _, _ := strings.Cut(unfolded(mail.Text), "<!doctype")
	links := loginLink.FindAllStringSubmatch(text, -1)
	if len(links) != 2 || !strings.Contains(text, "Riva Riverbank (river)") || !strings.Contains(text, "Second Bcc: eve@example.com <b>") || strings.Contains(text, "Other") {
		t.Fatalf("it says %s", text)
	}
	if strings.Contains(unfolded(mail.Text), "<b>\r\n") && strings.Contains(unfolded(mail.Text[strings.Index(mail.Text, "<!doctype"):]), "<b>") {
		t.Error("a name is markup in the HTML")
	}
	for i, name := range []string{"Riva Riverbank", "Second"} {
		status, _, header := tc.do("POST", links[i][1], "")
		cookie, _, _ := strings.Cut(header.Get("Set-Cookie"), ";")
		if _, page, _ := tc.do("GET", "/portal", "", "Cookie", cookie); status != http.StatusSeeOther || !strings.Contains(page, "Hello "+name) {
			t.Errorf("link %d: %d", i, status)
		}
		if status, _, _ := tc.do("POST", links[i][1], ""); status != http.StatusGone {
			t.Errorf("link %d works twice", i)
		}
	}
	tc.wantMails("sent", 1)
	for _, canary := range []string{strings.TrimPrefix(links[0][1], "/portal/login/"), "riva@example.com", "nobody@example.com"} {
		if strings.Contains(tc.logs.String(), canary) {
			t.Errorf("the log tells %s", canary)
		}
		tc.notAtRest(canary)
	}
}

// wantMails waits until the list shows n mails of a state, and nothing else.
func (tc *testCollector) wantMails(state string, n int) listedMails {
	tc.t.Helper()
	var all listedMails
	for deadline := time.Now().Add(5 * time.Second); time.Now().Before(deadline); {
		var of listedMails
		tc.json("GET", "/v1/mails", "", http.StatusOK, &all)
		tc.json("GET", "/v1/mails?state="+state, "", http.StatusOK, &of)
		if len(all.Data) == n && len(of.Data) == n {
			return of
		}
	}
	tc.t.Fatalf("the mails are %+v, want %d %s", all.Data, n, state)
	return all
}

func (tc *testCollector) notAtRest(canary string) {
	tc.t.Helper()
	files, _ := filepath.Glob(filepath.Join(tc.cfg.data, "*"))
	for _, file := range files {
		if data, err := os.ReadFile(file); err != nil || strings.Contains(string(data), canary) {
			tc.t.Errorf("%s holds %s (%v)", filepath.Base(file), canary, err)
		}
	}
}

func TestAMailThatIsRefusedIsListed(t *testing.T) {
	tc, server := withMail(t)
	server.OnRcpt(func(string) error { return mailtest.Refusal(550, "riva@example.com is unknown here") })
	var made struct{ ID string }
	tc.json("POST", "/v1/affiliates", `{"id":"101","email":"riva@example.com"}`, http.StatusCreated, &made)
	tc.askLogin("riva@example.com")
	m := tc.wantMails("failed", 1).Data[0]
	if m.To != "ri•••@e•••.com" || m.Class != "login" || !strings.Contains(m.Reason, "550") || strings.Contains(m.Reason, "riva") {
		t.Errorf("it is %+v", m)
	}
	counted := false // right after it is listed
	for deadline := time.Now().Add(5 * time.Second); !counted && time.Now().Before(deadline); {
		_, metrics, _ := tc.do("GET", "/metrics", "", "Authorization", "Bearer "+testKey)
		counted = strings.Contains(metrics, `tributary_mails_total{class="login",state="failed"} 1`)
	}
	if !counted {
		t.Error("the metrics do not count it")
	}
	if status, text, _ := tc.do("GET", "/v1/mails?state=lost", "", "Authorization", "Bearer "+testKey); status != http.StatusUnprocessableEntity {
		t.Errorf("an unknown state: %d %s", status, text)
	}
}

// What was asked for before the program died is sent when it is back.
func TestALoginMailOutlivesTheProgram(t *testing.T) {
	server := mailtest.Start(t)
	dir := t.TempDir()
	setUp := func(c *config) { c.data, c.smtpURL, c.mailFrom = dir, server.URL(), "team@example.com" }
	t.Run("before", func(t *testing.T) {
		tc := newTestCollector(t, setUp) // nothing sends
		var made struct{ ID string }
		tc.json("POST", "/v1/affiliates", `{"id":"101","email":"riva@example.com"}`, http.StatusCreated, &made)
		if status, _ := tc.askLogin("riva@example.com"); status != http.StatusOK {
			t.Fatal(status)
		}
	})
	tc := newTestCollector(t, setUp)
	tc.mailing()
	server.Wait(1)
}

func TestMailFlags(t *testing.T) {
	for args, want := range map[string]string{
		"--smtp-url=smtp://mail.example.com":                                       "needs --mail-from",
		"--mail-from=team@example.com":                                             "give both, or neither",
		"--smtp-url=mail.example.com:25 --mail-from=team@example.com":              "smtp://user:password@",
		"--smtp-url=smtp://u:canary@mail.example.com?tls=none --mail-from=t@e.com": "readable",
		"--smtp-url=smtp://mail.example.com --mail-from=team":                      "the sender must be",
	} {
		var c config
		err := c.parse("serve", strings.Fields(args), os.Stderr)
		if err == nil || !strings.Contains(err.Error(), want) || strings.Contains(err.Error(), "canary") {
			t.Errorf("%s: %v, want %q", args, err, want)
		}
	}
	secret := filepath.Join(t.TempDir(), "smtp")
	if err := os.WriteFile(secret, []byte("smtps://u:p@mail.example.com\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	t.Setenv("TRIBUTARY_SMTP_URL_FILE", secret)
	t.Setenv("TRIBUTARY_MAIL_FROM", "team@example.com")
	var c config
	if err := c.parse("serve", nil, os.Stderr); err != nil || c.smtpURL != "smtps://u:p@mail.example.com" {
		t.Errorf("from a file it is %q, %v", c.smtpURL, err)
	}
}

func TestADigestIsPreviewed(t *testing.T) {
	tc, _ := withMail(t)
	var made struct{ ID string }
	tc.json("POST", "/v1/affiliates", `{"id":"101","name":"Riva Riverbank","email":"riva@example.com"}`, http.StatusCreated, &made)
	var preview struct {
		Sent                        bool `json:"would_be_sent"`
		Reason, Subject, Text, HTML string
	}
	tc.json("GET", "/v1/affiliates/101/digest", "", http.StatusOK, &preview)
	if preview.Sent || !strings.Contains(preview.Reason, "digest_day") || !strings.Contains(preview.Text, "Hello Riva Riverbank") {
		t.Errorf("without a day: %+v", preview)
	}
	var changed struct{}
	tc.json("PATCH", "/v1/settings", `{"digest_day":"monday","digest_zone":"Europe/Vienna"}`, http.StatusOK, &changed)
	tc.json("GET", "/v1/affiliates/101/digest", "", http.StatusOK, &preview)
	if preview.Sent || preview.Reason != "the week has no click and no opt-in" {
		t.Errorf("without anything: %+v", preview)
	}
	for _, wrong := range []string{`{"digest_day":"someday"}`, `{"digest_hour":24}`, `{"digest_zone":"Nowhere/Land"}`, `{"digest_zone":"Local"}`, `{"digest_zone":"../etc/passwd"}`} {
		if status, text, _ := tc.do("PATCH", "/v1/settings", wrong, "Authorization", "Bearer "+testKey); status != http.StatusUnprocessableEntity || !strings.Contains(text, "invalid_digest_") {
			t.Errorf("%s: %d %s", wrong, status, text)
		}
	}
}
