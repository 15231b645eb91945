package admin

import (
	"errors"
	"strings"
	"time"

	"github.com/google/uuid"

	"tributary/internal/attribution"
	"tributary/internal/stats"
	"tributary/internal/store"
	"tributary/internal/texts"
)

// firstVisit is how far after a visitor's first visit the log is read for them.
const firstVisit = 24 * time.Hour

// timeOf is the time that an id of version 7 was made.
func timeOf(id uuid.UUID) time.Time {
	var ms int64
	for _, b := range id[:6] {
		ms = ms<<8 | int64(b)
	}
	return time.UnixMilli(ms).UTC()
}

// affiliate looks for an affiliate by id or code, and for a contact of Keap by its id.
func (in *inquiry) affiliate() error {
	in.Asked = "desk.why.asaffiliate"
	in.looked(in.say.Text("desk.why.byaffiliate"))
	for _, kind := range []attribution.RefKind{attribution.ByID, attribution.ByCode} {
		ref, err := attribution.NewRef(kind, strings.TrimPrefix(strings.TrimPrefix(in.Q, "id:"), "code:"))
		if err != nil {
			continue
		}
		if err := in.affiliateBy(ref); err != nil {
			return err
		}
	}
	return in.contact()
}

// affiliateBy tells of an affiliate, known or only named by pages.
func (in *inquiry) affiliateBy(ref attribution.Ref) error {
	a, err := in.Store.Affiliate(in.ctx, account, ref)
	known := err == nil
	if err != nil && !errors.Is(err, store.ErrNotFound) {
		return err
	}
	report, err := stats.Read(in.ctx, in.Store, account, ref, stats.LastDays(homeDays, in.Now(), in.desk.Zone))
	if err != nil {
		return err
	}
	if !known && report.Tally == (attribution.Tally{}) {
		return nil
	}
	in.Answers = append(in.Answers, affiliateAnswer(in.say, a, known, ref, report.Tally))
	return in.optIns(store.Query{Ref: ref, Limit: whyOptIns}, "desk.why.latestof")
}

func affiliateAnswer(say *texts.Reader, a attribution.Affiliate, known bool, ref attribution.Ref, t attribution.Tally) finding {
	counts := say.Counted("desk.why.counts", homeDays, "Clicks", say.Counted("shared.counts.nclicks", t.Clicks),
		"OptIns", say.Counted("shared.counts.noptins", t.OptIns), "Credited", say.Counted("shared.counts.ncredited", t.Referrals))
	if !known {
		return finding{
			Title: say.Text("desk.why.unknown"), Tag: word{say.Text("desk.why.unknowntag"), "bad"}, Href: "/admin/outbox?state=ready&kind=affiliate",
			Text: say.Text("desk.why.unknowntext", "Affiliate", ref.String()) + " " + counts + " " + say.Text("desk.why.unknowndo"),
		}
	}
	id := say.Text("desk.named.affiliate", "Id", a.ID)
	out := finding{Title: firstText(a.Name, id), Text: id + ". " + counts, Tag: word{say.Text("desk.why.known"), "good"}, Href: "/admin/optins?affiliate=" + a.ID}
	switch {
	case !a.Gone.IsZero():
		out.Text, out.Tag = out.Text+" "+say.Text("desk.why.gonetext"), word{say.Text("desk.why.gone"), "bad"}
	case a.Status == "INACTIVE":
		out.Text, out.Tag = out.Text+" "+say.Text("desk.why.inactivetext"), word{say.Text("desk.why.inactive"), "waiting"}
	}
	return out
}

// contactScan is how many of the latest opt-ins are read for a contact: there is no index of them.
const contactScan = 600

// contact looks for the opt-ins of a contact in Keap. Which contact an opt-in has is known once it was found there.
func (in *inquiry) contact() error {
	if in.Q == "" || strings.Trim(in.Q, "0123456789") != "" {
		return nil
	}
	if in.deep && in.ContactEmail != nil {
		return in.askKeap()
	}
	if in.ContactEmail != nil {
		in.deeper()
	}
	in.looked(in.say.Counted("desk.why.bycontact", contactScan))
	for _, status := range []attribution.Status{attribution.Credited, attribution.Held} {
		page, err := in.Store.OptIns(in.ctx, account, store.Query{Status: status, Limit: contactScan / 2})
		if err != nil {
			return err
		}
		for _, o := range page.OptIns {
			if o.ContactID != in.Q {
				continue
			}
			if err := in.explain(o); err != nil {
				return err
			}
		}
	}
	return nil
}

// askKeap asks Keap whose contact that is, and looks by the e-mail.
func (in *inquiry) askKeap() error {
	email, err := in.ContactEmail(in.ctx, in.Q)
	if errors.Is(err, store.ErrNotFound) {
		in.looked(in.say.Text("desk.why.keapnone"))
		return nil
	}
	if err != nil {
		in.looked(in.say.Text("desk.why.keapfailed", "Reason", err.Error()))
		return nil
	}
	if email, err = attribution.NormalEmail(email); err != nil {
		in.looked(in.say.Text("desk.why.keapnoemail"))
		return nil
	}
	in.looked(in.say.Text("desk.why.keap"))
	return errors.Join(in.optIns(store.Query{Person: in.People.Sealer.Key(email), Limit: whyOptIns}, "desk.why.bythatemail"), in.kept(email))
}
