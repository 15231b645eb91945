package admin

import (
	"context"
	"errors"
	"net/http"
	"time"

	"github.com/google/uuid"
	"github.com/labstack/echo/v4"

	"tributary/internal/attribution"
	"tributary/internal/auth"
	"tributary/internal/store"
	"tributary/internal/texts"
)

type optInView struct {
	frame
	optInFacts
	Trace  []traceLine
	Events []eventRow
	jobTable
	CanDo  verdicts
	Hidden bool // the reader's role sees addresses in part
}

// optInFacts is what a person needs to know of one opt-in, to understand it or to decide.
type optInFacts struct {
	ID, Email    string
	At           stamp
	Status       word
	Story        string
	Affiliate    named
	Site, Page   string
	Referrer     string
	Form, Via    string
	UTM          []pair
	First        touchView
	Latest       touchView
	Visitor      string
	Contact      string
	Referral     string
	Flags        []flagView
	Decision     *decisionView
	Inherited    bool
	Network      string // how many of its network, in words; "" where nothing is known
	AffiliateOwn string // what else the affiliate brought around that time
}

type pair struct{ Name, Value string }

type touchView struct {
	Affiliate named
	At        stamp
	Before    string // how long before the opt-in
}

type traceLine struct {
	Step, Detail string
	At           stamp
}

// decisionView is a person's word, and what can still be done about it.
type decisionView struct {
	Text       string // the key of what says all of it
	By, Reason string
	At         stamp
}

// verdicts are those that can be given now.
type verdicts struct{ Credit, Refuse, Keep bool }

func (k *desk) optIn(c echo.Context, who auth.User) error {
	id, err := paramID(c)
	if err != nil {
		return err
	}
	o, err := k.Store.OptIn(c.Request().Context(), account, id)
	if err != nil {
		return err
	}
	v := optInView{frame: k.frame(k.Reader(c).Text("desk.optin.title"), "/admin/optins", who), Hidden: !who.Role.May(auth.Manager)}
	if v.optInFacts, err = k.facts(c, o, who); err != nil {
		return err
	}
	for _, s := range o.Trace {
		v.Trace = append(v.Trace, traceLine{s.Step, s.Detail, k.stamp(s.At)})
	}
	if v.Events, err = k.eventsOf(c, o); err != nil {
		return err
	}
	if v.Rows, err = k.jobsOf(c, o.ID, who); err != nil {
		return err
	}
	v.From = "optin"
	v.CanDo, err = k.canDo(c.Request().Context(), o)
	if err != nil {
		return err
	}
	v.Notice = k.decided(c)
	return k.Render(c, http.StatusOK, "optin", v)
}

func (k *desk) facts(c echo.Context, o attribution.OptIn, who auth.User) (f optInFacts, err error) {
	names, say := k.namer(c), k.Reader(c)
	f = optInFacts{
		ID: o.ID.String(), Email: k.email(o.Sealed, o.Person, who), At: k.stamp(o.At), Status: wordOf(say, o.Status), Site: o.Site, Page: o.URL,
		Referrer: o.Referrer, Form: formText(o.Form), Via: ways(say, o.Via), UTM: utmPairs(o.UTM), Contact: o.ContactID, Referral: o.ReferralID,
		Flags: flagsOf(say, o), Decision: k.decision(o), Inherited: o.Inherited,
	}
	if o.Visitor != uuid.Nil && o.URL != "" {
		f.Visitor = o.Visitor.String()
	}
	if f.Affiliate, err = names.of(o.Ref); err != nil {
		return f, err
	}
	f.Story = story(say, o, f.Affiliate)
	if f.First, err = k.touch(names, o.First, o.At); err != nil {
		return f, err
	}
	if f.Latest, err = k.touch(names, o.Latest, o.At); err != nil {
		return f, err
	}
	f.Network, err = k.networkText(c, o)
	return f, err
}

// manyFromNetwork is where counting of a network ends.
const manyFromNetwork = 100

func (k *desk) networkText(c echo.Context, o attribution.OptIn) (string, error) {
	n, err := k.Store.FromNetwork(c.Request().Context(), account, o.Signals.Network, manyFromNetwork)
	switch say := k.Reader(c); {
	case err != nil || n == 0:
		return "", err
	case n == 1:
		return say.Text("desk.facts.onlyone"), nil
	case n >= manyFromNetwork:
		return say.Text("desk.facts.manyfromnetwork", "Number", say.Number(manyFromNetwork)), nil
	default:
		return say.Counted("desk.facts.fromnetwork", int64(n)), nil
	}
}

func (k *desk) touch(names *namer, t attribution.Touch, at time.Time) (v touchView, err error) {
	if t.IsZero() {
		return v, nil
	}
	v.At, v.Before = k.stamp(t.At), before(names.say, at.Sub(t.At))
	v.Affiliate, err = names.of(t.Ref)
	return v, err
}

// before writes how long one thing was before another.
func before(say *texts.Reader, d time.Duration) string {
	switch {
	case d < 0:
		return say.Text("desk.before.after")
	case d < time.Second:
		return say.Counted("desk.before.milliseconds", d.Milliseconds())
	case d < 2*time.Minute:
		return say.Counted("desk.before.seconds", int64(d.Seconds()))
	case d < 2*time.Hour:
		return say.Counted("desk.before.minutes", int64(d.Minutes()))
	case d < 48*time.Hour:
		return say.Counted("desk.before.hours", int64(d.Hours()))
	}
	return say.Counted("desk.before.days", int64(d.Hours()/24))
}

// decisionWords say what a person has decided, without a reason and with one.
var decisionWords = map[attribution.Verdict]struct{ bare, why string }{
	attribution.Credit: {"desk.facts.tobecredited", "desk.facts.tobecreditedwhy"},
	attribution.Refuse: {"desk.facts.refused", "desk.facts.refusedwhy"},
}

func (k *desk) decision(o attribution.OptIn) *decisionView {
	if o.Decision == nil {
		return nil
	}
	text := decisionWords[o.Decision.Verdict].bare
	if o.Decision.Reason != "" {
		text = decisionWords[o.Decision.Verdict].why
	}
	return &decisionView{Text: text, By: o.Decision.By, Reason: o.Decision.Reason, At: k.stamp(o.Decision.At)}
}

// canDo says which verdicts the store would take.
func (k *desk) canDo(ctx context.Context, o attribution.OptIn) (v verdicts, err error) {
	if o.Ref.IsZero() || len(o.Sealed) == 0 {
		return v, nil
	}
	j, err := k.Store.Job(ctx, account, store.JobID(store.CreditJob, o.ID.String()))
	gone := errors.Is(err, store.ErrNotFound)
	if err != nil && !gone {
		return v, err
	}
	sent := !gone && (j.State == store.Sending || !j.Intended.IsZero())
	switch o.Status {
	case attribution.Held, attribution.Failed:
		v = verdicts{Credit: true, Refuse: !sent}
	case attribution.Refused:
		v = verdicts{Credit: true, Keep: o.IsRefusedByHand()}
	case attribution.Received, attribution.Waiting:
		v = verdicts{Refuse: !sent, Keep: !sent && !gone}
	}
	return v, nil
}

func formText(f attribution.Form) string {
	return firstText(f.ID, f.Action, f.Provider)
}

func utmPairs(u attribution.UTM) (out []pair) {
	for _, p := range []pair{{"source", u.Source}, {"medium", u.Medium}, {"campaign", u.Campaign}, {"term", u.Term}, {"content", u.Content}} {
		if p.Value != "" {
			out = append(out, p)
		}
	}
	return out
}

// jobsOf are the jobs of an opt-in that are not done: what credits it, and what follows on that.
func (k *desk) jobsOf(c echo.Context, id uuid.UUID, who auth.User) (rows []jobRow, err error) {
	for _, kind := range append([]store.JobKind{store.CreditJob}, store.AfterJobs...) {
		j, err := k.Store.Job(c.Request().Context(), account, store.JobID(kind, id.String()))
		if errors.Is(err, store.ErrNotFound) {
			continue
		}
		if err != nil {
			return nil, err
		}
		row, err := k.jobRow(c, j, who)
		if err != nil {
			return nil, err
		}
		rows = append(rows, row)
	}
	return rows, nil
}
