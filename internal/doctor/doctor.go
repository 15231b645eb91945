// Package doctor looks at a page from outside, as far as its HTML tells, and says what keeps the tag from working there
// and the one thing to do. What scripts make of the page it cannot see: ?tributary_test=1 shows that in a browser.
package doctor

import (
	"context"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strings"
	"time"

	"golang.org/x/net/html"
	"golang.org/x/net/html/charset"
)

// Level says how bad a finding is.
type Level string

const (
	OK      Level = "ok"
	Notice  Level = "notice"  // works, or cannot be told from here
	Problem Level = "problem" // opt-ins are lost or not credited until it is mended
)

// Finding is one thing that was looked at.
type Finding struct {
	Level Level  `json:"level"`
	Code  string `json:"code"` // stable, for scripts
	Text  string `json:"text"`
	Do    string `json:"do,omitempty"` // the one thing to do
}

// Report is what the doctor says of a page.
type Report struct {
	URL      string    `json:"url"` // after redirects
	Findings []Finding `json:"findings"`
}

// Healthy reports whether there is no problem.
func (r Report) Healthy() bool {
	for _, f := range r.Findings {
		if f.Level == Problem {
			return false
		}
	}
	return true
}

func (r *Report) add(level Level, code, text, do string) {
	r.Findings = append(r.Findings, Finding{level, code, text, do})
}

// Doctor looks at pages.
type Doctor struct {
	Site   string      // the key that the tag should have; empty takes any
	http   http.Client // reads pages
	own    http.Client // asks the collector
	bounds Bounds
}

// New makes a Doctor who expects the tag of a site, or of any site when the key is empty.
func New(site string) *Doctor {
	return &Doctor{Site: site, http: http.Client{Timeout: 20 * time.Second}, own: http.Client{Timeout: 20 * time.Second}}
}

// maxPage bounds what is read of a page, and of a script.
const maxPage = 8 << 20

// Examine reads a page and reports. An error means that there was no page to look at.
func (d *Doctor) Examine(ctx context.Context, address string) (Report, error) {
	u, err := url.Parse(address)
	if err != nil || u.Host == "" || (u.Scheme != "http" && u.Scheme != "https") {
		return Report{}, fmt.Errorf("%q must be the address of a page, such as https://www.example.com/webinar", address)
	}
	if d.bounds.Time > 0 {
		var stop context.CancelFunc
		ctx, stop = context.WithTimeout(ctx, d.bounds.Time)
		defer stop()
	}
	p, err := d.read(ctx, address)
	if err != nil {
		return Report{}, err
	}
	r := Report{URL: p.url.String()}
	d.tags(ctx, p, &r)
	p.tellForms(&r)
	p.tellEmbeds(&r)
	return r, nil
}

func (d *Doctor) read(ctx context.Context, address string) (*page, error) {
	answer, err := d.get(ctx, &d.http, address)
	if err != nil {
		return nil, fmt.Errorf("reading the page: %w", err)
	}
	defer answer.Body.Close()
	if answer.StatusCode != http.StatusOK {
		return nil, fmt.Errorf("reading the page: %s answered %s", address, answer.Status)
	}
	kind := answer.Header.Get("Content-Type")
	if !strings.Contains(kind, "html") {
		return nil, fmt.Errorf("reading the page: %s is %q, not HTML", address, kind)
	}
	text, err := charset.NewReader(io.LimitReader(answer.Body, d.most()), kind)
	if err != nil {
		return nil, fmt.Errorf("reading the page: %w", err)
	}
	root, err := html.Parse(text)
	if err != nil {
		return nil, fmt.Errorf("reading the page: %w", err)
	}
	return newPage(answer.Request.URL, answer.Header, root), nil
}

// get asks as a browser does: some hosts show programs another page.
func (d *Doctor) get(ctx context.Context, by *http.Client, address string) (*http.Response, error) {
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, address, nil)
	if err != nil {
		return nil, err
	}
	request.Header.Set("User-Agent", "Mozilla/5.0 (compatible; tributary doctor)")
	request.Header.Set("Accept", "text/html,*/*")
	return by.Do(request)
}
