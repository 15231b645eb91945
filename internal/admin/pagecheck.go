package admin

import (
	"errors"
	"net/http"
	"net/url"
	"time"

	"github.com/labstack/echo/v4"

	"tributary/internal/auth"
	"tributary/internal/doctor"
	"tributary/internal/sites"
	"tributary/internal/texts"
	"tributary/internal/webhooks"
)

// A page is somebody else's machine, and looking at it holds a connection of ours for a while.
const (
	checkPace    = 6 * time.Second
	checkBurst   = 10
	checksAtOnce = 2
)

// pageCheck is what the form doctor said of a page.
type pageCheck struct {
	Offered  bool
	Address  string // as it was filled in
	Wrong    string
	Seen     string // the address that it led to
	Findings []checkFinding
}

type checkFinding struct{ Tone, Word, Text, Do string }

var levelWords = map[doctor.Level]label{
	doctor.OK: {"desk.pagecheck.well", "good"}, doctor.Notice: {"desk.pagecheck.note", "waiting"}, doctor.Problem: {"desk.pagecheck.problem", "bad"},
}

// checkPage has the form doctor look at a page.
func (k *desk) checkPage(c echo.Context, who auth.User) error {
	s, err := k.Sites.Get(c.Request().Context(), c.Param("key"))
	if err != nil {
		return err
	}
	in, err := sites.InputOf(s)
	if err != nil {
		return err
	}
	if k.Examine == nil {
		return errBadAddress
	}
	check := pageCheck{Offered: true, Address: answer(c, "page")}
	status := k.examine(c, s.Key, &check)
	return k.showChecked(c, who, status, s, siteForm(k.Reader(c), in), nil, check)
}

// examine fills in what was found, or why nothing was looked at.
func (k *desk) examine(c echo.Context, site string, check *pageCheck) int {
	say := k.Reader(c)
	if u, err := url.Parse(check.Address); err != nil || u.Host == "" || u.User != nil || u.Scheme != "http" && u.Scheme != "https" || len(check.Address) > 2000 {
		check.Wrong = say.Text("desk.pagecheck.notapage", "Example", "https://www.example.com/webinar")
		return http.StatusUnprocessableEntity
	}
	if !k.mayCheck() {
		check.Wrong = say.Text("desk.pagecheck.toooften")
		return http.StatusTooManyRequests
	}
	defer func() { <-k.checking }()
	report, err := k.Examine(c.Request().Context(), site, check.Address)
	if err != nil {
		check.Wrong = notRead(say, err)
		return http.StatusUnprocessableEntity
	}
	check.Seen = report.URL
	for _, f := range report.Findings {
		word := levelWords[f.Level].in(say)
		check.Findings = append(check.Findings, checkFinding{word.Tone, word.Text, sentence(f.Text), f.Do})
	}
	return http.StatusOK
}

// mayCheck takes a place among those who look at pages, where there is one.
func (k *desk) mayCheck() bool {
	select {
	case k.checking <- struct{}{}:
	default:
		return false
	}
	if !k.checks.AllowN(k.Now(), 1) {
		<-k.checking
		return false
	}
	return true
}

// notRead says why there was no page to look at. Where a name leads inside, the address there is not told.
func notRead(say *texts.Reader, err error) string {
	var inside *webhooks.Inside
	if errors.As(err, &inside) {
		return say.Text("desk.pagecheck.inside", "What", inside.What)
	}
	return sentence(err.Error())
}
