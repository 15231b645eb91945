package boltstore

import (
	"bytes"
	"context"
	"time"

	"github.com/google/uuid"

	"tributary/internal/attribution"
	"tributary/internal/store"
)

// Correct implements store.Corrections.
func (s *Store) Correct(ctx context.Context, account attribution.AccountID, now time.Time, c store.Correction) (done bool, err error) {
	err = s.write(ctx, func(tx *txn) error {
		a, err := tx.account(account)
		if err != nil {
			return err
		}
		done, err = a.correct(now, c)
		return err
	})
	return done, err
}

func (a *accountTx) correct(now time.Time, c store.Correction) (bool, error) {
	before, err := a.getOptIn(c.Seen.ID)
	if err != nil || before.Status == attribution.Erased || changed(before, c.Seen) {
		return false, err
	}
	o := before
	o.Note(now, c.Step, c.Detail)
	if c.Status == attribution.Received {
		return true, a.reopen(&before, &o, now)
	}
	o.Status, o.Reason, o.ContactID, o.ReferralID = attribution.Credited, "", c.ContactID, c.ReferralID
	if !before.IsCredited() {
		a.countReferral(&o)
	}
	if err := a.holdReferral(o.ReferralID); err != nil {
		return false, err
	}
	if _, err := a.cancelCredit(o.ID); err != nil {
		return false, err
	}
	return true, a.saveOptIn(&before, &o)
}

func changed(now, seen attribution.OptIn) bool {
	return now.Status != seen.Status || now.ContactID != seen.ContactID || now.ReferralID != seen.ReferralID
}

// reopen has a credited opt-in looked for again. Its job begins as one that may have written, so that nothing but a look
// at the same contact decides.
func (a *accountTx) reopen(before, o *attribution.OptIn, now time.Time) error {
	o.Status, o.Reason, o.ReferralID = attribution.Received, "", ""
	if before.IsCredited() {
		a.uncountReferral(o)
	}
	j := store.Job{
		Account: a.id, ID: store.JobID(store.CreditJob, o.ID.String()), Kind: store.CreditJob, Subject: o.ID.String(),
		State: store.Sending, Due: now, Created: now,
	}
	if _, err := a.cancelCredit(o.ID); err != nil {
		return err
	}
	if err := a.tx.saveJob(nil, &j); err != nil {
		return err
	}
	return a.saveOptIn(before, o)
}

// imported counts a referral that Keap had before us, unless something counts it already.
func (a *accountTx) imported(e *attribution.Event) (store.Outcome, error) {
	held, err := a.table("referrals").has([]byte(e.Referral))
	if err != nil {
		return store.Outcome{}, err
	}
	if held {
		return store.Outcome{Disposition: store.Duplicate, Reason: "this referral of Keap is counted already"}, nil
	}
	a.countImport(e, 1)
	return store.Outcome{Disposition: store.Accepted}, a.table("referrals").put([]byte(e.Referral), e.ID[:])
}

func (a *accountTx) countImport(e *attribution.Event, n int64) {
	hour := attribution.HourOf(e.At)
	a.count(e.Latest.Ref, hour, attribution.Tally{Referrals: n})
	a.count(attribution.Ref{}, hour, attribution.Tally{Referrals: n})
}

// holdReferral notes that an opt-in counts a referral of Keap. An import of the same one counts no longer. Which opt-in
// it is stands nowhere, so that nothing leads from an erased person to Keap.
func (a *accountTx) holdReferral(id string) error {
	if id == "" {
		return nil
	}
	by, held, err := a.table("referrals").get([]byte(id))
	if err != nil || held && len(by) == 0 {
		return err
	}
	if held {
		event, err := a.event(uuid.UUID(by))
		if err != nil {
			return err
		}
		a.countImport(&event.Event, -1)
	}
	return a.table("referrals").put([]byte(id), nil)
}

func (a *accountTx) event(id uuid.UUID) (e store.LoggedEvent, err error) {
	payload, found, err := a.table("events").get(id[:])
	if err == nil && !found {
		err = store.ErrDamaged
	}
	if err != nil {
		return e, err
	}
	return a.decodeEvent(id, payload)
}

// recountImport counts an imported referral where no opt-in counts it.
func (a *accountTx) recountImport(e store.LoggedEvent, r *recount) error {
	by, _, err := a.table("referrals").get([]byte(e.Referral))
	if err == nil && bytes.Equal(by, e.ID[:]) {
		r.add(e.Latest.Ref.String(), attribution.HourOf(e.At), attribution.Tally{Referrals: 1})
	}
	return err
}
