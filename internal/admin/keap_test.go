package admin_test

import (
	"context"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"
	"time"

	"tributary/internal/auth"
	"tributary/internal/connect"
	"tributary/internal/keap"
	"tributary/internal/keap/sandbox"
	"tributary/internal/reconcile"
)

const keyOne, keyTwo, keapHost = "KeapAK-canary-one", "KeapAK-canary-two", "https://keap.example.com"

// connection is a connection to Keap's sandbox, which has two apps.
func (d *desk) connection(clock func() time.Time) connect.Desk {
	d.t.Helper()
	d.box = sandbox.New(sandbox.Options{
		Keys: []string{keyOne, keyTwo}, Tenants: map[string]string{keyOne: "one", keyTwo: "two"},
		OAuth: sandbox.OAuth{ClientID: "c1", ClientSecret: "canary-secret"}, CookiesOnly: true,
	})
	d.t.Cleanup(d.box.Close)
	c, err := connect.New(context.Background(), connect.Options{
		Account: string(account), Store: d.Store, Sealer: plain{},
		Keap:     keap.Config{BaseURL: keapHost + sandbox.BasePath, PerMinute: keap.Unlimited, Transport: served{d.box}},
		ClientID: "c1", ClientSecret: "canary-secret", AuthorizeURL: keapHost + sandbox.AuthorizePath, TokenURL: keapHost + sandbox.TokenPath,
		RedirectURL: "https://go.example.com/keap/callback", Now: clock,
	})
	if err != nil {
		d.t.Fatal(err)
	}
	d.keap = connect.Desk{
		Connection: c, LastSuccess: c.Client().LastSuccess, Pause: func() connect.Pause { return d.pause },
		Quota: func() keap.Quota {
			return keap.Quota{Limit: 30000, Left: 1200, PerMinute: 240, Turns: d.now.Add(time.Hour)}
		},
	}
	return d.keap
}

// served is a transport that calls a handler.
type served struct{ handler http.Handler }

func (h served) RoundTrip(r *http.Request) (*http.Response, error) {
	w := httptest.NewRecorder()
	asked := r.Clone(r.Context())
	if asked.Body == nil {
		asked.Body = http.NoBody
	}
	h.handler.ServeHTTP(w, asked)
	return w.Result(), nil
}

func TestKeapIsConnectedByAKey(t *testing.T) {
	d := newDesk(t)
	cookie := d.as(auth.Owner)
	page := d.get("/admin/keap", cookie)
	has(t, page, "Not connected</span>", "Nothing is lost meanwhile", "Log in at Keap", `type="password"`)
	has(t, d.wrong("/admin/keap/key", cookie, url.Values{"key": {"KeapAK-wrong"}}), "Keap refuses this key")
	has(t, d.get(d.post("/admin/keap/key", cookie, url.Values{"key": {keyOne}}), cookie), "Keap is connected.", "Connected</span>", "<dd>one</dd>",
		"1,200 of 30,000 left", "96 percent used", "Later sales do not pay for referrals")
	page = d.wrong("/admin/keap/key", cookie, url.Values{"key": {keyTwo}})
	has(t, page, "That is the Keap app two", "Move what is stored here to the other app")
	hasNot(t, page, keyTwo, keyOne)
	has(t, d.get(d.post("/admin/keap/key", cookie, url.Values{"key": {keyTwo}, "new_tenant": {"on"}}), cookie), "<dd>two</dd>")
	has(t, d.get(d.post("/admin/keap/check", cookie, nil), cookie), "Keap was asked just now.")
	d.pause = connect.Pause{Reason: "Keap does not answer", Since: d.now, Next: d.now.Add(time.Minute)}
	has(t, d.get("/admin/keap", cookie), "Nothing is delivered at the moment: Keap does not answer.")
	has(t, d.get("/admin/keap/disconnect", cookie), "Disconnect Keap?")
	has(t, d.get(d.post("/admin/keap/disconnect", cookie, nil), cookie), "Not connected</span>")
	log := strings.Join(append(d.logged("keap.connect"), d.logged("keap.disconnect")...), "\n")
	if strings.Count(log, "owner@example.com") != 3 || strings.Contains(log, "canary") {
		t.Errorf("the log has %q", log)
	}
}

func TestKeapIsConnectedByALogin(t *testing.T) {
	d := newDesk(t)
	cookie := d.as(auth.Owner)
	w := d.do(http.MethodGet, "/admin/keap", cookie, "")
	if policy := w.Header().Get("Content-Security-Policy"); !strings.Contains(policy, "form-action 'self' "+keapHost+";") {
		t.Errorf("the button may not lead to Keap: %s", policy)
	}
	if policy := d.do(http.MethodGet, "/admin", cookie, "").Header().Get("Content-Security-Policy"); strings.Contains(policy, keapHost) {
		t.Errorf("forms of other pages may lead to Keap: %s", policy)
	}
	back, err := d.box.Approve(d.post("/admin/keap/login", cookie, nil), "one")
	if err != nil {
		t.Fatal(err)
	}
	u, err := url.Parse(back)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := d.keap.Finish(t.Context(), connect.Answer{State: u.Query().Get("state"), Code: u.Query().Get("code")}); err != nil {
		t.Fatal(err)
	}
	has(t, d.get("/admin/keap", cookie), "a login at Keap (OAuth)", "<dd>one</dd>", "Its token ends")
}

func TestTheComparisonIsRunAndShown(t *testing.T) {
	d := newDesk(t)
	cookie := d.as(auth.Owner)
	has(t, d.get("/admin/keap/reconcile", cookie), "Keap is not connected")
	d.post("/admin/keap/key", cookie, url.Values{"key": {keyOne}})
	has(t, d.get("/admin/keap/reconcile", cookie), "Never compared", "Why Keap")
	page := d.get(d.post("/admin/keap/reconcile", cookie, nil), cookie)
	has(t, page, "The comparison has begun", "Running</span>")
	hasNot(t, page, "Compare now")
	has(t, d.get(d.post("/admin/keap/reconcile", cookie, nil), cookie), "One runs already")
	has(t, d.wrong("/admin/keap/backfill", cookie, url.Values{"since": {"soon"}}), "Write a day such as", `value="soon"`)
	d.post("/admin/keap/backfill", cookie, url.Values{"since": {"2026-01-01"}})
	ctx, stop := context.WithCancel(t.Context())
	defer stop()
	go d.reconciler.Run(ctx)
	for deadline := time.Now().Add(5 * time.Second); ; {
		r, err := d.reconciler.Latest(ctx)
		b, berr := d.reconciler.Backfill(ctx)
		if err != nil || berr != nil || time.Now().After(deadline) {
			t.Fatalf("%+v, %v; %+v, %v", r, err, b, berr)
		}
		if r.State == reconcile.Finished && b.State == reconcile.Finished {
			break
		}
	}
	has(t, d.get("/admin/keap/reconcile", cookie), "Both tell the same", "Compare now", "Imported</span>")
	has(t, d.get("/admin/keap/reconcile/fix", cookie), "Compare with Keap and mend?")
}
