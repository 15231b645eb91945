package snippet

import (
	"fmt"
	"path"
	"regexp"
	"slices"
	"strings"
)

// toolsFile is the one file of the script that is written for each site: it starts the tools that the site uses. What
// stands under this name in the folder is for the type checker.
const toolsFile = "src/tools.ts"

// Tools lists the form tools that have code of their own in the script, each a file of src/tools named for it.
func Tools() []string {
	files, err := sources.ReadDir("src/tools")
	if err != nil {
		panic(err) // embedded
	}
	names := make([]string, len(files))
	for i, f := range files {
		names[i] = strings.TrimSuffix(path.Base(f.Name()), ".ts")
	}
	return names
}

// startingTools writes toolsFile. Field names are checked before: no name can break out of its place.
func startingTools(s Settings) string {
	imports, starts := "import { quiet } from './quiet';\nimport { spell } from './spell';\n", ""
	for _, field := range s.ToolFields {
		starts += "spell(" + literal(field) + ");"
	}
	for _, module := range modules(s) {
		imports += fmt.Sprintf("import { %s } from './%s';\n", path.Base(module), module)
		starts += fmt.Sprintf("quiet(%s)();", path.Base(module))
	}
	return imports + "export function tools() {" + starts + "}\n"
}

var importLine = regexp.MustCompile(`(?m)^import \{.* from '(\.\.?/[^']+)';$`)

// toolsUse reports whether one of the tools imports a file of src, itself or by way of others. What other files need to
// do for such a tool stands in them under a constant that this decides, and so only in the scripts of sites that use it.
func toolsUse(tools []string, file string) bool {
	uses := slices.Clone(tools)
	for i := range uses {
		uses[i] = "src/tools/" + uses[i]
	}
	for i := 0; i < len(uses); i++ {
		text, err := sources.ReadFile(uses[i] + ".ts")
		if err != nil {
			continue // checkTools has refused what is no tool
		}
		for _, m := range importLine.FindAllStringSubmatch(string(text), -1) {
			if next := path.Join(path.Dir(uses[i]), m[1]); !slices.Contains(uses, next) {
				uses = append(uses, next)
			}
		}
	}
	return slices.Contains(uses, "src/"+file)
}

// modules are the files that are started, the tools last: what they need to know may be handed in by the others.
func modules(s Settings) (files []string) {
	if len(s.LinkedDomains) > 0 {
		files = append(files, "linkedSites")
	}
	if s.Frames {
		files = append(files, "frames")
	}
	for _, tool := range s.Tools {
		files = append(files, "tools/"+tool)
	}
	return files
}
