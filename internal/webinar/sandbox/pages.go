package sandbox

import (
	"bytes"
	"encoding/json"
	"html/template"
	"net/http"
)

var pages = template.Must(template.ParseFS(files, "pages/*.html"))

// shown is what the pages of a webinar are made of.
type shown struct {
	Webinar   Webinar
	Schedules []schedule
	Hosted    bool
	Code      template.HTML // the customer's own, as it was pasted
}

// addPages adds what visitors see. The address that the vendor's form posts to is not known: here it is the hosted page's.
func (s *Sandbox) addPages() {
	s.mux.HandleFunc("GET /register/{id}/{hash}", s.show("form.html", BoxRegistration))
	s.mux.HandleFunc("POST /register/{id}/{hash}", s.apply)
	s.mux.HandleFunc("GET /register/{id}/{hash}/form-embed", s.show("form.html", BoxForm))
	s.mux.HandleFunc("GET /register/{hash}/form", s.show("form.html", BoxForm))
	s.mux.HandleFunc("GET /registerBoxEvergreen/{member}/{hash}", s.show("form.html", BoxForm))
	s.mux.HandleFunc("GET /register/{id}/{hash}/thank-you", s.show("thankyou.html", BoxThankYou))
}

func (s *Sandbox) show(name string, box Box) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		webinar, ok := s.webinar(r.PathValue("hash"))
		if !ok {
			http.Error(w, "this webinar does not exist", http.StatusNotFound)
			return
		}
		render(w, name, shown{webinar, schedules(s.options.Now()), box == BoxRegistration, template.HTML(webinar.Boxes[box])})
	}
}

// render makes the whole page before it sends any of it.
func render(w http.ResponseWriter, name string, data any) {
	var page bytes.Buffer
	if err := pages.ExecuteTemplate(&page, name, data); err != nil {
		http.Error(w, err.Error(), http.StatusInternalServerError)
		return
	}
	w.Header().Set("Content-Type", "text/html; charset=utf-8")
	w.Header().Set("Cache-Control", "no-store")
	page.WriteTo(w)
}

// apply takes what the form posts.
func (s *Sandbox) apply(w http.ResponseWriter, r *http.Request) {
	webinar, ok := s.webinar(r.PathValue("hash"))
	var in application
	if err := json.NewDecoder(r.Body).Decode(&in); err != nil || !ok {
		answer(w, http.StatusBadRequest, map[string]any{"errors": map[string]string{"form": "The form could not be read."}})
		return
	}
	wrong := in.problem()
	when, known := scheduleOf(s.options.Now(), in.Schedule)
	if !known {
		wrong["schedule"] = "Please choose a date."
	}
	if len(wrong) > 0 {
		answer(w, http.StatusUnprocessableEntity, map[string]any{"errors": wrong})
		return
	}
	stored, err := s.register(origin(r), webinar, in, when, "form")
	if err != nil {
		w.WriteHeader(http.StatusTooManyRequests)
		return
	}
	answer(w, http.StatusOK, map[string]any{"redirect": webinar.thanks(origin(r), stored)})
}

func answer(w http.ResponseWriter, status int, body any) {
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(status)
	json.NewEncoder(w).Encode(body)
}
