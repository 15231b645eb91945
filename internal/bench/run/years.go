package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"strconv"
	"sync"
	"time"

	"github.com/google/uuid"

	"tributary/internal/attribution"
	"tributary/internal/store"
	"tributary/internal/store/boltstore"
	"tributary/internal/vault"
)

const (
	star        = "1000" // the affiliate who has half of everything
	spread      = 90 * 24 * time.Hour
	stillToDo   = 2000 // of the newest opt-ins
	eventsAWave = 5000
	hands       = 128
)

// years is the past of an account, on its way into a store.
type years struct {
	ctx   context.Context
	store *boltstore.Store
	vault *vault.Vault
	size  bigAccount
	now   time.Time
}

// makeBig fills a data folder through the store's own writes, so that everything in it is as if it had come in.
func (b *bencher) makeBig(ctx context.Context, dir string, size bigAccount) (err error) {
	begun := time.Now()
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return err
	}
	defer func() {
		if err != nil { // half of it would pass for the whole the next time
			err = errors.Join(err, os.RemoveAll(dir))
		}
	}()
	secret, err := vault.LoadOrMake(dir, "secret.key")
	if err != nil {
		return err
	}
	v, err := vault.New(secret)
	if err != nil {
		return err
	}
	s, err := boltstore.Open(boltstore.Options{Dir: dir})
	if err != nil {
		return err
	}
	y := &years{ctx: ctx, store: s, vault: v, size: size, now: time.Now()}
	if err := errors.Join(y.learn(), y.pass(), y.settle(), s.Close()); err != nil {
		return err
	}
	w, err := weigh(dir)
	fmt.Fprintf(b.out, "\nfilled %s in %s: %s\n", dir, time.Since(begun).Round(time.Second), w.describe())
	return err
}

// learn adds the affiliates.
func (y *years) learn() error {
	return y.each(y.size.affiliates, func(i int) error {
		a := attribution.Affiliate{ID: strconv.Itoa(1000 + i), Code: fmt.Sprintf("partner-%d", i), Name: fmt.Sprintf("Partner number %d", i), Status: "ACTIVE", Learned: y.now}
		return y.store.PutAffiliate(y.ctx, attribution.DefaultAccount, a, y.now)
	})
}

// each does something n times with many hands: a store's writes share their commits.
func (y *years) each(n int, do func(int) error) error {
	work, failed := make(chan int), make(chan error, hands)
	var all sync.WaitGroup
	for range hands {
		all.Go(func() {
			for i := range work {
				if err := do(i); err != nil {
					failed <- err
					for range work { // so that nobody waits for us
					}
					return
				}
			}
		})
	}
	for i := range n {
		work <- i
	}
	close(work)
	all.Wait()
	close(failed)
	return <-failed
}

// pass lets the events come in, oldest first.
func (y *years) pass() error {
	all := y.size.clicks + y.size.optIns
	for from := 0; from < all; from += eventsAWave {
		events := make([]attribution.Event, min(eventsAWave, all-from))
		for i := range events {
			e, err := y.nth(from+i, all)
			if err != nil {
				return err
			}
			events[i] = e
		}
		if _, err := y.store.Ingest(y.ctx, attribution.DefaultAccount, attribution.DefaultPolicy, events); err != nil {
			return err
		}
	}
	return nil
}

// nth is one event of all: clicks, three to a visitor, and an opt-in now and then.
func (y *years) nth(i, all int) (e attribution.Event, err error) {
	at := y.now.Add(time.Duration(i-all) * (spread / time.Duration(all)))
	who := star
	if i%2 == 1 {
		who = strconv.Itoa(1000 + i/2%y.size.affiliates)
	}
	touch := attribution.Touch{Ref: attribution.Ref{Kind: attribution.ByID, Value: who}, At: at}
	e = attribution.Event{
		ID: idAt(at), Type: attribution.Clicked, At: at, Received: at.Add(time.Second), Site: "st_bench", First: touch, Latest: touch,
		Visitor: uuid.NewSHA1(uuid.Nil, strconv.AppendInt(nil, int64(i/3), 10)), URL: fmt.Sprintf("https://www.example.com/page-%d", i%20),
		UTM: attribution.UTM{Source: "newsletter", Campaign: fmt.Sprintf("campaign-%d", i%50), Content: fmt.Sprintf("mail-%d", i%2000)},
	}
	if every := all / y.size.optIns; i%every == every/2 {
		e.Type, e.Via, e.Form = attribution.OptedIn, attribution.ViaForm, attribution.Form{ID: "webinar"}
		e.Person, e.Sealed, err = y.vault.Seal(attribution.Person{Email: fmt.Sprintf("person%d@example.com", i), FirstName: "Person", IP: "192.0.2.1"})
	}
	return e, err
}

// idAt is an id as a browser makes it at a time.
func idAt(at time.Time) uuid.UUID {
	id := uuid.Must(uuid.NewV7())
	for i, ms := 0, at.UnixMilli(); i < 6; i++ {
		id[i] = byte(ms >> (40 - 8*i))
	}
	return id
}

// settle brings all but the newest opt-ins to their end: most are credited, some held or refused.
func (y *years) settle() error {
	for left := y.size.optIns - stillToDo; left > 0; {
		jobs, err := y.store.Claim(y.ctx, y.now, min(left, eventsAWave), 24*time.Hour)
		if err != nil || len(jobs) == 0 {
			return err
		}
		left -= len(jobs)
		if err := y.each(len(jobs), func(i int) error { return y.store.Advance(y.ctx, jobs[i], y.now, ending(jobs[i], i)) }); err != nil {
			return err
		}
	}
	return nil
}

func ending(j store.Job, i int) store.Settlement {
	switch {
	case j.Kind != store.CreditJob:
		return store.Settlement{State: store.Done}
	case i%100 == 50:
		return store.Settlement{State: store.Parked, Code: "suspicious", Status: attribution.Held, Reason: "the same person", Step: "held", Flags: []attribution.Flag{{Code: "self_referral", Reason: "the same address"}}}
	case i%100 == 60:
		return store.Settlement{State: store.Parked, Code: "late", Status: attribution.Refused, Reason: "the touch was too old", Step: "refused"}
	}
	return store.Settlement{State: store.Done, Status: attribution.Credited, ContactID: strconv.Itoa(i + 1), ReferralID: strconv.Itoa(i + 1), Step: "credited", Detail: "referral " + strconv.Itoa(i+1)}
}
