package letter

import (
	"cmp"
	"context"
	"encoding/base64"
	"errors"
	"fmt"
	"html/template"
	"net/url"
	"strings"
	"time"

	"tributary/internal/attribution"
	"tributary/internal/mail"
	"tributary/internal/pass"
	"tributary/internal/stats"
	"tributary/internal/store"
	"tributary/internal/texts"
)

// figure is one number of the week, and how it compares with that of the week before.
type figure struct{ Name, Now, Change string }

// digest is what the mail tells.
type digest struct {
	*texts.Reader
	Subject, Title    string
	Name, First, Last string // the week's first and last day
	Figures           []figure
	Best, BestOptIns  string // the page with the most opt-ins; "" for none
	Page, Unsubscribe string
}

// BestBold is the best page as it stands in HTML.
func (d digest) BestBold() template.HTML {
	return template.HTML("<b>" + template.HTMLEscapeString(d.Best) + "</b>")
}

// Week is the seven days before a digest's moment.
func Week(due time.Time) (first, end time.Time) {
	end = time.Date(due.Year(), due.Month(), due.Day(), 0, 0, 0, 0, due.Location())
	return end.AddDate(0, 0, -7), end
}

const dayLayout = "2006-01-02"

// weekly writes the digest of a mail's week. There is none for who had no click and no opt-in, or does not want it.
func (l *Letters) weekly(ctx context.Context, m mail.Mail) (mail.Letter, error) {
	affiliates, err := l.one(ctx, m)
	if err != nil {
		return mail.Letter{}, err
	}
	off, err := l.IsOff(ctx, m.Account, m.Affiliate)
	if err != nil {
		return mail.Letter{}, err
	}
	if len(affiliates) == 0 || off {
		return mail.Letter{}, mail.ErrNobody
	}
	s, err := l.o.Settings(ctx, m.Account)
	if err != nil {
		return mail.Letter{}, err
	}
	last, wanted := s.LastDigest(m.Created)
	first, err := time.ParseInLocation(dayLayout, m.Week, last.Location())
	if !wanted || err != nil { // it was switched off since
		return mail.Letter{}, mail.ErrNobody
	}
	letter, worth, err := l.Digest(ctx, m.Account, affiliates[0], first.AddDate(0, 0, 7))
	if err == nil && !worth {
		err = mail.ErrNobody
	}
	return letter, err
}

// Digest writes an affiliate's digest of the week before a moment, and says whether it is worth sending: one without a click
// and an opt-in is not.
func (l *Letters) Digest(ctx context.Context, account attribution.AccountID, a attribution.Affiliate, due time.Time) (letter mail.Letter, worth bool, err error) {
	first, end := Week(due)
	now, err := l.count(ctx, account, a, first, end)
	if err != nil {
		return letter, false, err
	}
	then, err := l.count(ctx, account, a, first.AddDate(0, 0, -7), first)
	if err != nil {
		return letter, false, err
	}
	say, err := l.readerOf(ctx, account, a.ID)
	if err != nil {
		return letter, false, err
	}
	d := newDigest(say, a, now, then)
	d.First, d.Last, d.Page = d.Day(first), d.Day(end.AddDate(0, 0, -1)), l.o.BaseURL+"/portal"
	best, optIns, err := l.best(ctx, account, a, first, end)
	if err != nil {
		return letter, false, err
	}
	d.Best, d.BestOptIns = best, d.Counted("shared.counts.noptins", optIns)
	way, err := l.o.Passes.Issue(ctx, pass.Unsubscribe, pass.Holder{Account: account, Affiliate: a.ID})
	if err != nil {
		return letter, false, err
	}
	d.Unsubscribe = l.o.BaseURL + "/portal/digest/" + way
	if letter, err = l.write("digest", d); err != nil {
		return letter, false, err
	}
	letter.Unsubscribe = d.Unsubscribe
	if len(a.Email.Sealed) > 0 {
		p, err := l.o.Vault.Open(a.Email.Sealed, a.Email.Key)
		if err != nil {
			return letter, false, fmt.Errorf("opening the address of affiliate %s: %w", a.ID, err)
		}
		letter.To = p.Email
	}
	return letter, now.Clicks+now.OptIns > 0, nil
}

func (l *Letters) count(ctx context.Context, account attribution.AccountID, a attribution.Affiliate, from, to time.Time) (attribution.Tally, error) {
	r := stats.Range{From: attribution.HourOf(from), To: attribution.HourOf(to), Zone: from.Location()}
	report, err := stats.Read(ctx, l.o.Store, account, a.Ref(), r)
	return report.Tally, err
}

func newDigest(say *texts.Reader, a attribution.Affiliate, now, then attribution.Tally) digest {
	d := digest{Reader: say, Title: say.Text("letter.digest.title"), Name: cmp.Or(line(a.Name), say.Text("letter.login.affiliate", "ID", a.ID))}
	d.Subject = say.Counted("letter.digest.subject", now.OptIns)
	if now.OptIns == 0 {
		d.Subject = say.Text("letter.digest.subjectclicks")
	}
	d.Figures = []figure{
		compared(say, "shared.counts.clicks", now.Clicks, then.Clicks), compared(say, "shared.counts.optins", now.OptIns, then.OptIns),
		compared(say, "letter.digest.credited", now.Referrals, then.Referrals),
	}
	return d
}

func compared(say *texts.Reader, name string, now, then int64) figure {
	f := figure{Name: say.Text(name), Now: say.Number(now)}
	switch {
	case now > then:
		f.Change = say.Counted("letter.digest.more", now-then)
	case now < then:
		f.Change = say.Counted("letter.digest.fewer", then-now)
	default:
		f.Change = say.Text("letter.digest.same")
	}
	return f
}

// mostRead bounds how many opt-ins of a week are looked at for its best page.
const mostRead = 1000

func (l *Letters) best(ctx context.Context, account attribution.AccountID, a attribution.Affiliate, from, to time.Time) (page string, most int64, err error) {
	found, err := l.o.Store.OptIns(ctx, account, store.Query{Ref: a.Ref(), From: from, To: to, Limit: mostRead})
	if err != nil {
		return "", 0, fmt.Errorf("looking for the best page: %w", err)
	}
	count := map[string]int64{}
	for _, o := range found.OptIns {
		u, err := url.Parse(o.URL)
		if err != nil || u.Host == "" {
			continue
		}
		address := line(u.Host + strings.TrimSuffix(u.Path, "/"))
		if count[address]++; count[address] > most {
			page, most = address, count[address]
		}
	}
	return page, most, nil
}

// offKind is the kind of document that stands for an affiliate who wants no digest.
const offKind = "digest-off"

// IsOff says whether an affiliate has ended their digest.
func (l *Letters) IsOff(ctx context.Context, account attribution.AccountID, affiliate string) (bool, error) {
	_, err := l.o.Docs.Get(ctx, offKind, ofAffiliate(account, affiliate))
	if errors.Is(err, store.ErrNotFound) {
		return false, nil
	}
	if err != nil {
		return false, fmt.Errorf("reading who wants no digest: %w", err)
	}
	return true, nil
}

// SetOff ends an affiliate's digest, or begins it again. Doing it twice is doing it once.
func (l *Letters) SetOff(ctx context.Context, account attribution.AccountID, affiliate string, off bool) error {
	key := ofAffiliate(account, affiliate)
	doc, err := l.o.Docs.Get(ctx, offKind, key)
	there := err == nil
	if err != nil && !errors.Is(err, store.ErrNotFound) {
		return fmt.Errorf("reading who wants no digest: %w", err)
	}
	switch {
	case off && !there:
		_, err = l.o.Docs.Put(ctx, offKind, key, []byte("{}"), 0)
	case !off && there:
		err = l.o.Docs.Delete(ctx, offKind, key, doc.Version)
	default:
		return nil
	}
	if err != nil && !errors.Is(err, store.ErrConflict) { // somebody did the same at the same time
		return fmt.Errorf("noting who wants no digest: %w", err)
	}
	return nil
}

// idOf names the one mail of an affiliate and a week.
func idOf(due time.Time, affiliate string) string {
	first, _ := Week(due)
	day, _ := time.Parse(dayLayout, first.Format(dayLayout))
	return mail.IDAt(day, "digest-"+base64.RawURLEncoding.EncodeToString([]byte(affiliate)))
}
