package admin

import (
	"html/template"
	"testing"
)

func TestALinkOutOfTheDeskLeadsToAPageOrNowhere(t *testing.T) {
	for href, want := range map[string]template.HTML{
		`https://www.example.com/?a=1&b="`: `<a href="https://www.example.com/?a=1&amp;b=&#34;" target="_blank" rel="noopener noreferrer">&lt;b&gt;</a>`,
		"http://localhost:3000/":           `<a href="http://localhost:3000/" target="_blank" rel="noopener noreferrer">&lt;b&gt;</a>`,
		"javascript:alert(1)":              "&lt;b&gt;", "//example.com/": "&lt;b&gt;", "": "&lt;b&gt;", "https:": "&lt;b&gt;",
	} {
		if got := opened(href, "<b>"); got != want {
			t.Errorf("%s: %s, want %s", href, got, want)
		}
	}
}
