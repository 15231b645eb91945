package admin

import (
	"html/template"
	"time"

	"tributary/internal/auth"
	"tributary/internal/texts"
)

// words are what the templates of the desk can say beside the usual.
var words = template.FuncMap{
	"rfc": rfc, "role": roleKey, "number": func(i int) int { return i + 1 }, "int64": func(n int) int64 { return int64(n) },
	"sure": func(action, ask, what, then, do string) sure { return sure{action, ask, what, then, do} },
}

// sure is what cannot be undone: Ask opens what says Then, with the button Do inside. What names the thing to who does not see
// the row.
type sure struct{ Action, Ask, What, Then, Do string }

// roleKey is the key of a role's word.
func roleKey(role auth.Role) string {
	if key, ok := roleKeys[role]; ok {
		return key
	}
	return string(role)
}

var roleKeys = map[auth.Role]string{auth.Owner: "desk.role.owner", auth.Manager: "desk.role.manager", auth.Viewer: "desk.role.viewer"}

// rfc is a moment for the page's script, which writes it as the reader does.
func rfc(at time.Time) string { return at.UTC().Format(time.RFC3339) }

// english is the reader of the log of what people changed, which is the same for everybody.
func english() *texts.Reader { return texts.Shipped().English() }
