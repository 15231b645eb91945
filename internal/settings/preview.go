package settings

import (
	"context"
	"encoding/json"
	"errors"

	"tributary/internal/attribution"
)

// errPreview ends a change before it is saved.
var errPreview = errors.New("only looked at")

// Preview returns the settings before and after changes, with the checks of Apply, and saves nothing.
func (d *Desk) Preview(ctx context.Context, account attribution.AccountID, changes map[string]json.RawMessage) (before, after Settings, err error) {
	_, err = d.Change(ctx, account, changes, func(b, a Settings) error {
		before, after = b, a
		if err := unasked(d.Ask(ctx, b, a)); err != nil {
			return err
		}
		return errPreview
	})
	if errors.Is(err, errPreview) {
		err = nil
	}
	return before, after, err
}

// Usual returns what holds until the owner decides otherwise.
func (k *Keeper) Usual() Settings { return k.defaults }

// Names lists every setting, as JSON has it.
func Names() []string { return append([]string{}, names...) }
