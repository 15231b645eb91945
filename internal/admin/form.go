package admin

import (
	"strings"

	"github.com/labstack/echo/v4"
)

// formField is one question of a form. Kind is how it is answered: "" by a line of text, "lines" by several, "secret" by
// one that is not shown, "choice" by one of Options, "picks" by any of them, "list" by one of a list that folds out, and
// "check" by a tick.
type formField struct {
	Name, Label, Kind string
	Value             string // of a tick: "on" or ""
	Hint, Placeholder string
	Unit              string // what stands behind the answer, such as "days"
	Wrong             string // what is wrong with the answer
	Options           []formOption
	Suggest           []formOption // of a line of text: what it can be filled with
}

// formOption is one of the answers that a question offers.
type formOption struct {
	Value, Label, Hint string
	On                 bool
}

// formGroup is the part of a form under one heading. Docs is the chapter of the manual that tells more.
type formGroup struct {
	Name, Title, Text, Docs string
	Fields                  []formField
}

// IsWrong tells whether an answer of the group is: it is shown then, where it would be folded.
func (g formGroup) IsWrong() bool {
	for _, f := range g.Fields {
		if f.Wrong != "" {
			return true
		}
	}
	return false
}

// blame puts an error to its field, and tells whether there is such a field.
func blame(groups []formGroup, field, problem string) bool {
	for _, g := range groups {
		for i := range g.Fields {
			if g.Fields[i].Name == field {
				g.Fields[i].Wrong = problem
				return true
			}
		}
	}
	return false
}

// chosen marks an option.
func chosen(value string, options ...formOption) []formOption {
	for i := range options {
		options[i].On = options[i].Value == value
	}
	return options
}

// tick is the value of a tick.
func tick(on bool) string {
	if on {
		return "on"
	}
	return ""
}

// answer is what a form said to a question, without spaces around it.
func answer(c echo.Context, name string) string { return strings.TrimSpace(c.FormValue(name)) }

// answers are those of several ticks of one name.
func answers(c echo.Context, name string) []string {
	form, err := c.FormParams()
	if err != nil {
		return nil
	}
	return form[name]
}

// listed are the entries of a list that somebody typed: one a line, or with commas between.
func listed(text string) (all []string) {
	for part := range strings.FieldsFuncSeq(text, func(r rune) bool { return r == '\n' || r == '\r' || r == ',' }) {
		if part = strings.TrimSpace(part); part != "" {
			all = append(all, part)
		}
	}
	return all
}
