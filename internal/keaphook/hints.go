// Package keaphook hears from Keap that a contact was made, and wakes the opt-ins that wait for it.
//
// What Keap tells is a hint and no more: it is unsigned, so anybody who learns the address can send it. Each contact is
// fetched by its id before anything is believed, and the worst that a forged hint can do is to cost a few calls of Keap, of
// which there is a limit. Hints are held in memory only. What a crash or a full queue loses is time: an opt-in that is not
// woken finds its contact by the outbox's own schedule, as it does where there is no hook at all.
package keaphook

import (
	"context"
	"encoding/json"
	"log/slog"
	"slices"
	"strings"
	"sync"
	"time"

	"golang.org/x/time/rate"

	"tributary/internal/attribution"
	"tributary/internal/keap"
)

// Store is what hints need of the store; see store.Waiters.
type Store interface {
	Waits(ctx context.Context) (bool, error)
	Wake(ctx context.Context, account attribution.AccountID, persons []attribution.PersonKey, now time.Time) (int, error)
}

// Contacts fetches contacts of Keap by their ids, at most keap.ContactsPerCall at once.
type Contacts interface {
	Contacts(ctx context.Context, ids []string) ([]keap.Contact, error)
}

// HintOptions configure Hints. Zero fields get their defaults.
type HintOptions struct {
	Store    Store
	Contacts Contacts
	Key      func(email string) attribution.PersonKey
	Account  attribution.AccountID

	Gather    time.Duration // how long hints are gathered before Keap is asked; 2 seconds
	PerMinute int           // calls of Keap; 20, each for as many contacts as fit
	Queue     int           // contacts that may wait to be fetched; 5,000
	Forget    time.Duration // how long a contact that was fetched is not fetched again; 10 minutes
	Now       func() time.Time
	Logger    *slog.Logger
}

func (o HintOptions) withDefaults() HintOptions {
	if o.Gather == 0 {
		o.Gather = 2 * time.Second
	}
	if o.PerMinute == 0 {
		o.PerMinute = 20
	}
	if o.Queue == 0 {
		o.Queue = 5000
	}
	if o.Forget == 0 {
		o.Forget = 10 * time.Minute
	}
	if o.Now == nil {
		o.Now = time.Now
	}
	if o.Logger == nil {
		o.Logger = slog.New(slog.DiscardHandler)
	}
	return o
}

// Heard counts what the hook told since the program was started.
type Heard struct {
	Last     time.Time `json:"last,omitzero"` // when Keap called last
	Batches  int64     `json:"batches"`
	Hints    int64     `json:"hints"`    // contacts that were named
	Repeated int64     `json:"repeated"` // of them, named in the last minutes before
	Dropped  int64     `json:"dropped"`  // of them, too many at once
	Needless int64     `json:"needless"` // of them, told while no opt-in waited
	Fetched  int64     `json:"fetched"`  // contacts that were read from Keap
	Woken    int64     `json:"woken"`    // opt-ins that were looked for again
	// Unreadable counts batches that are not what Keap is known to send.
	Unreadable int64  `json:"unreadable"`
	Problem    string `json:"problem,omitempty"` // of the last call of Keap, until one works
}

// Hints is the queue between Keap's calls and ours.
type Hints struct {
	o     HintOptions
	calls *rate.Limiter
	ring  chan struct{}

	mu      sync.Mutex
	waiting []string             // contact ids, oldest first
	tries   map[string]int       // of those that wait
	recent  map[string]time.Time // contacts that were fetched
	aged    []string             // the same, oldest first
	heard   Heard
}

// NewHints makes an empty queue. Run works on it.
func NewHints(o HintOptions) *Hints {
	o = o.withDefaults()
	return &Hints{
		o: o, calls: rate.NewLimiter(rate.Limit(float64(o.PerMinute)/60), max(1, o.PerMinute/4)), ring: make(chan struct{}, 1),
		tries: map[string]int{}, recent: map[string]time.Time{},
	}
}

// Heard returns the counts.
func (h *Hints) Heard() Heard {
	h.mu.Lock()
	defer h.mu.Unlock()
	return h.heard
}

// batch is what Keap sends. An id is a number in Keap's examples; a text is taken, too.
type batch struct {
	EventKey   string `json:"event_key"`
	ObjectKeys []struct {
		ID json.RawMessage `json:"id"`
	} `json:"object_keys"`
}

// maxBatch is the most that Keap tells at once. What is beyond it in one call was not sent by Keap.
const maxBatch = 1000

// Take queues what a call tells and returns how many contacts that were. It never waits and never fails: Keap gives up
// on a hook that does not answer well, and there is nothing that it could do better the next time.
func (h *Hints) Take(body []byte) int {
	var b batch
	err := json.Unmarshal(body, &b)
	h.mu.Lock()
	defer h.mu.Unlock()
	h.heard.Last = h.o.Now().UTC().Truncate(time.Millisecond)
	h.heard.Batches++
	if err != nil || len(b.ObjectKeys) > 0 && !strings.HasPrefix(b.EventKey, "contact.") || b.EventKey == "" {
		h.heard.Unreadable++
		return 0
	}
	if len(b.ObjectKeys) > maxBatch {
		h.heard.Dropped += int64(len(b.ObjectKeys) - maxBatch)
		b.ObjectKeys = b.ObjectKeys[:maxBatch]
	}
	n := 0
	for _, k := range b.ObjectKeys {
		if id := strings.Trim(string(k.ID), `"`); isID(id) {
			h.queue(id)
			n++
		}
	}
	select {
	case h.ring <- struct{}{}:
	default:
	}
	return n
}

// isID says whether a text can be an id of Keap.
func isID(id string) bool {
	return id != "" && len(id) <= 20 && strings.Trim(id, "0123456789") == ""
}

// queue adds a contact, unless it waits already or was fetched a moment ago. h.mu is held.
func (h *Hints) queue(id string) {
	h.heard.Hints++
	_, waits := h.tries[id]
	at, known := h.recent[id]
	fetched := known && h.o.Now().Sub(at) < h.o.Forget
	switch {
	case waits, fetched:
		h.heard.Repeated++
	case len(h.waiting) >= h.o.Queue:
		h.heard.Dropped++
	default:
		h.waiting = append(h.waiting, id)
		h.tries[id] = 0
	}
}

// Run fetches what is told, until ctx ends.
func (h *Hints) Run(ctx context.Context) {
	for {
		select {
		case <-ctx.Done():
			return
		case <-h.ring:
		}
		if !pause(ctx, h.o.Gather) { // a burst comes in many calls, and an opt-in of this moment has its first look behind it
			return
		}
		for h.next(ctx) {
		}
	}
}

func pause(ctx context.Context, d time.Duration) bool {
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-ctx.Done():
		return false
	case <-t.C:
		return true
	}
}

// next does one call's worth. It is false when nothing is left to do.
func (h *Hints) next(ctx context.Context) bool {
	waits, err := h.o.Store.Waits(ctx)
	if err != nil || !waits {
		h.clear()
		return false
	}
	if h.empty() || h.calls.Wait(ctx) != nil {
		return false
	}
	ids, asked := h.take(keap.ContactsPerCall)
	if asked && !pause(ctx, h.o.Gather) { // Keap gets time to show what it did not show a moment ago
		return false
	}
	found, err := h.o.Contacts.Contacts(ctx, ids)
	if err != nil {
		h.failed(ids, err)
		return ctx.Err() == nil && pause(ctx, min(max(keap.RetryAfter(err), failPause), time.Minute))
	}
	h.fetched(ids, found)
	h.wake(ctx, found)
	return true
}

// failPause is how long Keap is left in peace after a call that did not work.
const failPause = 5 * time.Second

func (h *Hints) wake(ctx context.Context, found []keap.Contact) {
	var persons []attribution.PersonKey
	for _, c := range found {
		for _, email := range c.Emails {
			if normal, err := attribution.NormalEmail(email); err == nil {
				persons = append(persons, h.o.Key(normal))
			}
		}
	}
	n, err := h.o.Store.Wake(ctx, h.o.Account, persons, h.o.Now().UTC().Truncate(time.Millisecond))
	if err != nil && ctx.Err() == nil {
		h.o.Logger.Error("waking opt-ins", "error", err)
	}
	h.mu.Lock()
	defer h.mu.Unlock()
	h.heard.Woken += int64(n)
}

func (h *Hints) empty() bool {
	h.mu.Lock()
	defer h.mu.Unlock()
	return len(h.waiting) == 0
}

// clear drops what nobody waits for.
func (h *Hints) clear() {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.heard.Needless += int64(len(h.waiting))
	h.waiting = nil
	clear(h.tries)
}

// take takes contacts out of the queue; asked says that all of them were asked for before.
func (h *Hints) take(n int) (ids []string, asked bool) {
	h.mu.Lock()
	defer h.mu.Unlock()
	n = min(n, len(h.waiting))
	ids, h.waiting = h.waiting[:n:n], h.waiting[n:]
	return ids, !slices.ContainsFunc(ids, func(id string) bool { return h.tries[id] == 0 })
}

// maxTries is how often a contact is asked for that Keap told of and does not show.
const maxTries = 3

// fetched notes what was read, and asks again for what Keap did not show: its lists may lag behind its hooks.
func (h *Hints) fetched(ids []string, found []keap.Contact) {
	there := map[string]bool{}
	for _, c := range found {
		there[c.ID] = true
	}
	h.mu.Lock()
	defer h.mu.Unlock()
	h.heard.Problem = ""
	h.heard.Fetched += int64(len(found))
	for _, id := range ids {
		if there[id] || !h.again(id) {
			h.remember(id)
		}
	}
}

func (h *Hints) failed(ids []string, err error) {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.heard.Problem = err.Error()
	for _, id := range ids {
		h.again(id)
	}
}

// again queues a contact once more. h.mu is held.
func (h *Hints) again(id string) bool {
	h.tries[id]++
	if h.tries[id] >= maxTries || len(h.waiting) >= h.o.Queue {
		delete(h.tries, id)
		return false
	}
	h.waiting = append(h.waiting, id)
	return true
}

// remembered bounds how many contacts are known to be fetched, in queues: more than wait at once, so that a stranger who
// names the same ones in turn does not have them fetched each time.
const remembered = 4

// remember keeps a contact from being fetched again at once. h.mu is held.
func (h *Hints) remember(id string) {
	delete(h.tries, id)
	now := h.o.Now()
	for len(h.aged) > 0 && (len(h.aged) >= remembered*h.o.Queue || now.Sub(h.recent[h.aged[0]]) >= h.o.Forget) {
		delete(h.recent, h.aged[0])
		h.aged = h.aged[1:]
	}
	if _, there := h.recent[id]; !there {
		h.recent[id] = now
		h.aged = append(h.aged, id)
	}
}
