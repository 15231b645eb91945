package main

import (
	"net/http"
	"net/url"
	"regexp"
	"strings"
	"testing"

	"tributary/internal/auth"
)

var deskLink = regexp.MustCompile(`http://go\.example\.com(/admin/enter/[\w-]{43})`)

// enter signs a user in and returns their cookie.
func (tc *testCollector) enter(path string) string {
	tc.t.Helper()
	status, text, header := tc.do("POST", path, "")
	if status != http.StatusSeeOther {
		tc.t.Fatalf("entering: %d %s", status, text)
	}
	cookie, _, _ := strings.Cut(header.Get("Set-Cookie"), ";")
	return cookie
}

// asOwner is the cookie of an owner who is signed in.
func (tc *testCollector) asOwner() string {
	tc.t.Helper()
	u, err := tc.auth.AddUser(tc.t.Context(), auth.User{Account: "main", Email: "owner@example.com", Role: auth.Owner})
	if err != nil {
		tc.t.Fatal(err)
	}
	token, _, err := tc.auth.Invite(tc.t.Context(), u.ID)
	if err != nil {
		tc.t.Fatal(err)
	}
	return tc.enter("/admin/enter/" + token)
}

func TestAnInvitationIsMailedAndLetsIn(t *testing.T) {
	tc, server := withMail(t)
	form := url.Values{"email": {"New.User@example.com"}, "name": {"New"}, "role": {"viewer"}}.Encode()
	status, page, _ := tc.do("POST", "/admin/users", form, "Content-Type", "application/x-www-form-urlencoded", "Cookie", tc.asOwner(), "Accept-Language", "en-GB,de;q=0.5")
	if status != http.StatusOK || !strings.Contains(page, "A link is mailed to ne•••@e•••.com") || !strings.Contains(page, "If the mail does not come") {
		t.Fatalf("%d %s", status, page)
	}
	shown := deskLink.FindStringSubmatch(page)
	mail := server.Wait(1)[0]
	text, html, _ := strings.Cut(unfolded(mail.Text), "<!doctype")
	link := deskLink.FindStringSubmatch(text)
	if len(mail.To) != 1 || mail.To[0] != "new.user@example.com" || shown == nil || link == nil || !strings.Contains(html, link[1]) || !strings.Contains(text, "for 3 days") {
		t.Fatalf("to %v it says %s", mail.To, text)
	}
	if link[1] == shown[1] {
		t.Error("the mail has the link of the page: it would be worthless once that was used")
	}
	tc.enter(link[1])
	tc.enter(shown[1])
	if status, _, _ := tc.do("POST", link[1], ""); status != http.StatusGone {
		t.Error("the link works twice")
	}
	if m := tc.wantMails("sent", 1).Data[0]; m.Class != "invite" || m.To != "ne•••@e•••.com" {
		t.Errorf("it is listed as %+v", m)
	}
	tc.notAtRest(strings.TrimPrefix(link[1], "/admin/enter/"))
	if strings.Contains(tc.logs.String(), "new.user@") {
		t.Error("the log tells the address")
	}
}

// TestAnInvitationIsInTheLanguageOfWhoInvites.
func TestAnInvitationIsInTheLanguageOfWhoInvites(t *testing.T) {
	tc, server := withMail(t)
	form := url.Values{"email": {"new@example.com"}, "role": {"viewer"}}.Encode()
	tc.do("POST", "/admin/users", form, "Content-Type", "application/x-www-form-urlencoded", "Cookie", tc.asOwner(), "Accept-Language", "de-AT,en;q=0.5")
	if text := unfolded(server.Wait(1)[0].Text); !strings.Contains(text, `<html lang="de">`) {
		t.Errorf("it says %s", text)
	}
}

// TestAnInvitationOfWhoIsGone is not sent.
func TestAnInvitationOfWhoIsGone(t *testing.T) {
	tc, server := withMail(t)
	u := auth.User{Account: "main", ID: "nobody", Email: "gone@example.com"}
	if err := tc.letters.Invite(t.Context(), u, ""); err != nil {
		t.Fatal(err)
	}
	tc.wantMails("", 0)
	if n := len(server.Taken()); n != 0 {
		t.Errorf("%d mails", n)
	}
}

func TestWithoutAMailServerTheLinkIsShownAlone(t *testing.T) {
	tc := newTestCollector(t, nil)
	form := url.Values{"email": {"new@example.com"}, "role": {"viewer"}}.Encode()
	status, page, _ := tc.do("POST", "/admin/users", form, "Content-Type", "application/x-www-form-urlencoded", "Cookie", tc.asOwner())
	if status != http.StatusOK || strings.Contains(page, "mailed") || !strings.Contains(page, "Send this link to new@example.com") {
		t.Errorf("%d %s", status, page)
	}
}
