package portal

import (
	"context"
	"sync"
	"time"
)

const (
	// pollEvery is how often the store is asked for an affiliate with open pages, however many those are.
	pollEvery = time.Second
	// maxStreams bounds the open pages of one affiliate.
	maxStreams = 20
)

// watch knows the current version of every page that somebody has open. Nothing runs by itself: the streams ask, and
// what one of them has found holds for the others until the interval is over.
type watch struct {
	read  func(context.Context, owner) (string, error)
	mu    sync.Mutex
	pages map[owner]*watched
}

type watched struct {
	streams int // guarded by watch.mu

	mu      sync.Mutex // held while reading, so that one reads and the others wait for it
	version string
	read    time.Time
}

func newWatch(read func(context.Context, owner) (string, error)) *watch {
	return &watch{read: read, pages: map[owner]*watched{}}
}

// join opens a stream on an owner's page; the caller must call leave. errTooMany when there are enough.
func (w *watch) join(who owner) (page *watched, leave func(), err error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	page = w.pages[who]
	if page == nil {
		page = &watched{}
		w.pages[who] = page
	}
	if page.streams == maxStreams {
		return nil, nil, errTooMany
	}
	page.streams++
	return page, func() { w.leave(who, page) }, nil
}

func (w *watch) leave(who owner, page *watched) {
	w.mu.Lock()
	defer w.mu.Unlock()
	if page.streams--; page.streams == 0 {
		delete(w.pages, who)
	}
}

// version is the page's version, at most pollEvery old.
func (w *watch) version(ctx context.Context, who owner, page *watched) (string, error) {
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
