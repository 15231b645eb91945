// Package intake is the public door: it decodes what browsers send, judges each event, commits, and only then answers.
package intake

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"sync"
	"time"

	fast "github.com/go-json-experiment/json"
	"github.com/google/uuid"
	"github.com/labstack/echo/v4"

	"tributary/internal/attribution"
	"tributary/internal/store"
)

// Problem is an answer that is not a success. The server gives it the shape of RFC 9457.
type Problem struct {
	Status int
	Code   string
	Detail string
}

func (p *Problem) Error() string { return p.Detail }

// Options configure an Intake.
type Options struct {
	Store  store.Store
	Sites  *Sites
	Sealer Sealer
	Policy func() attribution.Policy
	Now    func() time.Time
	Logger *slog.Logger
}

// Intake takes events.
type Intake struct{ Options }

// New makes an Intake.
func New(o Options) *Intake { return &Intake{o} }

// buffers holds bodies while they are dealt with. Nothing keeps a part of one: decoding and sealing copy.
var buffers = sync.Pool{New: func() any { return bytes.NewBuffer(make([]byte, 0, 2<<10)) }}

// Post handles POST /e.
func (in *Intake) Post(c echo.Context) error {
	buffer := buffers.Get().(*bytes.Buffer)
	defer buffers.Put(buffer)
	buffer.Reset()
	if _, err := buffer.ReadFrom(io.LimitReader(c.Request().Body, maxBody+1)); err != nil {
		return &Problem{http.StatusBadRequest, "unreadable_body", "the body could not be read to its end: send it again"}
	}
	results, err := in.take(c, buffer.Bytes())
	if err != nil {
		return err
	}
	return respond(c, results)
}

// respond writes a 202 with its length, in one write.
func respond(c echo.Context, results []result) error {
	text, err := fast.Marshal(answer{results})
	if err != nil {
		return err
	}
	return c.Blob(http.StatusAccepted, "application/json", text)
}

func (in *Intake) take(c echo.Context, body []byte) ([]result, error) {
	if len(body) > maxBody {
		return nil, in.refuse(c, body[:maxBody], "", &Problem{http.StatusRequestEntityTooLarge, "too_large", fmt.Sprintf("a batch may have %d bytes: send fewer events at once", maxBody)})
	}
	b, err := decode(body)
	if err != nil {
		return nil, in.refuse(c, body, "", &Problem{http.StatusBadRequest, "malformed_json", err.Error()})
	}
	if len(b.Events) > maxEvents {
		return nil, in.refuse(c, body, b.Site, &Problem{http.StatusRequestEntityTooLarge, "too_many_events", fmt.Sprintf("a batch may have %d events: send fewer at once", maxEvents)})
	}
	site, err := in.admit(c, b.Site)
	if err != nil {
		var p *Problem
		if errors.As(err, &p) && len(b.Events) == 0 {
			// Somebody asks whether a page would be taken: there is nothing to keep, and every page may read the answer.
			c.Response().Header().Set("Access-Control-Allow-Origin", "*")
			return nil, p
		}
		if errors.As(err, &p) {
			return nil, in.refuse(c, body, b.Site, p)
		}
		return nil, err
	}
	results, err := in.commit(c, site, b.Events, body)
	if err == nil {
		in.keepCookie(c, site)
	}
	return results, err
}

// admit finds the site and checks that the page belongs to it. A request without an Origin comes from no browser: the
// list protects a site from other people's pages, and could not protect it from programs.
func (in *Intake) admit(c echo.Context, key string) (attribution.Site, error) {
	origin := c.Request().Header.Get("Origin")
	site, err := in.siteFor(c.Request().Context(), key, origin)
	if err == nil && origin != "" {
		c.Response().Header().Set("Access-Control-Allow-Origin", origin)
		c.Response().Header().Set("Access-Control-Allow-Credentials", "true") // a page of our own site sends the script's cookie along; see keepCookie
		c.Response().Header().Add("Vary", "Origin")
	}
	return site, err
}

func (in *Intake) siteFor(ctx context.Context, key, origin string) (attribution.Site, error) {
	site, err := in.Sites.Site(ctx, key)
	if errors.Is(err, store.ErrNotFound) {
		return site, &Problem{http.StatusNotFound, "unknown_site", "no site has this key: copy the tag again from the site's settings"}
	}
	if err != nil {
		return site, err
	}
	if origin != "" && !site.Allows(origin) {
		return site, &Problem{http.StatusForbidden, "forbidden_origin", fmt.Sprintf("%q is not among the origins of this site: add it in the site's settings", text(origin, 200))}
	}
	return site, nil
}

// commit judges the events, stores what can be taken and quarantines what cannot, before it answers for each.
func (in *Intake) commit(c echo.Context, site attribution.Site, events []event, body []byte) ([]result, error) {
	ctx := c.Request().Context()
	v := visit{site: site.Key, ip: c.RealIP(), received: in.Now().UTC(), ignored: whyIgnored(c.Request().Header)}
	results := make([]result, len(events))
	judged := make([]attribution.Event, 0, len(events))
	places := make([]int, 0, len(events))
	for i := range events {
		results[i].ID = events[i].ID
		e, err := judge(&events[i], v, in.Sealer)
		if err == nil {
			judged, places = append(judged, e), append(places, i)
			continue
		}
		if isTest(&events[i]) {
			results[i], err = refusedTest(&events[i], err)
			if err != nil {
				return nil, err
			}
			continue
		}
		if results[i].Reason, err = in.setAside(c, site.Key, rawEvent(body, i), err); err != nil {
			return nil, err
		}
		results[i].Status = string(store.Ignored)
	}
	outcomes, err := in.ingest(ctx, site.Account, judged)
	if err != nil {
		return nil, err
	}
	for i, o := range outcomes {
		r := &results[places[i]]
		r.Status, r.Reason = string(o.Disposition), o.Reason
		if judged[i].IsTest() {
			if r.Judgement, err = in.judgeTest(ctx, site.Account, judged[i]); err != nil {
				return nil, err
			}
		}
	}
	return results, nil
}

func (in *Intake) ingest(ctx context.Context, account attribution.AccountID, events []attribution.Event) ([]store.Outcome, error) {
	if len(events) == 0 {
		return nil, nil
	}
	outcomes, err := in.Store.Ingest(ctx, account, in.Policy(), events)
	if err != nil {
		return nil, in.unavailable(err)
	}
	return outcomes, nil
}

// unavailable is the honest answer when nothing could be stored: the browser keeps the events and sends them again.
func (in *Intake) unavailable(err error) error {
	in.Logger.Error("storing events", "error", err)
	return &Problem{http.StatusServiceUnavailable, "unavailable", "nothing could be stored: send it again later"}
}

// setAside quarantines one event and returns the reason for the answer.
func (in *Intake) setAside(c echo.Context, site string, raw []byte, err error) (string, error) {
	var r *refusal
	if !errors.As(err, &r) {
		return "", err
	}
	return r.reason, in.quarantine(c, raw, site, r.code, r.reason)
}

// refuse quarantines a whole body and returns the problem to answer with.
func (in *Intake) refuse(c echo.Context, body []byte, site string, p *Problem) error {
	if err := in.quarantine(c, body, text(site, 64), p.Code, p.Detail); err != nil {
		return err
	}
	return p
}

func (in *Intake) quarantine(c echo.Context, raw []byte, site, code, reason string) error {
	if len(raw) == 0 {
		return nil
	}
	id, err := uuid.NewV7()
	if err != nil {
		return err
	}
	q := store.Quarantined{
		ID: id, Received: in.Now().UTC(), Site: site, Origin: text(c.Request().Header.Get("Origin"), 200), Code: code,
		Reason: reason, Sealed: in.Sealer.SealBytes(raw, store.QuarantineKind, id.String()),
	}
	if err := in.Store.Quarantine(c.Request().Context(), q); err != nil {
		return in.unavailable(fmt.Errorf("quarantining: %w", err))
	}
	return nil
}

// Preflight handles OPTIONS /e. The site is not known yet, so it only says what may be asked; the POST decides.
func (in *Intake) Preflight(c echo.Context) error {
	h := c.Response().Header()
	h.Set("Access-Control-Allow-Origin", "*")
	h.Set("Access-Control-Allow-Methods", "POST")
	h.Set("Access-Control-Allow-Headers", "Content-Type")
	h.Set("Access-Control-Max-Age", "86400")
	return c.NoContent(http.StatusNoContent)
}
