package doctor_test

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"testing"

	"tributary/internal/doctor"
)

const key = "st_abcdefghij0123456789"

// collector answers as the real one does for one site and one origin.
func collector(t *testing.T, allowed *string) *httptest.Server {
	mux := http.NewServeMux()
	mux.HandleFunc("GET /s/"+key+".js", func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Type", "text/javascript; charset=utf-8")
	})
	mux.HandleFunc("GET /s/st_proxied.js", func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Type", "text/html")
	})
	mux.HandleFunc("POST /e", func(w http.ResponseWriter, r *http.Request) {
		if r.Header.Get("Origin") != *allowed {
			w.WriteHeader(http.StatusForbidden)
			return
		}
		w.WriteHeader(http.StatusAccepted)
	})
	s := httptest.NewServer(mux)
	t.Cleanup(s.Close)
	return s
}

type situation struct {
	name   string
	html   string // TAG is our tag, HOST the collector's origin
	policy string // as a header
	site   string
	other  bool // the page's origin is not on the site's list
	codes  []string
	level  doctor.Level // of the first code
}

var situations = []situation{
	{name: "all well", html: `<script async src="TAG"></script><form id=a><input type=email name=e></form>`, codes: []string{"tag", "origin", "form_ready"}, level: doctor.OK},
	{name: "all well with the right site", site: key, html: `<script src="TAG"></script>`, codes: []string{"tag", "origin", "no_form"}, level: doctor.OK},
	{name: "no tag", html: `<p>Hello`, codes: []string{"tag_missing"}, level: doctor.Problem},
	{name: "maybe in Tag Manager", html: `<script>(function(){load('https://www.googletagmanager.com/gtm.js?id=')})()</script>`, codes: []string{"tag_maybe_in_gtm"}, level: doctor.Notice},
	{name: "twice", html: `<script src="TAG"></script><script src="TAG"></script>`, codes: []string{"tag_twice", "tag"}, level: doctor.Notice},
	{name: "two sites", html: `<script src="TAG"></script><script src="HOST/s/st_another.js"></script>`, codes: []string{"several_sites"}, level: doctor.Problem},
	{name: "wrong site", site: "st_mine", html: `<script src="TAG"></script>`, codes: []string{"wrong_site"}, level: doctor.Problem},
	{name: "unknown site", html: `<script src="HOST/s/st_nobody.js"></script>`, codes: []string{"unknown_site"}, level: doctor.Problem},
	{name: "script replaced", html: `<script src="HOST/s/st_proxied.js"></script>`, codes: []string{"script_replaced"}, level: doctor.Problem},
	{name: "nobody answers", html: `<script src="http://127.0.0.1:1/s/st_a.js"></script>`, codes: []string{"collector_silent"}, level: doctor.Problem},
	{name: "origin not listed", other: true, html: `<script src="TAG"></script>`, codes: []string{"tag", "forbidden_origin"}},
	{name: "policy keeps the script out", policy: "script-src 'self'", html: `<script src="TAG"></script>`, codes: []string{"csp_script"}, level: doctor.Problem},
	{name: "policy keeps events in", policy: "connect-src 'self'", html: `<script src="TAG"></script>`, codes: []string{"csp_connect"}, level: doctor.Problem},
	{name: "default-src rules both", policy: "default-src 'self'", html: `<script src="TAG"></script>`, codes: []string{"csp_script", "csp_connect"}, level: doctor.Problem},
	{name: "policy in a meta element", html: `<meta http-equiv="Content-Security-Policy" content="script-src 'none'"><script src="TAG"></script>`, codes: []string{"csp_script"}, level: doctor.Problem},
	{name: "policy with our lines", policy: "default-src 'none'; script-src HOST; connect-src HOST", html: `<script src="TAG"></script>`, codes: []string{"tag", "origin"}, level: doctor.OK},
	{name: "policy with a nonce", policy: "script-src 'nonce-abc' 'strict-dynamic'", html: `<script nonce="abc" src="TAG"></script>`, codes: []string{"tag"}, level: doctor.OK},
	{name: "strict-dynamic passes over hosts", policy: "script-src HOST 'strict-dynamic'", html: `<script src="TAG"></script>`, codes: []string{"csp_script"}, level: doctor.Problem},
	{name: "forms that are left alone", html: `<form id=l><input type=email><input type=password></form><form role=search><input name=q></form><div data-tributary=off><form><input type=email></form></div><form><input name=city></form>`,
		codes: []string{"form_password", "form_search", "form_off", "form_no_email"}, level: doctor.Notice},
	{name: "EverWebinar", html: `<div class="wj-embed-wrapper"><script src="https://event.webinarjam.com/register/abc/embed-form"></script></div>`, codes: []string{"embed_everwebinar"}, level: doctor.Notice},
	{name: "a frame of somebody", html: `<iframe src="https://forms.example.net/x"></iframe><iframe src="https://www.youtube.com/embed/1"></iframe><iframe src="/own"></iframe>`, codes: []string{"frame"}, level: doctor.Notice},
}

func TestExamine(t *testing.T) {
	for _, s := range situations {
		t.Run(s.name, func(t *testing.T) {
			allowed := "-"
			c := collector(t, &allowed)
			fill := strings.NewReplacer("TAG", c.URL+"/s/"+key+".js", "HOST", c.URL).Replace
			page := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
				w.Header().Set("Content-Type", "text/html; charset=utf-8")
				if s.policy != "" {
					w.Header().Set("Content-Security-Policy", fill(s.policy))
				}
				fmt.Fprint(w, "<!doctype html><title>x</title>", fill(s.html))
			}))
			defer page.Close()
			if !s.other {
				allowed = page.URL
			}
			report, err := doctor.New(s.site).Examine(t.Context(), page.URL)
			if err != nil {
				t.Fatal(err)
			}
			s.hold(t, report)
		})
	}
}

func (s situation) hold(t *testing.T, r doctor.Report) {
	t.Helper()
	var codes []string
	for _, f := range r.Findings {
		codes = append(codes, f.Code)
		if f.Level == doctor.Problem && f.Do == "" {
			t.Errorf("%s does not say what to do", f.Code)
		}
		if f.Code == s.codes[0] && s.level != "" && f.Level != s.level {
			t.Errorf("%s is a %s, want a %s", f.Code, f.Level, s.level)
		}
	}
	for _, want := range s.codes {
		if !slices.Contains(codes, want) {
			t.Errorf("found %v, want %s", codes, want)
		}
	}
	if s.level == doctor.OK && !r.Healthy() {
		t.Errorf("not healthy: %v", r.Findings)
	}
	if n := strings.Count(strings.Join(codes, " "), "frame"); s.name == "a frame of somebody" && n != 1 {
		t.Errorf("%d frames are told of, one is somebody's", n)
	}
}

func TestExamineRefusesWhatIsNoPage(t *testing.T) {
	s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path == "/gone" {
			http.NotFound(w, r)
			return
		}
		w.Header().Set("Content-Type", "image/png")
	}))
	defer s.Close()
	for address, says := range map[string]string{
		"www.example.com": "must be the address", "ftp://example.com/": "must be the address", s.URL + "/gone": "404", s.URL + "/picture": "not HTML", "http://127.0.0.1:1/": "refused",
	} {
		if _, err := doctor.New("").Examine(t.Context(), address); err == nil || !strings.Contains(err.Error(), says) {
			t.Errorf("%s: %v, want an error about %q", address, err, says)
		}
	}
}
