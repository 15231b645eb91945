package admin

import (
	"html/template"
	"time"

	"tributary/internal/pages"
)

// words are what the templates of the desk can say beside the usual.
var words = template.FuncMap{
	"rfc": rfc, "clock": clock, "percent": pages.Percent, "number": func(i int) int { return i + 1 }, "int64": func(n int) int64 { return int64(n) },
	"sure": func(action, ask, what, then, do string) sure { return sure{action, ask, what, then, do} },
}

// sure is what cannot be undone: Ask opens what says Then, with the button Do inside. What names the thing to who does not see
// the row.
type sure struct{ Action, Ask, What, Then, Do string }

// rfc is a moment for the page's script, which writes it as the reader does.
func rfc(at time.Time) string { return at.UTC().Format(time.RFC3339) }

// clock is a moment for who has no script.
func clock(at time.Time) string { return at.UTC().Format("2 Jan 2006 15:04 UTC") }
