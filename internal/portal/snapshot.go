package portal

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"hash/fnv"
	"strconv"
	"strings"
	"time"

	"github.com/google/uuid"

	"tributary/internal/attribution"
	"tributary/internal/auth"
	"tributary/internal/stats"
	"tributary/internal/store"
)

const (
	days    = 30 // that the page looks back
	latest  = 10 // opt-ins on the page
	earlier = 25 // opt-ins on each page behind it
)

// owner is whose page it is.
type owner struct {
	account   attribution.AccountID
	affiliate string
}

func ownerOf(s auth.Session) owner { return owner{s.Account, s.Affiliate} }

func (o owner) ref() attribution.Ref {
	return attribution.Ref{Kind: attribution.ByID, Value: o.affiliate}
}

// snapshot is everything on a page that can change: counters and one page of an index, so that it costs the same with
// ten events as with ten million.
type snapshot struct {
	report stats.Report
	optIns store.Page
}

func (p *portal) snapshot(ctx context.Context, who owner, before store.Cursor) (s snapshot, err error) {
	s.report, err = stats.Read(ctx, p.Store, who.account, who.ref(), stats.LastDays(days, p.Now(), p.Zone))
	if err != nil {
		return s, err
	}
	q := store.Query{Ref: who.ref(), Cursor: before, Limit: latest}
	if !before.IsZero() {
		q.Limit = earlier
	}
	s.optIns, err = p.Store.OptIns(ctx, who.account, q)
	if err != nil {
		return s, fmt.Errorf("listing opt-ins: %w", err)
	}
	return s, nil
}

// version names the state of a snapshot: two that look the same on the page have the same version.
func (s snapshot) version() string {
	h := fnv.New64a()
	json.NewEncoder(h).Encode(s.report) // neither plain numbers nor a hash can fail
	for _, o := range s.optIns.OptIns {
		fmt.Fprint(h, o.ID, o.Status)
	}
	return strconv.FormatUint(h.Sum64(), 36)
}

// version is the version of an owner's first page.
func (p *portal) version(ctx context.Context, who owner) (string, error) {
	s, err := p.snapshot(ctx, who, store.Cursor{})
	if err != nil {
		return "", err
	}
	return s.version(), nil
}

// affiliate is the reader's own record. One that is gone is signed out.
func (p *portal) affiliate(ctx context.Context, who owner) (attribution.Affiliate, error) {
	a, err := p.Store.Affiliate(ctx, who.account, who.ref())
	if errors.Is(err, store.ErrNotFound) {
		return a, auth.ErrNoSession
	}
	if err != nil {
		return a, fmt.Errorf("reading the affiliate: %w", err)
	}
	return a, nil
}

// writeCursor and readCursor carry the place of a list in an address. It selects among the reader's own opt-ins only.
func writeCursor(c store.Cursor) string {
	if c.IsZero() {
		return ""
	}
	return strconv.FormatInt(c.At.UnixNano(), 36) + "_" + c.ID.String()
}

func readCursor(text string) (c store.Cursor, err error) {
	if text == "" {
		return c, nil
	}
	at, id, _ := strings.Cut(text, "_")
	nanos, err := strconv.ParseInt(at, 36, 64)
	if err != nil {
		return c, errBadAddress
	}
	if c.ID, err = uuid.Parse(id); err != nil {
		return c, errBadAddress
	}
	c.At = time.Unix(0, nanos).UTC()
	return c, nil
}
