package boltstore

import (
	"bytes"
	"context"
	"encoding/binary"
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/google/uuid"

	"tributary/internal/attribution"
	"tributary/internal/store"
)

// PutAffiliate implements store.Affiliates.
func (s *Store) PutAffiliate(ctx context.Context, account attribution.AccountID, p attribution.Affiliate, now time.Time) error {
	return s.write(ctx, func(tx *txn) error {
		a, err := tx.account(account)
		if err != nil {
			return err
		}
		if err := tx.flushTallies(); err != nil { // what moves below must be in the tree
			return err
		}
		return a.putAffiliate(p, now)
	})
}

func (a *accountTx) putAffiliate(p attribution.Affiliate, now time.Time) error {
	if err := a.table("partners").putJSON([]byte(p.ID), p); err != nil {
		return err
	}
	remember(a.cache.known, p.Ref(), true)
	a.tx.changed[changeKey{a.id, p.Ref()}] = true
	if err := a.wakeFor(p.Ref(), now, wakes(p)...); err != nil {
		return err
	}
	if p.Code != "" {
		if err := a.takeCode(p.Code, p, now); err != nil {
			return err
		}
	}
	for _, spelling := range p.Spellings {
		if err := a.takeSpelling(spelling, p, now); err != nil {
			return err
		}
	}
	return nil
}

func (a *accountTx) takeCode(value string, p attribution.Affiliate, now time.Time) error {
	code := attribution.Ref{Kind: attribution.ByCode, Value: value}
	if err := a.own(code, p.ID); err != nil {
		return err
	}
	remember(a.cache.canonical, code, p.Ref())
	return a.adopt(code, p.Ref(), now)
}

// takeSpelling gives a spelling to an affiliate, unless somebody's code is spelt so.
func (a *accountTx) takeSpelling(value string, p attribution.Affiliate, now time.Time) error {
	owner, _, err := a.owner(attribution.Ref{Kind: attribution.ByCode, Value: value})
	if err != nil || owner.Kind == attribution.ByID {
		return err
	}
	return a.takeCode(value, p, now)
}

// own gives a code to an affiliate. A code can pass to another one in Keap; what was counted before it was first known
// stays with its first owner, so the record keeps both.
func (a *accountTx) own(code attribution.Ref, id string) error {
	_, first, err := a.owner(code)
	if err != nil {
		return err
	}
	if first.Kind == attribution.ByID {
		return a.table("codes").put([]byte(code.Value), []byte(id+"\x00"+first.Value))
	}
	return a.table("codes").put([]byte(code.Value), []byte(id+"\x00"+id))
}

// owner returns a code's present and first affiliate, each the code itself when nobody has it.
func (a *accountTx) owner(code attribution.Ref) (present, first attribution.Ref, err error) {
	payload, found, err := a.table("codes").get([]byte(code.Value))
	if err != nil || !found {
		return code, code, err
	}
	ids := strings.Split(string(payload), "\x00")
	if len(ids) != 2 {
		return code, code, fmt.Errorf("%w: code %s has no two owners", store.ErrDamaged, code)
	}
	return attribution.Ref{Kind: attribution.ByID, Value: ids[0]}, attribution.Ref{Kind: attribution.ByID, Value: ids[1]}, nil
}

// adopt moves everything counted under a code, while nobody knew whose it was, to its affiliate.
func (a *accountTx) adopt(code, ref attribution.Ref, now time.Time) error {
	if err := a.wakeFor(code, now, store.UnknownAffiliate); err != nil {
		return err
	}
	if err := a.moveCounters(code, ref); err != nil {
		return err
	}
	if err := a.moveVisitors(code, ref); err != nil {
		return err
	}
	if err := a.moveOptIns(code, ref); err != nil {
		return err
	}
	return a.moveParts(code, ref)
}

func (a *accountTx) moveCounters(code, ref attribution.Ref) error {
	var keys [][]byte
	err := a.table("counters").ascend(refPrefix(code), nil, func(key, payload []byte) (bool, error) {
		t, err := decodeTally(payload)
		a.count(ref, counterHour(key), t)
		keys = append(keys, bytes.Clone(key))
		return true, err
	})
	if err != nil {
		return err
	}
	return deleteAll(a.table("counters"), keys)
}

func deleteAll(t table, keys [][]byte) error {
	for _, key := range keys {
		if err := t.delete(key); err != nil {
			return err
		}
	}
	return nil
}

// moveVisitors moves the marks of visitors. One who is marked for the affiliate already was counted twice: once goes.
func (a *accountTx) moveVisitors(code, ref attribution.Ref) error {
	type visit struct {
		visitor uuid.UUID
		hour    attribution.Hour
	}
	var visits []visit
	var keys [][]byte
	err := a.table("pending").ascend(refPrefix(code), nil, func(key, payload []byte) (bool, error) {
		hour, _ := binary.Varint(payload)
		visits = append(visits, visit{uuid.UUID(key[len(key)-16:]), attribution.Hour(hour)})
		keys = append(keys, bytes.Clone(key))
		return true, nil
	})
	if err != nil {
		return err
	}
	for _, v := range visits {
		isNew, err := a.moveMark(v.visitor, code, ref)
		if err != nil {
			return err
		}
		if !isNew {
			a.count(ref, v.hour, attribution.Tally{UniqueClicks: -1})
		}
	}
	return deleteAll(a.table("pending"), keys)
}

// moveOptIns gives a code's opt-ins to the affiliate. A person who is marked for it already was counted twice.
func (a *accountTx) moveOptIns(code, ref attribution.Ref) error {
	var ids []uuid.UUID
	err := a.table("owned").ascend(refPrefix(code), nil, func(key, _ []byte) (bool, error) {
		ids = append(ids, entryID(key))
		return true, nil
	})
	if err != nil {
		return err
	}
	for _, id := range ids {
		if err := a.moveOptIn(id, code, ref); err != nil {
			return err
		}
	}
	return nil
}

func (a *accountTx) moveOptIn(id uuid.UUID, code, ref attribution.Ref) error {
	o, err := a.getOptIn(id)
	if err != nil {
		return err
	}
	if err := a.movePerson(o.Person, code, ref); err != nil {
		return err
	}
	before := o
	o.Ref = ref
	if !o.Person.IsZero() {
		if err := a.table("people").putJSON(o.Person[:], attribution.Touch{Ref: ref, At: o.At}); err != nil {
			return err
		}
	}
	return a.saveOptIn(&before, &o)
}

func (a *accountTx) movePerson(person attribution.PersonKey, code, ref attribution.Ref) error {
	old := creditKey(person, code)
	payload, found, err := a.table("credits").get(old)
	if err != nil || !found { // an earlier opt-in of the same person took the mark along
		return err
	}
	n, _ := binary.Varint(payload)
	hour := attribution.Hour(n)
	isNew, err := a.markPerson(person, ref, hour)
	if err != nil {
		return err
	}
	if !isNew {
		a.count(ref, hour, attribution.Tally{People: -1})
	}
	return a.table("credits").delete(old)
}

// wakes lists why a job may have been parked that an affiliate, as it is now, sets going again.
func wakes(p attribution.Affiliate) []string {
	switch {
	case !p.Gone.IsZero():
		return nil
	case p.Status == "INACTIVE":
		return []string{store.UnknownAffiliate}
	}
	return []string{store.UnknownAffiliate, store.InactiveAffiliate}
}

// wakeFor makes due what was parked because of this reference. Held opt-ins are few; an affiliate's opt-ins may be many.
func (a *accountTx) wakeFor(ref attribution.Ref, now time.Time, codes ...string) error {
	if err := a.wakeJob(store.JobID(store.AffiliateJob, ref.String()), now, codes); err != nil {
		return err
	}
	ids, err := a.heldFor(ref)
	if err != nil {
		return err
	}
	for _, id := range ids {
		if err := a.wakeJob(store.JobID(store.CreditJob, id.String()), now, codes); err != nil {
			return err
		}
	}
	return nil
}

func (a *accountTx) heldFor(ref attribution.Ref) (ids []uuid.UUID, err error) {
	err = a.table("statuses").ascend(statusPrefix(attribution.Held), nil, func(key, _ []byte) (bool, error) {
		o, err := a.getOptIn(entryID(key))
		if o.Ref == ref {
			ids = append(ids, o.ID)
		}
		return true, err
	})
	return ids, err
}

func (a *accountTx) wakeJob(id string, now time.Time, codes []string) error {
	var j store.Job
	found, err := a.tx.jobs().getJSON(jobKey(a.id, id), &j)
	if err != nil || !found || j.State == store.Sending || !slices.Contains(codes, j.Code) {
		return err
	}
	_, err = a.tx.wake(j, now, "affiliate known", "the affiliate is known now, or active: trying again")
	return err
}

// Affiliate implements store.Affiliates.
func (s *Store) Affiliate(ctx context.Context, account attribution.AccountID, ref attribution.Ref) (p attribution.Affiliate, err error) {
	found := false
	err = s.readAccount(account, func(a *accountTx) error {
		c, err := a.canonicalInRead(ref)
		if err != nil || c.Kind != attribution.ByID {
			return err
		}
		found, err = a.table("partners").getJSON([]byte(c.Value), &p)
		return err
	})
	if err == nil && !found {
		err = fmt.Errorf("affiliate %s: %w", ref, store.ErrNotFound)
	}
	return p, err
}

// Affiliates implements store.Affiliates.
func (s *Store) Affiliates(ctx context.Context, account attribution.AccountID, from string, limit int) (out []attribution.Affiliate, err error) {
	err = s.readAccount(account, func(a *accountTx) error {
		return a.table("partners").ascend(nil, append([]byte(from), 0), func(_, payload []byte) (bool, error) {
			if len(out) == limit {
				return false, nil
			}
			var p attribution.Affiliate
			err := json.Unmarshal(payload, &p)
			out = append(out, p)
			return true, err
		})
	})
	return out, err
}
