package admin

import (
	"html/template"
	"time"

	"tributary/internal/texts"
)

// words are what the templates of the desk can say beside the usual.
var words = template.FuncMap{
	"rfc": rfc, "number": func(i int) int { return i + 1 }, "int64": func(n int) int64 { return int64(n) },
	"code": func(text string) template.HTML { return within("code", text) }, "kbd": func(key string) template.HTML { return within("kbd", key) },
	"sure": func(action, ask, what, then, do string) sure { return sure{action, ask, what, then, do} },
}

// sure is what cannot be undone: Ask opens what says Then, with the button Do inside. What names the thing to who does not see
// the row.
type sure struct{ Action, Ask, What, Then, Do string }

// within sets words off by an element of their own.
func within(element, text string) template.HTML {
	return template.HTML("<" + element + ">" + template.HTMLEscapeString(text) + "</" + element + ">")
}

// rfc is a moment for the page's script, which writes it as the reader does.
func rfc(at time.Time) string { return at.UTC().Format(time.RFC3339) }

// english is the reader of the log of what people changed, which is the same for everybody.
func english() *texts.Reader { return texts.Shipped().English() }
