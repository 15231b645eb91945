package pages

import (
	"bytes"
	"cmp"
	"fmt"
	"html/template"
	"io"
	"net/http"
	"net/url"
	"runtime"
	"strings"
	"time"

	"github.com/labstack/echo/v4"

	"tributary/internal/texts"
	"tributary/web"
)

// Face is one of the faces: its templates, the languages that it speaks, and its guard against forms of other sites.
type Face struct {
	templates *template.Template
	texts     *texts.Texts // nil while the face speaks English to everybody, with dates and numbers of their own
	sets      chan *set
	crossSite *http.CrossOriginProtection
}

// set is a copy of the templates for one page at a time, because functions of templates cannot be told whom they write for.
type set struct {
	templates *template.Template
	*texts.Reader
}

// NewFace reads the templates of a folder below web/templates and those that all faces share, with functions of its own
// beside the usual ones. It speaks English until Speak.
func NewFace(folder string, assets *web.Assets, base *url.URL, funcs template.FuncMap) (*Face, error) {
	return newFace(folder, assets, base, funcs, "shared/*.html", folder+"/*.html")
}

// NewMessages is a face that says a few words, in the looks of another: for doors that belong to none.
func NewMessages(looks string, assets *web.Assets, base *url.URL) (*Face, error) {
	return newFace(looks, assets, base, nil, "shared/*.html")
}

func newFace(looks string, assets *web.Assets, base *url.URL, funcs template.FuncMap, files ...string) (*Face, error) {
	f := &Face{crossSite: http.NewCrossOriginProtection(), sets: make(chan *set, runtime.GOMAXPROCS(0))}
	// Behind a proxy that changes Host, a page's own Origin would otherwise look foreign.
	if err := f.crossSite.AddTrustedOrigin(base.Scheme + "://" + base.Host); err != nil {
		return nil, fmt.Errorf("trusting the base URL: %w", err)
	}
	usual := template.FuncMap{"asset": assets.URL, "style": func() string { return assets.URL(looks + ".css") }, "address": address, "strong": strong, "link": link, "time": timeOf, "ago": agoOf, "webinar": webinar}
	var err error
	f.templates, err = template.New(looks).Funcs(usual).Funcs(wordsOf(&set{})).Funcs(funcs).ParseFS(web.Templates(), files...)
	if err != nil {
		return nil, fmt.Errorf("reading the templates of %s: %w", looks, err)
	}
	for range cap(f.sets) {
		f.sets <- nil // made when it is first needed
	}
	return f, nil
}

// Speak has the face answer each reader in the best of these languages.
func (f *Face) Speak(t *texts.Texts) { f.texts = t }

// wordsOf are the functions of templates that depend on who reads.
func wordsOf(s *set) template.FuncMap {
	return template.FuncMap{
		"lang":          func() string { return s.Lang() },
		"rtl":           func() bool { return s.IsRightToLeft() },
		"say":           func(key string, pairs ...any) string { return s.Text(key, pairs...) },
		"counted":       func(key string, n int64, pairs ...any) string { return s.Counted(key, n, pairs...) },
		"markup":        func(key string, pairs ...any) template.HTML { return s.Markup(key, pairs...) },
		"countedmarkup": func(key string, n int64, pairs ...any) template.HTML { return s.CountedMarkup(key, n, pairs...) },
		"grouped":       func(n int64) string { return s.Number(n) },
		"percent":       func(part, whole int64) string { return s.Share(part, whole) },
		"clock":         func(at time.Time) string { return s.Moment(at.UTC()) },
		"second":        func(at time.Time) string { return s.Second(at) },
	}
}

// address sets a web address off from the sentence around it. It runs from left to right in every language.
func address(text string) template.HTML {
	return template.HTML(`<span class="address" dir="ltr">` + template.HTMLEscapeString(text) + `</span>`)
}

// timeOf is a moment or a day, which the page's script writes as the reader's own clock has it.
func timeOf(at, text string) template.HTML {
	return template.HTML(`<time datetime="` + template.HTMLEscapeString(at) + `">` + template.HTMLEscapeString(text) + `</time>`)
}

// agoOf is a moment that says how long ago it was, while there are words for that.
func agoOf(at, text, ago string) template.HTML {
	escaped := template.HTMLEscapeString(text)
	return template.HTML(`<time datetime="` + template.HTMLEscapeString(at) + `" title="` + escaped + `" data-ago>` + cmp.Or(template.HTMLEscapeString(ago), escaped) + `</time>`)
}

// webinar is the page of examples.
func webinar() string { return "https://www.example.com/webinar" }

// strong sets the words off that matter most.
func strong(text string) template.HTML {
	return template.HTML("<strong>" + template.HTMLEscapeString(text) + "</strong>")
}

// link sets words off that lead elsewhere: to a page of ours, or to one of the web.
func link(href, text string) template.HTML {
	escaped := template.HTMLEscapeString(text)
	if !strings.HasPrefix(href, "/") && !strings.HasPrefix(href, "#") && !strings.HasPrefix(href, "https://") {
		return template.HTML(escaped) // such as javascript:
	}
	return template.HTML(`<a href="` + template.HTMLEscapeString(href) + `">` + escaped + `</a>`)
}

// readerKey is where the reader of a request stands in its context.
const readerKey = "reader"

// Reader is who sent a request.
func (f *Face) Reader(c echo.Context) *texts.Reader {
	if r, ok := c.Get(readerKey).(*texts.Reader); ok {
		return r
	}
	header := c.Request().Header.Get("Accept-Language")
	r := texts.Shipped().EnglishFor(header)
	if f.texts != nil {
		r = f.texts.For(header)
	}
	c.Set(readerKey, r)
	return r
}

// Render runs a template to its end before the first byte goes out, so that no half page is ever sent.
func (f *Face) Render(c echo.Context, status int, template string, data any) error {
	var page bytes.Buffer
	if err := f.executeFor(f.Reader(c), &page, template, data); err != nil {
		return fmt.Errorf("rendering %s: %w", template, err)
	}
	f.vary(c)
	return c.HTMLBlob(status, page.Bytes())
}

// vary tells caches that another reader may get another page.
func (f *Face) vary(c echo.Context) {
	c.Response().Header().Add("Vary", "Accept-Language")
	c.Response().Header().Set("Content-Language", f.Reader(c).Lang())
}

// Execute runs a template in English, for what all readers share.
func (f *Face) Execute(w io.Writer, template string, data any) error {
	return f.executeFor(texts.Shipped().English(), w, template, data)
}

func (f *Face) executeFor(r *texts.Reader, w io.Writer, template string, data any) error {
	s := <-f.sets
	defer func() { f.sets <- s }()
	if s == nil {
		made, err := f.newSet()
		if err != nil {
			return err
		}
		s = made
	}
	s.Reader = r
	return s.templates.ExecuteTemplate(w, template, data)
}

func (f *Face) newSet() (*set, error) {
	s := &set{}
	clone, err := f.templates.Clone()
	if err != nil {
		return nil, fmt.Errorf("copying the templates: %w", err)
	}
	s.templates = clone.Funcs(wordsOf(s))
	return s, nil
}

// SameOrigin refuses a form that another site sends in our reader's name.
func (f *Face) SameOrigin(next echo.HandlerFunc) echo.HandlerFunc {
	return func(c echo.Context) error {
		if err := f.crossSite.Check(c.Request()); err != nil {
			return echo.NewHTTPError(http.StatusForbidden).SetInternal(err)
		}
		return next(c)
	}
}
