package admin_test

import (
	"context"
	"net/http"
	"testing"
	"time"

	"github.com/google/uuid"

	"tributary/internal/attribution"
	"tributary/internal/auth"
)

func TestWhatIfShowsWhoWinsAndWhoLoses(t *testing.T) {
	d := newDesk(t)
	cookie := d.as(auth.Viewer)
	has(t, d.get("/admin/whatif", cookie), "Nothing asked yet", "Today the latest earns, for 90 days", `value="first" selected`)
	d.know(attribution.Affiliate{ID: "1", Name: "Early <b>Bird"}, attribution.Affiliate{ID: "2", Name: "Last Word"})
	ctx, stop := context.WithCancel(t.Context())
	defer stop()
	go d.whatif.Run(ctx)
	has(t, d.get("/admin/whatif?rule=first&window=90+days", cookie), "No opt-in in these days")
	e := attribution.Event{
		ID: uuid.Must(uuid.NewV7()), Type: attribution.OptedIn, At: d.now.Add(-time.Hour), Received: d.now, Visitor: uuid.New(), Via: attribution.ViaForm,
		First: attribution.Touch{Ref: byID("1"), At: d.now.Add(-50 * time.Hour)}, Latest: attribution.Touch{Ref: byID("2"), At: d.now.Add(-2 * time.Hour)},
	}
	e.Person, e.Sealed, _ = plain{}.Seal(attribution.Person{Email: "a@example.com"})
	d.ingest(e)
	page := d.get("/admin/whatif?rule=first&window=89+days", cookie)
	has(t, page, "Early &lt;b&gt;Bird", "Last Word", "+1</span>", "-1</span>", "/admin/optins/"+e.ID.String(), "100%")
	has(t, d.get("/admin/whatif?rule=latest&window=90+days", cookie), "Nothing would be different")
	for query, says := range map[string]string{
		"rule=first&window=soon": "1 hour to 400 days", "rule=newest": "Choose one of the two", "rule=first&from=2026-01-01": "at most 90 days", "rule=first&to=x": "A day such as",
	} {
		w := d.do(http.MethodGet, "/admin/whatif?"+query, cookie, "")
		if w.Code != http.StatusUnprocessableEntity {
			t.Errorf("%s: %d", query, w.Code)
		}
		has(t, w.Body.String(), says)
	}
}
