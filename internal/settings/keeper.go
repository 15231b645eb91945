package settings

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"sync"

	"tributary/internal/attribution"
	"tributary/internal/store"
)

// Kind is the kind of document that settings are; its key is the account.
const Kind = "settings"

// Keeper reads and saves the settings of accounts. What it has read it remembers: whoever saves, saves through it.
type Keeper struct {
	docs     store.Documents
	defaults Settings

	mu    sync.Mutex
	known map[attribution.AccountID]Settings
}

// NewKeeper makes a keeper over the store.
func NewKeeper(docs store.Documents, defaults Settings) *Keeper {
	return &Keeper{docs: docs, defaults: defaults, known: map[attribution.AccountID]Settings{}}
}

// Of returns an account's settings.
func (k *Keeper) Of(ctx context.Context, account attribution.AccountID) (Settings, error) {
	k.mu.Lock()
	defer k.mu.Unlock()
	if s, ok := k.known[account]; ok {
		return s, nil
	}
	chosen, _, err := k.chosen(ctx, account)
	if err != nil {
		return k.defaults, err
	}
	s, err := over(k.defaults, chosen)
	if err == nil {
		k.known[account] = s
	}
	return s, err
}

func (k *Keeper) chosen(ctx context.Context, account attribution.AccountID) (chosen map[string]json.RawMessage, version int64, err error) {
	d, err := k.docs.Get(ctx, Kind, string(account))
	if errors.Is(err, store.ErrNotFound) {
		return nil, 0, nil
	}
	if err == nil {
		err = json.Unmarshal(d.Value, &chosen)
	}
	if err != nil {
		return nil, 0, fmt.Errorf("reading the settings of account %s: %w", account, err)
	}
	return chosen, d.Version, nil
}

// Change saves changes, when may (which can be nil) allows what comes of them: it sees the settings before and after.
// store.ErrConflict when somebody else changed them meanwhile.
func (k *Keeper) Change(ctx context.Context, account attribution.AccountID, changes map[string]json.RawMessage, may func(before, after Settings) error) (Settings, error) {
	before, err := k.Of(ctx, account)
	if err != nil {
		return before, err
	}
	chosen, version, err := k.chosen(ctx, account)
	if err != nil {
		return before, err
	}
	next, after, err := Change(k.defaults, chosen, changes)
	if err != nil {
		return before, err
	}
	if may != nil {
		if err := may(before, after); err != nil {
			return before, err
		}
	}
	return after, k.save(ctx, account, next, version, after)
}

func (k *Keeper) save(ctx context.Context, account attribution.AccountID, chosen map[string]json.RawMessage, version int64, s Settings) error {
	text, err := json.Marshal(chosen)
	if err != nil {
		return err
	}
	k.mu.Lock() // so that what is remembered is what was saved last
	defer k.mu.Unlock()
	if _, err := k.docs.Put(ctx, Kind, string(account), text, version); err != nil {
		return fmt.Errorf("saving the settings: %w", err)
	}
	k.known[account] = s
	return nil
}
