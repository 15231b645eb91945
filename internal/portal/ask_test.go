package portal_test

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"
	"time"

	"tributary/internal/attribution"
)

// postbox takes what the page asks for.
type postbox struct {
	asked     []string
	languages []string
	fails     error
}

func (p *postbox) AskLogin(_ context.Context, _ attribution.AccountID, email, language string) error {
	if p.fails != nil {
		return p.fails
	}
	p.asked, p.languages = append(p.asked, email), append(p.languages, language)
	return nil
}

func (p *postbox) AskLoginOf(ctx context.Context, account attribution.AccountID, affiliate, language string) error {
	return p.AskLogin(ctx, account, affiliate, language)
}

func (d *desk) ask(email, from string, header ...string) *httptest.ResponseRecorder {
	r := httptest.NewRequest(http.MethodPost, "/portal/login", strings.NewReader(url.Values{"email": {email}}.Encode()))
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	r.RemoteAddr = from
	for i := 0; i < len(header); i += 2 {
		r.Header.Set(header[i], header[i+1])
	}
	w := httptest.NewRecorder()
	d.ServeHTTP(w, r)
	return w
}

const home = "192.0.2.1:1234"

func TestALoginMailIsAskedForByAddress(t *testing.T) {
	box := &postbox{}
	d := newDesk(t, options{mailer: box})
	wantStatus(t, "the form", d.do(http.MethodGet, "/portal/login", nil), http.StatusOK, `<form method="post" action="/portal/login"`)
	wantStatus(t, "asking", d.ask(" Anna@Example.com ", home), http.StatusOK, "If anna@example.com is the address of an affiliate")
	if fmt.Sprint(box.asked) != "[anna@example.com]" {
		t.Errorf("asked for %v", box.asked)
	}
	wantStatus(t, "not an address", d.ask(`"><script>x`, home), http.StatusUnprocessableEntity, `value="&#34;&gt;&lt;script&gt;x"`)
	wantStatus(t, "no session", d.do(http.MethodGet, "/portal", nil), http.StatusUnauthorized, `<a href="/portal/login">E-mail me a login link</a>`)
	wantStatus(t, "a forged form", d.ask("anna@example.com", home, "Sec-Fetch-Site", "cross-site"), http.StatusForbidden, "Nothing was done")
	if len(box.asked) != 1 {
		t.Errorf("asked for %v", box.asked)
	}
	box.fails = errors.New("the disk is full")
	wantStatus(t, "a queue that fails", d.ask("bob@example.com", home), http.StatusInternalServerError, "We cannot show your page right now")
}

func TestWithoutAMailServerTheTeamIsAsked(t *testing.T) {
	d := newDesk(t, options{})
	wantStatus(t, "the form", d.do(http.MethodGet, "/portal/login", nil), http.StatusOK, "Ask the team that you promote for a login link")
	wantStatus(t, "asking", d.ask("anna@example.com", home), http.StatusOK, "Ask the team that you promote for a login link")
}

func TestLoginMailsAreLimited(t *testing.T) {
	box := &postbox{}
	d := newDesk(t, options{mailer: box})
	for i := range 3 {
		wantStatus(t, "asking", d.ask("anna@example.com", fmt.Sprintf("192.0.2.%d:1", i)), http.StatusOK, "inbox")
	}
	wantStatus(t, "a fourth for one address", d.ask("ANNA@example.com", "192.0.2.9:1"), http.StatusTooManyRequests, "asked for too often")
	for i := range 20 {
		wantStatus(t, "asking", d.ask(fmt.Sprintf("p%d@example.com", i), fmt.Sprintf("[2001:db8:1:2::%x]:1", i+1)), http.StatusOK, "inbox")
	}
	wantStatus(t, "one more from a network", d.ask("other@example.com", "[2001:db8:1:2:ffff::1]:1"), http.StatusTooManyRequests, "asked for too often")
	wantStatus(t, "another network", d.ask("other@example.com", "[2001:db8:1:3::1]:1"), http.StatusOK, "inbox")
	d.now = d.now.Add(15 * time.Minute)
	wantStatus(t, "a quarter of an hour later", d.ask("anna@example.com", "192.0.2.9:1"), http.StatusOK, "inbox")
	if len(box.asked) != 25 {
		t.Errorf("%d mails were queued, want 25", len(box.asked))
	}
}
