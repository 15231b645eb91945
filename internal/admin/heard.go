package admin

import (
	"context"
	"net/url"
	"slices"
	"time"

	"github.com/google/uuid"

	"tributary/internal/attribution"
)

// How much is looked through for what sites sent last: enough for days of most, and still some milliseconds.
const (
	heardEvents  = 1000
	heardRefused = 500
)

// heard is what the sites sent last.
type heard map[string]spoken

// spoken is what one site sent, among the last events of all.
type spoken struct {
	Events  int
	Last    time.Time // zero for nothing among them
	Limit   int       // how many events were looked through
	Pages   []spokenPage
	Refused []refusedOrigin
}

// spokenPage is an origin that events came from.
type spokenPage struct {
	Origin         string
	Clicks, OptIns int
	Last           time.Time
}

// refusedOrigin is an origin, or none, whose events were not taken.
type refusedOrigin struct {
	Origin, Code, Reason string
	Count                int
	Last                 time.Time
}

func (h heard) of(site string) spoken {
	s := h[site]
	s.Limit = heardEvents
	return s
}

// heard looks through the newest events and the newest refusals.
func (k *desk) heard(ctx context.Context) (heard, error) {
	events, err := k.latest(ctx, heardEvents)
	if err != nil {
		return nil, err
	}
	h := heard{}
	for _, e := range events {
		if e.Site != "" {
			h[e.Site] = h[e.Site].add(e.Event)
		}
	}
	refused, err := k.Store.Quarantines(ctx, uuid.Nil, heardRefused)
	if err != nil {
		return nil, err
	}
	for _, q := range refused {
		s := h[q.Site]
		i := slices.IndexFunc(s.Refused, func(r refusedOrigin) bool { return r.Origin == q.Origin && r.Code == q.Code })
		if i < 0 {
			i, s.Refused = len(s.Refused), append(s.Refused, refusedOrigin{q.Origin, q.Code, q.Reason, 0, q.Received})
		}
		s.Refused[i].Count++
		h[q.Site] = s
	}
	return h, nil
}

func (s spoken) add(e attribution.Event) spoken {
	s.Events++
	if e.Received.After(s.Last) {
		s.Last = e.Received
	}
	origin := originOf(e.URL)
	i := slices.IndexFunc(s.Pages, func(p spokenPage) bool { return p.Origin == origin })
	if i < 0 {
		i, s.Pages = len(s.Pages), append(s.Pages, spokenPage{Origin: origin})
	}
	p := &s.Pages[i]
	if e.Type == attribution.OptedIn {
		p.OptIns++
	} else {
		p.Clicks++
	}
	if e.Received.After(p.Last) {
		p.Last = e.Received
	}
	return s
}

// originOf is the scheme and host of a page; "" for an event that no page sent.
func originOf(page string) string {
	u, err := url.Parse(page)
	if err != nil || u.Host == "" {
		return ""
	}
	return u.Scheme + "://" + u.Host
}
