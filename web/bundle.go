package web

import (
	"errors"
	"fmt"
	"path"

	"github.com/evanw/esbuild/pkg/api"
)

// bundleScript makes one script of an entry under src, named as an import would, and everything that it imports.
func bundleScript(entry string) ([]byte, error) {
	result := api.Build(api.BuildOptions{
		EntryPoints: []string{"./" + entry}, Bundle: true, Format: api.FormatIIFE, Target: api.ES2022, Charset: api.CharsetUTF8,
		MinifyWhitespace: true, MinifyIdentifiers: true, MinifySyntax: true,
		Plugins: []api.Plugin{embedded}, LogLevel: api.LogLevelSilent,
	})
	if err := firstOf(result.Errors); err != nil {
		return nil, fmt.Errorf("bundling %s: %w", entry, err)
	}
	return result.OutputFiles[0].Contents, nil
}

func minifyStyle(css []byte) ([]byte, error) {
	result := api.Transform(string(css), api.TransformOptions{
		Loader: api.LoaderCSS, Charset: api.CharsetUTF8, MinifyWhitespace: true, MinifySyntax: true, LogLevel: api.LogLevelSilent,
	})
	return result.Code, firstOf(result.Errors)
}

// embedded lets esbuild read the sources in the program instead of files on a disk.
var embedded = api.Plugin{Name: "embedded", Setup: func(b api.PluginBuild) {
	b.OnResolve(api.OnResolveOptions{Filter: `^\./`}, func(a api.OnResolveArgs) (api.OnResolveResult, error) {
		return api.OnResolveResult{Path: path.Join("src", a.Path) + ".ts", Namespace: "embedded"}, nil
	})
	b.OnLoad(api.OnLoadOptions{Filter: `.*`, Namespace: "embedded"}, func(a api.OnLoadArgs) (api.OnLoadResult, error) {
		text, err := sources.ReadFile(a.Path)
		contents := string(text)
		return api.OnLoadResult{Contents: &contents, Loader: api.LoaderTS}, err
	})
}}

func firstOf(messages []api.Message) error {
	if len(messages) == 0 {
		return nil
	}
	m := messages[0]
	if m.Location == nil {
		return errors.New(m.Text)
	}
	return fmt.Errorf("%s:%d: %s", m.Location.File, m.Location.Line, m.Text)
}
