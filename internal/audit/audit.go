// Package audit keeps who changed what: one entry for each change that a person or a key made, newest first.
package audit

import (
	"context"
	"encoding/json"
	"fmt"
	"time"

	"github.com/google/uuid"

	"tributary/internal/store"
)

// Kind is the kind of document that an entry is.
const Kind = "audit"

// Entry is one change. It holds no personal data of leads and no secret: a subject is named by its id.
type Entry struct {
	At      time.Time `json:"at"`
	Who     string    `json:"who"` // a user's e-mail, or the name of a key
	Action  Action    `json:"action"`
	Subject string    `json:"subject,omitempty"` // what was changed, by its id
	Detail  string    `json:"detail,omitempty"`  // in words for people
}

// Log writes and lists entries.
type Log struct {
	docs store.Documents
	now  func() time.Time
}

// New returns a log that keeps its entries in docs.
func New(docs store.Documents, now func() time.Time) *Log { return &Log{docs: docs, now: now} }

// Write keeps an entry, at this moment.
func (l *Log) Write(ctx context.Context, e Entry) error {
	e.At = l.now().UTC()
	value, err := json.Marshal(e)
	if err != nil {
		return fmt.Errorf("encoding an entry of the audit log: %w", err)
	}
	if _, err := l.docs.Put(ctx, Kind, keyAt(e.At), value, 0); err != nil {
		return fmt.Errorf("writing the audit log: %w", err)
	}
	return nil
}

// keyAt puts the newest first: documents are listed in the order of their keys.
func keyAt(at time.Time) string { return keyTime(at) + "-" + uuid.NewString() }

func keyTime(at time.Time) string { return fmt.Sprintf("%016x", ^uint64(at.UnixMicro())) }

// Page is a part of the log; Next is "" when it is the last.
type Page struct {
	Entries []Entry
	Next    string

	keys []string // of the entries
}

// List returns at most limit entries after a cursor ("" for the newest).
func (l *Log) List(ctx context.Context, after string, limit int) (Page, error) {
	return l.list(ctx, after, limit)
}

func (l *Log) list(ctx context.Context, after string, limit int) (p Page, err error) {
	docs, err := l.docs.List(ctx, Kind, after, limit+1)
	if err != nil {
		return p, fmt.Errorf("listing the audit log: %w", err)
	}
	if len(docs) > limit {
		docs = docs[:limit]
		p.Next = docs[limit-1].Key
	}
	for _, doc := range docs {
		var e Entry
		if err := json.Unmarshal(doc.Value, &e); err != nil {
			return p, fmt.Errorf("decoding the audit log: %w", err)
		}
		p.Entries, p.keys = append(p.Entries, e), append(p.keys, doc.Key)
	}
	return p, nil
}
