package api_test

import (
	"context"
	"testing"
)

func TestWhatIfIsAskedByREST(t *testing.T) {
	s := newServer(t)
	s.do("POST", "/v1/optins", `{"email":"a@example.com","affiliate":"101","at":"2026-11-20T12:00:00Z"}`, 201)
	s.do("POST", "/v1/optins", `{"email":"a@example.com","at":"2026-11-23T11:00:00Z"}`, 201) // by the earlier touch
	for query, code := range map[string]string{
		"rule=newest": "invalid_whatif", "window=soon": "invalid_window", "window=1m": "invalid_whatif", "from=2026-01-01": "invalid_whatif", "from=x": "invalid_range",
	} {
		s.refused("GET", "/v1/whatif?"+query, "", 422, code)
	}
	ctx, stop := context.WithCancel(t.Context())
	defer stop()
	go s.whatif.Run(ctx)
	got := s.do("GET", "/v1/whatif?window=1d", "", 200)
	result, _ := got["result"].(object)
	if got["state"] != "finished" || result["optins"] != 2.0 || result["changed"] != 1.0 || result["to_nobody"] != 1.0 {
		t.Fatalf("answered %v", got)
	}
	row := result["by_affiliate"].([]any)[0].(object)
	if row["affiliate"].(object)["id"] != "101" || row["difference"] != -1.0 || result["examples"].([]any)[0].(object)["today"] != "id:101" {
		t.Errorf("answered %v", result)
	}
	if got := s.do("GET", "/v1/whatif", "", 200)["result"].(object); got["changed"] != 0.0 {
		t.Errorf("with the policy of today: %v", got)
	}
}
