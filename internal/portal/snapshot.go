package portal

import (
	"context"
	"errors"
	"fmt"
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
	period         period
	version        string // from before the rest was read, so that what comes meanwhile is told
	report, before stats.Report
	breakdown      stats.Breakdown
	optIns         store.Page
	money          *earned
}

func (p *portal) snapshot(ctx context.Context, who owner, span period, by attribution.Dimension) (s snapshot, err error) {
	s.period = span
	if s.version, err = p.version(ctx, who); err != nil {
		return s, err
	}
	if s.report, err = stats.Read(ctx, p.Store, who.account, who.ref(), span.Range); err != nil {
		return s, err
	}
	if s.before, err = stats.Read(ctx, p.Store, who.account, who.ref(), span.before); err != nil {
		return s, err
	}
	if s.breakdown, err = stats.ReadBreakdown(ctx, p.Store, who.account, who.ref(), by, span.Range); err != nil {
		return s, err
	}
	if s.optIns, err = p.Store.OptIns(ctx, who.account, store.Query{Ref: who.ref(), Limit: latest}); err != nil {
		return s, fmt.Errorf("listing opt-ins: %w", err)
	}
	s.money, err = p.money(ctx, who)
	return s, err
}

// version names the state of everything that an owner's page can show. A day that begins is a new one.
func (p *portal) version(ctx context.Context, who owner) (string, error) {
	v, err := p.Store.Version(ctx, who.account, who.ref())
	if err != nil {
		return "", fmt.Errorf("reading the version: %w", err)
	}
	if p.Commissions != nil {
		v += "." + strconv.Itoa(p.Commissions.Version(who.affiliate))
	}
	return p.Now().In(p.Zone).Format("20060102") + "." + v, nil
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
