package credit

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"strings"
	"sync"
	"time"

	"tributary/internal/attribution"
	"tributary/internal/keap"
	"tributary/internal/store"
)

// Synced tells what a sync of the affiliates found.
type Synced struct {
	Started  time.Time `json:"started"`
	Ended    time.Time `json:"ended"`
	Complete bool      `json:"complete"` // all pages were read; otherwise what was learned before the error is kept
	Seen     int       `json:"seen"`     // affiliates that Keap listed
	New      int       `json:"new"`
	Changed  int       `json:"changed"`
	Gone     int       `json:"gone"`  // known here, and no longer in Keap
	Calls    int       `json:"calls"` // of Keap
	Error    string    `json:"error,omitempty"`
}

// ErrSyncing is returned by Sync while another one runs.
var ErrSyncing = errors.New("a sync of the affiliates is running")

// syncing lets one sync run at a time, and remembers the last.
type syncing struct {
	running sync.Mutex
	mu      sync.Mutex
	last    Synced
}

// LastSync returns what the last sync of this process found; it is zero before the first.
func (c *Crediter) LastSync() Synced {
	c.sync.mu.Lock()
	defer c.sync.mu.Unlock()
	return c.sync.last
}

// run is one sync in progress.
type run struct {
	*Crediter
	account attribution.AccountID
	report  Synced
	seen    map[string]bool
	emails  map[string]attribution.Affiliate // by their contact's id: whose e-mail is to be asked for
}

// Sync compares all affiliates of Keap with those known here, and saves what differs. Keap's list has no filter by the
// time of a change, so all of it is read, 1000 a call, and nothing is written for those who are the same. An affiliate that
// Keap has no longer is marked so, and never deleted. An error in the middle leaves what was learned before it.
func (c *Crediter) Sync(ctx context.Context, account attribution.AccountID) (Synced, error) {
	if !c.sync.running.TryLock() {
		return c.LastSync(), ErrSyncing
	}
	defer c.sync.running.Unlock()
	defer c.CheckLinks()
	r := &run{Crediter: c, account: account, seen: map[string]bool{}, emails: map[string]attribution.Affiliate{}}
	r.report.Started = c.o.Now().UTC()
	err := r.all(keap.Background(ctx))
	r.report.Ended, r.report.Complete = c.o.Now().UTC(), err == nil
	if err != nil {
		r.report.Error = err.Error()
	}
	c.sync.mu.Lock()
	defer c.sync.mu.Unlock()
	c.sync.last = r.report
	return r.report, err
}

func (r *run) all(ctx context.Context) error {
	for _, step := range []func(context.Context) error{r.pages, r.missing, r.askEmails} {
		if err := step(ctx); err != nil {
			return err
		}
	}
	return nil
}

func (r *run) pages(ctx context.Context) error {
	token := ""
	for {
		r.report.Calls++
		page, next, err := r.keap.Affiliates(ctx, token, 0)
		if err != nil {
			return fmt.Errorf("reading page %d: %w", r.report.Calls, err)
		}
		for _, found := range page {
			if err := r.compare(ctx, found); err != nil {
				return err
			}
		}
		if token = next; token == "" {
			return nil
		}
	}
}

// compare saves an affiliate who is new or not the same. One without an id is nobody's.
func (r *run) compare(ctx context.Context, found keap.Affiliate) error {
	if found.ID == "" || r.seen[found.ID] {
		return nil
	}
	r.seen[found.ID] = true
	r.report.Seen++
	before, err := r.store.Affiliate(ctx, r.account, attribution.Ref{Kind: attribution.ByID, Value: found.ID})
	isNew := errors.Is(err, store.ErrNotFound)
	if err != nil && !isNew {
		return err
	}
	after, err := r.learn(ctx, r.account, found, attribution.Ref{Kind: attribution.ByID, Value: found.ID})
	if err != nil {
		return err
	}
	if after.ContactID != "" && (after.Email.Key.IsZero() || after.EmailVia == attribution.ViaKeap && after.ContactID != before.ContactID) {
		r.emails[after.ContactID] = after
	}
	if !isNew && isSame(before, after) {
		return nil
	}
	if isNew {
		r.report.New++
	} else {
		r.report.Changed++
	}
	return r.store.PutAffiliate(ctx, r.account, after, r.o.Now())
}

func isSame(a, b attribution.Affiliate) bool {
	return a.Code == b.Code && a.Name == b.Name && a.Status == b.Status && a.ContactID == b.ContactID && a.Gone.Equal(b.Gone)
}

// missing asks for each affiliate that the list left out, because a list that changes while it is read can leave one out
// that is there.
func (r *run) missing(ctx context.Context) error {
	after := ""
	for {
		known, err := r.store.Affiliates(ctx, r.account, after, 500)
		if err != nil {
			return err
		}
		for _, a := range known {
			if after = a.ID; r.seen[a.ID] || !a.Gone.IsZero() {
				continue
			}
			if err := r.confirm(ctx, a); err != nil {
				return fmt.Errorf("asking for affiliate %s, who was not listed: %w", a.ID, err)
			}
		}
		if len(known) == 0 {
			return nil
		}
	}
}

func (r *run) confirm(ctx context.Context, a attribution.Affiliate) error {
	r.report.Calls++
	found, err := r.keap.Affiliate(ctx, a.ID)
	if keap.IsNotFound(err) {
		r.report.Gone++
		a.Gone = r.o.Now().UTC()
		return r.store.PutAffiliate(ctx, r.account, a, r.o.Now())
	}
	if err != nil {
		return err
	}
	return r.compare(ctx, found)
}

// emailsAtOnce is how many contacts one call asks for, and maxEmailCalls how many calls one sync makes for them: the rest
// comes with the next.
const (
	emailsAtOnce  = 100
	maxEmailCalls = 50
)

// askEmails takes the e-mails of affiliates from their contacts, where nobody gave one here, and the names of those
// that have none.
func (r *run) askEmails(ctx context.Context) error {
	if r.o.Seal == nil {
		return nil
	}
	var ids []string
	for id := range r.emails {
		if ids = append(ids, id); len(ids) == emailsAtOnce*maxEmailCalls {
			break
		}
	}
	for len(ids) > 0 {
		n := min(len(ids), emailsAtOnce)
		r.report.Calls++
		contacts, err := r.keap.Contacts(ctx, ids[:n])
		if err != nil {
			return fmt.Errorf("reading the affiliates' contacts: %w", err)
		}
		for _, contact := range contacts {
			if err := r.address(ctx, contact); err != nil {
				return err
			}
		}
		ids = ids[n:]
	}
	return nil
}

// address gives an affiliate the first e-mail of their contact. One that is no address is left out.
func (r *run) address(ctx context.Context, contact keap.Contact) error {
	a, asked := r.emails[contact.ID]
	if !asked || len(contact.Emails) == 0 {
		return nil
	}
	email, err := attribution.NormalEmail(contact.Emails[0])
	if err != nil {
		return nil
	}
	if a.Email.Key, a.Email.Sealed, err = r.o.Seal(attribution.Person{Email: email}); err != nil {
		return fmt.Errorf("sealing the e-mail of affiliate %s: %w", a.ID, err)
	}
	a.EmailVia = attribution.ViaKeap
	a.Name = cmp.Or(a.Name, strings.TrimSpace(contact.GivenName+" "+contact.FamilyName))
	return r.store.PutAffiliate(ctx, r.account, a, r.o.Now())
}
