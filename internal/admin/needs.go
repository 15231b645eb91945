package admin

import (
	"context"
	"net/url"
	"slices"
	"time"

	"github.com/google/uuid"

	"tributary/internal/attribution"
	"tributary/internal/store"
	"tributary/internal/texts"
)

// need is something that waits for a person, and where they can do it.
type need struct {
	Tone, Text, Detail string // Tone is bad where something stands still meanwhile, else waiting
	Href, Do           string
}

// keapGlance is how Keap does, in a few words.
type keapGlance struct {
	state       label
	State       word   // of the same, in the words of the reader
	Trouble     string // why nothing goes out; "" while it does
	Last        stamp  // when it last did what it was asked
	Waiting     int    // jobs on their way
	Parked      int
	Overdue     string // how late the first of them is
	Limit, Left int    // of the day's calls; a Limit of 0 where Keap has not told
	Share       int    // of them that is used, in percent
}

// The states of Keap.
var (
	keapConnected = label{"desk.connection.connected", "good"}
	keapAbsent    = label{"desk.connection.absent", "bad"}
	keapRefused   = label{"desk.connection.refused", "bad"}
	keapPaused    = label{"desk.connection.paused", "waiting"}
)

// keapGlance reads what is known here: Keap is not asked.
func (k *desk) keapGlance(say *texts.Reader, list store.Worklist) keapGlance {
	v := outboxView{}
	k.count(say, &v, list)
	k.standing(&v)
	g := keapGlance{state: keapConnected, Waiting: v.Waiting, Parked: v.Parked, Overdue: overdue(say, k.Now(), list)}
	switch {
	case !k.connected():
		g.state = keapAbsent
	case v.Connected != "":
		g.state, g.Trouble = keapRefused, v.Connected
	case v.Pause != nil:
		g.state, g.Trouble = keapPaused, v.Pause.Reason
	}
	g.State = g.state.in(say)
	if k.Keap.LastSuccess != nil {
		g.Last = k.stamp(k.Keap.LastSuccess())
	}
	if k.Keap.Quota != nil {
		q := k.quota()
		g.Limit, g.Left, g.Share = q.Limit, q.Left, q.Share
	}
	return g
}

// manyKept is where counting of the quarantine ends: each record is read for it.
const manyKept = 20

// needs lists what waits for a person, what keeps most from going on first.
func (k *desk) needs(ctx context.Context, say *texts.Reader, list store.Worklist, keap keapGlance) ([]need, error) {
	all, err := k.needsOfSetUp(ctx, say)
	if err != nil {
		return nil, err
	}
	all = append(all, needsOfKeap(say, keap)...)
	held, err := k.Store.OptIns(ctx, account, store.Query{Status: attribution.Held, Limit: manyHeld})
	if err != nil {
		return nil, err
	}
	if n := len(held.OptIns); n > 0 {
		all = append(all, need{"waiting", countedTo(say, manyHeld, n, "desk.needs.held", "desk.needs.heldmany"),
			say.Text("desk.needs.helddetail"), "/admin/review", say.Text("desk.needs.decide")})
	}
	if n := parked(list, func(s store.Standing) bool { return s.Kind == store.AffiliateJob }); n > 0 {
		all = append(all, need{"waiting", say.Counted("desk.needs.unknown", int64(n)),
			say.Text("desk.needs.unknowndetail"), affiliatesAt + "/unknown", say.Text("desk.needs.look")})
	}
	if n := parked(list, func(s store.Standing) bool { return s.Code == gaveUp }); n > 0 {
		all = append(all, need{"bad", say.Counted("desk.needs.gaveup", int64(n)),
			say.Text("desk.needs.gaveupdetail"), with("/admin/outbox", url.Values{"code": {gaveUp}}), say.Text("desk.needs.look")})
	}
	kept, err := k.Store.Quarantines(ctx, uuid.Nil, manyKept)
	if err != nil {
		return nil, err
	}
	if n := len(kept); n > 0 {
		all = append(all, need{"waiting", countedTo(say, manyKept, n, "desk.needs.kept", "desk.needs.keptmany"),
			say.Text("desk.needs.keptdetail"), "/admin/quarantine", say.Text("desk.needs.look")})
	}
	webhooks, err := k.needsOfWebhooks(ctx, say)
	return append(all, webhooks...), err
}

// gaveUp is the code of a job that the outbox has given up.
const gaveUp = "gave_up"

func parked(list store.Worklist, is func(store.Standing) bool) (n int) {
	for _, s := range list.Standings {
		if s.State == store.Parked && is(s) {
			n += s.Jobs
		}
	}
	return n
}

// countedTo writes a number that was counted no further than a bound, by the keys for one below and for the bound itself.
func countedTo(say *texts.Reader, bound, n int, below, many string) string {
	if n < bound {
		return say.Counted(below, int64(n))
	}
	return say.Text(many, "Number", say.Number(int64(bound)))
}

func (k *desk) needsOfSetUp(ctx context.Context, say *texts.Reader) ([]need, error) {
	if k.isStarted(ctx) {
		return nil, nil
	}
	steps, err := k.steps(ctx)
	if err != nil {
		return nil, err
	}
	open := slices.DeleteFunc(slices.Clone(steps), func(s step) bool { return s.Done })
	if len(open) == 0 {
		return nil, nil
	}
	return []need{{
		"waiting", say.Text("desk.needs.setup"),
		say.Counted("desk.needs.setupdetail", int64(len(open)), "Step", say.Text(open[0].Title), "Steps", number(len(steps))), open[0].At(), say.Text("desk.needs.goon"),
	}}, nil
}

func needsOfKeap(say *texts.Reader, g keapGlance) (all []need) {
	switch g.state {
	case keapAbsent:
		all = append(all, need{"bad", say.Text("desk.needs.absent"), say.Text("desk.needs.absentdetail"), keapAt, say.Text("desk.needs.connect")})
	case keapRefused:
		all = append(all, need{"bad", say.Text("desk.needs.refused"), sentence(g.Trouble), keapAt, say.Text("desk.needs.mend")})
	case keapPaused:
		all = append(all, need{"waiting", say.Text("desk.needs.paused"), say.Text("desk.needs.pauseddetail", "Reason", sentence(g.Trouble)), "/admin/outbox", say.Text("desk.needs.look")})
	}
	return all
}

func (k *desk) needsOfWebhooks(ctx context.Context, say *texts.Reader) (all []need, err error) {
	if k.Webhooks == nil { // a desk without a set-up
		return nil, nil
	}
	endpoints, err := k.Webhooks.Endpoints(ctx)
	if err != nil {
		return nil, err
	}
	for _, e := range endpoints {
		row := webhookRow{Endpoint: e}
		if row.Failing, err = k.Webhooks.FailingSince(ctx, e.ID); err != nil {
			return nil, err
		}
		if how := row.How(); how == webhookFailing || how == webhookStopped {
			all = append(all, need{
				how.Tone, say.Text("desk.needs.webhook", "Name", row.Name()), firstText(sentence(e.Reason), say.Text("desk.needs.webhookdetail")),
				webhooksAt + "/" + e.ID, say.Text("desk.needs.look"),
			})
		}
	}
	return all, nil
}

// overdue says how late the first job is; "" where none is.
func overdue(say *texts.Reader, now time.Time, list store.Worklist) string {
	if late := now.Sub(list.OldestDue); !list.OldestDue.IsZero() && late > time.Minute {
		return say.Text("desk.needs.overdue", "Span", span(say, late))
	}
	return ""
}
