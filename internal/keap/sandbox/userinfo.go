package sandbox

import "net/http"

// getUserInfo answers whom the key belongs to: always the same owner of the same app.
func (s *Sandbox) getUserInfo(request) answer {
	return answer{status: http.StatusOK, body: map[string]any{
		"id": "1", "sub": "1", "keap_id": "owner@example.com", "email": "owner@example.com",
		"given_name": "Olive", "family_name": "Owner", "is_admin": true, "tenant_id": "sandbox",
	}}
}
