package doctor

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"regexp"
	"strings"
)

// A tag's address ends in the site's key, and in the immutable form in the script's hash; what leads it is the owner's choice.
var tagAddress = regexp.MustCompile(`/(st_[A-Za-z0-9_-]{1,61})(\.[0-9a-f]{12})?\.js$`)

// tag is our script element on a page.
type tag struct {
	element
	src *url.URL
	key string
}

func (p *page) ourTags() (tags []tag) {
	for _, s := range p.scripts {
		if s.attributes["src"] == "" {
			continue
		}
		src := p.resolve(s.attributes["src"])
		if match := tagAddress.FindStringSubmatch(src.Path); match != nil {
			tags = append(tags, tag{s, src, match[1]})
		}
	}
	return tags
}

// tags reports on the tag itself: there, once, of the right site, let in by the page's policy, and answered.
func (d *Doctor) tags(ctx context.Context, p *page, r *Report) {
	tags := p.ourTags()
	if len(tags) == 0 {
		p.tellMissing(r)
		return
	}
	keys := map[string]bool{}
	for _, t := range tags {
		keys[t.key] = true
	}
	switch {
	case len(keys) > 1:
		r.add(Problem, "several_sites", fmt.Sprintf("the page carries the tags of %d sites; the first to load wins", len(keys)), "Leave one tag on the page.")
	case len(tags) > 1:
		r.add(Notice, "tag_twice", fmt.Sprintf("the tag stands on the page %d times; only the first one acts", len(tags)), "Remove the others.")
	}
	d.tag(ctx, p, tags[0], r)
}

func (p *page) tellMissing(r *Report) {
	text, do := "the page's HTML does not carry the tag", "Paste the tag into the <head> of the page, as the site's settings show it."
	for _, s := range p.scripts {
		if strings.Contains(s.attributes["src"], "googletagmanager.com/gtm.js") || strings.Contains(s.text, "googletagmanager.com/gtm.js") {
			r.add(Notice, "tag_maybe_in_gtm", text+"; Google Tag Manager may load it, which cannot be seen from here",
				"Open the page with ?tributary_test=1 in a browser. Nothing appears where the tag is missing.")
			return
		}
	}
	r.add(Problem, "tag_missing", text, do)
}

func (d *Doctor) tag(ctx context.Context, p *page, t tag, r *Report) {
	if d.Site != "" && t.key != d.Site {
		r.add(Problem, "wrong_site", fmt.Sprintf("the tag is of site %s, not of %s", t.key, d.Site), "Copy the tag again from the settings of the right site.")
	}
	if p.url.Scheme == "https" && t.src.Scheme == "http" {
		r.add(Problem, "mixed_content", "the page is https and the tag http: browsers block it", "Use the collector's https address in the tag.")
	}
	if !p.tellPolicy(t, r) {
		return
	}
	if !d.tellForeign(t, r) && d.script(ctx, t, r) {
		d.admission(ctx, p, t, r)
	}
}

// tellPolicy reports whether the page's Content-Security-Policy lets the tag load and report.
func (p *page) tellPolicy(t tag, r *Report) bool {
	allowed := true
	for _, policy := range p.policies {
		if !policy.allowsScript(p.url, t.src, t.attributes["nonce"]) {
			allowed = false
			r.add(Problem, "csp_script", "the page's Content-Security-Policy does not let the tag load", "Add "+origin(t.src)+" to its script-src.")
		}
		if !policy.allowsSending(p.url, endpoint(t)) {
			allowed = false
			r.add(Problem, "csp_connect", "the page's Content-Security-Policy does not let clicks and opt-ins be sent", "Add "+origin(t.src)+" to its connect-src.")
		}
	}
	return allowed
}

func origin(u *url.URL) string { return u.Scheme + "://" + u.Host }

// endpoint is where the script sends its events: beside its own address.
func endpoint(t tag) *url.URL {
	e := *t.src
	folder, _, _ := strings.Cut(e.Path, "/"+t.key)
	e.Path, e.RawQuery = strings.TrimSuffix(folder, "/s")+"/e", ""
	return &e
}

// script reports whether the collector gives the script out.
func (d *Doctor) script(ctx context.Context, t tag, r *Report) bool {
	answer, err := d.get(ctx, &d.own, t.src.String())
	if err != nil {
		r.add(Problem, "collector_silent", "the collector does not answer at "+origin(t.src)+": "+clip(err.Error()), "Start it, or put its present address into the tag.")
		return false
	}
	defer answer.Body.Close()
	switch {
	case answer.StatusCode == http.StatusNotFound:
		r.add(Problem, "unknown_site", "the collector knows no site "+t.key+", or no such version of its script", "Copy the tag again from the site's settings.")
	case answer.StatusCode != http.StatusOK:
		r.add(Problem, "script_refused", fmt.Sprintf("the collector answers %s for the script", clip(answer.Status)), "Look into the collector's log.")
	case !strings.Contains(answer.Header.Get("Content-Type"), "javascript"):
		r.add(Problem, "script_replaced", fmt.Sprintf("what answers at the script's address is %q and no script", clip(answer.Header.Get("Content-Type"))), "Look at the proxy in front of the collector.")
	default:
		r.add(OK, "tag", "the tag of site "+t.key+" is there, and the collector gives its script out", "")
		return true
	}
	return false
}

// admission asks with an empty batch whether events from this page's origin are taken.
func (d *Doctor) admission(ctx context.Context, p *page, t tag, r *Report) {
	body, _ := json.Marshal(map[string]any{"site": t.key, "events": []string{}})
	request, err := http.NewRequestWithContext(ctx, http.MethodPost, endpoint(t).String(), bytes.NewReader(body))
	if err != nil {
		return
	}
	request.Header.Set("Origin", origin(p.url))
	request.Header.Set("Content-Type", "text/plain")
	answer, err := d.own.Do(request)
	if err != nil {
		r.add(Problem, "collector_silent", "the collector does not take events: "+clip(err.Error()), "Look into the collector's log.")
		return
	}
	defer answer.Body.Close()
	_, _ = io.Copy(io.Discard, io.LimitReader(answer.Body, maxPage))
	switch answer.StatusCode {
	case http.StatusAccepted:
		r.add(OK, "origin", "the collector takes events from "+origin(p.url), "")
	case http.StatusForbidden:
		r.add(Problem, "forbidden_origin", origin(p.url)+" is not among the site's origins: its events are refused", "Add the origin in the site's settings.")
	default:
		r.add(Problem, "events_refused", fmt.Sprintf("the collector answers %s to events", clip(answer.Status)), "Look into the collector's log.")
	}
}
