package main

import (
	"fmt"
	"log/slog"
	"os"

	"tributary/internal/texts"
	"tributary/web"
)

// readTexts reads what the pages and mails say: what the program holds, and over it the owner's folder, if there is one.
func readTexts(folder string, log *slog.Logger) (*texts.Texts, error) {
	if folder == "" {
		return texts.Shipped(), nil
	}
	if info, err := os.Stat(folder); err != nil || !info.IsDir() {
		return nil, fmt.Errorf("--texts %s is no folder that can be read: give one with files such as de.toml, or leave the flag out", folder)
	}
	all, err := texts.Read(web.Texts(), os.DirFS(folder))
	if err != nil {
		return nil, fmt.Errorf("--texts %s: %w", folder, err)
	}
	for _, why := range all.LeftOut() {
		log.Warn("a text of --texts is left out: the program's own is used", "text", why)
	}
	return all, nil
}
