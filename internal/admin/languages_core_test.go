package admin_test

import (
	"context"
	"errors"
	"net/http"
	"net/http/httptest"
	"net/url"
	"testing"
	"time"

	"tributary/internal/admin"
	"tributary/internal/attribution"
	"tributary/internal/audit"
	"tributary/internal/auth"
	"tributary/internal/connect"
	"tributary/internal/mail"
	"tributary/internal/store"
)

func TestTheDoorsAreWholeInASecondLanguage(t *testing.T) {
	d := inBrackets(t)
	wholeIn(t, d, nil, []string{"/admin/login", "/admin", "/admin/enter/none"})
	u := d.user("ann@example.com", auth.Owner)
	link, _, err := d.auth.IssueDeskLink(t.Context(), u.ID)
	if err != nil {
		t.Fatal(err)
	}
	wholeIn(t, d, nil, []string{"/admin/login", "/admin/login?next=/admin/keys", "/admin/enter/" + link, "/admin/setup/none"})
	for range 12 {
		whole(t, "signing in", d.read(http.MethodPost, "/admin/login", nil, form("email", "bob@example.com", "password", "wrong password")))
	}
	whole(t, "leaving", d.read(http.MethodPost, "/admin/leave", nil, ""))
	whole(t, "a lost form", d.read(http.MethodPost, "/admin/keys", nil, ""))
	viewer := d.as(auth.Viewer)
	wholeIn(t, d, viewer, []string{"/admin/nowhere", "/admin/keys"})
	foreign := httptest.NewRequest(http.MethodPost, "/admin/leave", nil)
	foreign.Header.Set("Sec-Fetch-Site", "cross-site")
	foreign.Header.Set("Accept-Language", "eo")
	w := httptest.NewRecorder()
	d.ServeHTTP(w, foreign)
	whole(t, "a form of another site", w)
}

func TestTheTeamIsWholeInASecondLanguage(t *testing.T) {
	d := inBrackets(t)
	owner := d.as(auth.Owner)
	me, err := d.auth.ByEmail(t.Context(), "owner@example.com")
	if err != nil {
		t.Fatal(err)
	}
	for how, browser := range map[auth.How]string{auth.ByPasskey: "Safari on iPhone", auth.ByPassword: "A browser on Linux", auth.BySetup: "Unknown browser", auth.ByLink: "Edge"} {
		if _, _, err := d.auth.OpenDesk(t.Context(), me.ID, how, browser); err != nil {
			t.Fatal(err)
		}
	}
	lee := d.user("lee@example.com", auth.Viewer)
	wholeIn(t, d, owner, []string{"/admin/keys", "/admin/audit"})
	whole(t, "inviting", d.read(http.MethodPost, "/admin/users", owner, form("email", "new@example.com", "role", "manager")))
	whole(t, "inviting again", d.read(http.MethodPost, "/admin/users", owner, form("email", "new@example.com", "role", "manager")))
	whole(t, "a new link", d.read(http.MethodPost, "/admin/users/"+lee.ID+"/link", owner, ""))
	whole(t, "the last owner", d.read(http.MethodPost, "/admin/users/"+me.ID+"/remove", owner, ""))
	whole(t, "a key", d.read(http.MethodPost, "/admin/keys", owner, form("name", "report", "role", "viewer")), "report", `tk_`)
	whole(t, "a key without a name", d.read(http.MethodPost, "/admin/keys", owner, form("role", "manager")), "This key cannot be made: its name must have 1 to 100 characters, in one line.", "report")
	wholeIn(t, d, owner, []string{"/admin/users", "/admin/users/" + lee.ID, "/admin/users/" + me.ID, "/admin/users?done=removed", "/admin/users/" + me.ID + "?done=saved", "/admin/keys?done=revoked"}, "Edge", "report")
	logged := append(audit.Nouns(), "key.create", "user.create", "user.link", "manager", "viewer", "report")
	wholeIn(t, d, owner, []string{"/admin/audit", "/admin/audit?who=nobody@example.com", "/admin/audit?after=x"}, logged...)
	for _, done := range []string{"", "?done=name", "?done=password", "?done=passkey", "?done=passkey-removed", "?done=ended", "?done=ended-others"} {
		wholeIn(t, d, owner, []string{"/admin/account" + done}, "Edge")
	}
}

func TestAUserIsToldOfTheirLinkInASecondLanguage(t *testing.T) {
	var fails error
	d := inBrackets(t, func(d *admin.Deps) { d.SendLink = func(context.Context, auth.User, string) error { return fails } })
	owner, lee := d.as(auth.Owner), d.user("lee@example.com", auth.Viewer)
	if err := d.auth.SetPassword(t.Context(), lee, goodPassword, ""); err != nil {
		t.Fatal(err)
	}
	whole(t, "a mailed link", d.read(http.MethodPost, "/admin/users/"+lee.ID+"/link", owner, ""))
	fails = errors.New("the mail server is away")
	whole(t, "a link that is not mailed", d.read(http.MethodPost, "/admin/users/"+lee.ID+"/link", owner, ""), "the mail server is away")
}

// post is a queue of mails.
type post struct {
	cannot bool
	all    []mail.Mail
	err    error
}

func (p *post) CanSend() bool { return !p.cannot }

func (p *post) List(context.Context, mail.State, string, int) ([]mail.Mail, error) { return p.all, nil }

func (p *post) Retry(context.Context, string) (mail.Mail, error) { return mail.Mail{}, p.err }

func TestMailsAreWholeInASecondLanguage(t *testing.T) {
	queue := &post{}
	d := inBrackets(t, func(d *admin.Deps) { d.Mails = queue })
	owner := d.as(auth.Owner)
	wholeIn(t, d, owner, []string{"/admin/mails", "/admin/mails?state=failed"})
	for _, class := range mail.Classes {
		for _, state := range []mail.State{mail.Waiting, mail.Sending, mail.Sent, mail.Failed} {
			queue.all = append(queue.all, mail.Mail{ID: string(class + "-" + mail.Class(state)), Class: class, State: state, Affiliate: "42", Week: "2026-11-16", Created: d.now, Reason: "it came back"})
		}
	}
	for len(queue.all) < 60 {
		queue.all = append(queue.all, queue.all[0])
	}
	queue.cannot = true
	wholeIn(t, d, owner, []string{"/admin/mails"}, "it came back")
	queue.cannot = false
	wholeIn(t, d, owner, []string{"/admin/mails?state=failed", "/admin/mails?done=again"}, "it came back")
	for _, queue.err = range []error{mail.ErrNotFailed, mail.ErrAddressGone, mail.ErrNoServer} {
		whole(t, "a retry", d.read(http.MethodPost, "/admin/mails/retry", owner, form("id", "x")), "it came back")
	}
}

func TestTheOverviewIsWholeInASecondLanguage(t *testing.T) {
	d := inBrackets(t)
	owner := d.as(auth.Owner)
	wholeIn(t, d, owner, []string{"/admin"})
	d.know(attribution.Affiliate{ID: "43"})
	d.take(arrival("ann@example.com", "42", d.now.Add(-time.Hour)), arrival("bob@example.com", "42", d.now.Add(-24*time.Hour)), arrival("cid@example.com", "43", d.now.Add(-time.Minute)))
	d.hold(store.Settlement{State: store.Parked, Code: "gave_up", Status: attribution.Held, Reason: "Keap did not answer"})
	d.post("/admin/keap/key", owner, url.Values{"key": {keyOne}})
	if err := d.ranking.Refresh(t.Context()); err != nil {
		t.Fatal(err)
	}
	for range 25 { // more than are counted
		d.now = d.now.Add(time.Second)
		d.keep("malformed_json", "{")
	}
	d.take(arrival("dot@example.com", "43", d.now))
	for _, late := range []time.Duration{time.Second, 90 * time.Second, time.Hour, 5 * time.Hour, 60 * time.Hour} {
		d.now = d.now.Add(late)
		wholeIn(t, d, owner, []string{"/admin", "/admin?days=7", "/admin?days=90"})
	}
	d.pause = connect.Pause{Reason: "Keap asks to wait", Since: d.now}
	wholeIn(t, d, owner, []string{"/admin"}, "Keap asks to wait")
}
