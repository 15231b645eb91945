package api_test

import (
	"fmt"
	"strings"
	"testing"

	"tributary/internal/auth"
)

func TestAKeyIsMadeUsedAndRevoked(t *testing.T) {
	s := newServer(t)
	made := s.do("POST", "/v1/keys", `{"name":"Newsletter","role":"viewer"}`, 201)
	text, _ := made["key"].(string)
	if made["name"] != "Newsletter" || made["by"] != "the admin key" || !strings.HasPrefix(text, "tk_"+made["id"].(string)+"_") {
		t.Fatalf("%v", made)
	}
	s.do("GET", "/v1/sites", "", 200, "Authorization", "Bearer "+text)
	rows := s.rows("/v1/keys")
	if len(rows) != 1 || rows[0].(object)["role"] != "viewer" || rows[0].(object)["used_at"] == nil || rows[0].(object)["key"] != nil {
		t.Errorf("%v", rows)
	}
	for _, wrong := range []string{`{"name":"","role":"viewer"}`, `{"name":"x","role":"king"}`, `{"name":"a\nb","role":"viewer"}`} {
		s.refused("POST", "/v1/keys", wrong, 422, "invalid_key")
	}
	s.refused("POST", "/v1/keys", `{"name":"x","role":"viewer","key":"mine"}`, 422, "unknown_field")
	for _, role := range []auth.Role{auth.Viewer, auth.Manager} {
		other := s.key(string(role), role)
		s.do("POST", "/v1/keys", `{"name":"x","role":"owner"}`, 403, "Authorization", other)
		s.do("GET", "/v1/audit", "", 403, "Authorization", other)
	}
	s.do("DELETE", "/v1/keys/"+made["id"].(string), "", 204)
	s.do("GET", "/v1/sites", "", 401, "Authorization", "Bearer "+text)
	s.refused("DELETE", "/v1/keys/"+made["id"].(string), "", 404, "not_found")
}

func TestTheAuditLogIsListedPageByPage(t *testing.T) {
	s := newServer(t)
	owner := s.key("Owner", auth.Owner)
	made := s.do("POST", "/v1/keys", `{"name":"Newsletter","role":"viewer"}`, 201, "Authorization", owner)
	for i := range 7 {
		s.do("POST", "/v1/sites", fmt.Sprintf(`{"name":"Shop %d","origins":["https://shop.example"]}`, i), 201)
	}
	s.do("DELETE", "/v1/keys/"+made["id"].(string), "", 204, "Authorization", owner)
	seen := map[string]int{}
	for path := "/v1/audit?limit=3"; path != ""; {
		page := s.do("GET", path, "", 200)
		for _, row := range page["data"].([]any) {
			e := row.(object)
			seen[e["who"].(string)+" "+e["action"].(string)]++
			if strings.Contains(fmt.Sprint(e), made["key"].(string)) {
				t.Error("it tells a key")
			}
		}
		path = ""
		if next, more := page["next_cursor"].(string); more {
			path = "/v1/audit?limit=3&cursor=" + next
		}
	}
	if seen["the admin key site.create"] != 7 || seen["key: Owner key.create"] != 1 || seen["key: Owner key.delete"] != 1 || len(seen) != 3 {
		t.Errorf("%v", seen)
	}
	if rows := s.rows("/v1/audit?action=key&who=key:%20Owner"); len(rows) != 2 {
		t.Errorf("of one key: %v", rows)
	}
	if rows := s.rows("/v1/audit?who=nobody"); len(rows) != 0 {
		t.Errorf("of nobody: %v", rows)
	}
	s.refused("GET", "/v1/audit?cursor=x", "", 422, "invalid_cursor")
	s.refused("GET", "/v1/audit?limit=0", "", 422, "invalid_limit")
}
