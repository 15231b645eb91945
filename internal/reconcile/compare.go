package reconcile

import (
	"context"
	"errors"
	"fmt"
	"strconv"

	"github.com/google/uuid"

	"tributary/internal/attribution"
	"tributary/internal/credit"
	"tributary/internal/keap"
	"tributary/internal/store"
)

// comparison is one run.
type comparison struct {
	*Reconciler
	report   *Report
	seen     map[uuid.UUID]uint64 // opt-ins whose referral Keap has, each with that referral's id
	inKeap   map[string]int64     // referrals under our tag, by affiliate
	credited map[string]int64     // opt-ins that are credited, likewise
}

func (c *comparison) run(ctx context.Context) error {
	if err := c.eachPage(ctx); err != nil {
		return fmt.Errorf("reading Keap's referrals: %w", err)
	}
	candidates, err := c.absent(ctx)
	if err != nil {
		return fmt.Errorf("reading the credited opt-ins: %w", err)
	}
	if err := c.affiliates(ctx); err != nil {
		return fmt.Errorf("setting affiliates side by side: %w", err)
	}
	return c.missing(ctx, candidates)
}

// eachPage goes through all referrals under our tag.
func (c *comparison) eachPage(ctx context.Context) error {
	token := ""
	for {
		var page []keap.Referral
		var next string
		err := c.ask(ctx, func() (err error) {
			c.report.Counts.Calls++
			page, next, err = c.o.Keap.Referrals(ctx, keap.ReferralFilter{Source: credit.TagPrefix + "*"}, token, c.o.Page)
			return err
		})
		if err != nil {
			return err
		}
		if err := c.page(ctx, page); err != nil {
			return err
		}
		c.show(c.report)
		if token = next; token == "" {
			return nil
		}
	}
}

// pair is a referral with the opt-in that its tag names.
type pair struct {
	keap.Referral
	optIn attribution.OptIn
	known bool
}

func (c *comparison) page(ctx context.Context, page []keap.Referral) error {
	pairs := make([]pair, 0, len(page))
	var contacts []string
	for _, r := range page {
		id, ours := credit.Tagged(r.Source)
		if !ours { // Keap's filter is looser than we are
			continue
		}
		p := pair{Referral: r}
		if id != uuid.Nil {
			o, err := c.o.Store.OptIn(ctx, c.o.Account, id)
			if err != nil && !errors.Is(err, store.ErrNotFound) {
				return err
			}
			p.optIn, p.known = o, err == nil
		}
		pairs = append(pairs, p)
		contacts = append(contacts, r.ContactID)
		if p.known && p.optIn.ContactID != "" && p.optIn.ContactID != r.ContactID {
			contacts = append(contacts, p.optIn.ContactID)
		}
	}
	there, err := c.present(ctx, contacts)
	if err != nil {
		return err
	}
	for _, p := range pairs {
		if err := c.judge(ctx, p, there); err != nil {
			return err
		}
	}
	return nil
}

// present tells which of these contacts Keap has.
func (c *comparison) present(ctx context.Context, ids []string) (map[string]bool, error) {
	there, asked := map[string]bool{}, map[string]bool{}
	var batch []string
	flush := func() error {
		return c.ask(ctx, func() error {
			c.report.Counts.Calls++
			found, err := c.o.Keap.Contacts(ctx, batch)
			for _, contact := range found {
				there[contact.ID] = true
			}
			return err
		})
	}
	for _, id := range ids {
		if asked[id] || id == "" {
			continue
		}
		asked[id] = true
		if batch = append(batch, id); len(batch) == keap.ContactsPerCall {
			if err := flush(); err != nil {
				return nil, err
			}
			batch = batch[:0]
		}
	}
	if len(batch) == 0 {
		return there, nil
	}
	return there, flush()
}

// judge compares one referral with its opt-in.
func (c *comparison) judge(ctx context.Context, p pair, there map[string]bool) error {
	c.report.Counts.Referrals++
	if !p.known {
		c.inKeap[p.ReferralPartnerID]++
		c.report.add(Row{Kind: Unknown, At: p.ReferralTime, Affiliate: p.ReferralPartnerID, ReferralID: p.ID, InKeap: "contact " + p.ContactID, Reason: "the referral's source is " + shown(p.Source) + ", which is no opt-in here"})
		return nil
	}
	id, _ := strconv.ParseUint(p.ID, 10, 64) // ids of Keap are digits
	if before, twice := c.seen[p.optIn.ID]; twice {
		c.repeated(p, before, id)
		return nil
	}
	c.seen[p.optIn.ID] = id
	c.inKeap[p.ReferralPartnerID]++
	if p.optIn.Status == attribution.Erased {
		c.credited[p.optIn.Ref.Value]++
		c.report.Counts.Matched++
		return nil
	}
	if c.isMoving(p.optIn) {
		c.report.Counts.InFlight++
		return nil
	}
	return c.differ(ctx, p, there)
}

// repeated tells a referral that Keap has listed twice, because the pages have moved, from two referrals of one opt-in.
func (c *comparison) repeated(p pair, before, id uint64) {
	if before == id {
		c.report.Counts.Referrals--
		return
	}
	c.inKeap[p.ReferralPartnerID]++
	row := rowOf(DuplicateTag, p.optIn, fmt.Sprintf("Keap has the referrals %d and %s of this opt-in", before, p.ID))
	row.InKeap = p.ID
	c.report.add(row)
}

func shown(source string) string {
	if runes := []rune(source); len(runes) > 60 {
		source = string(runes[:60]) + "..."
	}
	return strconv.Quote(source)
}

// isMoving says whether an opt-in has changed just now.
func (c *comparison) isMoving(o attribution.OptIn) bool {
	return len(o.Trace) > 0 && o.Trace[len(o.Trace)-1].At.After(c.report.Started.Add(-c.o.Margin))
}

// differ finds the first thing in which a referral and its opt-in differ.
func (c *comparison) differ(ctx context.Context, p pair, there map[string]bool) error {
	o := p.optIn
	partner, err := c.partner(ctx, o)
	if err != nil {
		return err
	}
	moved := o.ContactID != "" && o.ContactID != p.ContactID
	switch {
	case partner != p.ReferralPartnerID:
		c.found(OtherPartner, p, "affiliate "+p.ReferralPartnerID, fmt.Sprintf("the opt-in is of affiliate %s, and Keap's referral credits %s", orNobody(partner), orNobody(p.ReferralPartnerID)))
	case !o.IsCredited():
		return c.correct(ctx, NotCredited, p, "Keap has the referral, and the opt-in is "+string(o.Status), "Keap has referral "+p.ID)
	case !there[p.ContactID]:
		c.found(DeletedContact, p, "contact "+p.ContactID, "Keap has no contact "+p.ContactID+" any more")
	case moved && there[o.ContactID]:
		c.found(OtherContact, p, "contact "+p.ContactID, fmt.Sprintf("the referral was written to contact %s, stands with %s, and Keap has both", o.ContactID, p.ContactID))
	case moved:
		return c.correct(ctx, MergedContact, p, fmt.Sprintf("contact %s was merged into %s", o.ContactID, p.ContactID), fmt.Sprintf("contact %s is %s now", o.ContactID, p.ContactID))
	default:
		c.report.Counts.Matched++
	}
	return nil
}

// partner is Keap's id of the affiliate that an opt-in is of, and "" for nobody whom Keap knows.
func (c *comparison) partner(ctx context.Context, o attribution.OptIn) (string, error) {
	if o.Ref.Kind != attribution.ByCode {
		return o.Ref.Value, nil
	}
	a, err := c.o.Store.Affiliate(ctx, c.o.Account, o.Ref)
	if errors.Is(err, store.ErrNotFound) {
		return "", nil
	}
	return a.ID, err
}

func orNobody(id string) string {
	if id == "" {
		return "nobody"
	}
	return id
}

func (c *comparison) found(kind Kind, p pair, inKeap, reason string) {
	row := rowOf(kind, p.optIn, reason)
	row.InKeap, row.ReferralID = inKeap, p.ID
	c.report.add(row)
}

// correct reports what can be mended here, and mends it when asked to.
func (c *comparison) correct(ctx context.Context, kind Kind, p pair, reason, detail string) error {
	row := rowOf(kind, p.optIn, reason)
	row.InKeap, row.ReferralID, row.Fixable = "contact "+p.ContactID, p.ID, true
	if c.report.Fix {
		done, err := c.o.Store.Correct(ctx, c.o.Account, c.now(), store.Correction{
			Seen: p.optIn, Status: attribution.Credited, ContactID: p.ContactID, ReferralID: p.ID, Step: "reconciled", Detail: detail,
		})
		if err != nil {
			return fmt.Errorf("correcting opt-in %s: %w", p.optIn.ID, err)
		}
		row.Fixed = done
	}
	c.report.add(row)
	return nil
}
