package api_test

import (
	"strings"
	"testing"
	"time"

	"tributary/internal/attribution"
	"tributary/internal/store"
)

// hold parks the job of an opt-in as package credit does for what looks wrong.
func (s *server) hold(flags ...attribution.Flag) {
	s.Helper()
	jobs, err := s.store.Claim(s.Context(), now.Add(time.Hour), 10, time.Minute)
	if err != nil {
		s.Fatal(err)
	}
	for _, j := range jobs {
		if j.Kind != store.CreditJob {
			continue
		}
		settled := store.Settlement{State: store.Parked, Code: "suspicious", Status: attribution.Held, Reason: "their own", Flags: flags}
		if err := s.store.Advance(s.Context(), j, now, settled); err != nil {
			s.Fatal(err)
		}
	}
}

func TestADecision(t *testing.T) {
	s := newServer(t)
	id := s.do("POST", "/v1/optins", `{"email":"ann@example.com","affiliate":"77"}`, 201)["id"].(string)
	s.do("POST", "/v1/optins", `{"email":"bob@example.com","affiliate":"77"}`, 201)
	s.refused("POST", "/v1/optins/"+id+"/decision", `{"decision":"credit"}`, 409, "decided")
	s.hold(attribution.Flag{Code: "self_referral", Reason: "their own", Hold: true})
	if rows := s.rows("/v1/optins?flagged=true&status=held"); len(rows) != 2 {
		t.Errorf("%d are flagged and held", len(rows))
	}
	for body, code := range map[string]string{
		`{"decision":"maybe"}`: "invalid_decision", `{}`: "invalid_decision", `{"verdict":"credit"}`: "unknown_field",
	} {
		s.refused("POST", "/v1/optins/"+id+"/decision", body, 422, code)
	}
	s.refused("POST", "/v1/optins/0198c0d2-e7a0-7abc-8def-0123456789ab/decision", `{"decision":"credit"}`, 404, "not_found")
	s.refused("GET", "/v1/optins?flagged=false", "", 422, "invalid_flagged")
	got := s.do("POST", "/v1/optins/"+id+"/decision", `{"decision":"credit","reason":"one house"}`, 200)
	decision, flag := got["decision"].(object), got["flags"].([]any)[0].(object)
	if got["status"] != "received" || decision["by"] != "the admin key" || decision["final_at"] == nil || flag["code"] != "self_referral" {
		t.Errorf("credited: %v", got)
	}
	if got := s.do("POST", "/v1/optins/"+id+"/decision", `{"decision":"hold"}`, 200); got["status"] != "held" || got["decision"] != nil {
		t.Errorf("taken back: %v", got)
	}
	if got := s.do("POST", "/v1/optins/"+id+"/decision", `{"decision":"refuse","reason":"their own"}`, 200); got["status"] != "refused" || !strings.Contains(got["reason"].(string), "their own") {
		t.Errorf("refused: %v", got)
	}
	want := []string{"optin.credit one house", "optin.hold ", "optin.refuse their own"}
	if strings.Join(s.noted, "|") != strings.Join(want, "|") {
		t.Errorf("noted %q", s.noted)
	}
}
