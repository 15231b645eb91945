package doctor

import (
	"context"
	"fmt"
	"net"
	"net/http"
	"net/url"
	"time"
)

// Bounds are those of a Doctor who works in the collector, for whoever fills in an address.
type Bounds struct {
	// Dial reads pages: it refuses addresses that are not for everybody. Own has a dial of its own, as the name of the collector
	// may lead inside.
	Dial func(ctx context.Context, network, address string) (net.Conn, error)
	Own  string        // the collector's address: scripts of others are not asked for
	Time time.Duration // for all together
	Page int64         // bytes
}

// redirects is how often a page may lead to another.
const redirects = 5

// NewWithin makes a Doctor who keeps to bounds.
func NewWithin(site string, b Bounds) *Doctor {
	d := New(site)
	d.bounds = b
	d.http.Timeout = b.Time
	d.http.Transport = &http.Transport{DialContext: b.Dial, TLSHandshakeTimeout: b.Time, MaxResponseHeaderBytes: 64 << 10, DisableKeepAlives: true}
	d.http.CheckRedirect = func(_ *http.Request, via []*http.Request) error {
		if len(via) >= redirects {
			return fmt.Errorf("it leads on more than %d times", redirects)
		}
		return nil
	}
	d.own.Timeout = b.Time
	d.own.CheckRedirect = func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }
	return d
}

// most is how much is read of a page.
func (d *Doctor) most() int64 {
	if d.bounds.Page > 0 {
		return d.bounds.Page
	}
	return maxPage
}

// tellForeign reports a tag of another collector. What stands in its place is not asked, as the page chose it.
func (d *Doctor) tellForeign(t tag, r *Report) bool {
	own, err := url.Parse(d.bounds.Own)
	if d.bounds.Own == "" || err == nil && origin(own) == origin(t.src) {
		return false
	}
	r.add(Problem, "other_collector", "the tag is of the collector at "+clip(origin(t.src))+", and this one is "+d.bounds.Own, "Copy the tag again from the site's page.")
	return true
}
