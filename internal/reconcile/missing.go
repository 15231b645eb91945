package reconcile

import (
	"context"
	"errors"
	"fmt"

	"github.com/google/uuid"

	"tributary/internal/attribution"
	"tributary/internal/credit"
	"tributary/internal/keap"
	"tributary/internal/store"
)

// absent goes through our credited opt-ins and returns those of which Keap has shown nothing.
func (c *comparison) absent(ctx context.Context) (candidates []uuid.UUID, err error) {
	q := store.Query{Status: attribution.Credited, Limit: 500}
	for {
		page, err := c.o.Store.OptIns(ctx, c.o.Account, q)
		if err != nil {
			return nil, err
		}
		for _, o := range page.OptIns {
			c.report.Counts.Credited++
			c.credited[o.Ref.Value]++
			switch _, seen := c.seen[o.ID]; {
			case seen:
			case c.isMoving(o):
				c.report.Counts.InFlight++
			default:
				candidates = append(candidates, o.ID)
			}
		}
		c.show(c.report)
		if q.Cursor = page.Next; q.Cursor.IsZero() || ctx.Err() != nil {
			return candidates, ctx.Err()
		}
	}
}

const (
	// lookedFor is how many opt-ins are looked for one by one, a call each.
	lookedFor = 1000
	// Where more than manyMissing are gone, and a larger share than mostMissing of all that we credited, something else is
	// wrong: the key is of another Keap app, or an app was restored from a backup. Writing all of them again would be worse.
	manyMissing = 20
	mostMissing = 0.2
)

// missing looks for each candidate by itself: the list may have moved while it was read, and an opt-in may be credited by
// a referral that another program wrote, which has not our tag.
func (c *comparison) missing(ctx context.Context, candidates []uuid.UUID) error {
	var gone []attribution.OptIn
	for i, id := range candidates {
		o, err := c.o.Store.OptIn(ctx, c.o.Account, id)
		if errors.Is(err, store.ErrNotFound) || err == nil && o.Status != attribution.Credited {
			continue
		}
		if err != nil {
			return err
		}
		if i >= lookedFor {
			c.report.add(rowOf(MissingUnfixed, o, fmt.Sprintf("Keap shows no referral of this opt-in, and of %d others", len(candidates)-1)))
			continue
		}
		there, err := c.stands(ctx, o)
		if err != nil {
			return fmt.Errorf("looking for opt-in %s: %w", o.ID, err)
		}
		if there {
			c.report.Counts.Matched++
		} else {
			gone = append(gone, o)
		}
	}
	return c.tell(ctx, gone, len(candidates) > lookedFor)
}

// stands looks for the referral of one opt-in at its contact, by our tag or by its id.
func (c *comparison) stands(ctx context.Context, o attribution.OptIn) (found bool, err error) {
	filter := keap.ReferralFilter{ContactID: o.ContactID}
	if o.ContactID == "" {
		filter = keap.ReferralFilter{Source: credit.TagPrefix + o.ID.String()}
	}
	err = c.ask(ctx, func() error {
		c.report.Counts.Calls++
		page, _, err := c.o.Keap.Referrals(ctx, filter, "", 1000)
		for _, r := range page {
			id, _ := credit.Tagged(r.Source)
			found = found || id == o.ID || r.ID == o.ReferralID
		}
		return err
	})
	return found, err
}

func (c *comparison) tell(ctx context.Context, gone []attribution.OptIn, more bool) error {
	ids := make([]string, len(gone))
	for i, o := range gone {
		ids[i] = o.ContactID
	}
	there, err := c.present(ctx, ids)
	if err != nil {
		return fmt.Errorf("looking for contacts: %w", err)
	}
	many := more || len(gone) > manyMissing && float64(len(gone)) > mostMissing*float64(c.report.Counts.Credited)
	for _, o := range gone {
		switch {
		case many:
			c.report.add(rowOf(MissingUnfixed, o, fmt.Sprintf("Keap has no referral of this opt-in, and %d of %d are missing: that is no accident of single ones", len(gone), c.report.Counts.Credited)))
		case !there[o.ContactID]:
			c.report.add(rowOf(MissingContact, o, "Keap has neither the referral nor contact "+orNobody(o.ContactID)))
		default:
			if err := c.reopen(ctx, o); err != nil {
				return err
			}
		}
	}
	return nil
}

// reopen reports a referral that is gone, and makes its opt-in due again when asked to.
func (c *comparison) reopen(ctx context.Context, o attribution.OptIn) error {
	row := rowOf(Missing, o, "Keap has no referral "+o.ReferralID+" of contact "+o.ContactID)
	row.Fixable = true
	if c.report.Fix {
		done, err := c.o.Store.Correct(ctx, c.o.Account, c.now(), store.Correction{
			Seen: o, Status: attribution.Received, Step: "reconciled", Detail: "referral " + o.ReferralID + " is gone in Keap: it is looked for once more",
		})
		if err != nil {
			return fmt.Errorf("correcting opt-in %s: %w", o.ID, err)
		}
		row.Fixed = done
	}
	c.report.add(row)
	return nil
}
