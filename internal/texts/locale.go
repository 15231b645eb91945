package texts

import (
	"slices"
	"strconv"
	"sync"
	"time"

	"github.com/go-playground/locales"
	"github.com/go-playground/locales/bg"
	"github.com/go-playground/locales/cs"
	"github.com/go-playground/locales/da"
	"github.com/go-playground/locales/de"
	"github.com/go-playground/locales/de_AT"
	"github.com/go-playground/locales/de_CH"
	"github.com/go-playground/locales/el"
	"github.com/go-playground/locales/en"
	"github.com/go-playground/locales/en_CA"
	"github.com/go-playground/locales/en_GB"
	"github.com/go-playground/locales/en_IN"
	"github.com/go-playground/locales/en_ZA"
	"github.com/go-playground/locales/es"
	"github.com/go-playground/locales/es_419"
	"github.com/go-playground/locales/es_AR"
	"github.com/go-playground/locales/et"
	"github.com/go-playground/locales/fi"
	"github.com/go-playground/locales/fr"
	"github.com/go-playground/locales/fr_CA"
	"github.com/go-playground/locales/fr_CH"
	"github.com/go-playground/locales/he"
	"github.com/go-playground/locales/hi"
	"github.com/go-playground/locales/hr"
	"github.com/go-playground/locales/hu"
	"github.com/go-playground/locales/id"
	"github.com/go-playground/locales/it"
	"github.com/go-playground/locales/it_CH"
	"github.com/go-playground/locales/ja"
	"github.com/go-playground/locales/ko"
	"github.com/go-playground/locales/lt"
	"github.com/go-playground/locales/lv"
	"github.com/go-playground/locales/nb"
	"github.com/go-playground/locales/nl"
	"github.com/go-playground/locales/pl"
	"github.com/go-playground/locales/pt"
	"github.com/go-playground/locales/pt_PT"
	"github.com/go-playground/locales/ro"
	"github.com/go-playground/locales/ru"
	"github.com/go-playground/locales/sk"
	"github.com/go-playground/locales/sl"
	"github.com/go-playground/locales/sv"
	"github.com/go-playground/locales/tr"
	"github.com/go-playground/locales/uk"
	"github.com/go-playground/locales/vi"
	"github.com/go-playground/locales/zh"
	"github.com/go-playground/locales/zh_Hant"
	"golang.org/x/text/language"
)

// locale is how somebody writes numbers and dates.
type locale interface {
	FmtNumber(num float64, digits uint64) string
	FmtPercent(num float64, digits uint64) string
	FmtDateMedium(time.Time) string
	FmtTimeShort(time.Time) string
	FmtTimeMedium(time.Time) string
}

// known are the locales that the program holds, each about 45 KB of it. Not among them are those whose readers count years
// or write digits in another way than this library does. Australia's and New Zealand's are Britain's here: the library's own
// leave out am and pm.
var known = []struct {
	tags []string
	make func() locales.Translator
}{
	{[]string{"en"}, en.New}, {[]string{"en-GB", "en-AU", "en-NZ", "en-IE", "en-001"}, en_GB.New}, {[]string{"en-CA"}, en_CA.New}, {[]string{"en-IN"}, en_IN.New},
	{[]string{"en-ZA"}, en_ZA.New}, {[]string{"de"}, de.New}, {[]string{"de-AT"}, de_AT.New}, {[]string{"de-CH", "de-LI"}, de_CH.New}, {[]string{"fr"}, fr.New},
	{[]string{"fr-CA"}, fr_CA.New}, {[]string{"fr-CH"}, fr_CH.New}, {[]string{"es"}, es.New}, {[]string{"es-419", "es-MX", "es-US"}, es_419.New},
	{[]string{"es-AR", "es-CL", "es-CO"}, es_AR.New}, {[]string{"it"}, it.New}, {[]string{"it-CH"}, it_CH.New}, {[]string{"pt"}, pt.New}, {[]string{"pt-PT"}, pt_PT.New},
	{[]string{"nl"}, nl.New}, {[]string{"sv"}, sv.New}, {[]string{"da"}, da.New}, {[]string{"nb", "nn", "no"}, nb.New}, {[]string{"fi"}, fi.New}, {[]string{"pl"}, pl.New},
	{[]string{"cs"}, cs.New}, {[]string{"sk"}, sk.New}, {[]string{"hu"}, hu.New}, {[]string{"ro"}, ro.New}, {[]string{"el"}, el.New}, {[]string{"tr"}, tr.New},
	{[]string{"ru"}, ru.New}, {[]string{"uk"}, uk.New}, {[]string{"bg"}, bg.New}, {[]string{"hr"}, hr.New}, {[]string{"sl"}, sl.New}, {[]string{"lt"}, lt.New},
	{[]string{"lv"}, lv.New}, {[]string{"et"}, et.New}, {[]string{"he"}, he.New}, {[]string{"hi"}, hi.New}, {[]string{"id"}, id.New}, {[]string{"vi"}, vi.New},
	{[]string{"ja"}, ja.New}, {[]string{"ko"}, ko.New}, {[]string{"zh"}, zh.New}, {[]string{"zh-Hant"}, zh_Hant.New},
}

// choice finds the locale of a reader. Each is made when somebody first asks for it.
type choice struct {
	matcher language.Matcher
	tags    []language.Tag
	makers  []func() locales.Translator
}

var choose = sync.OnceValue(func() choice {
	tags := []language.Tag{language.Und} // the matcher answers with the first where nothing matches
	makers := []func() locales.Translator{nil}
	for _, k := range known {
		once := sync.OnceValue(k.make)
		for _, tag := range k.tags {
			tags, makers = append(tags, language.MustParse(tag)), append(makers, once)
		}
	}
	return choice{language.NewMatcher(tags), tags, makers}
})

func localeFor(wanted []language.Tag) locale {
	c := choose()
	_, i, sure := c.matcher.Match(wanted...)
	if i == 0 || sure == language.No || !slices.ContainsFunc(wanted, func(tag language.Tag) bool { return sameLanguage(tag, c.tags[i]) }) {
		return iso{}
	}
	return c.makers[i]()
}

// sameLanguage keeps out what the matcher takes for good enough: English dates for Georgians, because many know English.
func sameLanguage(a, b language.Tag) bool {
	one, _ := a.Base()
	other, _ := b.Base()
	return one == other
}

// usualLocale is for whom nothing is known of: the day before the month, and 24 hours.
var usualLocale = sync.OnceValue(func() locale { return en_GB.New() })

// iso is for a locale that is not known: nothing of it can be misread.
type iso struct{}

func (iso) FmtNumber(num float64, digits uint64) string {
	return strconv.FormatFloat(num, 'f', int(digits), 64)
}
func (i iso) FmtPercent(num float64, digits uint64) string { return i.FmtNumber(num, digits) + "%" }
func (iso) FmtDateMedium(at time.Time) string              { return at.Format(time.DateOnly) }
func (iso) FmtTimeShort(at time.Time) string               { return at.Format("15:04") }
func (iso) FmtTimeMedium(at time.Time) string              { return at.Format(time.TimeOnly) }
