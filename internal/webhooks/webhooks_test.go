package webhooks_test

import (
	"context"
	"encoding/base64"
	"errors"
	"fmt"
	"net/http"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"tributary/internal/attribution"
	"tributary/internal/store"
	"tributary/internal/webhooks"
)

func TestAnEventArrivesSigned(t *testing.T) {
	inWorld(t, func(w *world) {
		r := w.receive("8001", nil)
		id, secret := w.add("8001")
		o := w.optIn("ann@example.com")
		begun := time.Now()
		got := r.wait(t, 1)[0]
		if err := got.verify(secret); err != nil {
			t.Errorf("the standard's library refuses it: %v; %v", err, got.header)
		}
		want := event{webhooks.Received, begun.UTC(), shown{o, attribution.Received, "an•••@e•••.com"}}
		if e := got.event(t); !e.Timestamp.Equal(want.Timestamp) || e.Type != want.Type || e.Data != want.Data {
			t.Errorf("the event is %+v, want %+v", e, want)
		}
		if at, err := strconv.ParseInt(got.header.Get("Webhook-Timestamp"), 10, 64); err != nil || at != got.at.Unix() {
			t.Errorf("webhook-timestamp %d at %d, %v", at, got.at.Unix(), err)
		}
		if strings.Contains(got.id(), ".") || got.header.Get("Content-Type") != "application/json" {
			t.Errorf("headers %v", got.header)
		}
		d := w.only(id, webhooks.Delivered)
		if d.ID != got.id() || len(d.Attempts) != 1 || d.Attempts[0].Status != 200 || d.OptIn != o {
			t.Errorf("the log says %+v", d)
		}
	})
}

func TestEachEndpointHearsWhatItAskedFor(t *testing.T) {
	inWorld(t, func(w *world) {
		all, credited := w.receive("8001", nil), w.receive("8002", nil)
		first, _ := w.add("8001", webhooks.Types...)
		w.add("8002", webhooks.Credited)
		full := webhooks.Full
		w.change(first, webhooks.Change{Email: &full})
		for _, status := range []attribution.Status{attribution.Held, attribution.Refused, attribution.Failed, attribution.Credited} {
			w.optIn(string(status) + "@example.com")
			w.settle(status)
		}
		var told []string
		for _, got := range all.wait(t, 8) {
			told = append(told, strings.TrimPrefix(string(got.event(t).Type), "optin.")+" "+strings.TrimSuffix(got.event(t).Data.Email, "@example.com"))
		}
		for _, want := range []string{"received held", "held held", "received refused", "refused refused", "received failed", "failed failed", "received credited", "credited credited"} {
			if !strings.Contains(strings.Join(told, ","), want) {
				t.Errorf("told %v, which lacks %q", told, want)
			}
		}
		one := credited.wait(t, 1)[0]
		if e := one.event(t); e.Type != webhooks.Credited || e.Data.Email != "cr•••@e•••.com" {
			t.Errorf("%+v", e)
		}
		for _, same := range all.all() {
			if same.event(t).Type == webhooks.Credited && same.id() != one.id() {
				t.Errorf("one event is %s here and %s there", same.id(), one.id())
			}
		}
	})
}

// TestTheScheduleIsTheStandards: the same event at each attempt, each signed for its own time.
func TestTheScheduleIsTheStandards(t *testing.T) {
	inWorldOf(t, time.Minute, func(w *world) {
		r := w.receive("8001", always(500))
		id, secret := w.add("8001")
		begun := time.Now()
		o := w.optIn("ann@example.com")
		time.Sleep(4 * 24 * time.Hour)
		got := r.wait(t, 10)
		passed := time.Duration(0)
		for i, gap := range []time.Duration{0, 5 * time.Second, 5 * time.Minute, 30 * time.Minute, 2 * time.Hour, 5 * time.Hour, 10 * time.Hour, 14 * time.Hour, 20 * time.Hour, 24 * time.Hour} {
			passed += gap
			if at := got[i].at.Sub(begun); at < passed || at > passed+passed/10+time.Minute+2*time.Second {
				t.Errorf("attempt %d came after %s, want %s and up to a tenth more", i+1, at, passed)
			}
			if got[i].id() != got[0].id() {
				t.Errorf("attempt %d is %s, and the first was %s", i+1, got[i].id(), got[0].id())
			}
		}
		if err := got[9].verify(secret); err == nil {
			t.Error("a signature of another hour passes now") // the library allows five minutes
		}
		d := w.only(id, webhooks.GaveUp)
		if !strings.Contains(d.Reason, "given up after 10 attempts: it answered 500 Internal Server Error") || len(d.Attempts) != 10 {
			t.Errorf("%+v", d)
		}
		r.mu.Lock()
		r.answer = nil
		r.mu.Unlock()
		if n, err := w.ReplayFailed(context.Background(), id, begun.Add(time.Hour)); n != 0 || err != nil {
			t.Errorf("replayed what is older: %d, %v", n, err)
		}
		if n, err := w.ReplayFailed(context.Background(), id, begun); n != 1 || err != nil {
			t.Errorf("replayed %d, %v", n, err)
		}
		last := r.wait(t, 11)[10]
		if last.id() != got[0].id() || last.event(t).Data.ID != o || last.verify(secret) != nil {
			t.Errorf("replayed as %s: %v", last.id(), last.verify(secret))
		}
		w.only(id, webhooks.Delivered)
	})
}

// TestAStopBetweenSentAndNoted: what is not known to have arrived comes again, as the same event.
func TestAStopBetweenSentAndNoted(t *testing.T) {
	inWorld(t, func(w *world) {
		dead := &dying{}
		w.stop()
		w.use = func(s webhooks.Store) webhooks.Store { dead.Store = s; return dead }
		w.start()
		r := w.receive("8001", func(http.ResponseWriter, int) { dead.gone.Store(true) })
		id, secret := w.add("8001")
		w.optIn("ann@example.com")
		first := r.wait(t, 1)[0]
		w.stop()
		dead.gone.Store(false)
		r.mu.Lock()
		r.answer = nil
		r.mu.Unlock()
		w.start()
		got := r.wait(t, 2)
		if got[1].id() != first.id() || string(got[1].body) != string(first.body) || got[1].verify(secret) != nil {
			t.Errorf("%s came again as %s, %v", first.id(), got[1].id(), got[1].verify(secret))
		}
		w.only(id, webhooks.Delivered)
		w.stop()
		w.start()
		r.wait(t, 2) // what is delivered stays so
	})
}

// dying is a store of a process that can die: from then on it writes nothing.
type dying struct {
	webhooks.Store
	gone atomic.Bool
}

func (d *dying) Put(ctx context.Context, kind, key string, value []byte, version int64) (int64, error) {
	if d.gone.Load() {
		return 0, store.ErrClosed
	}
	return d.Store.Put(ctx, kind, key, value, version)
}

func (d *dying) Delete(ctx context.Context, kind, key string, version int64) error {
	if d.gone.Load() {
		return store.ErrClosed
	}
	return d.Store.Delete(ctx, kind, key, version)
}

// TestAStopBetweenLoggedAndTaken: the log has it, so it is not sent again.
func TestAStopBetweenLoggedAndTaken(t *testing.T) {
	inWorld(t, func(w *world) {
		torn := &tearing{}
		w.stop()
		w.use = func(s webhooks.Store) webhooks.Store { torn.Store = s; return torn }
		w.start()
		r := w.receive("8001", nil)
		id, _ := w.add("8001")
		torn.on.Store(true)
		w.optIn("ann@example.com")
		r.wait(t, 1)
		w.stop()
		torn.on.Store(false)
		w.start()
		r.wait(t, 1)
		w.only(id, webhooks.Delivered)
		if _, err := w.Replay(context.Background(), id, w.only(id, "").ID); err != nil {
			t.Fatal(err)
		}
		r.wait(t, 2)
	})
}

// tearing is a store that can be cut off between the two writes that end a delivery.
type tearing struct {
	webhooks.Store
	on atomic.Bool
}

func (d *tearing) Delete(ctx context.Context, kind, key string, version int64) error {
	if d.on.Load() {
		return store.ErrClosed
	}
	return d.Store.Delete(ctx, kind, key, version)
}

func TestWhatHappensWhileNothingRunsIsTold(t *testing.T) {
	inWorld(t, func(w *world) {
		r := w.receive("8001", nil)
		w.add("8001")
		w.stop()
		w.optIns("ann@example.com", "bob@example.com")
		w.start()
		r.wait(t, 2)
	})
}

// TestASlowReceiverDelaysNobody: of a hundred endpoints one never answers.
func TestASlowReceiverDelaysNobody(t *testing.T) {
	inWorld(t, func(w *world) {
		hung := w.receive("8000", func(http.ResponseWriter, int) { time.Sleep(time.Hour) })
		slow, _ := w.add("8000")
		others := make([]*receiver, 99)
		for i := range others {
			port := strconv.Itoa(8001 + i)
			others[i] = w.receive(port, nil)
			w.add(port)
		}
		url := "http://localhost:9000/hook"
		var wrong *webhooks.Wrong
		if _, _, _, err := w.Create(context.Background(), webhooks.Change{URL: &url}, ""); !errors.As(err, &wrong) {
			t.Errorf("the hundred and first: %v", err)
		}
		begun := time.Now()
		w.optIns("ann@example.com", "bob@example.com", "cid@example.com", "dan@example.com")
		time.Sleep(time.Second)
		for i, r := range others {
			if got := r.all(); len(got) != 4 {
				t.Errorf("endpoint %d got %d of 4 events", i, len(got))
			}
		}
		if n := len(hung.all()); n != 2 {
			t.Errorf("the slow one got %d at once, want 2", n)
		}
		time.Sleep(time.Until(begun.Add(16 * time.Second)))
		failed := 0
		for _, d := range w.deliveries(slow, webhooks.Waiting) {
			if d.Reason == "no answer within 15s" {
				failed++
			}
		}
		if failed != 2 {
			t.Errorf("%d attempts at the slow one have ended after 15 s, want 2", failed)
		}
	})
}

func TestWhatAnAnswerAsksFor(t *testing.T) {
	t.Run("410 disables", func(t *testing.T) {
		inWorld(t, func(w *world) {
			r := w.receive("8001", always(410))
			id, _ := w.add("8001")
			w.optIn("ann@example.com")
			r.wait(t, 1)
			e, err := w.Endpoint(context.Background(), id)
			if err != nil || e.Enabled || !strings.Contains(e.Reason, "410 Gone") || e.DisabledAt.IsZero() {
				t.Errorf("%+v, %v", e, err)
			}
			w.optIn("bob@example.com") // told to nobody
			if _, err := w.Replay(context.Background(), id, w.only(id, webhooks.Waiting).ID); !errors.Is(err, webhooks.ErrDisabled) {
				t.Errorf("replaying: %v", err)
			}
			time.Sleep(time.Hour)
			r.mu.Lock()
			r.answer = nil
			r.mu.Unlock()
			on := true
			w.change(id, webhooks.Change{Enabled: &on})
			got := r.wait(t, 2)
			if got[0].id() != got[1].id() {
				t.Error("what waited is not what comes when it is enabled")
			}
			w.only(id, "")
		})
	})
	t.Run("429 rests, for all events", func(t *testing.T) {
		inWorld(t, func(w *world) {
			r := w.receive("8001", func(w http.ResponseWriter, n int) {
				if n == 1 {
					w.Header().Set("Retry-After", "600")
					w.WriteHeader(429)
				}
			})
			w.add("8001")
			w.optIn("ann@example.com")
			r.wait(t, 1)
			w.optIn("bob@example.com")
			time.Sleep(9 * time.Minute)
			r.wait(t, 1)
			time.Sleep(time.Minute)
			r.wait(t, 3)
		})
	})
	t.Run("a date far ahead is no day more", func(t *testing.T) {
		inWorldOf(t, time.Minute, func(w *world) {
			r := w.receive("8001", func(w http.ResponseWriter, n int) {
				if n == 1 {
					w.Header().Set("Retry-After", time.Now().AddDate(1, 0, 0).UTC().Format(http.TimeFormat))
					w.WriteHeader(503)
				}
			})
			w.add("8001")
			w.optIn("ann@example.com")
			time.Sleep(23 * time.Hour)
			r.wait(t, 1)
			time.Sleep(2 * time.Hour)
			r.wait(t, 2)
		})
	})
	t.Run("redirects are not followed", func(t *testing.T) {
		inWorld(t, func(w *world) {
			r := w.receive("8001", func(w http.ResponseWriter, _ int) {
				w.Header().Set("Location", "http://localhost:8002/")
				w.WriteHeader(307)
			})
			elsewhere := w.receive("8002", nil)
			id, _ := w.add("8001")
			w.optIn("ann@example.com")
			r.wait(t, 1)
			elsewhere.wait(t, 0)
			if d := w.only(id, webhooks.Waiting); !strings.Contains(d.Reason, "redirects are not followed") {
				t.Errorf("%+v", d)
			}
		})
	})
}

// TestAnEndpointThatIsDownIsNotFlooded, and gets everything when it is back.
func TestAnEndpointThatIsDownIsNotFlooded(t *testing.T) {
	inWorldOf(t, time.Second, func(w *world) {
		r := w.receive("8001", always(502))
		id, _ := w.add("8001")
		var emails []string
		for i := range 200 {
			emails = append(emails, fmt.Sprintf("p%d@example.com", i))
		}
		w.optIns(emails...)
		time.Sleep(time.Hour)
		if n := len(r.all()); n < 5 || n > 60 {
			t.Errorf("%d calls in an hour of failures", n)
		}
		if since, err := w.FailingSince(context.Background(), id); err != nil || time.Since(since) < 59*time.Minute || time.Since(since) > 61*time.Minute {
			t.Errorf("failing since %s, %v", since, err)
		}
		r.mu.Lock()
		r.answer = nil
		r.mu.Unlock()
		time.Sleep(time.Hour)
		if n := w.Standing().Waiting; n != 0 {
			t.Errorf("%d still wait", n)
		}
		if since, err := w.FailingSince(context.Background(), id); err != nil || !since.IsZero() {
			t.Errorf("it works, and is failing since %s, %v", since, err)
		}
	})
}

func TestFiveDaysOfFailuresDisable(t *testing.T) {
	inWorldOf(t, time.Minute, func(w *world) {
		w.receive("8001", always(404))
		id, _ := w.add("8001")
		w.optIn("ann@example.com")
		time.Sleep(119 * time.Hour)
		w.stop()
		w.start()
		w.optIn("bob@example.com")
		time.Sleep(30 * time.Minute) // not yet five days
		if e, err := w.Endpoint(context.Background(), id); err != nil || !e.Enabled {
			t.Fatalf("disabled too early: %+v, %v", e, err)
		}
		time.Sleep(6 * time.Hour)
		e, err := w.Endpoint(context.Background(), id)
		if err != nil || e.Enabled || !strings.Contains(e.Reason, "every attempt has failed since") || !strings.Contains(e.Reason, "404") {
			t.Errorf("%+v, %v", e, err)
		}
		if now := w.Standing(); now != (webhooks.Standing{Endpoints: 1, Disabled: 1}) {
			t.Errorf("%+v", now)
		}
	})
}

func TestASecretIsReplacedWithAnOverlap(t *testing.T) {
	inWorldOf(t, time.Minute, func(w *world) {
		r := w.receive("8001", nil)
		id, old := w.add("8001")
		_, young, err := w.Rotate(context.Background(), id, 24*time.Hour)
		if err != nil || young == old || !strings.HasPrefix(young, "whsec_") {
			t.Fatal(young, err)
		}
		w.optIn("ann@example.com")
		both := r.wait(t, 1)[0]
		if both.verify(old) != nil || both.verify(young) != nil || strings.Count(both.header.Get("Webhook-Signature"), "v1,") != 2 {
			t.Errorf("signatures %q", both.header.Get("Webhook-Signature"))
		}
		time.Sleep(24 * time.Hour)
		w.optIn("bob@example.com")
		one := r.wait(t, 2)[1]
		if one.verify(old) == nil || one.verify(young) != nil {
			t.Errorf("after the overlap: old %v, new %v", one.verify(old), one.verify(young))
		}
		_, third, err := w.Rotate(context.Background(), id, 0)
		if err != nil {
			t.Fatal(err)
		}
		w.optIn("cid@example.com")
		last := r.wait(t, 3)[2]
		if last.verify(young) == nil || last.verify(third) != nil {
			t.Error("without an overlap the old one still signs")
		}
		if _, _, err := w.Rotate(context.Background(), id, 8*24*time.Hour); err == nil {
			t.Error("an overlap of eight days is taken")
		}
	})
}

// TestThePoisonedAnswer: whatever comes back costs neither memory nor time, and is kept in part.
func TestThePoisonedAnswer(t *testing.T) {
	for name, answer := range map[string]func(http.ResponseWriter){
		"huge": func(w http.ResponseWriter) {
			for range 100_000 {
				if _, err := w.Write(make([]byte, 1000)); err != nil {
					return
				}
			}
		},
		"a drip": func(w http.ResponseWriter) {
			for range 3600 {
				if _, err := w.Write([]byte("<script>")); err != nil {
					return
				}
				w.(http.Flusher).Flush()
				time.Sleep(time.Second)
			}
		},
		"binary":   func(w http.ResponseWriter) { _, _ = w.Write([]byte("\xff\xfe\x00<script>alert(1)</script>")) },
		"an error": func(w http.ResponseWriter) { w.WriteHeader(500); _, _ = w.Write([]byte(strings.Repeat("ü", 5000))) },
	} {
		t.Run(name, func(t *testing.T) {
			inWorld(t, func(w *world) {
				w.receive("8001", func(w http.ResponseWriter, _ int) { answer(w) })
				id, _ := w.add("8001")
				begun := time.Now()
				d, err := w.Test(context.Background(), id)
				if err != nil || len(d.Attempts) != 1 {
					t.Fatalf("%+v, %v", d, err)
				}
				a := d.Attempts[0]
				if took := time.Since(begun); took > 3*time.Second {
					t.Errorf("it took %s", took)
				}
				if len(a.Answer) == 0 || len(a.Answer) > 2*2048 || strings.ToValidUTF8(a.Answer, "") != a.Answer {
					t.Errorf("kept %d bytes: %q", len(a.Answer), a.Answer[:min(50, len(a.Answer))])
				}
				if want := map[bool]webhooks.State{true: webhooks.GaveUp, false: webhooks.Delivered}[name == "an error"]; d.State != want {
					t.Errorf("it is %s: %s", d.State, d.Reason)
				}
			})
		})
	}
}

// TestAnErasedPersonIsToldOfToNobody, and what endpoints repeated of them is removed.
func TestAnErasedPersonIsToldOfToNobody(t *testing.T) {
	inWorld(t, func(w *world) {
		r := w.receive("8001", func(w http.ResponseWriter, n int) {
			if n == 1 {
				w.WriteHeader(500)
				fmt.Fprint(w, "ann@example.com is not wanted")
			}
		})
		id, _ := w.add("8001", webhooks.Received, webhooks.Erased)
		full := webhooks.Full
		w.change(id, webhooks.Change{Email: &full})
		w.optIn("ann@example.com")
		if e := r.wait(t, 1)[0].event(t); e.Data.Email != "ann@example.com" {
			t.Fatalf("%+v", e)
		}
		if a := w.only(id, webhooks.Waiting).Attempts[0]; a.Answer != "ann@example.com is not wanted" {
			t.Fatalf("%+v", a)
		}
		if _, err := w.store.Erase(context.Background(), account, w.vault.Key("ann@example.com"), time.Now()); err != nil {
			t.Fatal(err)
		}
		if n, err := w.ForgetErased(context.Background()); n != 1 || err != nil {
			t.Fatal(n, err)
		}
		time.Sleep(10 * time.Second)
		types := map[webhooks.Type]int{}
		for _, got := range r.wait(t, 3)[1:] {
			e := got.event(t)
			types[e.Type]++
			if e.Data.Email != "" || e.Data.Status != attribution.Erased {
				t.Errorf("%+v", e)
			}
		}
		if types[webhooks.Received] != 1 || types[webhooks.Erased] != 1 {
			t.Errorf("told %v", types)
		}
		for _, d := range w.deliveries(id, "") {
			for _, a := range d.Attempts {
				if a.Answer != "" {
					t.Errorf("an answer is still kept: %q", a.Answer)
				}
			}
		}
	})
}

// TestNothingIsReadableAtRest looks for a secret, an answer and an address in the file itself.
func TestNothingIsReadableAtRest(t *testing.T) {
	inWorld(t, func(w *world) {
		w.receive("8001", func(w http.ResponseWriter, _ int) { fmt.Fprint(w, "canary-answer ann@example.com") })
		id, secret := w.add("8001")
		full := webhooks.Full
		w.change(id, webhooks.Change{Email: &full})
		w.optIn("ann@example.com")
		time.Sleep(time.Second)
		w.only(id, webhooks.Delivered)
		file, err := os.ReadFile(filepath.Join(w.dir, "tributary.db"))
		if err != nil {
			t.Fatal(err)
		}
		for _, canary := range []string{"canary-answer", "ann@example.com", base64.RawStdEncoding.EncodeToString([]byte("canary-answer ann@example.com"))[:30], secret, strings.TrimPrefix(secret, "whsec_")} {
			if strings.Contains(string(file), canary) {
				t.Errorf("%q stands in the file", canary)
			}
		}
	})
}

func TestTheLogIsBounded(t *testing.T) {
	inWorldOf(t, time.Minute, func(w *world) {
		w.keep = 40
		w.stop()
		w.start()
		w.receive("8001", nil)
		id, _ := w.add("8001")
		w.optIn("ann@example.com")
		time.Sleep(20 * 24 * time.Hour)
		for i := range 5 {
			var emails []string
			for j := range 20 {
				emails = append(emails, fmt.Sprintf("p%d.%d@example.com", i, j))
			}
			w.optIns(emails...)
			time.Sleep(w.poll)
		}
		count := func() (n int) {
			for after := ""; ; {
				page, err := w.Deliveries(context.Background(), id, "", after, 200)
				if err != nil {
					t.Fatal(err)
				}
				if n += len(page); len(page) == 0 {
					return n
				}
				after = page[len(page)-1].ID
			}
		}
		if n := count(); n < 40 || n > 50 {
			t.Errorf("%d are kept", n)
		}
		time.Sleep(31 * 24 * time.Hour)
		w.stop()
		w.start()
		time.Sleep(w.poll)
		synctest.Wait()
		if n := count(); n != 0 {
			t.Errorf("%d older than a month are kept", n)
		}
	})
}

func TestAReplayComesAtOnce(t *testing.T) {
	inWorld(t, func(w *world) {
		r := w.receive("8001", func(w http.ResponseWriter, n int) {
			if n == 1 {
				w.WriteHeader(500)
			}
		})
		id, _ := w.add("8001")
		w.optIn("ann@example.com")
		r.wait(t, 1)
		if _, err := w.Replay(context.Background(), id, w.only(id, webhooks.Waiting).ID); err != nil {
			t.Fatal(err)
		}
		r.wait(t, 2) // before its five seconds
		time.Sleep(time.Hour)
		r.wait(t, 2)
		d := w.only(id, webhooks.Delivered)
		if d, err := w.Replay(context.Background(), id, d.ID); err != nil || d.State != webhooks.Waiting {
			t.Errorf("%+v, %v", d, err)
		}
		got := r.wait(t, 3)
		if got[2].id() != d.ID || got[0].id() != d.ID {
			t.Error("a replay has another webhook-id")
		}
		if again := w.only(id, ""); len(again.Attempts) != 3 {
			t.Errorf("%+v", again)
		}
		w.stop()
		if _, err := w.Replay(context.Background(), id, d.ID); err != nil {
			t.Fatal(err)
		}
		w.start()
		r.wait(t, 4) // what was to be sent again is, although the log has it as delivered
		for _, nonsense := range []string{"", "msg_", "msg_zz", "x", d.ID + "00", "msg_00000000000000000000000000000000"} {
			if _, err := w.Replay(context.Background(), id, nonsense); !errors.Is(err, store.ErrNotFound) {
				t.Errorf("replaying %q: %v", nonsense, err)
			}
		}
	})
}

func TestADeletedEndpointLeavesNothing(t *testing.T) {
	inWorldOf(t, time.Minute, func(w *world) {
		r := w.receive("8001", always(500))
		id, _ := w.add("8001")
		w.optIn("ann@example.com")
		if _, err := w.Test(context.Background(), id); err != nil {
			t.Fatal(err)
		}
		r.wait(t, 2)
		if err := w.Delete(context.Background(), id); err != nil {
			t.Fatal(err)
		}
		w.optIn("bob@example.com")
		time.Sleep(24 * time.Hour)
		r.wait(t, 2)
		for _, kind := range []string{"webhook-waiting", "webhook-log", "webhook-failing"} {
			if left, err := w.store.List(context.Background(), kind, "", 10); err != nil || len(left) != 0 {
				t.Errorf("%s: %d are left, %v", kind, len(left), err)
			}
		}
		if news, err := w.store.News(context.Background(), account, 10); err != nil || len(news) != 0 {
			t.Errorf("news without anybody to hear them: %v, %v", news, err)
		}
		if _, err := w.Endpoint(context.Background(), id); !errors.Is(err, store.ErrNotFound) {
			t.Errorf("%v", err)
		}
	})
}
