package pages

import (
	"context"
	"errors"
	"sync"
	"time"
)

const (
	// pollEvery is how often the store is asked for a page that somebody has open, however many have it.
	pollEvery = time.Second
	// maxStreams bounds the open streams of one page's owner.
	maxStreams = 20
)

// ErrTooMany is returned to who opens more streams of one page than anybody needs.
var ErrTooMany = errors.New("too many open streams")

// Watch knows the current version of every page that somebody has open. Nothing runs by itself: the streams ask, and
// what one of them has found holds for the others until the interval is over. K says whose page it is.
type Watch[K comparable] struct {
	read  func(context.Context, K) (string, error)
	mu    sync.Mutex
	pages map[K]*watched
}

type watched struct {
	streams int // guarded by Watch.mu

	mu      sync.Mutex // held while reading, so that one reads and the others wait for it
	version string
	read    time.Time
}

// NewWatch watches pages whose version read tells.
func NewWatch[K comparable](read func(context.Context, K) (string, error)) *Watch[K] {
	return &Watch[K]{read: read, pages: map[K]*watched{}}
}

// join opens a stream on a page; the caller must call leave. ErrTooMany when there are enough.
func (w *Watch[K]) join(who K) (page *watched, leave func(), err error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	page = w.pages[who]
	if page == nil {
		page = &watched{}
		w.pages[who] = page
	}
	if page.streams == maxStreams {
		return nil, nil, ErrTooMany
	}
	page.streams++
	return page, func() { w.leave(who, page) }, nil
}

func (w *Watch[K]) leave(who K, page *watched) {
	w.mu.Lock()
	defer w.mu.Unlock()
	if page.streams--; page.streams == 0 {
		delete(w.pages, who)
	}
}

// version is the page's version, at most pollEvery old.
func (w *Watch[K]) version(ctx context.Context, who K, page *watched) (string, error) {
	page.mu.Lock()
	defer page.mu.Unlock()
	if page.version != "" && time.Since(page.read) < pollEvery {
		return page.version, nil
	}
	version, err := w.read(ctx, who)
	if err != nil {
		return "", err
	}
	page.version, page.read = version, time.Now()
	return version, nil
}
