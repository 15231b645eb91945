package snippet

import (
	"cmp"
	"fmt"
	"regexp"
	"slices"
	"strings"

	"github.com/tdewolff/parse/v2"
	"github.com/tdewolff/parse/v2/js"
)

// letters are the names that are given, the ones that gzip has most often already first. Then come two of them.
const letters = "etarionslcdmuphfgbyvkxwqjzABCDEFGHIJKLMNOPQRSTUVWXYZ_$"

// rename gives the variables of a script names that compress well. esbuild never hides a variable by another of the same
// name, so that the parameters of a function are called otherwise in each depth. Here a name is free as soon as nobody
// inside needs the variable that it hides: most functions then read e=>e.something, wherever they stand, and gzip says
// again what it has said before. Between, each variable is called as no other one is, so that esbuild writes the script.
func rename(script string) ([]byte, error) {
	mark := unused(script)
	plain, names, err := between(script, mark)
	marked := regexp.MustCompile(mark + `\d+`)
	return marked.ReplaceAllFunc(plain, func(name []byte) []byte { return names[string(name)] }), err
}

// unused is what leads the names that variables have until they get their own: what no source, and no setting, holds.
func unused(script string) string {
	mark := "ʘ"
	for strings.Contains(script, mark) {
		mark += "ʘ"
	}
	return mark
}

// between is a script in which no two variables have the same name, and what each will be called.
func between(script, mark string) (plain []byte, names map[string][]byte, err error) {
	ast, err := js.Parse(parse.NewInputString(script), js.Options{})
	if err != nil {
		return nil, nil, fmt.Errorf("reading the script for its names: %w", err)
	}
	var s scopes
	js.Walk(&s, ast)
	names = s.mark(mark)
	plain, err = minify(ast.JSString(), false)
	return plain, names, err
}

// scopes are those of a script, each before the ones inside it.
type scopes []*js.Scope

// Enter is called by js.Walk with whatever there is in the script.
func (s *scopes) Enter(n js.INode) js.IVisitor {
	switch n := n.(type) {
	case *js.BlockStmt:
		*s = append(*s, &n.Scope)
	case *js.SwitchStmt:
		*s = append(*s, &n.Scope)
	}
	return s
}

// Exit is called by js.Walk, too.
func (s *scopes) Exit(js.INode) {}

// mark names all variables for the time between, and returns what each will be called.
func (s scopes) mark(with string) map[string][]byte {
	s.rename()
	names := map[string][]byte{}
	for _, scope := range s {
		for _, v := range scope.Declared {
			placeholder := fmt.Sprint(with, len(names))
			names[placeholder], v.Data = v.Data, []byte(placeholder)
		}
	}
	return names
}

// rename names the variables of the script as a whole last: those of its functions are more, and are to be alike.
func (s scopes) rename() {
	whole := s[slices.IndexFunc(s, func(scope *js.Scope) bool { return len(scope.Declared) > 0 })]
	hidden := map[*js.Var]map[string]bool{} // by what a variable of the whole script may not be called
	for _, v := range whole.Declared {
		hidden[v] = map[string]bool{}
	}
	for _, scope := range s {
		if scope != whole {
			nameLocals(scope, hidden)
		}
	}
	nameWhole(whole, hidden)
}

// nameLocals names what a function or block declares, in the order in which it does so: the first parameter of all
// functions is the same. Variables of the whole script that are used inside must not be called so.
func nameLocals(scope *js.Scope, hidden map[*js.Var]map[string]bool) {
	taken, outer := map[string]bool{}, []*js.Var{}
	for _, v := range scope.Undeclared {
		if v = declared(v); hidden[v] == nil {
			taken[string(v.Data)] = true
		} else {
			outer = append(outer, v)
		}
	}
	for _, v := range scope.Declared {
		name(v, taken)
		for _, o := range outer {
			hidden[o][string(v.Data)] = true
		}
	}
}

// nameWhole gives the shortest names to what is used most.
func nameWhole(scope *js.Scope, hidden map[*js.Var]map[string]bool) {
	taken := map[string]bool{}
	for _, v := range scope.Undeclared {
		taken[string(declared(v).Data)] = true
	}
	byUse := slices.Clone(scope.Declared)
	slices.SortStableFunc(byUse, func(a, b *js.Var) int { return cmp.Compare(b.Uses, a.Uses) })
	for _, v := range byUse {
		name(v, taken, hidden[v])
	}
}

// name gives a variable the first name that is in none of the sets, and puts it into the first of them.
func name(v *js.Var, taken ...map[string]bool) {
	i := 0
	for slices.ContainsFunc(taken, func(set map[string]bool) bool { return set[nth(i)] }) || js.Keywords[nth(i)] != 0 {
		i++
	}
	v.Data = []byte(nth(i))
	taken[0][nth(i)] = true
}

func nth(i int) string {
	if i < len(letters) {
		return letters[i : i+1]
	}
	i -= len(letters)
	return letters[i/len(letters):][:1] + letters[i%len(letters):][:1]
}

// declared is where a variable is declared that may have been used before that.
func declared(v *js.Var) *js.Var {
	for v.Link != nil {
		v = v.Link
	}
	return v
}
