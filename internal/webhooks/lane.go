package webhooks

import (
	"container/heap"
	"context"
	"encoding/json"
	"sync"
	"time"

	"tributary/internal/store"
)

// atOnce is how many deliveries one endpoint gets at the same time.
const atOnce = 2

// grace is how long an attempt that has begun may go on after a stop.
const grace = 5 * time.Second

// lane delivers to one endpoint. Each has its own, so that a slow endpoint delays nobody but itself.
type lane struct {
	s    *Service
	id   string
	stop context.CancelFunc
	wake chan struct{} // something became due

	mu       sync.Mutex
	queue    queue
	held     map[string]place
	rests    time.Time // until when nothing is sent
	failures int       // in a row
	done     int       // deliveries that came to their end
}

// place is where a lane has a delivery.
type place int

const (
	queued place = iota
	inHand
	wanted // in hand, and to be done again after that
)

func newLane(s *Service, id string) *lane {
	return &lane{s: s, id: id, wake: make(chan struct{}, 1), held: map[string]place{}}
}

// turn is a delivery's place in the queue: by its time, and then the older event first, whose key is the larger.
type turn struct {
	due time.Time
	key string
}

type queue []turn

func (q queue) Len() int { return len(q) }
func (q queue) Less(i, j int) bool {
	return q[i].due.Before(q[j].due) || q[i].due.Equal(q[j].due) && q[i].key > q[j].key
}
func (q queue) Swap(i, j int) { q[i], q[j] = q[j], q[i] }
func (q *queue) Push(x any)   { *q = append(*q, x.(turn)) }
func (q *queue) Pop() any {
	last := (*q)[len(*q)-1]
	*q = (*q)[:len(*q)-1]
	return last
}

// push takes up a delivery, and returns how many there are. One that waits for a later time comes forward; one that is in
// hand comes again.
func (l *lane) push(key string, due time.Time) int {
	l.mu.Lock()
	defer l.mu.Unlock()
	switch where, held := l.held[key]; {
	case !held:
		l.held[key] = queued
		heap.Push(&l.queue, turn{due, key})
	case where == queued:
		l.hasten(key, due)
	default:
		l.held[key] = wanted
	}
	select {
	case l.wake <- struct{}{}:
	default:
	}
	return len(l.held)
}

func (l *lane) hasten(key string, due time.Time) {
	for i := range l.queue {
		if l.queue[i].key == key && due.Before(l.queue[i].due) {
			l.queue[i].due = due
			heap.Fix(&l.queue, i)
			return
		}
	}
}

// next takes the first delivery that is due, or says how long there is none.
func (l *lane) next(now time.Time) (key string, wait time.Duration) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if len(l.queue) == 0 {
		return "", time.Hour
	}
	at := l.queue[0].due
	if l.rests.After(at) {
		at = l.rests
	}
	if at.After(now) {
		return "", at.Sub(now)
	}
	key = heap.Pop(&l.queue).(turn).key
	l.held[key] = inHand
	return key, 0
}

// release gives a delivery out of the hand: back into the queue, or away when due is zero and nobody wants it again.
func (l *lane) release(key string, due time.Time) {
	l.mu.Lock()
	if l.held[key] == wanted {
		due = l.s.Now()
	}
	delete(l.held, key)
	l.mu.Unlock()
	if !due.IsZero() {
		l.push(key, due)
	}
}

func (l *lane) length() int {
	l.mu.Lock()
	defer l.mu.Unlock()
	return len(l.held)
}

// run delivers until ctx ends, and returns when the last delivery is noted.
func (l *lane) run(ctx context.Context) {
	calls, cut := context.WithCancel(context.WithoutCancel(ctx))
	defer cut()
	defer context.AfterFunc(ctx, func() { time.AfterFunc(grace, cut) })()
	var hands sync.WaitGroup
	defer hands.Wait()
	if err := l.load(ctx); err != nil && ctx.Err() == nil {
		l.s.Logger.Error("loading what waits for a webhook", "webhook", l.id, "error", err)
	}
	free := make(chan struct{}, atOnce)
	for l.await(ctx, free) {
		key, wait := l.next(l.s.Now())
		if key == "" {
			<-free
			l.sleep(ctx, wait)
			continue
		}
		hands.Go(func() {
			defer func() { <-free }()
			l.release(key, l.deliver(calls, key))
		})
	}
}

func (l *lane) await(ctx context.Context, free chan<- struct{}) bool {
	select {
	case free <- struct{}{}:
		return ctx.Err() == nil
	case <-ctx.Done():
		return false
	}
}

func (l *lane) sleep(ctx context.Context, d time.Duration) {
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-t.C:
	case <-l.wake:
	case <-ctx.Done():
	}
}

// load takes up what waits in the store.
func (l *lane) load(ctx context.Context) error {
	if err := l.s.prune(ctx, l.id); err != nil {
		return err
	}
	return l.s.each(ctx, waitingKind, l.id, "", func(doc store.Document) (bool, error) {
		var d Delivery
		if err := json.Unmarshal(doc.Value, &d); err != nil {
			return false, err
		}
		logged, _, err := l.s.get(ctx, logKind, doc.Key)
		if err == nil && logged.Round >= d.Round { // it had reached its end when a stop came
			return true, l.s.drop(ctx, waitingKind, doc.Key)
		}
		if err != nil && !isGone(err) {
			return false, err
		}
		l.push(doc.Key, d.Due)
		return true, nil
	})
}
