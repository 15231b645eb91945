package portal

import (
	"net/netip"
	"sync"
	"time"
)

// gate lets each asker through a few times in a span. It remembers a bounded number of askers: where all places are taken,
// somebody's count is forgotten, which a stranger with that many addresses could have had anyway.
type gate struct {
	most   int
	span   time.Duration
	places int

	mu     sync.Mutex
	askers map[string]*asked
}

type asked struct {
	times int
	until time.Time
}

func newGate(most int, span time.Duration) *gate {
	return &gate{most: most, span: span, places: 10_000, askers: map[string]*asked{}}
}

// passes counts an asker and says whether they may go on.
func (g *gate) passes(who string, now time.Time) bool {
	g.mu.Lock()
	defer g.mu.Unlock()
	a := g.askers[who]
	if a == nil || !now.Before(a.until) {
		g.makeRoom(now)
		a = &asked{until: now.Add(g.span)}
		g.askers[who] = a
	}
	a.times++
	return a.times <= g.most
}

// makeRoom looks at a few places only, so that a flood costs no more than its own calls.
func (g *gate) makeRoom(now time.Time) {
	looked := 0
	for who, a := range g.askers { // in no order
		full := len(g.askers) >= g.places
		if looked++; full || !now.Before(a.until) {
			delete(g.askers, who)
		}
		if looked == 8 {
			return
		}
	}
}

// network is what one asker is known by: the address, or with IPv6 the network that one household has.
func network(ip string) string {
	address, err := netip.ParseAddr(ip)
	if err != nil || address.Unmap().Is4() {
		return ip
	}
	prefix, err := address.Prefix(64)
	if err != nil {
		return ip
	}
	return prefix.String()
}
