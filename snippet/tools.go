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

func startingTools(tools []string) string {
	imports, starts := "import { quiet } from './quiet';\n", ""
	for _, tool := range tools {
		imports += fmt.Sprintf("import { %s } from './tools/%[1]s';\n", tool)
		starts += fmt.Sprintf("quiet(%s)();", tool)
	}
	return imports + "export const tools = () => {" + starts + "};\n"
}
