package admin

import (
	"html/template"
	"net/url"
)

// opened is a link to a page of the owner's that opens beside the desk. Where the address is none, the words alone stand there.
func opened(href, text string) template.HTML {
	escaped := template.HTMLEscapeString(text)
	if u, err := url.Parse(href); err != nil || u.Host == "" || u.Scheme != "https" && u.Scheme != "http" {
		return template.HTML(escaped) // such as javascript:
	}
	return template.HTML(`<a href="` + template.HTMLEscapeString(href) + `" target="_blank" rel="noopener noreferrer">` + escaped + `</a>`)
}

// bareCode sets off what is for a program, without a frame around it.
func bareCode(text string) template.HTML {
	return template.HTML(`<code class="bare">` + template.HTMLEscapeString(text) + `</code>`)
}
