package sandbox

import (
	"embed"
	"encoding/json"
	"fmt"
	"net/http"
)

//go:embed scripts pages
var files embed.FS

// addEmbeds adds the scripts that customers paste into their pages. What the vendor's legacy pop-up is loaded from is not
// known: here it is /js/wj-popup.js.
func (s *Sandbox) addEmbeds() {
	for _, kind := range []string{"form", "button", "bar"} {
		s.mux.HandleFunc("GET /register/{hash}/embed-"+kind, s.embed("embed-"+kind+".js"))
	}
	s.mux.HandleFunc("GET /js/wj-popup.js", func(w http.ResponseWriter, r *http.Request) {
		sendScript(w, "popup.js", map[string]any{"origin": origin(r)})
	})
	s.mux.HandleFunc("GET /sandbox/{file}", func(w http.ResponseWriter, r *http.Request) {
		http.ServeFileFS(w, r, files, "scripts/"+r.PathValue("file"))
	})
}

func (s *Sandbox) embed(name string) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		webinar, ok := s.webinar(r.PathValue("hash"))
		if !ok {
			http.Error(w, "this webinar does not exist", http.StatusNotFound)
			return
		}
		sendScript(w, name, map[string]any{"origin": origin(r), "id": webinar.ID, "hash": webinar.Hash, "title": webinar.Title})
	}
}

// sendScript sends a script with what it must know as its first line.
func sendScript(w http.ResponseWriter, name string, known map[string]any) {
	text, err := files.ReadFile("scripts/" + name)
	if err != nil {
		http.Error(w, err.Error(), http.StatusInternalServerError)
		return
	}
	settings, err := json.Marshal(known)
	if err != nil {
		http.Error(w, err.Error(), http.StatusInternalServerError)
		return
	}
	w.Header().Set("Content-Type", "text/javascript; charset=utf-8")
	w.Header().Set("Cache-Control", "no-store")
	fmt.Fprintf(w, "(function (webinar) {\n%s})(%s);\n", text, settings)
}
