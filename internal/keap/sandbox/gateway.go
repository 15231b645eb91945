package sandbox

import (
	"net/http"
	"slices"
	"strings"
)

// knows says whether the request brings an accepted key in one of the two headers that Keap takes, or an access token
// that lives, which goes in the first of them only.
func (s *Sandbox) knows(r *http.Request) bool {
	token, bearer := strings.CutPrefix(r.Header.Get("Authorization"), "Bearer ")
	return slices.Contains(s.options.Keys, credentialOf(r)) || bearer && s.isLive(token)
}

func credentialOf(r *http.Request) string {
	key, bearer := strings.CutPrefix(r.Header.Get("Authorization"), "Bearer ")
	if !bearer {
		key = r.Header.Get("X-Keap-API-Key")
	}
	return key
}

func (s *Sandbox) unauthorized() answer {
	if s.options.Unknowns.PlainAuthErrors {
		return refuse(http.StatusUnauthorized, "the access token is invalid")
	}
	return gatewayFault(http.StatusUnauthorized, "Invalid access token", "oauth.v2.InvalidAccessToken")
}

// gatewayFault has the shape of the gateway before Keap, which is not that of Keap.
func gatewayFault(status int, message, code string) answer {
	return answer{status: status, body: map[string]any{
		"fault": map[string]any{"faultstring": message, "detail": map[string]any{"errorcode": code}},
	}}
}

// throttled is Keap's 429. Its code is a string, where every other error has a number.
func throttled() answer {
	return answer{status: http.StatusTooManyRequests, body: map[string]any{
		"code": "429", "message": "Quota Exceeded", "status": "Request Throttled", "details": nil,
	}}
}
