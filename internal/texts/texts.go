// Package texts holds the sentences of the product, in every language that there is a file for, and the way that readers
// write numbers and dates.
//
// The files are those of web/texts, one for each language, named by it: en.toml. Their sentences are go-i18n messages, with
// plurals by the rules of each language and named placeholders. English has all of them; what another language lacks is
// said in English, sentence by sentence.
package texts

import (
	"fmt"
	"io/fs"
	"path"
	"sync"

	"github.com/BurntSushi/toml"
	"github.com/nicksnyder/go-i18n/v2/i18n"
	"golang.org/x/text/language"

	"tributary/web"
)

// Texts are the sentences in all languages.
type Texts struct {
	bundle    *i18n.Bundle
	languages []*tongue // English first, in the order of the matcher
	matcher   language.Matcher
}

// Shipped are the texts that the program holds. Reading them takes some milliseconds, once.
func Shipped() *Texts { return shipped() }

var shipped = sync.OnceValue(func() *Texts {
	t, err := Read(web.Texts())
	if err != nil {
		panic(err) // the files are in the program, and tested
	}
	return t
})

// Read reads the files of a folder, of which en.toml must be one. A placeholder that English does not have is an error: it
// would stay empty on the page.
func Read(files fs.FS) (*Texts, error) {
	names, err := fs.Glob(files, "*.toml")
	if err != nil {
		return nil, fmt.Errorf("listing the texts: %w", err)
	}
	t := &Texts{bundle: i18n.NewBundle(language.English)}
	t.bundle.RegisterUnmarshalFunc("toml", toml.Unmarshal)
	if err := t.add(files, "en.toml"); err != nil {
		return nil, err
	}
	for _, name := range names {
		if name == "en.toml" {
			continue
		}
		if err := t.add(files, name); err != nil {
			return nil, err
		}
	}
	tags := make([]language.Tag, len(t.languages))
	for i, l := range t.languages {
		tags[i] = l.tag
	}
	t.matcher = language.NewMatcher(tags)
	return t, nil
}

func (t *Texts) add(files fs.FS, name string) error {
	body, err := fs.ReadFile(files, name)
	if err != nil {
		return fmt.Errorf("reading the texts: %w", err)
	}
	stem := name[:len(name)-len(path.Ext(name))]
	if _, err := language.Parse(stem); err != nil {
		return fmt.Errorf("reading the texts: %s is not named by a language, such as de.toml or pt-BR.toml", name)
	}
	file, err := t.bundle.ParseMessageFileBytes(body, name)
	if err != nil {
		return fmt.Errorf("reading the texts %s: %w", name, err)
	}
	l, err := newTongue(t.bundle, file, t.english())
	if err != nil {
		return fmt.Errorf("reading the texts %s: %w", name, err)
	}
	t.languages = append(t.languages, l)
	return nil
}

// english is nil while it is read itself.
func (t *Texts) english() *tongue {
	if len(t.languages) == 0 {
		return nil
	}
	return t.languages[0]
}

// mostHeader is how much of a header is looked at; browsers send less than a hundred bytes.
const mostHeader = 500

// For is a reader who sends this header Accept-Language. Anything is fine: without a language of ours it is English, and
// with none whose dates are known they are written as 2026-11-23.
func (t *Texts) For(acceptLanguage string) *Reader {
	if acceptLanguage == "" || len(acceptLanguage) > mostHeader {
		return t.English()
	}
	wanted, _, err := language.ParseAcceptLanguage(acceptLanguage)
	if err != nil || len(wanted) == 0 {
		return t.English()
	}
	_, i, _ := t.matcher.Match(wanted...)
	return &Reader{tongue: t.languages[i], english: t.languages[0], locale: localeFor(wanted)}
}

// English is a reader of whom nothing is known.
func (t *Texts) English() *Reader {
	return &Reader{tongue: t.languages[0], english: t.languages[0], locale: usualLocale()}
}
