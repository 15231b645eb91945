package api_test

import (
	"net/http"
	"strings"
	"testing"
)

func TestACardIsTheSameUntilItIsRevoked(t *testing.T) {
	s := newServer(t)
	s.do("POST", "/v1/affiliates", `{"id":"42","name":"Maria Rossi"}`, http.StatusCreated)
	first := s.do("POST", "/v1/affiliates/42/card", "", http.StatusOK)
	url, _ := first["url"].(string)
	if !strings.HasPrefix(url, "https://t.example/portal/card/") || first["script"] != `<script async src="`+url+`/card.js"></script>` || !strings.Contains(first["iframe"].(string), `<iframe src="`+url+`"`) {
		t.Errorf("the card is %v", first)
	}
	if again := s.do("POST", "/v1/affiliates/42/card", "", http.StatusOK); again["url"] != url {
		t.Error("it moved")
	}
	s.do("DELETE", "/v1/affiliates/42/card", "", http.StatusNoContent)
	if after := s.do("POST", "/v1/affiliates/42/card", "", http.StatusOK); after["url"] == url {
		t.Error("it stayed")
	}
	s.refused("POST", "/v1/affiliates/99/card", "", http.StatusNotFound, "not_found")
	s.refused("DELETE", "/v1/affiliates/99/card", "", http.StatusNotFound, "not_found")
}

func TestADoorbellIsTheSameUntilItIsRevoked(t *testing.T) {
	s := newServer(t)
	s.do("POST", "/v1/affiliates", `{"id":"42"}`, http.StatusCreated)
	first := s.do("POST", "/v1/affiliates/42/doorbell", "", http.StatusOK)["url"]
	if url, _ := first.(string); !strings.HasPrefix(url, "https://t.example/portal/a/") {
		t.Errorf("it is %v", first)
	}
	if again := s.do("POST", "/v1/affiliates/42/doorbell", "", http.StatusOK)["url"]; again != first {
		t.Error("it moved")
	}
	s.do("DELETE", "/v1/affiliates/42/doorbell", "", http.StatusNoContent)
	if after := s.do("POST", "/v1/affiliates/42/doorbell", "", http.StatusOK)["url"]; after == first {
		t.Error("it stayed")
	}
	s.refused("POST", "/v1/affiliates/99/doorbell", "", http.StatusNotFound, "not_found")
}

func TestCardOriginsGoIntoAHeader(t *testing.T) {
	s := newServer(t)
	for _, wrong := range []string{`["https://members.example.com; script-src *"]`, `["https://members.example.com/path"]`, `["members.example.com"]`, `["*"]`, `["https://a.example.com https://b.example.com"]`, `["HTTPS://Members.example.com"]`, `["https://ümlaut.example"]`, `"https://a.example.com"`, `["data:x"]`} {
		s.refused("PATCH", "/v1/settings", `{"card_origins":`+wrong+`}`, http.StatusUnprocessableEntity, "invalid_card_origins")
	}
	s.do("PATCH", "/v1/settings", `{"card_origins":["https://members.example.com","https://*.example.org","http://localhost:*"]}`, http.StatusOK)
	if got := s.do("PATCH", "/v1/settings", `{"card_origins":null}`, http.StatusOK); len(got["card_origins"].([]any)) != 0 {
		t.Errorf("back to none it is %v", got["card_origins"])
	}
}
