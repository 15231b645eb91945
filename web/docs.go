package web

import (
	"embed"
	"io/fs"
)

//go:embed docs/*.md
var docs embed.FS

// Docs are the chapters of the manual, in Markdown.
func Docs() fs.FS {
	sub, err := fs.Sub(docs, "docs")
	if err != nil {
		panic(err) // the folder is embedded above
	}
	return sub
}
