package api_test

import (
	"context"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync/atomic"
	"testing"
	"time"
)

func TestWebhooks(t *testing.T) {
	s := newServer(t)
	var status atomic.Int64
	status.Store(200)
	receiver := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		w.WriteHeader(int(status.Load()))
		_, _ = w.Write([]byte("<script>alert(1)</script>\xff"))
	}))
	defer receiver.Close()
	made := s.do("POST", "/v1/webhooks", `{"url":"`+receiver.URL+`","events":["optin.received"],"description":"CRM"}`, 201)
	path := "/v1/webhooks/" + made["id"].(string)
	if secret, _ := made["secret"].(string); !strings.HasPrefix(secret, "whsec_") || made["email"] != "masked" || made["enabled"] != true {
		t.Fatalf("made %v", made)
	}
	if got := s.do("GET", path, "", 200); got["secret"] != nil || got["description"] != "CRM" {
		t.Errorf("read %v", got)
	}
	if rows := s.rows("/v1/webhooks"); len(rows) != 1 || rows[0].(object)["id"] != made["id"] || rows[0].(object)["secret"] != nil {
		t.Errorf("listed %v", rows)
	}
	tested := s.do("POST", path+"/test", "", 200)
	if a := tested["attempts"].([]any)[0].(object); tested["state"] != "delivered" || tested["type"] != "ping" || a["status"] != 200.0 || a["answer"] != "<script>alert(1)</script>\ufffd" {
		t.Errorf("tested: %v", tested)
	}
	if rows := s.rows(path + "/deliveries?state=delivered"); len(rows) != 1 || rows[0].(object)["id"] != tested["id"] {
		t.Errorf("the log: %v", rows)
	}
	if got := s.do("GET", path+"/deliveries/"+tested["id"].(string), "", 200); got["id"] != tested["id"] {
		t.Errorf("read %v", got)
	}
	s.refused("POST", path+"/deliveries/"+tested["id"].(string)+"/replay", "", 422, "invalid_delivery")
	rotated := s.do("POST", path+"/rotate", "", 200)
	if rotated["secret"] == made["secret"] || len(rotated["old_secrets_until"].([]any)) != 1 {
		t.Errorf("rotated: %v", rotated)
	}
	if got := s.do("POST", path+"/rotate", `{"overlap_hours":0}`, 200); len(got["old_secrets_until"].([]any)) != 0 {
		t.Errorf("rotated at once: %v", got)
	}
	if got := s.do("PATCH", path, `{"enabled":false,"email":"none"}`, 200); got["enabled"] != false || got["email"] != "none" || got["disabled_at"] == nil || got["reason"] != nil {
		t.Errorf("disabled: %v", got)
	}
	s.refused("POST", path+"/replay", `{"since":"2026-05-04T12:00:00Z"}`, 409, "webhook_disabled")
	s.do("PATCH", path, `{"enabled":true}`, 200)
	if got := s.do("POST", path+"/replay", `{"since":"2026-05-04T12:00:00Z"}`, 202); got["replayed"] != 0.0 {
		t.Errorf("replayed: %v", got)
	}
	s.do("DELETE", path, "", 204)
	s.refused("GET", path, "", 404, "not_found")
}

// TestADeliveryIsRead while it waits, after a first attempt that failed.
func TestADeliveryIsRead(t *testing.T) {
	s := newServer(t)
	called := make(chan bool, 10)
	receiver := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		w.WriteHeader(http.StatusTeapot)
		called <- true
	}))
	defer receiver.Close()
	path := "/v1/webhooks/" + s.do("POST", "/v1/webhooks", `{"url":"`+receiver.URL+`"}`, 201)["id"].(string)
	optIn := s.do("POST", "/v1/optins", `{"email":"ann@example.com","affiliate":"12","kind":"id"}`, 201)
	ctx, stop := context.WithCancel(context.Background())
	done := make(chan struct{})
	go func() { defer close(done); s.webhooks.Run(ctx) }()
	<-called
	stop()
	<-done // a stop waits until what was in hand is noted
	rows := s.rows(path + "/deliveries?state=waiting")
	if len(rows) != 1 {
		t.Fatalf("waiting: %v", rows)
	}
	d := rows[0].(object)
	if d["optin"] != optIn["id"] || d["reason"] != "it answered 418 I'm a teapot" || d["due"] == nil || d["type"] != "optin.received" {
		t.Errorf("%v", d)
	}
	if got := s.do("GET", path, "", 200); got["failing_since"] != now.Format(time.RFC3339) {
		t.Errorf("failing since %v", got["failing_since"])
	}
	if got := s.do("POST", path+"/deliveries/"+d["id"].(string)+"/replay", "", 202); got["state"] != "waiting" {
		t.Errorf("%v", got)
	}
}

func TestWebhooksSayWhatIsWrong(t *testing.T) {
	s := newServer(t)
	good := `{"url":"http://localhost:1/"}`
	first := s.do("POST", "/v1/webhooks", good, 201, "Idempotency-Key", "k1")
	if again := s.do("POST", "/v1/webhooks", good, 200, "Idempotency-Key", "k1"); again["id"] != first["id"] || again["secret"] != nil {
		t.Errorf("again: %v", again)
	}
	path := "/v1/webhooks/" + first["id"].(string)
	for _, c := range []struct {
		method, path, body string
		status             int
		code               string
	}{
		{"POST", "/v1/webhooks", `{}`, 422, "invalid_url"},
		{"POST", "/v1/webhooks", `{"url":"http://www.example.com/"}`, 422, "invalid_url"},
		{"POST", "/v1/webhooks", `{"url":"https://192.168.0.1/"}`, 422, "invalid_url"},
		{"POST", "/v1/webhooks", `{"url":"https://www.example.com/","events":["ping"]}`, 422, "invalid_events"},
		{"POST", "/v1/webhooks", `{"url":"https://www.example.com/","email":"some"}`, 422, "invalid_email"},
		{"POST", "/v1/webhooks", `{"url":"https://www.example.com/","secret":"mine"}`, 422, "unknown_field"},
		{"PATCH", path, `{"description":"a\nb"}`, 422, "invalid_description"},
		{"POST", path + "/rotate", `{"overlap_hours":169}`, 422, "invalid_overlap_hours"},
		{"POST", path + "/rotate", `{"overlap_hours":-1}`, 422, "invalid_overlap_hours"},
		{"POST", path + "/replay", `{"since":"yesterday"}`, 422, "invalid_since"},
		{"GET", path + "/deliveries?state=lost", "", 422, "invalid_state"},
		{"GET", path + "/deliveries?cursor=x", "", 404, "not_found"},
		{"GET", path + "/deliveries/msg_x", "", 404, "not_found"},
		{"GET", "/v1/webhooks/we_x", "", 404, "not_found"},
		{"GET", "/v1/webhooks/we_x/deliveries", "", 404, "not_found"},
		{"POST", "/v1/webhooks/we_x/test", "", 404, "not_found"},
	} {
		s.refused(c.method, c.path, c.body, c.status, c.code)
	}
}
