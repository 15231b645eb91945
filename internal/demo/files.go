package demo

import (
	"bytes"
	"embed"
	"html/template"
	"net/http"
)

//go:embed pages static vendor
var files embed.FS

func parse() *template.Template {
	return template.Must(template.ParseFS(files, "pages/*.html"))
}

// serveFiles adds the styles and scripts, and jQuery as its makers ship it.
func serveFiles(mux *http.ServeMux) {
	server := http.FileServerFS(files)
	mux.Handle("GET /static/", server)
	mux.Handle("GET /vendor/", server)
}

// write renders a page as a whole before it sends any of it, so that no half page goes out with a 200.
func write(w http.ResponseWriter, status int, pages *template.Template, name string, data any) {
	var buf bytes.Buffer
	if err := pages.ExecuteTemplate(&buf, name, data); err != nil {
		http.Error(w, err.Error(), http.StatusInternalServerError)
		return
	}
	w.Header().Set("Content-Type", "text/html; charset=utf-8")
	w.Header().Set("X-Content-Type-Options", "nosniff")
	w.Header().Set("Cache-Control", "no-store")
	w.WriteHeader(status)
	w.Write(buf.Bytes())
}
