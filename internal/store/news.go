package store

import (
	"context"
	"time"

	"github.com/google/uuid"

	"tributary/internal/attribution"
)

// NewsKind is the kind of the document that says which news of an account are wanted; its key is the account. It is a
// JSON object, of which an engine reads one field: "wanted", a list of what News.What can be. Without the document, or with
// an empty list, no news are kept.
const NewsKind = "news"

// News is a change of an opt-in that somebody wants to be told of. It names nobody: who tells it reads the opt-in.
type News struct {
	ID    uuid.UUID          `json:"-"` // unique, and never reused
	OptIn uuid.UUID          `json:"opt_in"`
	What  attribution.Status `json:"what"` // Received of one that is new, wherever it stands; of an older one where it has come to, except Received
	At    time.Time          `json:"at"`   // of the latest line in its trace then
}

// Newsroom keeps what is to be told, until it was passed on. News are written by the very commit that changes the opt-in,
// whichever call that is: a change that stands has its news, and one that does not has none. An opt-in that keeps its
// status, and one that was new and is taken up by another, make none.
type Newsroom interface {
	// News returns the oldest news of an account, oldest first, at most limit.
	News(ctx context.Context, account attribution.AccountID, limit int) ([]News, error)
	// PassedOn removes news. Those that are not there are no error.
	PassedOn(ctx context.Context, account attribution.AccountID, ids []uuid.UUID) error
}
