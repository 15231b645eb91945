package main

import (
	"bytes"
	"compress/gzip"
	"context"
	"errors"
	"fmt"
	"html"
	"io"
	"net/http"
	"net/http/cookiejar"
	"net/url"
	"os"
	"regexp"
	"slices"
	"strings"
	"time"
)

// reader is a person who looks at everything: signed in at the desk and as an affiliate, with the admin key for the REST API.
type reader struct {
	ctx  context.Context
	c    *collector
	http *http.Client
}

// answer is what the collector said, as it came over the wire.
type answer struct {
	*http.Response
	text []byte
}

// unpacked is what was said, without the compression.
func (a answer) unpacked() (string, error) {
	if a.Header.Get("Content-Encoding") != "gzip" {
		return string(a.text), nil
	}
	r, err := gzip.NewReader(bytes.NewReader(a.text))
	if err != nil {
		return "", err
	}
	text, err := io.ReadAll(r)
	return string(text), err
}

func newReader(ctx context.Context, c *collector) (*reader, error) {
	jar, err := cookiejar.New(nil)
	if err != nil {
		return nil, err
	}
	plain := &http.Transport{DisableCompression: true} // it would take the compression off before we can weigh it
	r := &reader{ctx: ctx, c: c, http: &http.Client{Jar: jar, Transport: plain}}
	return r, errors.Join(r.enterDesk(), r.enterPortal())
}

func (r *reader) ask(method, path string, form url.Values) (answer, error) {
	request, err := http.NewRequestWithContext(r.ctx, method, "http://"+r.c.addr+path, strings.NewReader(form.Encode()))
	if err != nil {
		return answer{}, err
	}
	request.Header.Set("Accept-Encoding", "gzip")
	if form != nil {
		request.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	}
	if strings.HasPrefix(path, "/v1/") {
		request.Header.Set("Authorization", "Bearer "+r.c.key)
	}
	got, err := r.http.Do(request)
	if err != nil {
		return answer{}, err
	}
	defer got.Body.Close()
	text, err := io.ReadAll(got.Body)
	return answer{got, text}, err
}

// submit sends a form in, as the page at its address does.
func (r *reader) submit(address string, form url.Values) error {
	at, err := url.Parse(address)
	if err != nil {
		return err
	}
	got, err := r.ask(http.MethodPost, at.RequestURI(), form)
	if err == nil && got.StatusCode != http.StatusOK {
		err = fmt.Errorf("%s answered %d: %.300s", at.Path, got.StatusCode, got.text)
	}
	return err
}

const (
	owner    = "owner@example.com"
	password = "seven green bicycles"
)

var setUpLink = regexp.MustCompile(`url=(http\S+/admin/setup/\S+)`)

// enterDesk takes the address that a collector without an owner prints, or signs in again.
func (r *reader) enterDesk() error {
	for range 50 {
		log, err := os.ReadFile(r.c.log)
		if err != nil {
			return err
		}
		if found := setUpLink.FindSubmatch(log); found != nil {
			return r.submit(string(found[1]), url.Values{"name": {"Owner"}, "email": {owner}, "password": {password}, "way": {"password"}})
		}
		if err := r.submit("/admin/login", url.Values{"email": {owner}, "password": {password}}); err == nil {
			return nil
		}
		time.Sleep(100 * time.Millisecond)
	}
	return fmt.Errorf("nobody can sign in at the desk: %s", r.c.output())
}

func (r *reader) enterPortal() error {
	var link struct{ URL string }
	if err := r.c.call(r.ctx, http.MethodPost, "/v1/affiliates/"+star+"/login-link", nil, &link); err != nil {
		return err
	}
	return r.submit(link.URL, url.Values{})
}

var deskLink = regexp.MustCompile(`href="(/admin[^"#]*)"`)

// pages are those that the desk's navigation and its overview lead to, and what people ask of the long lists.
func (r *reader) pages() ([]string, error) {
	home, err := r.ask(http.MethodGet, "/admin", nil)
	if err != nil {
		return nil, err
	}
	body, err := home.unpacked()
	if err != nil {
		return nil, err
	}
	var found []string
	for _, match := range deskLink.FindAllStringSubmatch(body, -1) {
		found = append(found, html.UnescapeString(match[1]))
	}
	slices.Sort(found)
	found = slices.DeleteFunc(slices.Compact(found), func(path string) bool { return strings.HasSuffix(path, ".csv") })
	var some struct{ Data []struct{ ID string } }
	if err := r.c.call(r.ctx, http.MethodGet, "/v1/optins?limit=1", nil, &some); err != nil {
		return nil, err
	}
	if len(some.Data) == 0 {
		return nil, errors.New("there is no opt-in to look at")
	}
	id := some.Data[0].ID
	return slices.Concat(found, []string{
		"/admin/optins?affiliate=" + star, "/admin/optins?affiliate=" + star + "&status=held", "/admin/optins?affiliate=1003&status=refused", "/admin/optins?site=st_none",
		"/admin/optins?email=person77%40example.com", "/admin/optins?flagged=1", "/admin/optins?status=waiting", "/admin/optins/" + id,
		"/admin/events?type=click", "/admin/events?disposition=ignored", "/admin/events/" + id,
		"/admin/why?q=person77%40example.com", "/admin/why?q=" + star, "/admin/why?q=1234567", "/admin/why?q=" + id, "/admin/why?q=01890000-0000-7000-8000-000000000000",
		"/admin/outbox?state=ready", "/admin/outbox?affiliate=1003", "/admin/outbox?code=late", "/admin/outbox?state=ready&code=none",
		"/admin/affiliates?q=77&sort=clicks&page=2", "/admin/affiliates?page=100", "/admin/affiliates/" + star, "/admin/affiliates/1003",
		"/portal", "/portal/fragment", "/portal?range=90&by=campaign", "/portal?range=90&by=sub_id&all=1", "/portal?from=2025-10-20&to=2026-11-23&by=page",
		"/portal/optins", "/portal/optins?state=held", "/portal/links",
		"/v1/stats", "/v1/affiliates/" + star + "/stats", "/v1/affiliates?limit=100", "/v1/optins?limit=100", "/v1/optins?email=person77@example.com", "/v1/events?limit=100", "/v1/jobs?limit=100",
	}), nil
}
