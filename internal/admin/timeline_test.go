package admin_test

import (
	"context"
	"net/http"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/google/uuid"

	"tributary/internal/attribution"
	"tributary/internal/auth"
)

// TestEventsOfHooksStandInTheListByTheirTime, with those of pages, page after page, none twice and none left out.
func TestEventsOfHooksStandInTheListByTheirTime(t *testing.T) {
	d := newDesk(t)
	cookie := d.as(auth.Viewer)
	begin := d.now.Add(-3 * time.Hour)
	want := []string{}
	var batch []attribution.Event
	for i := range 160 {
		at := begin.Add(time.Duration(i) * time.Minute)
		e := attribution.Event{ID: dated(at), Type: attribution.Clicked, At: at, Received: at, Site: "st_test", Visitor: uuid.New(), URL: "https://www.example.com/",
			Latest: attribution.Touch{Ref: attribution.Ref{Kind: attribution.ByID, Value: "7"}, At: at}}
		if i%3 == 0 || i > 90 && i < 150 { // a long run of them, too
			e.ID = uuid.NewSHA1(uuid.NameSpaceURL, []byte{byte(i)})
		}
		batch = append(batch, e)
		want = append([]string{e.ID.String()}, want...)
	}
	if _, err := d.Store.Ingest(context.Background(), account, attribution.DefaultPolicy, batch); err != nil {
		t.Fatal(err)
	}
	for _, filter := range []string{"", "type=click&"} {
		var got []string
		for at := "/admin/events?" + filter; at != ""; {
			page := d.get(at, cookie)
			for _, m := range regexp.MustCompile(`href="/admin/events/([0-9a-f-]{36})"`).FindAllStringSubmatch(page, -1) {
				got = append(got, m[1])
			}
			at = ""
			if m := regexp.MustCompile(`href="(/admin/events\?[^"]*cursor=[^"]+)"`).FindStringSubmatch(page); m != nil {
				at = strings.ReplaceAll(m[1], "&amp;", "&")
			}
		}
		if strings.Join(got, " ") != strings.Join(want, " ") {
			t.Errorf("with %q %d events are listed of %d, or in another order", filter, len(got), len(want))
		}
	}
	for _, bad := range []string{"x", "00000000-0000-0000-0000-000000000001_x_y", want[0] + "_1_z"} {
		if w := d.do(http.MethodGet, "/admin/events?cursor="+bad, cookie, ""); w.Code != http.StatusNotFound {
			t.Errorf("cursor %q: %d", bad, w.Code)
		}
	}
}

// dated is an id of version 7 of a time.
func dated(at time.Time) uuid.UUID {
	id := uuid.Must(uuid.NewV7())
	ms := at.UnixMilli()
	for i := range 6 {
		id[i] = byte(ms >> (40 - 8*i))
	}
	return id
}

// TestAnOptInListsTheEventsOfHooks by which it came.
func TestAnOptInListsTheEventsOfHooks(t *testing.T) {
	d := newDesk(t)
	cookie := d.as(auth.Viewer)
	at := d.now.Add(-time.Hour)
	key, sealed, err := plain{}.Seal(attribution.Person{Email: "ann@example.com"})
	if err != nil {
		t.Fatal(err)
	}
	var batch []attribution.Event
	for i, via := range []attribution.Via{attribution.ViaForm, attribution.ViaHook} {
		e := attribution.Event{ID: dated(at), Type: attribution.OptedIn, At: at, Received: at.Add(time.Duration(i) * time.Minute), Via: via, Person: key, Sealed: sealed}
		if via == attribution.ViaHook {
			e.ID = uuid.NewSHA1(uuid.NameSpaceURL, []byte("hook"))
		}
		batch = append(batch, e)
	}
	out, err := d.Store.Ingest(context.Background(), account, attribution.DefaultPolicy, batch)
	if err != nil || out[0].OptIn != out[1].OptIn {
		t.Fatal(out, err)
	}
	page := d.get("/admin/optins/"+out[0].OptIn.String(), cookie)
	has(t, page, "/admin/events/"+batch[0].ID.String(), "/admin/events/"+batch[1].ID.String())
}
