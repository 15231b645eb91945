package webhooks

import (
	"context"
	"errors"
	"fmt"
	"sync"

	"github.com/google/uuid"

	"tributary/internal/store"
)

// newsAtOnce bounds one round of passing on.
const newsAtOnce = 100

// maxWaiting bounds what waits for one endpoint. It would take hours to send so much, and it is held in memory by its key.
const maxWaiting = 100_000

// passOn makes a delivery of each news for each endpoint that wants it, and then takes the news from the store: a stop in
// between makes the same deliveries again, under the same keys. Lanes take up a delivery only after its news is gone, so
// that none is made anew when it is done. It returns how many news there were.
func (s *Service) passOn(ctx context.Context) (int, error) {
	news, err := s.Store.News(ctx, s.Account, newsAtOnce)
	if err != nil || len(news) == 0 {
		return 0, err
	}
	b, err := s.look(ctx)
	if err != nil {
		return 0, err
	}
	made, err := s.spread(ctx, b, news)
	if err != nil {
		return 0, err
	}
	ids := make([]uuid.UUID, len(news))
	for i, n := range news {
		ids[i] = n.ID
	}
	if err := s.Store.PassedOn(ctx, s.Account, ids); err != nil {
		return 0, err
	}
	return len(news), s.take(ctx, made)
}

// take gives stored deliveries to their lanes.
func (s *Service) take(ctx context.Context, made []placed) error {
	for _, m := range made {
		if s.push(m.endpoint, m.key, s.Now()) > maxWaiting {
			reason := fmt.Sprintf("more than %d events wait for it", maxWaiting)
			if err := s.disable(ctx, m.endpoint, reason); err != nil {
				return err
			}
		}
	}
	return nil
}

type placed struct{ endpoint, key string }

// spread stores the deliveries of some news. All are written at once, so that they share commits.
func (s *Service) spread(ctx context.Context, b book, news []store.News) (made []placed, err error) {
	var mu sync.Mutex
	var writes sync.WaitGroup
	room := make(chan struct{}, 256)
	for _, n := range news {
		for i := range b.Endpoints {
			e := &b.Endpoints[i]
			if !e.Wants(typeOf(n.What)) {
				continue
			}
			room <- struct{}{}
			writes.Go(func() {
				defer func() { <-room }()
				k, failed := s.place(ctx, n, e.ID)
				mu.Lock()
				defer mu.Unlock()
				made, err = append(made, placed{e.ID, k}), errors.Join(err, failed)
			})
		}
	}
	writes.Wait()
	return made, err
}

// place stores the delivery of a news to an endpoint; one that is there already is the same.
func (s *Service) place(ctx context.Context, n store.News, endpoint string) (string, error) {
	d := newDelivery(n.ID, endpoint, typeOf(n.What), n.OptIn, n.At)
	d.Due = s.Now().UTC()
	k, err := key(endpoint, d.ID)
	if err == nil {
		err = s.put(ctx, waitingKind, k, &d, 0)
	}
	if errors.Is(err, store.ErrConflict) {
		err = nil
	}
	return k, err
}
