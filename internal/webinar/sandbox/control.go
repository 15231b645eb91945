package sandbox

import (
	"net/http"
	"slices"
)

// addControl adds what only the sandbox has: a look inside, and the code boxes of the vendor's settings.
func (s *Sandbox) addControl() {
	s.mux.HandleFunc("GET /sandbox", s.page)
	s.mux.HandleFunc("GET /{$}", s.page)
	s.mux.HandleFunc("GET /sandbox/state", func(w http.ResponseWriter, _ *http.Request) {
		answer(w, http.StatusOK, map[string]any{"registrants": append([]Registrant{}, s.Registrants()...)})
	})
	s.mux.HandleFunc("POST /sandbox/boxes", s.saveBoxes)
}

func (s *Sandbox) page(w http.ResponseWriter, _ *http.Request) {
	w.Header().Set("Content-Security-Policy", "default-src 'none'; style-src 'self'; img-src data:; form-action 'self'; frame-ancestors 'none'; base-uri 'none'")
	registrants := s.Registrants()
	slices.Reverse(registrants)
	s.mu.Lock()
	webinars := slices.Clone(s.webinars)
	s.mu.Unlock()
	render(w, "sandbox.html", map[string]any{"Registrants": registrants, "Webinars": webinars, "Boxes": boxes})
}

// saveBoxes replaces the code of a webinar. Another site's page must not: what stands there runs in these pages.
func (s *Sandbox) saveBoxes(w http.ResponseWriter, r *http.Request) {
	if from := r.Header.Get("Origin"); from != "" && from != origin(r) {
		http.Error(w, "code is pasted on the sandbox's own page only", http.StatusForbidden)
		return
	}
	code := map[Box]string{}
	for _, box := range boxes {
		code[box] = r.PostFormValue(string(box))
	}
	if !s.SetBoxes(r.PostFormValue("hash"), code) {
		http.Error(w, "this webinar does not exist", http.StatusNotFound)
		return
	}
	http.Redirect(w, r, "/sandbox", http.StatusSeeOther)
}

// SetBoxes pastes code into the boxes of a webinar, replacing what was there.
func (s *Sandbox) SetBoxes(hash string, code map[Box]string) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	at := s.at(hash)
	if at >= 0 {
		s.webinars[at].Boxes = code
	}
	return at >= 0
}
