package admin

import (
	"errors"
	"net/http"
	"net/url"
	"strconv"
	"time"

	"github.com/google/uuid"
	"github.com/labstack/echo/v4"

	"tributary/internal/audit"
	"tributary/internal/auth"
	"tributary/internal/connect"
	"tributary/internal/store"
	"tributary/internal/texts"
)

const (
	jobsPage = 50
	// retryStep is how many jobs one commit takes up, and retryFor how long one press of the button works.
	retryStep = 500
	retryFor  = 3 * time.Second
)

type outboxView struct {
	frame
	Pause     *pauseView
	Connected string // why nothing can be sent at all; "" where it can
	Waiting   int
	Parked    int
	Oldest    stamp
	Overdue   string
	Groups    []jobGroup
	Filter    url.Values
	Filtered  bool
	State     string
	Kinds     []picked
	jobTable
	Older  string
	Newest string
	Short  bool
	GoOn   string // where a retry of many goes on; "" when it is done
}

type pauseView struct {
	Reason      string
	Since, Next stamp
}

// jobTable is the template "jobtable": where its buttons lead back to.
type jobTable struct {
	Rows  []jobRow
	Query string // of the page, for its forms; "" for none
	From  string
}

// jobGroup is how many jobs stand alike.
type jobGroup struct {
	Kind, Code string
	State      word
	Jobs       int
	Link       string
}

type jobRow struct {
	ID, Kind, Subject, Link string
	State                   word
	Code, Reason            string
	Created, Due            stamp
	Attempt                 int
	Retry                   bool
}

// outbox shows what is on its way to Keap, and what waits for a person.
func (k *desk) outbox(c echo.Context, who auth.User) error {
	ctx := c.Request().Context()
	v := outboxView{frame: k.frame(k.Reader(c).Text("desk.outbox.title"), "/admin/outbox", who), Filter: c.QueryParams()}
	list, err := k.Store.Worklist(ctx, account)
	if err != nil {
		return err
	}
	k.count(k.Reader(c), &v, list)
	k.standing(&v)
	q, err := k.jobQuery(v.Filter)
	if errors.Is(err, errBadAddress) {
		return err
	}
	if v.State, v.Kinds = string(q.State), kindChoices(k.Reader(c), string(q.Kind)); err != nil {
		v.Notice = k.misfitNotice(c, err)
		return k.Render(c, http.StatusUnprocessableEntity, "outbox", v)
	}
	page, err := k.Store.ListJobs(ctx, account, q)
	if errors.Is(err, store.ErrNotFound) {
		return errBadAddress
	}
	if err != nil {
		return err
	}
	for _, j := range page.Jobs {
		row, err := k.jobRow(c, j, who)
		if err != nil {
			return err
		}
		v.Rows = append(v.Rows, row)
	}
	v.Query = with("", v.Filter, "done", "", "on", "")
	v.place(k.Reader(c), page)
	return k.Render(c, http.StatusOK, "outbox", v)
}

func (v *outboxView) place(say *texts.Reader, page store.JobPage) {
	v.Filtered = with("", v.Filter, "cursor", "", "state", "", "done", "", "on", "") != ""
	if page.Next != "" {
		v.Older = with("/admin/outbox", v.Filter, "cursor", page.Next, "done", "", "on", "")
		v.Short = len(page.Jobs) < jobsPage
	}
	if v.Filter.Get("cursor") != "" {
		v.Newest = with("/admin/outbox", v.Filter, "cursor", "", "done", "", "on", "")
	}
	if n, err := strconv.Atoi(v.Filter.Get("done")); err == nil {
		v.GoOn = v.Filter.Get("on")
		text := say.Counted("desk.retried.jobs", int64(n))
		if v.GoOn != "" {
			text = say.Text("desk.retried.more", "Due", text)
		}
		v.Notice = &notice{"good", text}
	}
	if v.Filter.Get("done") == "retried" {
		v.Notice = &notice{"good", say.Text("desk.retried.single")}
	}
}

func (k *desk) count(say *texts.Reader, v *outboxView, list store.Worklist) {
	for _, s := range list.Standings {
		if s.State == store.Parked {
			v.Parked += s.Jobs
		} else {
			v.Waiting += s.Jobs
		}
		state := string(s.State)
		if s.State == store.Sending {
			state = string(store.Ready)
		}
		v.Groups = append(v.Groups, jobGroup{
			Kind: jobOf(say, s.Kind), Code: s.Code, State: jobStateOf(say, s.State), Jobs: s.Jobs,
			Link: with("/admin/outbox", url.Values{"state": {state}, "kind": {string(s.Kind)}, "code": {s.Code}}),
		})
	}
	v.Oldest = k.stamp(list.OldestDue)
	if late := k.Now().Sub(list.OldestDue); !list.OldestDue.IsZero() && late > time.Minute {
		v.Overdue = say.Text("desk.outbox.late", "Span", span(say, late))
	}
}

// span writes a length of time in its largest unit.
func span(say *texts.Reader, d time.Duration) string {
	switch {
	case d < 2*time.Minute:
		return say.Counted("desk.span.seconds", int64(d.Seconds()))
	case d < 2*time.Hour:
		return say.Counted("desk.span.minutes", int64(d.Minutes()))
	case d < 48*time.Hour:
		return say.Counted("desk.span.hours", int64(d.Hours()))
	}
	return say.Counted("desk.span.days", int64(d.Hours()/24))
}

// standing says whether anything can be sent at the moment.
func (k *desk) standing(v *outboxView) {
	if k.Keap.Pause != nil {
		if p := k.Keap.Pause(); p.Reason != "" {
			v.Pause = &pauseView{p.Reason, k.stamp(p.Since), k.stamp(p.Next)}
		}
	}
	if k.Keap.Connection != nil {
		if state, reason := k.Keap.State(); state != connect.Connected {
			v.Connected = firstText(reason, string(state))
		}
	}
}

// jobQuery reads the filter. What it returns beside errBadAddress is for the reader.
func (k *desk) jobQuery(f url.Values) (q store.JobQuery, err error) {
	q = store.JobQuery{State: store.Parked, Kind: store.JobKind(f.Get("kind")), Code: f.Get("code"), Cursor: f.Get("cursor"), Limit: jobsPage}
	switch f.Get("state") {
	case "", string(store.Parked):
	case string(store.Ready):
		q.State = store.Ready
	default:
		return q, errBadAddress
	}
	if _, ok := jobWords[q.Kind]; !ok && q.Kind != "" {
		return q, misfit("desk.misfit.kind")
	}
	if q.Ref, err = readRef(f.Get("affiliate")); err != nil {
		return q, misfit("desk.misfit.affiliate")
	}
	q.From, q.To, err = k.days(f.Get("from"), f.Get("to"))
	return q, err
}

func kindChoices(say *texts.Reader, chosen string) []picked {
	out := []picked{{"", say.Text("desk.outbox.anykind"), chosen == ""}}
	for _, kind := range []store.JobKind{store.CreditJob, store.AffiliateJob, store.TagJob, store.GoalJob, store.FieldsJob, store.TotalsJob, store.LinkJob} {
		out = append(out, picked{string(kind), jobOf(say, kind), chosen == string(kind)})
	}
	return out
}

// jobRow shows a job by whom it is for.
func (k *desk) jobRow(c echo.Context, j store.Job, who auth.User) (jobRow, error) {
	ctx, say := c.Request().Context(), k.Reader(c)
	r := jobRow{
		ID: j.ID, Kind: jobOf(say, j.Kind), Subject: j.Subject, State: jobStateOf(say, j.State), Code: j.Code, Reason: j.Reason,
		Created: k.stamp(j.Created), Due: k.stamp(j.Due), Attempt: j.Attempt, Retry: j.State == store.Parked,
	}
	switch j.Kind {
	case store.CreditJob, store.TagJob, store.GoalJob, store.FieldsJob:
		r.Link = "/admin/optins/" + j.Subject
		id, err := uuid.Parse(j.Subject)
		if err != nil {
			return r, nil
		}
		o, err := k.Store.OptIn(ctx, account, id)
		if err != nil && !errors.Is(err, store.ErrNotFound) {
			return r, err
		}
		r.Subject = firstText(k.email(o.Sealed, o.Person, who), j.Subject)
	case store.AffiliateJob:
		r.Link = with("/admin/why", url.Values{"q": {j.Subject}})
	case store.TotalsJob, store.LinkJob:
		r.Link, r.Subject = with("/admin/why", url.Values{"q": {j.Subject}}), say.Text("desk.named.affiliate", "Id", j.Subject)
	}
	return r, nil
}

// retryJob makes one job due.
func (k *desk) retryJob(c echo.Context, who auth.User) error {
	ctx, id := c.Request().Context(), c.FormValue("id")
	j, err := k.Store.Retry(ctx, account, id, k.Now().UTC())
	if err != nil {
		return err
	}
	if err := k.note(ctx, who, audit.JobRetry, j.ID, ""); err != nil {
		return err
	}
	if c.FormValue("from") == "optin" {
		return c.Redirect(http.StatusSeeOther, "/admin/optins/"+url.PathEscape(j.Subject)+"?done=retried")
	}
	return c.Redirect(http.StatusSeeOther, with("/admin/outbox", c.QueryParams(), "done", "retried", "on", ""))
}

// retryAll makes due what the filter selects, in commits of a bounded size, and for a bounded time: a press of the button goes
// on where the last one ended.
func (k *desk) retryAll(c echo.Context, who auth.User) error {
	ctx := c.Request().Context()
	q, err := k.jobQuery(c.QueryParams())
	if err != nil {
		return errBadAddress
	}
	q.Limit, q.Cursor = retryStep, c.FormValue("on")
	done, until := 0, time.Now().Add(retryFor)
	for more := true; more && time.Now().Before(until); more = q.Cursor != "" {
		step, err := k.Store.RetryMany(ctx, account, q, k.Now().UTC())
		if errors.Is(err, store.ErrNotFound) {
			return errBadAddress
		}
		if err != nil {
			return err
		}
		done, q.Cursor = done+step.Jobs, step.Next
	}
	filter := with("", c.QueryParams(), "done", "", "on", "", "cursor", "")
	if err := k.note(ctx, who, audit.JobRetry, filter, english().Counted("desk.counts.jobs", int64(done))); err != nil {
		return err
	}
	return c.Redirect(http.StatusSeeOther, with("/admin/outbox", c.QueryParams(), "done", number(done), "on", q.Cursor, "cursor", ""))
}
