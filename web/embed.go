// Package web holds what people see: page templates, styles and browser scripts, embedded in the program. Scripts and
// styles are bundled when the program starts, so that building it needs Go alone.
package web

import (
	"embed"
	"io/fs"
)

//go:embed templates
var templates embed.FS

//go:embed styles src
var sources embed.FS

// Templates are the html/template files, a folder for each face of the product: portal/*.html.
func Templates() fs.FS {
	sub, err := fs.Sub(templates, "templates")
	if err != nil {
		panic(err) // the folder is embedded above
	}
	return sub
}
