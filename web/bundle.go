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

// bundleStyle makes one stylesheet of a file under styles and what it imports.
func bundleStyle(entry string) ([]byte, error) {
	result := api.Build(api.BuildOptions{
		EntryPoints: []string{"./" + entry + ".css"}, Bundle: true, Charset: api.CharsetUTF8, Outdir: "out",
		MinifyWhitespace: true, MinifySyntax: true, Plugins: []api.Plugin{embedded}, LogLevel: api.LogLevelSilent,
	})
	if err := firstOf(result.Errors); err != nil {
		return nil, fmt.Errorf("bundling %s.css: %w", entry, err)
	}
	return result.OutputFiles[0].Contents, nil
}

// embedded lets esbuild read the sources in the program instead of files on a disk.
var embedded = api.Plugin{Name: "embedded", Setup: func(b api.PluginBuild) {
	b.OnResolve(api.OnResolveOptions{Filter: `^\./`}, func(a api.OnResolveArgs) (api.OnResolveResult, error) {
		file := path.Join("src", a.Path) + ".ts"
		if path.Ext(a.Path) == ".css" {
			file = path.Join("styles", a.Path)
		}
		return api.OnResolveResult{Path: file, Namespace: "embedded"}, nil
	})
	b.OnLoad(api.OnLoadOptions{Filter: `.*`, Namespace: "embedded"}, func(a api.OnLoadArgs) (api.OnLoadResult, error) {
		text, err := sources.ReadFile(a.Path)
		contents, loader := string(text), api.LoaderTS
		if path.Ext(a.Path) == ".css" {
			loader = api.LoaderCSS
		}
		return api.OnLoadResult{Contents: &contents, Loader: loader}, err
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
