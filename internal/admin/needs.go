package admin

import (
	"context"
	"net/url"
	"slices"
	"time"

	"github.com/google/uuid"

	"tributary/internal/attribution"
	"tributary/internal/pages"
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
	State       word
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
	keapConnected = word{"Connected", "good"}
	keapAbsent    = word{"Not connected", "bad"}
	keapRefused   = word{"Does not work", "bad"}
	keapPaused    = word{"Paused", "waiting"}
)

// keapGlance reads what is known here: Keap is not asked.
func (k *desk) keapGlance(list store.Worklist) keapGlance {
	v := outboxView{}
	k.count(&v, list)
	k.standing(&v)
	g := keapGlance{State: keapConnected, Waiting: v.Waiting, Parked: v.Parked, Overdue: overdue(k.Now(), list)}
	switch {
	case !k.connected():
		g.State = keapAbsent
	case v.Connected != "":
		g.State, g.Trouble = keapRefused, v.Connected
	case v.Pause != nil:
		g.State, g.Trouble = keapPaused, v.Pause.Reason
	}
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
	all = append(all, needsOfKeap(keap)...)
	held, err := k.Store.OptIns(ctx, account, store.Query{Status: attribution.Held, Limit: manyHeld})
	if err != nil {
		return nil, err
	}
	if n := len(held.OptIns); n > 0 {
		all = append(all, need{"waiting", countedTo(say, manyHeld, n, "opt-in to decide", "opt-ins to decide"),
			"They are not credited before you say so. Each tells why.", "/admin/review", "Decide"})
	}
	if n := parked(list, func(s store.Standing) bool { return s.Kind == store.AffiliateJob }); n > 0 {
		all = append(all, need{"waiting", pages.Counted(say, int64(n), "affiliate that Keap does not know", "affiliates that Keap does not know"),
			"Links named them. Put the link right, or make the partner in Keap.", affiliatesAt + "/unknown", "Look"})
	}
	if n := parked(list, func(s store.Standing) bool { return s.Code == gaveUp }); n > 0 {
		all = append(all, need{"bad", pages.Counted(say, int64(n), "job was given up", "jobs were given up"),
			"Keap said no, or did not answer for long. Each tells why.", with("/admin/outbox", url.Values{"code": {gaveUp}}), "Look"})
	}
	kept, err := k.Store.Quarantines(ctx, uuid.Nil, manyKept)
	if err != nil {
		return nil, err
	}
	if n := len(kept); n > 0 {
		all = append(all, need{"waiting", countedTo(say, manyKept, n, "record in quarantine", "records in quarantine"),
			"They could not be taken as they came. Each tells why.", "/admin/quarantine", "Look"})
	}
	webhooks, err := k.needsOfWebhooks(ctx)
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

// countedTo writes a number that was counted no further than a bound.
func countedTo(say *texts.Reader, bound, n int, one, many string) string {
	if n < bound {
		return pages.Counted(say, int64(n), one, many)
	}
	return number(bound) + " or more " + many
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
	return []need{{"waiting", "The set-up is not through", "Next: " + open[0].Title + ". " + pages.Counted(say, int64(len(open)), "step", "steps") + " of " + number(len(steps)) + " to go.", open[0].At(), "Go on"}}, nil
}

func needsOfKeap(g keapGlance) (all []need) {
	switch g.State {
	case keapAbsent:
		all = append(all, need{"bad", "Keap is not connected", "Opt-ins are stored and wait. Nothing is lost: all of it goes out when Keap is there.", keapAt, "Connect"})
	case keapRefused:
		all = append(all, need{"bad", "Keap does not take the connection", sentence(g.Trouble), keapAt, "Mend it"})
	case keapPaused:
		all = append(all, need{"waiting", "Sending to Keap is paused", sentence(g.Trouble) + " It goes on by itself.", "/admin/outbox", "Look"})
	}
	return all
}

func (k *desk) needsOfWebhooks(ctx context.Context) (all []need, err error) {
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
		if how := row.How(); how == "Failing" || how == "Stopped" {
			all = append(all, need{row.Tone(), "The webhook " + row.Name() + " does not get through", firstText(sentence(e.Reason), "Its messages wait, and are tried again."), webhooksAt + "/" + e.ID, "Look"})
		}
	}
	return all, nil
}

// overdue says how late the first job is; "" where none is.
func overdue(now time.Time, list store.Worklist) string {
	if late := now.Sub(list.OldestDue); !list.OldestDue.IsZero() && late > time.Minute {
		return "the first is " + span(late) + " late"
	}
	return ""
}
