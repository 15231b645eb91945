package manual

import (
	"cmp"
	"net/http"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/labstack/echo/v4"
)

// section is what a search finds: the text below one heading, or an operation of the API.
type section struct{ Href, Page, Title, Text string }

type index []section

const (
	mostFound = 30
	mostQuery = 200 // characters; nobody types more
	excerpt   = 220 // bytes of text shown for each
)

// Results are what a search shows.
type results struct {
	Found []found
	More  bool
}

type found struct {
	section
	Excerpt []part
	score   int
}

// part is a piece of text; Hit where it was looked for.
type part struct {
	Text string
	Hit  bool
}

// search answers /docs/search?q=. It works without JavaScript, like every page here.
func (m *manual) search(c echo.Context) error {
	query := strings.TrimSpace(c.QueryParam("q"))
	for utf8.RuneCountInString(query) > mostQuery {
		query = string([]rune(query)[:mostQuery])
	}
	f := frame{Title: "Search", Here: "search", Groups: m.groups, Query: query, Content: m.index.search(query)}
	return m.Render(c, http.StatusOK, "search", f)
}

// search finds the sections that hold every word, those that name it in their title first.
func (x index) search(query string) results {
	words := wordsOf(query)
	if len(words) == 0 {
		return results{}
	}
	var all []found
	for _, s := range x {
		if score := s.score(words); score > 0 {
			all = append(all, found{section: s, score: score})
		}
	}
	slices.SortStableFunc(all, func(a, b found) int { return cmp.Compare(b.score, a.score) })
	r := results{Found: all[:min(len(all), mostFound)], More: len(all) > mostFound}
	for i := range r.Found {
		r.Found[i].Excerpt = excerptOf(r.Found[i].Text, words)
	}
	return r
}

func wordsOf(query string) []string {
	return strings.FieldsFunc(strings.ToLower(query), func(r rune) bool {
		return unicode.IsSpace(r) || unicode.IsControl(r) || strings.ContainsRune(`"'?!,;()`, r)
	})
}

// score is 0 where a word is missing.
func (s section) score(words []string) (total int) {
	title, page, text := strings.ToLower(s.Title), strings.ToLower(s.Page), strings.ToLower(s.Text)
	for _, w := range words {
		score := 20*min(strings.Count(title, w), 1) + 5*min(strings.Count(page, w), 1) + min(strings.Count(text, w), 4)
		if score == 0 {
			return 0
		}
		total += score
	}
	return total
}

// excerptOf cuts the text around the first word that it holds, and marks all of them.
func excerptOf(text string, words []string) []part {
	folded := strings.ToLower(text)
	if len(folded) != len(text) {
		folded = text // lower case of another length: the places would be wrong
	}
	start := 0
	for _, w := range words {
		if i := strings.Index(folded, w); i >= 0 {
			start = max(0, i-60)
			break
		}
	}
	from, to := wordBreak(text, start), wordBreak(text, min(len(text), start+excerpt))
	parts := marked(text[from:to], folded[from:to], words)
	if from > 0 {
		parts = append([]part{{Text: "… "}}, parts...)
	}
	if to < len(text) {
		parts = append(parts, part{Text: " …"})
	}
	return parts
}

// wordBreak moves a place to the next space, or to the end.
func wordBreak(text string, at int) int {
	if at == 0 {
		return 0
	}
	if i := strings.IndexByte(text[at:], ' '); i >= 0 {
		return at + i
	}
	return len(text)
}

func marked(text, folded string, words []string) (parts []part) {
	for text != "" {
		at, n := len(text), 0
		for _, w := range words {
			if i := strings.Index(folded, w); i >= 0 && (i < at || i == at && len(w) > n) {
				at, n = i, len(w)
			}
		}
		if at > 0 {
			parts = append(parts, part{Text: text[:at]})
		}
		if n > 0 {
			parts = append(parts, part{text[at : at+n], true})
		}
		text, folded = text[at+n:], folded[at+n:]
	}
	return parts
}
