package credit

import (
	"context"
	"errors"
	"fmt"
	"net/url"
	"slices"
	"strconv"
	"strings"

	"tributary/internal/attribution"
	"tributary/internal/keap"
	"tributary/internal/outbox"
	"tributary/internal/settings"
	"tributary/internal/store"
)

// following lists what the owner wants done after a credit, each a job of its own: it is retried alone, and whatever
// becomes of it the opt-in stays credited.
func (c *Crediter) following(w work) (then []store.Following) {
	add := func(wanted bool, kind store.JobKind) {
		if wanted {
			then = append(then, store.Following{Kind: kind, Subject: w.o.ID.String()})
		}
	}
	first := !slices.ContainsFunc(w.o.Trace, func(s attribution.Step) bool { return s.Step == creditedStep }) // a correction credits again
	add(first && w.settings.TagID != "", store.TagJob)
	add(first && w.settings.GoalCallName != "", store.GoalJob)
	add(first && len(w.fields()) > 0, store.FieldsJob)
	if w.settings.TotalsField != "" {
		then = append(then, store.Following{Kind: store.TotalsJob, Subject: w.affiliate.ID, After: c.o.Coalesce})
	}
	return then
}

// after does one of the jobs that follow on a credit.
func (c *Crediter) after(ctx context.Context, claim *outbox.Claim) error {
	o, err := c.optIn(ctx, claim)
	if err != nil {
		return err
	}
	w := work{o: o, contact: keap.Contact{ID: o.ContactID}}
	if w.settings, err = c.o.Settings(ctx, claim.Account); err != nil {
		return err
	}
	if w.affiliate, err = c.store.Affiliate(ctx, claim.Account, o.Ref); err != nil && !errors.Is(err, store.ErrNotFound) {
		return err
	}
	do := map[store.JobKind]func(context.Context, *outbox.Claim, work) error{store.TagJob: c.tag, store.GoalJob: c.goal, store.FieldsJob: c.writeFields}
	return do[claim.Kind](ctx, claim, w)
}

func did(step, detail string) error {
	return &outbox.Finished{Settlement: store.Settlement{State: store.Done, Step: step, Detail: detail}}
}

// switchedOff ends a job whose setting is gone.
func switchedOff(step string) error { return did(step, "the setting was switched off meanwhile") }

// notDone tells what no repetition mends from what one may.
func (c *Crediter) notDone(claim *outbox.Claim, step, what string, err error) error {
	if keap.IsNotFound(err) || keap.IsRefused(err) || errors.Is(err, keap.ErrDeclined) {
		return &outbox.Permanent{Code: step + "_refused", Step: step, Reason: fmt.Sprintf("%s: %v; correct the setting or the record in Keap, then retry the job %s", what, err, claim.ID)}
	}
	return c.steer(claim, what, err)
}

func (c *Crediter) tag(ctx context.Context, claim *outbox.Claim, w work) error {
	const step = "tag"
	id := w.settings.TagID
	if id == "" {
		return switchedOff(step)
	}
	word, err := c.keap.ApplyTag(ctx, id, w.contact.ID)
	if err != nil {
		return c.notDone(claim, step, fmt.Sprintf("applying tag %s to contact %s", id, w.contact.ID), err)
	}
	return did(step, strings.TrimSpace(fmt.Sprintf("tag %s applied to contact %s %s", id, w.contact.ID, strings.ToLower(word))))
}

// goal achieves the owner's goal at most once: Keap does not tell whether one was achieved, and a second time may start
// the automation again. When that is open it is for a person.
func (c *Crediter) goal(ctx context.Context, claim *outbox.Claim, w work) error {
	const step = "goal"
	name := w.settings.GoalIntegration + "/" + w.settings.GoalCallName
	if w.settings.GoalCallName == "" {
		return switchedOff(step)
	}
	if claim.State == store.Sending {
		return unsure(claim, name, "the program ended while it was sent")
	}
	if err := claim.Record(ctx, store.Settlement{State: store.Sending, Intended: c.o.Now()}); err != nil {
		return err
	}
	taken, err := c.keap.AchieveGoal(ctx, w.contact.ID, w.settings.GoalIntegration, w.settings.GoalCallName)
	if err != nil && keap.MayHaveApplied(err) && !errors.Is(err, keap.ErrDeclined) {
		return unsure(claim, name, err.Error())
	}
	claim.State = store.Ready
	if err != nil {
		return c.notDone(claim, step, fmt.Sprintf("achieving goal %s for contact %s", name, w.contact.ID), err)
	}
	if taken == 0 {
		return &outbox.Permanent{Code: "no_goal", Step: step, Reason: fmt.Sprintf("no published automation in Keap has the API goal %s: publish it, then retry the job %s", name, claim.ID)}
	}
	return did(step, fmt.Sprintf("goal %s achieved for contact %s", name, w.contact.ID))
}

func unsure(claim *outbox.Claim, name, why string) error {
	return &outbox.Permanent{Code: "unsure", Step: "goal", Reason: fmt.Sprintf("goal %s may have been achieved, or not (%s): look at the contact in Keap, and retry the job %s only where it was not", name, why, claim.ID)}
}

func (c *Crediter) writeFields(ctx context.Context, claim *outbox.Claim, w work) error {
	const step = "fields"
	values := w.fields()
	if len(values) == 0 {
		return switchedOff(step)
	}
	defer c.turns.take(w.contact.ID)() // what is read must still stand when it is written
	if err := c.keap.SetContactFields(ctx, w.contact.ID, values); err != nil {
		return c.notDone(claim, step, "writing custom fields of contact "+w.contact.ID, err)
	}
	return did(step, fmt.Sprintf("%d custom fields of contact %s written", len(values), w.contact.ID))
}

// fields are the values to be written, by the id of their custom field. What is not known is not written: it would take
// away what stands there.
func (w work) fields() map[string]string {
	known := map[string]string{
		"lead_source": w.leadSource(), "referrer": w.o.Referrer, "page": w.o.URL, "form": w.o.Form.ID,
		"utm_source": w.o.UTM.Source, "utm_medium": w.o.UTM.Medium, "utm_campaign": w.o.UTM.Campaign, "utm_term": w.o.UTM.Term, "utm_content": w.o.UTM.Content,
		"affiliate_id": w.affiliate.ID, "affiliate_code": w.affiliate.Code, "affiliate_name": w.affiliate.Name,
	}
	values := map[string]string{}
	for source, id := range w.settings.Fields {
		if value := settings.Cut(known[source], 1000); value != "" {
			values[id] = value
		}
	}
	return values
}

// leadSource is the campaign's source, or else the site that led to the page.
func (w work) leadSource() string {
	if w.o.UTM.Source != "" {
		return w.o.UTM.Source
	}
	from, err := url.Parse(w.o.Referrer)
	if err != nil {
		return ""
	}
	return from.Hostname()
}

// totals writes how many opt-ins an affiliate has brought into a custom field of their own contact, so that Keap's
// e-mails can merge it.
func (c *Crediter) totals(ctx context.Context, claim *outbox.Claim) error {
	s, err := c.o.Settings(ctx, claim.Account)
	if err != nil {
		return err
	}
	if s.TotalsField == "" {
		return switchedOff("totals")
	}
	a, err := c.store.Affiliate(ctx, claim.Account, attribution.Ref{Kind: attribution.ByID, Value: claim.Subject})
	if err != nil {
		return &outbox.Permanent{Code: "totals_refused", Reason: "the affiliate is not known: " + err.Error()}
	}
	if a.ContactID == "" {
		return &outbox.Permanent{Code: "totals_refused", Reason: "affiliate " + a.ID + " has no contact that is known: sync the affiliates, then retry"}
	}
	n, err := c.optIns(ctx, claim.Account, a)
	if err != nil {
		return err
	}
	defer c.turns.take(a.ContactID)()
	if err := c.keap.SetContactFields(keap.Background(ctx), a.ContactID, map[string]string{s.TotalsField: n}); err != nil {
		return c.notDone(claim, "totals", "writing the totals of affiliate "+a.ID+" into custom field "+s.TotalsField, err)
	}
	return did("totals", n)
}

func (c *Crediter) optIns(ctx context.Context, account attribution.AccountID, a attribution.Affiliate) (string, error) {
	hours, err := c.store.Counters(ctx, account, a.Ref(), 0, attribution.HourOf(c.o.Now())+2)
	var sum attribution.Tally
	for _, h := range hours {
		sum = sum.Add(h.Tally)
	}
	return strconv.FormatInt(sum.OptIns, 10), err
}
