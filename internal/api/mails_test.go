package api_test

import (
	"net/http"
	"testing"

	"tributary/internal/mail"
)

func TestMailsAreListedWithoutWhatTheySay(t *testing.T) {
	s := newServer(t)
	for _, m := range []mail.Mail{
		{ID: "a", Class: mail.Login, Masked: "an•••@e•••.com"}, {ID: "b", Class: mail.Digest, Affiliate: "101", Week: "2026-11-16"}, {ID: "c", Class: mail.Digest},
	} {
		m.To.Sealed = []byte("canary")
		if _, err := s.mails.Put(t.Context(), m); err != nil {
			t.Fatal(err)
		}
	}
	page := s.do("GET", "/v1/mails?limit=2", "", http.StatusOK)
	rows, _ := page["data"].([]any)
	if len(rows) != 2 || page["next_cursor"] != "b" || rows[0].(object)["to"] != "an•••@e•••.com" || rows[1].(object)["week"] != "2026-11-16" || rows[0].(object)["state"] != "waiting" {
		t.Errorf("the list is %v", page)
	}
	if rows := s.rows("/v1/mails?state=waiting&cursor=b"); len(rows) != 1 || rows[0].(object)["id"] != "c" {
		t.Errorf("the second page is %v", rows)
	}
	s.refused("GET", "/v1/mails?state=lost", "", http.StatusUnprocessableEntity, "invalid_state")
}
