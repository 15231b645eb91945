package main

import (
	"context"
	"sync"
	"time"

	"tributary/internal/admin"
	"tributary/internal/keap"
)

// keapLists reads the tags and custom fields that settings can name. They change seldom, and a call of Keap is dear: what
// was read holds for a while.
type keapLists struct {
	keap *keap.Client

	mu   sync.Mutex
	last admin.KeapLists
	read time.Time
}

const (
	listsHold   = time.Minute
	maxTagPages = 5 // of 1000: nobody chooses from a longer list
)

func (l *keapLists) get(ctx context.Context) (admin.KeapLists, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if time.Since(l.read) < listsHold {
		return l.last, nil
	}
	found, err := l.ask(ctx)
	if err == nil {
		l.last, l.read = found, time.Now()
	}
	return found, err
}

func (l *keapLists) ask(ctx context.Context) (found admin.KeapLists, err error) {
	fields, err := l.keap.ContactFields(ctx)
	if err != nil {
		return found, err
	}
	for _, f := range fields {
		found.Fields = append(found.Fields, admin.KeapThing{ID: f.ID, Name: f.Label, Kind: f.Type})
	}
	for page := ""; ; {
		tags, next, err := l.keap.Tags(ctx, page, 0)
		if err != nil {
			return found, err
		}
		for _, t := range tags {
			found.Tags = append(found.Tags, admin.KeapThing{ID: t.ID, Name: t.Name})
		}
		if page = next; next == "" || len(found.Tags) >= maxTagPages*1000 {
			return found, nil
		}
	}
}
