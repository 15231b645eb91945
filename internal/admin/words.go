package admin

import (
	"html/template"
	"time"

	"tributary/internal/auth"
	"tributary/internal/texts"
)

// words are what the templates of the desk can say beside the usual.
var words = template.FuncMap{
	"rfc": rfc, "role": roleKey, "how": howKey, "number": func(i int) int { return i + 1 }, "int64": func(n int) int64 { return int64(n) },
	"opened": opened, "barecode": bareCode,
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

// roleKey is the key of a role's word.
func roleKey(role auth.Role) string {
	if key, ok := roleKeys[role]; ok {
		return key
	}
	return string(role)
}

var roleKeys = map[auth.Role]string{auth.Owner: "desk.role.owner", auth.Manager: "desk.role.manager", auth.Viewer: "desk.role.viewer"}

// howKey is the key of a way to sign in.
func howKey(how auth.How) string {
	if key, ok := howKeys[how]; ok {
		return key
	}
	return string(how)
}

var howKeys = map[auth.How]string{auth.ByLink: "desk.how.link", auth.ByPassword: "desk.how.password", auth.ByPasskey: "desk.how.passkey", auth.BySetup: "desk.how.setup"}

// rfc is a moment for the page's script, which writes it as the reader does.
func rfc(at time.Time) string { return at.UTC().Format(time.RFC3339) }

// english is the reader of the log of what people changed, which is the same for everybody.
func english() *texts.Reader { return texts.Shipped().English() }
