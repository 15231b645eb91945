package main

import (
	"bytes"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"strconv"
	"time"

	"github.com/google/uuid"

	"tributary/internal/bench"
)

// How much the clicks vary. The numbers start at a power of ten so that each always has the same width, and a request
// can be changed in place.
const (
	affiliates, firstAffiliate = 200, 100
	landings, firstLanding     = 20, 10
	campaigns                  = 10

	freshVisitors = 0.7
	remembered    = 1024 // visitors per connection who may come again
)

// Marks that stand in the pre-rendered body where something will be written; each as wide as what replaces it.
const (
	markID        = "11111111-1111-1111-1111-111111111111"
	markVisitor   = "22222222-2222-2222-2222-222222222222"
	markAffiliate = "AAA"
	markLanding   = "landing-LL"
	markCampaign  = "campaign-C"
	markAt        = 3333333333333
	markTouchAt   = 4444444444444
)

// clicks writes one click after another into the same buffer. A visitor who comes again mostly brings another affiliate,
// which is the harder case for a store: it has to look, and then to write all the same.
type clicks struct {
	request []byte // head and body, as they go over the wire
	id      []byte // the rest are windows into request
	visitor []byte
	at      []byte
	touchAt []byte
	ref     []byte
	landing []byte
	utm     []byte

	rng  *rand.Rand
	seen []uuid.UUID
}

func newClicks(addr, site, origin string) *clicks {
	c := &clicks{request: render(addr, site, origin), rng: rand.New(rand.NewPCG(rand.Uint64(), rand.Uint64()))}
	c.id, c.visitor = c.window(markID, 36), c.window(markVisitor, 36)
	c.at, c.touchAt = c.window(strconv.Itoa(markAt), 13), c.window(strconv.Itoa(markTouchAt), 13)
	c.ref, c.landing, c.utm = c.window(markAffiliate, 3), c.window(markLanding, 2), c.window(markCampaign, 1)
	return c
}

// window is the last width bytes of a mark.
func (c *clicks) window(mark string, width int) []byte {
	end := bytes.Index(c.request, []byte(mark)) + len(mark)
	return c.request[end-width : end : end]
}

// next returns the next request. It is valid until the call after it.
func (c *clicks) next(now time.Time) []byte {
	putUUID(c.id, c.newID(now))
	putUUID(c.visitor, c.nextVisitor(now))
	putNumber(c.at, now.UnixMilli())
	putNumber(c.touchAt, now.UnixMilli())
	putNumber(c.ref, int64(firstAffiliate+c.rng.IntN(affiliates)))
	putNumber(c.landing, int64(firstLanding+c.rng.IntN(landings)))
	putNumber(c.utm, int64(c.rng.IntN(campaigns)))
	return c.request
}

func (c *clicks) nextVisitor(now time.Time) uuid.UUID {
	if len(c.seen) > 0 && c.rng.Float64() >= freshVisitors {
		return c.seen[c.rng.IntN(len(c.seen))]
	}
	v := c.newID(now)
	if len(c.seen) < remembered {
		c.seen = append(c.seen, v)
	} else {
		c.seen[c.rng.IntN(remembered)] = v
	}
	return v
}

// newID makes a version 7 UUID as a browser does: the millisecond, then random bits. uuid.NewV7 would ask the kernel
// for each, under one lock for all connections.
func (c *clicks) newID(now time.Time) (id uuid.UUID) {
	ms, high, low := uint64(now.UnixMilli()), c.rng.Uint64(), c.rng.Uint64()
	for i := range 6 {
		id[i] = byte(ms >> (40 - 8*i))
	}
	for i := range 8 {
		id[8+i] = byte(low >> (8 * i))
	}
	id[6], id[7] = 0x70|byte(high&0x0f), byte(high>>8)
	id[8] = 0x80 | id[8]&0x3f
	return id
}

func putUUID(to []byte, id uuid.UUID) {
	for _, part := range [...][3]int{{0, 0, 4}, {9, 4, 6}, {14, 6, 8}, {19, 8, 10}, {24, 10, 16}} {
		hex.Encode(to[part[0]:], id[part[1]:part[2]])
	}
}

func putNumber(to []byte, n int64) { strconv.AppendInt(to[:0], n, 10) }

// render is the request with its marks. The browser's own headers are there since a collector may judge by them.
func render(addr, site, origin string) []byte {
	body, err := json.Marshal(marked(site, origin))
	if err != nil {
		panic(err) // strings and numbers always marshal
	}
	return fmt.Appendf(nil, "POST /e HTTP/1.1\r\nHost: %s\r\nOrigin: %s\r\n"+
		"User-Agent: Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/140.0.0.0 Safari/537.36\r\n"+
		"Accept: */*\r\nContent-Type: text/plain;charset=UTF-8\r\nContent-Length: %d\r\n\r\n%s", addr, origin, len(body), body)
}

func marked(site, origin string) bench.Batch {
	return bench.Batch{Site: site, Events: []bench.Event{{
		ID: markID, Type: "click", At: markAt, Visitor: markVisitor,
		URL: origin + "/" + markLanding, Referrer: "https://news.example.com/",
		Touch: &bench.Touch{Affiliate: markAffiliate, Kind: "id", At: markTouchAt},
		UTM:   &bench.UTM{Source: "newsletter", Medium: "email", Campaign: markCampaign},
	}}}
}
