package main

import (
	"net/http/httptest"
	"strings"
	"testing"
)

func TestBareAnswersAsTheCollectorDoes(t *testing.T) {
	for body, want := range map[string]struct {
		status int
		text   string
	}{
		`{"site":"st_x","events":[{"id":"a","type":"click"},{"id":"b"}]}`: {202, `{"results":[{"id":"a","status":"accepted"},{"id":"b","status":"accepted"}]}`},
		`{"site":`: {400, "unexpected EOF"},
	} {
		r := httptest.NewRequest("POST", "/e", strings.NewReader(body))
		r.Header.Set("Content-Type", "text/plain;charset=UTF-8")
		w := httptest.NewRecorder()
		newServer().ServeHTTP(w, r)
		if w.Code != want.status || !strings.Contains(w.Body.String(), want.text) {
			t.Errorf("%s: %d %s", body, w.Code, w.Body)
		}
	}
}
