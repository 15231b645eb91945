// Package snippet makes the script that runs on a customer's pages. Its sources are TypeScript, embedded here and bundled
// for each site when it is first asked for, so that a site's script holds only what the site uses and the collector
// needs nothing but Go.
package snippet

import (
	"embed"
	"encoding/json"
	"errors"
	"fmt"
	"path"
	"slices"
	"strings"
	"unicode/utf16"
	"unicode/utf8"

	"github.com/evanw/esbuild/pkg/api"
)

//go:embed src/*.ts src/tools/*.ts src/overlay/*.ts
var sources embed.FS

// Every browser since the autumn of 2020. An older one ignores the script for its syntax; the page is none the worse.
const target = api.ES2021

// Has Chromium compile the functions while the script loads, beside the page's own work, and not each when it is first
// called: a third of what the start costs. To others it is a comment.
const hint = "//# allFunctionsCalledOnLoad\n"

// Properties of our own objects that nobody outside of the script sees.
const internals = "^(held|paused|store|deaf|due|inputs|looked|entered)$"

// Bundle makes the script of a site. The same settings give the same bytes. Whatever a page may have broken, no error
// leaves the script: its functions see to that themselves, and what runs while it loads is wrapped here.
func Bundle(s Settings) (Script, error) { return bundle(s, false) }

// BundleTest makes the script that takes the place of a site's own on a page that is opened with ?tributary_test=1. It is
// the same script, with the overlay: what that tells of a form is what the script itself would do.
func BundleTest(s Settings) (Script, error) { return bundle(s, true) }

func bundle(s Settings, test bool) (Script, error) {
	s = s.WithDefaults()
	if err := s.Validate(); err != nil {
		return Script{}, fmt.Errorf("settings of the snippet: %w", err)
	}
	joined, err := join(s, constants(s, test))
	if err != nil {
		return Script{}, fmt.Errorf("bundling the snippet: %w", err)
	}
	body, err := tighten(fmt.Appendf(nil, "try{%s}catch{}", joined))
	if err != nil {
		return Script{}, fmt.Errorf("minifying the snippet: %w", err)
	}
	return newScript(append([]byte(hint), ascii(body)...))
}

// constants are what settings.d.ts declares. As JSON, no value can break out of its place in the script.
func constants(s Settings, test bool) map[string]string {
	params := [][2]string{}
	for _, p := range s.Params {
		params = append(params, [2]string{p.Name, p.Kind})
	}
	return map[string]string{
		"TEST":            literal(test),
		"SITE":            literal(s.Key),
		"COOKIE":          literal(s.Cookie),
		"PARAMS":          literal(params),
		"KEAP_COOKIES":    literal(!s.NoKeapCookies),
		"FIELD_AFFILIATE": literal(fieldName(s.FieldAffiliate)),
		"FIELD_ID":        literal(fieldName(s.FieldID)),
		"FIRST_EARNS":     literal(s.Rule == "first"),
		"WINDOW":          literal(s.Window.Milliseconds()),
		"MAX_AGE":         literal(s.Window.Milliseconds() / 1000),
		"EMAIL":           literal(s.Email),
		"CONSENT":         literal(s.Consent),
		"EVENTS":          literal(strings.TrimPrefix(s.EventsPath, "/")),
		"CLAIMS":          literal(toolsUse(s.Tools, "claim")),
		"FRAME_URLS":      literal(toolsUse(s.Tools, "frameUrl")),
		"SPELLED":         literal(s.FieldAffiliate != None && (len(s.ToolFields) > 0 || toolsUse(s.Tools, "spell"))),
		"FORM_FIELDS":     literal(slices.ContainsFunc(s.ToolFields, ofFormShape.MatchString)),
		"FOLLOWED":        literal(test || len(modules(s)) > 0),
		"WEBINAR_HOSTS":   literal(s.WebinarHosts),
		"UTM_KEYS":        literal(utmKeys(s.UTMKey)),
		"ORIGINS":         literal(originsPattern(s.Origins)),
		"LINKED_DOMAINS":  literal(s.LinkedDomains),
		"TOOLS":           literal(s.Tools),
		"OFFICIAL_FORM":   literal(officialForm(s, test)),
	}
}

// officialForm is what the script needs of it; nothing for a page that is tried.
func officialForm(s Settings, test bool) any {
	if s.OfficialForm == nil || test {
		return nil
	}
	return map[string]any{"address": s.OfficialForm.Address, "fields": s.OfficialForm.fields()}
}

func fieldName(name string) string {
	if name == None {
		return ""
	}
	return name
}

// literal cannot fail: all that it is given are strings, numbers, booleans and lists of these.
func literal(v any) string {
	text, _ := json.Marshal(v)
	return string(text)
}

func join(s Settings, constants map[string]string) ([]byte, error) {
	result := api.Build(api.BuildOptions{
		EntryPoints:       []string{"./main"},
		Bundle:            true,
		Define:            constants,
		Format:            api.FormatIIFE,
		Target:            target,
		MinifyWhitespace:  true,
		MinifyIdentifiers: true,
		MinifySyntax:      true,
		MangleProps:       internals,
		Charset:           api.CharsetUTF8,
		LegalComments:     api.LegalCommentsNone,
		TsconfigRaw:       "{}",
		Plugins:           []api.Plugin{fromSources(s)},
	})
	if err := firstError(result.Errors); err != nil {
		return nil, err
	}
	return result.OutputFiles[0].Contents, nil
}

// tighten minifies a second time: only now do the variables of all files stand side by side and become one declaration.
// Then it names them.
func tighten(script []byte) ([]byte, error) {
	joined, err := minify(string(script), true)
	if err != nil {
		return nil, err
	}
	return rename(string(joined))
}

func minify(script string, names bool) ([]byte, error) {
	result := api.Transform(script, api.TransformOptions{
		Target:            target,
		Charset:           api.CharsetUTF8,
		MinifyWhitespace:  true,
		MinifyIdentifiers: names,
		MinifySyntax:      true,
	})
	return result.Code, firstError(result.Errors)
}

// ascii writes the letters of other alphabets, which only texts and regular expressions hold, by their numbers: gzip has
// most bytes of UTF-8 nowhere else, and a page that gives the script another charset reads them right.
func ascii(script []byte) (plain []byte) {
	for _, letter := range utf16.Encode([]rune(string(script))) {
		if letter < utf8.RuneSelf {
			plain = append(plain, byte(letter))
		} else {
			plain = fmt.Appendf(plain, `\u%04x`, letter)
		}
	}
	return plain
}

func firstError(messages []api.Message) error {
	if len(messages) == 0 {
		return nil
	}
	m := messages[0]
	if m.Location == nil {
		return errors.New(m.Text)
	}
	return fmt.Errorf("%s:%d: %s", m.Location.File, m.Location.Line, m.Text)
}

// fromSources answers every import out of the embedded files; "./tools" is made of what the site uses.
func fromSources(s Settings) api.Plugin {
	return api.Plugin{Name: "sources", Setup: func(build api.PluginBuild) {
		build.OnResolve(api.OnResolveOptions{Filter: `^\.\.?/`}, func(a api.OnResolveArgs) (api.OnResolveResult, error) {
			file := path.Join(path.Dir(or(a.Importer, "src/main.ts")), a.Path+".ts")
			return api.OnResolveResult{Path: file, Namespace: "sources", SideEffects: api.SideEffectsFalse}, nil
		})
		build.OnLoad(api.OnLoadOptions{Filter: ".*", Namespace: "sources"}, func(a api.OnLoadArgs) (api.OnLoadResult, error) {
			contents, err := source(a.Path, s)
			return api.OnLoadResult{Contents: &contents, Loader: api.LoaderTS}, err
		})
	}}
}

func source(name string, s Settings) (string, error) {
	if name == toolsFile {
		return startingTools(s), nil
	}
	text, err := sources.ReadFile(name)
	return string(text), err
}
