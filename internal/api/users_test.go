package api_test

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/labstack/echo/v4"

	"tributary/internal/audit"
	"tributary/internal/auth"
)

// exceptions are the routes whose least role is not the usual one: viewer to read, manager to change.
var exceptions = map[string]auth.Role{
	"GET /v1/hooks/:id/payloads": auth.Manager, "GET /v1/hooks/:id/payloads/:payload": auth.Manager, "GET /v1/quarantine/:id": auth.Manager, // what people filled in
	"GET /v1/webhooks/:id/deliveries": auth.Manager, "GET /v1/webhooks/:id/deliveries/:delivery": auth.Manager, // likewise
	"GET /v1/people": auth.Manager, "GET /v1/backup": auth.Owner,
	"DELETE /v1/keap": auth.Owner, "POST /v1/keap/login": auth.Owner, "PUT /v1/keap/key": auth.Owner, "PUT /v1/keap/tenant": auth.Owner,
	"GET /v1/users": auth.Owner, "POST /v1/users": auth.Owner, "GET /v1/users/:id": auth.Owner, "PATCH /v1/users/:id": auth.Owner, "DELETE /v1/users/:id": auth.Owner,
	"POST /v1/users/:id/link": auth.Owner,
	"GET /v1/keys":            auth.Owner, "POST /v1/keys": auth.Owner, "DELETE /v1/keys/:id": auth.Owner, "GET /v1/audit": auth.Owner,
	"POST /v1/setup": auth.Owner,
}

func needs(method, path string) auth.Role {
	if role, known := exceptions[method+" "+path]; known {
		return role
	}
	if method == http.MethodGet {
		return auth.Viewer
	}
	return auth.Manager
}

// key makes an API key of a role.
func (s *server) key(name string, role auth.Role) string {
	s.Helper()
	_, text, err := s.auth.AddKey(s.Context(), name, role, "")
	if err != nil {
		s.Fatal(err)
	}
	return "Bearer " + text
}

func TestEveryRouteAsksForItsRole(t *testing.T) {
	s := newServer(t)
	keys := map[auth.Role]string{}
	for _, role := range auth.Roles {
		keys[role] = s.key(string(role), role)
	}
	for _, r := range s.echo.Routes() {
		if r.Method == echo.RouteNotFound || !strings.HasPrefix(r.Path, "/v1/") {
			continue
		}
		needed := needs(r.Method, r.Path)
		for role, key := range keys {
			req := httptest.NewRequest(r.Method, regexp.MustCompile(`:\w+`).ReplaceAllString(r.Path, "x"), nil)
			req.Header.Set("Authorization", key)
			rec := httptest.NewRecorder()
			s.echo.ServeHTTP(rec, req)
			if refused := rec.Code == http.StatusForbidden; refused == role.May(needed) || rec.Code == http.StatusUnauthorized {
				t.Errorf("%s %s with the role %s: %d %s", r.Method, r.Path, role, rec.Code, rec.Body)
			}
		}
	}
}

func TestAKeyThatMayNotIsToldWhatItNeeds(t *testing.T) {
	s := newServer(t)
	got := s.do("POST", "/v1/sites", `{}`, 403, "Authorization", s.key("Report", auth.Viewer))
	if got["code"] != "forbidden" || got["detail"] != "this needs a key with the role manager; the role of this one is viewer" {
		t.Errorf("%v", got)
	}
	revoked := s.key("Gone", auth.Owner)
	if _, err := s.auth.RevokeKey(t.Context(), strings.Split(revoked, "_")[1]); err != nil {
		t.Fatal(err)
	}
	s.do("GET", "/v1/sites", "", 401, "Authorization", revoked)
}

func TestUsers(t *testing.T) {
	s := newServer(t)
	begun := s.do("POST", "/v1/setup", "", 201)
	if !regexp.MustCompile(`^https://t\.example/admin/setup/[\w-]{43}$`).MatchString(begun["url"].(string)) {
		t.Errorf("the set-up is at %v", begun["url"])
	}
	owner := s.do("POST", "/v1/users", `{"email":"Ann@example.com","name":"Ann","role":"owner"}`, 201)
	if owner["email"] != "ann@example.com" || owner["role"] != "owner" {
		t.Errorf("%v", owner)
	}
	s.refused("POST", "/v1/setup", "", 409, "set_up")
	path := "/v1/users/" + owner["id"].(string)
	if got := s.do("GET", path, "", 200); got["name"] != "Ann" {
		t.Errorf("%v", got)
	}
	link := s.do("POST", path+"/link", "", 201)
	if !strings.HasPrefix(link["url"].(string), "https://t.example/admin/enter/") {
		t.Errorf("%v", link)
	}
	s.refused("DELETE", path, "", 409, "last_owner")
	s.refused("PATCH", path, `{"role":"viewer"}`, 409, "last_owner")
	s.refused("PATCH", path, `{"role":"king"}`, 422, "invalid_user")
	s.refused("PATCH", path, `{"email":"x"}`, 422, "unknown_field")
	s.refused("POST", "/v1/users", `{"email":"ann@example.com","role":"viewer"}`, 409, "email_taken")
	s.refused("POST", "/v1/users", `{"email":"ann","role":"viewer"}`, 422, "invalid_user")
	other := s.do("POST", "/v1/users", `{"email":"bob@example.com","role":"owner"}`, 201)
	if got := s.do("PATCH", path, `{"role":"viewer","name":"A"}`, 200); got["role"] != "viewer" || got["name"] != "A" {
		t.Errorf("%v", got)
	}
	s.do("DELETE", path, "", 204)
	s.refused("GET", path, "", 404, "not_found")
	s.refused("POST", path+"/link", "", 404, "not_found")
	if rows := s.rows("/v1/users"); len(rows) != 1 || rows[0].(object)["id"] != other["id"] {
		t.Errorf("%v", rows)
	}
}

// Whatever a key changes is in the log with the key's name, and nothing of what was in the request.
func TestTheAuditLogKnowsWhatKeysChange(t *testing.T) {
	s := newServer(t)
	key := s.key("Sync job", auth.Owner)
	site := s.do("POST", "/v1/sites", `{"name":"Shop","origins":["https://shop.example"]}`, 201, "Authorization", key)["key"].(string)
	s.do("PATCH", "/v1/sites/"+site, `{"name":"Shop 2"}`, 200, "Authorization", key)
	s.do("PATCH", "/v1/sites/"+site, `{"nome":"x"}`, 422, "Authorization", key)
	s.do("GET", "/v1/sites/"+site, "", 200, "Authorization", key)
	s.do("POST", "/v1/affiliates", `{"id":"7","email":"canary@example.com"}`, 201, "Authorization", key)
	s.do("DELETE", "/v1/people?email=canary@example.com", "", 200, "Authorization", key)
	s.do("DELETE", "/v1/sites/"+site, "", 204)
	p, err := audit.New(s.store, nil).List(t.Context(), "", 100)
	if err != nil {
		t.Fatal(err)
	}
	var got []string
	for i := len(p.Entries) - 1; i >= 0; i-- {
		e := p.Entries[i]
		got = append(got, fmt.Sprintf("%s %s %s%s", e.Who, e.Action, e.Subject, e.Detail))
	}
	slices.Sort(got) // all at one moment
	want := []string{"key: Sync job affiliate.create 7", "key: Sync job person.erase ", "key: Sync job site.change " + site, "key: Sync job site.create " + site, "the admin key site.delete " + site}
	if fmt.Sprint(got) != fmt.Sprint(want) {
		t.Errorf("the log has\n%q, want\n%q", got, want)
	}
}
