// Package texts holds the sentences of the product, in every language that there is a file for, and the way that readers
// write numbers and dates.
//
// The files are those of web/texts, named by their language: en.toml. A part of the texts that is translated by itself has files
// of its own, with its name before: desk.en.toml. Their sentences are go-i18n messages, with
// plurals by the rules of each language and named placeholders. English has all of them; what another language lacks is
// said in English, sentence by sentence.
package texts

import (
	"errors"
	"fmt"
	"io/fs"
	"slices"
	"strings"
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
	defined   bool // English is known
	left      []string
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

// Read reads folders of files. The first must have English, with every text that there is, and be right in all. What stands
// in a later one goes before: languages, or single texts. A text there that fits none of ours any more is left out, so that a
// new version of the program starts with the files of the last: see LeftOut.
func Read(first fs.FS, later ...fs.FS) (*Texts, error) {
	t := &Texts{bundle: i18n.NewBundle(language.English)}
	t.bundle.RegisterUnmarshalFunc("toml", toml.Unmarshal)
	if err := t.addFolder(first, isEnglish); err != nil {
		return nil, err
	}
	if len(t.languages) == 0 {
		return nil, errors.New("reading the texts: there is no English file, such as en.toml")
	}
	t.defined = true
	if err := t.addFolder(first, isForeign); err != nil {
		return nil, err
	}
	if len(t.left) > 0 {
		return nil, fmt.Errorf("reading the texts %s", strings.Join(t.left, "; "))
	}
	for _, folder := range later {
		if err := t.addFolder(folder, isAny); err != nil {
			return nil, err
		}
	}
	t.match()
	return t, nil
}

// match makes the matcher of the languages.
func (t *Texts) match() {
	tags := make([]language.Tag, len(t.languages))
	for i, l := range t.languages {
		tags[i] = l.tag
	}
	t.matcher = language.NewMatcher(tags)
}

// Part are the texts for a face whose keys begin with part, in the languages that hold some of these. In any other a page would be
// English but for single words.
func (t *Texts) Part(part string) *Texts {
	p := &Texts{bundle: t.bundle, defined: true, left: t.left}
	for i, l := range t.languages {
		if i == 0 || l.hasPart(part) {
			p.languages = append(p.languages, l)
		}
	}
	p.match()
	return p
}

// LeftOut says which texts of later folders are not used, and why.
func (t *Texts) LeftOut() []string { return t.left }

func isEnglish(name string) bool { return languageOf(name) == "en" }
func isForeign(name string) bool { return !isEnglish(name) }
func isAny(string) bool          { return true }

func (t *Texts) addFolder(folder fs.FS, wanted func(name string) bool) error {
	names, err := fs.Glob(folder, "*.toml")
	if err != nil {
		return fmt.Errorf("listing the texts: %w", err)
	}
	for _, name := range names {
		if !wanted(name) {
			continue
		}
		if err := t.addFile(folder, name); err != nil {
			return err
		}
	}
	return nil
}

func (t *Texts) addFile(folder fs.FS, name string) error {
	body, err := fs.ReadFile(folder, name)
	if err != nil {
		return fmt.Errorf("reading the texts: %w", err)
	}
	tag, err := language.Parse(languageOf(name))
	if err != nil {
		return fmt.Errorf("reading the texts: %s is not named by a language, such as de.toml or desk.pt-BR.toml", name)
	}
	file, err := i18n.ParseMessageFileBytes(body, name, map[string]i18n.UnmarshalFunc{"toml": toml.Unmarshal})
	if err != nil {
		return fmt.Errorf("reading the texts %s: %w", name, err)
	}
	return t.add(tag, file)
}

// languageOf is the part of a file's name that names the language.
func languageOf(name string) string {
	name = strings.TrimSuffix(name, ".toml")
	return name[strings.LastIndex(name, ".")+1:]
}

// add takes what fits, in the order of the keys.
func (t *Texts) add(tag language.Tag, file *i18n.MessageFile) error {
	slices.SortFunc(file.Messages, func(a, b *i18n.Message) int { return strings.Compare(a.ID, b.ID) })
	l, english := t.tongueOf(tag), t.measure()
	for _, m := range file.Messages {
		names, err := check(m, english)
		if err == nil && !t.defined && l.has(m.ID) {
			err = errors.New("another English file has this text, too")
		}
		if err != nil {
			t.left = append(t.left, fmt.Sprintf("%s: %s: %v", file.Path, m.ID, err))
			continue
		}
		if err := t.bundle.AddMessages(tag, m); err != nil {
			return fmt.Errorf("reading the texts %s: %w", file.Path, err)
		}
		l.take(m, names)
	}
	return nil
}

// tongueOf is a language, made at its first file.
func (t *Texts) tongueOf(tag language.Tag) *tongue {
	for _, l := range t.languages {
		if l.tag == tag {
			return l
		}
	}
	l := newTongue(t.bundle, tag)
	t.languages = append(t.languages, l)
	return l
}

// measure is what a text must fit; nil while English is read itself for the first time.
func (t *Texts) measure() *tongue {
	if !t.defined {
		return nil
	}
	return t.languages[0]
}

// mostHeader is how much of a header is looked at; browsers send less than a hundred bytes.
const mostHeader = 500

// mostLanguages is how many of its languages are looked at, the best first: each costs some microseconds.
const mostLanguages = 10

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
	wanted = wanted[:min(len(wanted), mostLanguages)]
	_, i, _ := t.matcher.Match(wanted...)
	return &Reader{tongue: t.languages[i], english: t.languages[0], locale: localeFor(wanted), wanted: wanted}
}

// EnglishFor is a reader of a face that speaks English alone: dates and numbers are written as they do.
func (t *Texts) EnglishFor(acceptLanguage string) *Reader {
	r := *t.For(acceptLanguage)
	r.tongue = r.english
	return &r
}

// English is a reader of whom nothing is known.
func (t *Texts) English() *Reader {
	return &Reader{tongue: t.languages[0], english: t.languages[0], locale: usualLocale()}
}
