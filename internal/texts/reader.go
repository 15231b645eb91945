package texts

import (
	"fmt"
	"html"
	"html/template"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/nicksnyder/go-i18n/v2/i18n"
	"golang.org/x/text/language"
)

// Reader is who reads a page: their language, and how they write numbers and dates.
type Reader struct {
	tongue, english *tongue
	locale          locale
	wanted          []language.Tag
}

// mostKept is how many languages are kept of a reader: the first that we have is among them as a rule.
const mostKept = 4

// Wants are the reader's languages, the best first, as an Accept-Language for later: with it they are the same reader.
func (r *Reader) Wants() string {
	var tags []string
	for _, tag := range r.wanted[:min(len(r.wanted), mostKept)] {
		tags = append(tags, tag.String())
	}
	return strings.Join(tags, ",")
}

// Lang is the language of the texts, as in <html lang>.
func (r *Reader) Lang() string { return r.tongue.tag.String() }

// IsRightToLeft says whether the language of the texts is written that way.
func (r *Reader) IsRightToLeft() bool {
	script, _ := r.tongue.tag.Script()
	return slices.Contains(rightToLeft, script.String())
}

// rightToLeft are the scripts of living languages that run so.
var rightToLeft = []string{"Arab", "Hebr", "Thaa", "Syrc", "Nkoo", "Adlm"}

// Text is the sentence of a key. Its placeholders follow as names and values: "Name", a.Name.
func (r *Reader) Text(key string, pairs ...any) string {
	if text, ok := r.plain(key); ok {
		return text
	}
	return r.filled(&i18n.LocalizeConfig{MessageID: key, TemplateData: values(pairs), TemplateParser: filler{}})
}

// Counted is the sentence of a key for a number, which it has as {{.N}}.
func (r *Reader) Counted(key string, n int64, pairs ...any) string {
	given := append(values{"N", r.Number(n)}, pairs...)
	return r.filled(&i18n.LocalizeConfig{MessageID: key, TemplateData: given, TemplateParser: filler{}, PluralCount: n})
}

// Markup is a sentence with HTML in its placeholders: those that are template.HTML stay what they are, and all else is
// escaped, the sentence itself too.
func (r *Reader) Markup(key string, pairs ...any) template.HTML {
	marks := make([]any, len(pairs))
	var replace []string
	for i, value := range pairs {
		marks[i] = value
		if i%2 == 1 {
			mark := "\x00" + strconv.Itoa(i) + "\x00"
			marks[i], replace = mark, append(replace, mark, markup(value))
		}
	}
	return template.HTML(strings.NewReplacer(replace...).Replace(html.EscapeString(r.Text(key, marks...))))
}

func markup(value any) string {
	if is, ok := value.(template.HTML); ok {
		return string(is)
	}
	return html.EscapeString(fmt.Sprint(value))
}

func (r *Reader) plain(key string) (string, bool) {
	if text, ok := r.tongue.plain[key]; ok {
		return text, true
	}
	text, ok := r.english.plain[key]
	return text, ok && !r.tongue.has(key)
}

// filled falls back to English where a language has not the text, and to the key, which a test keeps from happening.
func (r *Reader) filled(c *i18n.LocalizeConfig) string {
	text, err := r.tongue.localizer.Localize(c)
	if text == "" && err != nil {
		text, err = r.english.localizer.Localize(c)
	}
	if text == "" && err != nil {
		return c.MessageID
	}
	return text
}

// Number writes a whole number.
func (r *Reader) Number(n int64) string { return r.locale.FmtNumber(float64(n), 0) }

// Cents writes an amount of hundredths, without a currency.
func (r *Reader) Cents(n int64) string { return r.locale.FmtNumber(float64(n)/100, 2) }

// Share writes a part of a whole in percent; small ones with a decimal, and "" where it says nothing.
func (r *Reader) Share(part, whole int64) string {
	if whole == 0 || part > whole {
		return ""
	}
	share := 100 * float64(part) / float64(whole)
	if part > 0 && share < 9.95 {
		return r.locale.FmtPercent(share, 1)
	}
	return r.Percent(share)
}

// Percent writes a whole number of percent.
func (r *Reader) Percent(percent float64) string { return r.locale.FmtPercent(percent, 0) }

// Day writes a day of the calendar.
func (r *Reader) Day(at time.Time) string { return r.locale.FmtDateMedium(at) }

// Moment writes a time in full, with its zone: the reader's own is not known here.
func (r *Reader) Moment(at time.Time) string {
	return r.Day(at) + ", " + r.locale.FmtTimeShort(at) + " " + at.Format("MST")
}

// Second is Moment to the second.
func (r *Reader) Second(at time.Time) string {
	return r.Day(at) + ", " + r.locale.FmtTimeMedium(at) + " " + at.Format("MST")
}
