package audit

import "context"

const (
	// findPage is how many entries are read at once, and maxFind how many at most for one page.
	findPage = 500
	maxFind  = 10_000
)

// RootKey is how the admin key is named in the log.
const RootKey = "the admin key"

// Key is how a key of the REST API is named in the log.
func Key(name string) string { return "key: " + name }

// Query selects entries. Empty fields select everything.
type Query struct {
	Who    string // exactly
	Action string // as a whole, or its noun: "site" finds "site.change". What it was called in versions before is found as well
}

func (q Query) fits(e Entry) bool {
	asked := Action(q.Action)
	return (q.Who == "" || q.Who == e.Who) &&
		(asked == "" || asked == e.Action || asked == e.Action.now() || q.Action == e.Action.Noun() || q.Action == e.Action.now().Noun())
}

// Find returns at most limit entries that fit, after a cursor ("" for the newest). It looks at a bounded number of entries: a
// page may have few, and yet a Next.
func (l *Log) Find(ctx context.Context, q Query, after string, limit int) (found Page, err error) {
	for looked := 0; looked < maxFind; looked += findPage {
		p, err := l.list(ctx, after, findPage)
		if err != nil {
			return found, err
		}
		for i, e := range p.Entries {
			if !q.fits(e) {
				continue
			}
			if len(found.Entries) == limit {
				found.Next = found.keys[limit-1]
				return found, nil
			}
			found.Entries, found.keys = append(found.Entries, e), append(found.keys, p.keys[i])
		}
		if after = p.Next; after == "" {
			return found, nil
		}
	}
	found.Next = after
	return found, nil
}
