package sandbox

import (
	"bytes"
	"html/template"
	"io"
	"net/http"
	"net/url"
)

var consentTemplate = template.Must(template.ParseFS(pageFiles, "consent.html"))

// tokenCalls are the two calls of the token address, by the names that faults and counters know them by. Keap describes
// them in words only.
var tokenCalls = map[string]string{"authorization_code": "exchangeCode", "refresh_token": "refreshToken"}

func (s *Sandbox) addOAuth(mux *http.ServeMux) {
	mux.HandleFunc("GET "+AuthorizePath, s.consent)
	mux.HandleFunc("POST "+AuthorizePath, s.decide)
	mux.HandleFunc("POST "+TokenPath, s.token)
	mux.HandleFunc("POST /sandbox/revoke", func(w http.ResponseWriter, _ *http.Request) {
		s.RevokeTokens()
		w.WriteHeader(http.StatusNoContent)
	})
}

// consent is the page where the owner gives a program access to an app.
func (s *Sandbox) consent(w http.ResponseWriter, r *http.Request) {
	if err := s.checkAuthorize(r.URL.Query()); err != nil {
		http.Error(w, err.Error(), http.StatusBadRequest)
		return
	}
	var html bytes.Buffer
	data := struct {
		Client string
		Apps   []string
	}{s.options.OAuth.ClientID, s.options.OAuth.Apps}
	if err := consentTemplate.Execute(&html, data); err != nil {
		http.Error(w, err.Error(), http.StatusInternalServerError)
		return
	}
	w.Header().Set("Content-Type", "text/html; charset=utf-8")
	w.Header().Set("Content-Security-Policy", "default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'none'; base-uri 'none'")
	html.WriteTo(w)
}

// decide sends the browser back with a code, or with the owner's no.
func (s *Sandbox) decide(w http.ResponseWriter, r *http.Request) {
	if r.PostFormValue("decision") != "approve" {
		if err := s.checkAuthorize(r.URL.Query()); err != nil {
			http.Error(w, err.Error(), http.StatusBadRequest)
			return
		}
		http.Redirect(w, r, backTo(r.URL.Query(), "error", "access_denied"), http.StatusSeeOther)
		return
	}
	back, err := s.Approve(r.URL.String(), r.PostFormValue("app"))
	if err != nil {
		http.Error(w, err.Error(), http.StatusBadRequest)
		return
	}
	http.Redirect(w, r, back, http.StatusSeeOther)
}

// token serves the token address. Faults are ordered for it as for any operation.
func (s *Sandbox) token(w http.ResponseWriter, r *http.Request) {
	body, err := io.ReadAll(http.MaxBytesReader(w, r.Body, maxBody))
	if err != nil {
		refuseToken(http.StatusBadRequest, "invalid_request", "the body cannot be read").write(w)
		return
	}
	form, _ := url.ParseQuery(string(body)) // giveTokens says what is wrong with it
	name := tokenCalls[form.Get("grant_type")]
	s.count(name)
	run := func() answer { return s.giveTokens(request{r, body}) }
	if fault, faulty := s.takeFault(name); faulty {
		s.misbehave(w, r, fault, run)
		return
	}
	run().write(w)
}

func (s *Sandbox) count(name string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.calls[name]++
}
