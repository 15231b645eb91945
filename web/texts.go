package web

import (
	"embed"
	"io/fs"
)

//go:embed texts/*.toml
var texts embed.FS

// Texts are the sentences of the pages and mails, a file for each language.
func Texts() fs.FS {
	sub, err := fs.Sub(texts, "texts")
	if err != nil {
		panic(err) // the folder is embedded above
	}
	return sub
}
