package api_test

import (
	"net/http"
	"strings"
	"testing"
)

func TestADigestCanBeSeenBeforeItIsSent(t *testing.T) {
	s := newServer(t)
	s.do("POST", "/v1/affiliates", `{"id":"42","name":"Maria Rossi"}`, http.StatusCreated)
	s.do("PATCH", "/v1/settings", `{"digest_day":"monday"}`, http.StatusOK)
	seen := s.do("GET", "/v1/affiliates/42/digest", "", http.StatusOK)
	if text, _ := seen["text"].(string); seen["would_be_sent"] != false || seen["reason"] != "no e-mail address of this affiliate is known" || !strings.Contains(text, "Hello Maria Rossi") {
		t.Errorf("it is %v", seen)
	}
	s.do("POST", "/v1/affiliates", `{"id":"42","email":"maria@example.com"}`, http.StatusOK)
	s.do("POST", "/v1/optins", `{"email":"lead@example.com","affiliate":"42","kind":"id","at":"2026-11-20T12:00:00Z"}`, http.StatusCreated)
	if seen := s.do("GET", "/v1/affiliates/42/digest", "", http.StatusOK); seen["would_be_sent"] != true || seen["subject"] != "Your week: 1 opt-in" || seen["reason"] != nil {
		t.Errorf("it is %v", seen)
	}
	s.refused("GET", "/v1/affiliates/99/digest", "", http.StatusNotFound, "not_found")
}
