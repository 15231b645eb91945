package mail_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"path/filepath"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"tributary/internal/attribution"
	"tributary/internal/mail"
	"tributary/internal/store/boltstore"
)

// office is a queue on a real store, in a bubble whose time passes by itself.
type office struct {
	t     *testing.T
	store *boltstore.Store
	logs  bytes.Buffer

	mu   sync.Mutex
	sent []string                               // ids, in the order in which the server took them
	take func(id string, l mail.Letter) error   // what the server says; nil takes all
	text func(m mail.Mail) (mail.Letter, error) // what is written
}

func inOffice(t *testing.T, test func(*testing.T, *office)) {
	dir := t.TempDir()
	synctest.Test(t, func(t *testing.T) {
		s, err := boltstore.Open(boltstore.Options{Dir: dir})
		if err != nil {
			t.Fatal(err)
		}
		o := &office{t: t, store: s, text: func(mail.Mail) (mail.Letter, error) { return mail.Letter{To: "anna@example.com"}, nil }}
		test(t, o)
		if err := errors.Join(s.Check(context.Background()), s.Close()); err != nil {
			t.Error(err)
		}
	})
}

func (o *office) queue(changes ...func(*mail.Options)) *mail.Queue {
	options := mail.Options{Docs: o.store, Send: o.send, Now: time.Now, Logger: slog.New(slog.NewTextHandler(&o.logs, nil))}
	for _, change := range changes {
		change(&options)
	}
	q := mail.NewQueue(options)
	for _, class := range mail.Classes {
		q.Write(class, func(_ context.Context, m mail.Mail) (mail.Letter, error) { return o.text(m) })
	}
	return q
}

func (o *office) send(_ context.Context, id string, l mail.Letter) error {
	o.mu.Lock()
	defer o.mu.Unlock()
	if o.take != nil {
		if err := o.take(id, l); err != nil {
			return err
		}
	}
	o.sent = append(o.sent, id)
	return nil
}

// run runs queues for a while, and waits until they have ended.
func (o *office) run(d time.Duration, queues ...*mail.Queue) {
	ctx, stop := context.WithTimeout(o.t.Context(), d)
	defer stop()
	var all sync.WaitGroup
	for _, q := range queues {
		all.Go(func() { q.Run(ctx) })
	}
	all.Wait()
}

func (o *office) put(q *mail.Queue, class mail.Class, id string) bool {
	o.t.Helper()
	isNew, err := q.Put(o.t.Context(), mail.Mail{ID: id, Class: class, Masked: "an•••", To: attribution.SealedEmail{Key: [16]byte{1}, Sealed: []byte("sealed-canary")}})
	if err != nil {
		o.t.Fatal(err)
	}
	return isNew
}

// only is the one mail of the queue.
func (o *office) only(q *mail.Queue) mail.Mail {
	o.t.Helper()
	all, err := q.List(o.t.Context(), "", "", 100)
	if err != nil || len(all) != 1 {
		o.t.Fatalf("the queue has %d mails (%v), want 1", len(all), err)
	}
	return all[0]
}

func TestAMailIsSentOnceAndListed(t *testing.T) {
	inOffice(t, func(t *testing.T, o *office) {
		q := o.queue()
		if !o.put(q, mail.Digest, "a") || o.put(q, mail.Digest, "a") {
			t.Error("the same mail is queued twice")
		}
		o.run(time.Minute, q, o.queue(), o.queue()) // three replicas
		if o.put(q, mail.Digest, "a") {
			t.Error("a mail that was sent is queued again")
		}
		o.run(time.Hour, q)
		if m := o.only(q); len(o.sent) != 1 || m.State != mail.Sent || m.Masked != "an•••" || m.To.Sealed != nil || m.Ended.IsZero() {
			t.Errorf("sent %v, listed as %+v", o.sent, m)
		}
	})
}

func TestAMailIsTriedAgainWithGrowingPauses(t *testing.T) {
	inOffice(t, func(t *testing.T, o *office) {
		var at []time.Duration
		start := time.Now()
		o.take = func(string, mail.Letter) error {
			at = append(at, time.Since(start).Round(time.Second))
			if len(at) < 4 {
				return errors.New("away")
			}
			return nil
		}
		q := o.queue()
		o.put(q, mail.Login, "a")
		o.run(time.Hour, q)
		if want := fmt.Sprint([]time.Duration{0, 10 * time.Second, 40 * time.Second, 130 * time.Second}); fmt.Sprint(at) != want {
			t.Errorf("tried at %v, want %s", at, want)
		}
		if m := o.only(q); m.State != mail.Sent || m.Attempt != 3 {
			t.Errorf("it is %+v", m)
		}
	})
}

func TestAMailIsGivenUpWithItsReason(t *testing.T) {
	for class, span := range map[mail.Class]time.Duration{mail.Login: 30 * time.Minute, mail.Digest: 24 * time.Hour, mail.Invite: 24 * time.Hour} {
		inOffice(t, func(t *testing.T, o *office) {
			o.take = func(string, mail.Letter) error { return errors.New("away") }
			q := o.queue()
			o.put(q, class, "a")
			o.run(2*span, q)
			m := o.only(q)
			if m.State != mail.Failed || m.Reason != "away" || m.Ended.Sub(m.Created) > span || m.Ended.Sub(m.Created) < span/4 {
				t.Errorf("%s: after %s it is %+v", class, m.Ended.Sub(m.Created), m)
			}
		})
	}
}

func TestARefusedMailIsNotTriedAgain(t *testing.T) {
	inOffice(t, func(t *testing.T, o *office) {
		tries := 0
		o.take = func(string, mail.Letter) error { tries++; return &mail.Refused{Reason: "550 no such user"} }
		q := o.queue()
		o.put(q, mail.Login, "a")
		o.run(time.Hour, q)
		if m := o.only(q); tries != 1 || m.State != mail.Failed || m.Reason != "550 no such user" {
			t.Errorf("%d tries: %+v", tries, m)
		}
	})
}

// A digest that may have arrived is not sent again; a login link is, because somebody waits for it.
func TestWhatMayHaveArrived(t *testing.T) {
	for class, want := range map[mail.Class]int{mail.Digest: 1, mail.Login: 2} {
		inOffice(t, func(t *testing.T, o *office) {
			tries := 0
			o.take = func(string, mail.Letter) error {
				if tries++; tries == 1 {
					return &mail.Unsure{Reason: "cut off"}
				}
				return nil
			}
			q := o.queue()
			o.put(q, class, "a")
			o.run(time.Hour, q)
			if tries != want {
				t.Errorf("%s: %d tries, want %d (%+v)", class, tries, want, o.only(q))
			}
		})
	}
}

// A process that dies while it sends leaves its mail to the others, when its lease is over.
func TestAMailOfADeadProcess(t *testing.T) {
	for class, want := range map[mail.Class]mail.State{mail.Digest: mail.Failed, mail.Login: mail.Sent} {
		inOffice(t, func(t *testing.T, o *office) {
			q := o.queue()
			o.put(q, class, "a")
			dead := o.queue(func(m *mail.Options) { m.Docs = dying{o.store} })
			o.run(time.Minute, dead)
			if m := o.only(q); m.State != mail.Sending {
				t.Fatalf("%s: it is %s", class, m.State)
			}
			o.sent = nil
			o.run(time.Minute, q)
			if len(o.sent) != 0 {
				t.Errorf("%s: it was taken within the lease", class)
			}
			o.run(5*time.Minute, q)
			if m := o.only(q); m.State != want || (len(o.sent) == 1) != (want == mail.Sent) {
				t.Errorf("%s: it is %+v, sent %v", class, m, o.sent)
			}
		})
	}
}

// dying is a store that fails once a mail is in hand, as a process that dies there.
type dying struct{ *boltstore.Store }

func (d dying) Put(ctx context.Context, kind, key string, value []byte, version int64) (int64, error) {
	if kind == "mail-ended" {
		return 0, errors.New("dead")
	}
	return d.Store.Put(ctx, kind, key, value, version)
}

func TestAProcessThatDiedBeforeItClearedUp(t *testing.T) {
	inOffice(t, func(t *testing.T, o *office) {
		q := o.queue()
		o.put(q, mail.Login, "a")
		o.run(time.Minute, o.queue(func(m *mail.Options) { m.Docs = undeleting{o.store} }))
		o.run(time.Hour, q)
		if left, err := o.store.List(t.Context(), "mail-waiting-login", "", 10); len(o.sent) != 1 || len(left) != 0 || err != nil {
			t.Errorf("sent %v; left %v, %v", o.sent, left, err)
		}
	})
}

type undeleting struct{ *boltstore.Store }

func (undeleting) Delete(context.Context, string, string, int64) error { return errors.New("dead") }

func TestNobodyToWriteTo(t *testing.T) {
	inOffice(t, func(t *testing.T, o *office) {
		o.text = func(mail.Mail) (mail.Letter, error) { return mail.Letter{}, fmt.Errorf("no: %w", mail.ErrNobody) }
		q := o.queue()
		o.put(q, mail.Login, "a")
		o.run(time.Minute, q)
		if all, err := q.List(t.Context(), "", "", 10); len(all) != 0 || err != nil || len(o.sent) != 0 {
			t.Errorf("it is still there: %v, %v", all, err)
		}
	})
}

func TestALoginMailDoesNotWaitBehindDigests(t *testing.T) {
	inOffice(t, func(t *testing.T, o *office) {
		q := o.queue(func(m *mail.Options) { m.Pace = time.Second })
		for i := range 300 {
			o.put(q, mail.Digest, fmt.Sprintf("digest-%03d", i))
		}
		go func() {
			time.Sleep(10 * time.Second)
			o.put(q, mail.Login, "login")
		}()
		o.run(20*time.Second, q)
		at := -1
		for i, id := range o.sent {
			if id == "login" {
				at = i
			}
		}
		if at < 0 || at > 15 || len(o.sent) > 25 {
			t.Errorf("the login mail was number %d of %d in 20 s", at, len(o.sent))
		}
	})
}

func TestListGoesByPagesAndStates(t *testing.T) {
	inOffice(t, func(t *testing.T, o *office) {
		o.take = func(id string, _ mail.Letter) error {
			if id >= "m-200" {
				return &mail.Refused{Reason: "no"}
			}
			return nil
		}
		q := o.queue()
		for i := range 250 {
			o.put(q, mail.Login, fmt.Sprintf("m-%03d", i))
		}
		o.run(time.Minute, q)
		o.put(q, mail.Digest, "m-100-waits")
		var seen int
		for after := ""; ; {
			page, err := q.List(t.Context(), "", after, 40)
			if err != nil || len(page) == 0 {
				break
			}
			seen += len(page)
			after = page[len(page)-1].ID
		}
		for state, want := range map[mail.State]int{mail.Sent: 200, mail.Failed: 50, mail.Waiting: 1, mail.Sending: 0} {
			if page, err := q.List(t.Context(), state, "", 1000); len(page) != want || err != nil {
				t.Errorf("%s: %d, %v; want %d", state, len(page), err, want)
			}
		}
		if seen != 251 {
			t.Errorf("the pages have %d", seen)
		}
		time.Sleep(mail.Kept)
		if err := q.Sweep(t.Context()); err != nil {
			t.Fatal(err)
		}
		if page, err := q.List(t.Context(), "", "", 1000); len(page) != 1 || err != nil {
			t.Errorf("after %s there are %d, %v", mail.Kept, len(page), err)
		}
	})
}

func TestWithoutAServerNothingIsQueued(t *testing.T) {
	inOffice(t, func(t *testing.T, o *office) {
		q := o.queue(func(m *mail.Options) { m.Send = nil })
		if _, err := q.Put(t.Context(), mail.Mail{ID: "a", Class: mail.Login}); !errors.Is(err, mail.ErrNoServer) || q.CanSend() {
			t.Errorf("queued: %v", err)
		}
		o.run(time.Hour, q) // returns
	})
}

func TestNewerMailsComeFirst(t *testing.T) {
	now := time.Date(2026, 11, 23, 10, 0, 0, 0, time.UTC)
	if a, b := mail.IDAt(now, "x"), mail.IDAt(now.Add(time.Millisecond), "a"); a <= b {
		t.Errorf("%s is not after %s", a, b)
	}
}

// The canary rule: what a mail says, and to whom, stands in no log and nowhere at rest.
func TestTextsAreNowhere(t *testing.T) {
	dir := t.TempDir()
	synctest.Test(t, func(t *testing.T) {
		s, err := boltstore.Open(boltstore.Options{Dir: dir})
		if err != nil {
			t.Fatal(err)
		}
		o := &office{t: t, store: s, take: func(string, mail.Letter) error { return errors.New("away") }}
		o.text = func(mail.Mail) (mail.Letter, error) {
			return mail.Letter{To: "canary-address@example.com", Text: "canary-link", HTML: "canary-link", Subject: "canary-link"}, nil
		}
		q := o.queue()
		o.put(q, mail.Login, "a")
		o.run(time.Hour, q)
		if err := s.Close(); err != nil {
			t.Fatal(err)
		}
		files, _ := filepath.Glob(filepath.Join(dir, "*"))
		kept := o.logs.Bytes()
		for _, file := range files {
			data, err := os.ReadFile(file)
			if err != nil {
				t.Fatal(err)
			}
			kept = append(kept, data...)
		}
		for _, canary := range []string{"canary-link", "canary-address"} {
			if bytes.Contains(kept, []byte(canary)) {
				t.Errorf("%s is kept", canary)
			}
		}
	})
}
