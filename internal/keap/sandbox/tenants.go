package sandbox

import "net/http"

// DefaultTenant is the app that a key belongs to when Options name no other.
const DefaultTenant = "sandbox"

// tenantOf says which app a credential belongs to. All apps share the records: this double has one set.
func (s *Sandbox) tenantOf(r *http.Request) string {
	credential := credentialOf(r)
	if tenant := s.options.Tenants[credential]; tenant != "" {
		return tenant
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if token, found := s.oauth.access[credential]; found {
		return token.tenant
	}
	return DefaultTenant
}

// getUserInfo answers whom the key belongs to: always the same owner, of the key's app.
func (s *Sandbox) getUserInfo(r request) answer {
	return answer{status: http.StatusOK, body: map[string]any{
		"id": "1", "sub": "1", "keap_id": "owner@example.com", "email": "owner@example.com",
		"given_name": "Olive", "family_name": "Owner", "is_admin": true, "tenant_id": s.tenantOf(r.Request),
	}}
}

// getSettings answers with the app's settings. Where Keap tells the one that decides what a referral is worth is known
// from its description alone.
func (s *Sandbox) getSettings(r request) answer {
	body := map[string]any{"application": map[string]any{"time_zone": "America/New_York", "default_view_locale": "en_US"}}
	for _, field := range r.URL.Query()["fields"] {
		if field == "AFFILIATE" {
			body["affiliate"] = s.affiliateSettings()
		}
	}
	return answer{status: http.StatusOK, body: body}
}

func (s *Sandbox) affiliateSettings() map[string]any {
	settings := map[string]any{"choose_affiliate": false}
	if !s.options.Unknowns.HideReferralHistory {
		settings["use_referral_history_if_no_tracking_cookie"] = !s.options.CookiesOnly
	}
	return settings
}
