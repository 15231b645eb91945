package admin

import (
	"context"
	"errors"
	"net/http"
	"time"

	"github.com/labstack/echo/v4"

	"tributary/internal/affiliates"
	"tributary/internal/audit"
	"tributary/internal/auth"
)

// countedAffiliates bounds how many affiliates are looked at to say how many there are.
const countedAffiliates = 2000

func (k *desk) startAffiliates(c echo.Context, who auth.User) error {
	p, err := k.newStart(c, who, "affiliates", k.Reader(c).Text("desk.startaffiliates.title"))
	if err != nil {
		return err
	}
	p.Synced = k.Affiliates.LastSync()
	known, err := k.Store.Affiliates(c.Request().Context(), account, "", countedAffiliates+1)
	if err != nil {
		return err
	}
	p.Known = min(len(known), countedAffiliates)
	p.KnownText = k.Reader(c).Number(int64(p.Known)) + either(len(known) > countedAffiliates, "+", "")
	for _, a := range known[:p.Known] {
		if a.Code == "" {
			p.NoCode++
		}
	}
	p.Notice = k.told(c, map[string]string{"syncing": "desk.startaffiliates.syncing"})
	return k.Render(c, http.StatusOK, "start-affiliates", p)
}

func (k *desk) startSync(c echo.Context, who auth.User) error {
	if !k.connected() {
		return c.Redirect(http.StatusSeeOther, startAt+"/keap")
	}
	if err := k.note(c.Request().Context(), who, audit.AffiliateSync, "", ""); err != nil {
		return err
	}
	done := make(chan struct{})
	k.Go(func(ctx context.Context) {
		defer close(done)
		k.syncOnce(ctx)
	})
	wait := time.NewTimer(soon)
	defer wait.Stop()
	select {
	case <-done:
		return c.Redirect(http.StatusSeeOther, startAt+"/affiliates")
	case <-wait.C:
		return c.Redirect(http.StatusSeeOther, startAt+"/affiliates?done=syncing")
	}
}

// syncOnce imports, or waits for the import that a new connection begins by itself. What went wrong stands in the result,
// which the page shows.
func (k *desk) syncOnce(ctx context.Context) {
	again := time.NewTicker(100 * time.Millisecond)
	defer again.Stop()
	for {
		if _, err := k.Affiliates.Sync(ctx); !errors.Is(err, affiliates.ErrSyncing) {
			return
		}
		select {
		case <-again.C:
		case <-ctx.Done():
			return
		}
	}
}
