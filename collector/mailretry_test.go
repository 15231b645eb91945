package main

import (
	"net/http"
	"net/url"
	"strings"
	"testing"

	"tributary/internal/auth"
	"tributary/internal/mail/mailtest"
)

// TestAMailThatFailedIsRetried by REST and at the desk: an invitation to a server that refused it first.
func TestAMailThatFailedIsRetried(t *testing.T) {
	tc, server := withMail(t)
	owner := tc.asOwner()
	server.OnRcpt(func(string) error { return mailtest.Refusal(550, "unknown here") })
	u, err := tc.auth.AddUser(t.Context(), auth.User{Account: "main", Email: "new@example.com", Role: auth.Viewer})
	if err != nil {
		t.Fatal(err)
	}
	if err := tc.letters.Invite(t.Context(), u, ""); err != nil {
		t.Fatal(err)
	}
	tc.wantMails("failed", 1)
	var listed struct{ Data []struct{ ID string } }
	tc.json("GET", "/v1/mails?state=failed", "", http.StatusOK, &listed)
	_, page, _ := tc.do("GET", "/admin/mails?state=failed", "", "Cookie", owner)
	if !strings.Contains(page, "Given up") || !strings.Contains(page, "Send it again") || !strings.Contains(page, "ne•••@e•••.com") || strings.Contains(page, "new@example.com") {
		t.Errorf("the page says %s", page)
	}
	server.OnRcpt(nil)
	var again struct{ ID, State string }
	tc.json("POST", "/v1/mails/"+listed.Data[0].ID+"/retry", "", http.StatusAccepted, &again)
	server.Wait(1)
	if again.ID == listed.Data[0].ID {
		t.Errorf("%+v", again)
	}
	form := func(id string) (int, string) {
		status, text, _ := tc.do("POST", "/admin/mails/retry", url.Values{"id": {id}}.Encode(), "Content-Type", "application/x-www-form-urlencoded", "Cookie", owner)
		return status, text
	}
	if status, text := form(listed.Data[0].ID); status != http.StatusSeeOther { // the same once more sends nothing
		t.Errorf("at the desk: %d %s", status, text)
	}
	tc.sentAre(1)
	if status, text := form(again.ID); status != http.StatusConflict || !strings.Contains(text, "was not given up") {
		t.Errorf("one that was sent: %d %s", status, text)
	}
	if status, _ := form("nonsense"); status != http.StatusNotFound {
		t.Errorf("one that is not there: %d", status)
	}
	var problem struct{ Code string }
	tc.json("POST", "/v1/mails/"+again.ID+"/retry", "", http.StatusConflict, &problem)
	if problem.Code != "not_failed" {
		t.Errorf("%+v", problem)
	}
}

// sentAre checks how many mails were sent, after they have ended.
func (tc *testCollector) sentAre(n int) {
	tc.t.Helper()
	for range 1000 {
		var waiting, sent listedMails
		tc.json("GET", "/v1/mails?state=waiting", "", http.StatusOK, &waiting)
		tc.json("GET", "/v1/mails?state=sent", "", http.StatusOK, &sent)
		if len(waiting.Data) == 0 && len(sent.Data) == n {
			return
		}
	}
	tc.t.Errorf("not %d mails were sent", n)
}
