package snippet

import (
	"fmt"
	"path"
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

func startingTools(s Settings) string {
	imports, starts := "import { quiet } from './quiet';\n", ""
	for _, module := range modules(s) {
		imports += fmt.Sprintf("import { %s } from './%s';\n", path.Base(module), module)
		starts += fmt.Sprintf("quiet(%s)();", path.Base(module))
	}
	return imports + "export const tools = () => {" + starts + "};\n"
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
