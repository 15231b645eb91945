package auth_test

import (
	"bytes"
	"context"
	"encoding/base64"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"tributary/internal/attribution"
	"tributary/internal/auth"
	"tributary/internal/store"
	"tributary/internal/store/boltstore"
)

const account = attribution.DefaultAccount

// desk is an Auth on a real store, with a clock that only the test moves.
type desk struct {
	*auth.Auth
	t     *testing.T
	dir   string
	store *boltstore.Store
	now   time.Time
}

func newDesk(t *testing.T) *desk {
	t.Helper()
	d := &desk{t: t, dir: t.TempDir(), now: time.Date(2026, 11, 23, 10, 0, 0, 0, time.UTC)}
	s, err := boltstore.Open(boltstore.Options{Dir: d.dir})
	if err != nil {
		t.Fatalf("opening the store: %v", err)
	}
	t.Cleanup(func() {
		if err := s.Check(context.Background()); err != nil && !errors.Is(err, store.ErrClosed) {
			t.Errorf("the store does not hold together: %v", err)
		}
		if err := s.Close(); err != nil {
			t.Errorf("closing the store: %v", err)
		}
	})
	d.store = s
	d.Auth = auth.New(s, func() time.Time { return d.now })
	return d
}

func (d *desk) link(affiliate string) string {
	d.t.Helper()
	token, expires, err := d.IssueLink(d.t.Context(), account, affiliate)
	if err != nil || !expires.Equal(d.now.Add(15*time.Minute)) {
		d.t.Fatalf("issuing a link: expires %v, %v", expires, err)
	}
	return token
}

func (d *desk) signIn(affiliate string) string {
	d.t.Helper()
	_, cookie, err := d.Redeem(d.t.Context(), d.link(affiliate))
	if err != nil {
		d.t.Fatalf("redeeming: %v", err)
	}
	return cookie
}

func TestALinkOpensItsAffiliatesSessionOnce(t *testing.T) {
	d := newDesk(t)
	token := d.link("42")
	if raw, err := base64.RawURLEncoding.DecodeString(token); err != nil || len(raw) != 32 {
		t.Fatalf("the token %q is not 32 bytes in base64url", token)
	}
	for range 3 { // a mail scanner
		if err := d.CheckLink(t.Context(), token); err != nil {
			t.Fatalf("checking: %v", err)
		}
	}
	_, cookie, err := d.Redeem(t.Context(), token)
	if err != nil {
		t.Fatalf("redeeming: %v", err)
	}
	s, err := d.Session(t.Context(), cookie)
	if err != nil || s.Affiliate != "42" || s.Account != account || !s.Expires.Equal(d.now.Add(30*24*time.Hour)) {
		t.Fatalf("the session is %+v, %v", s, err)
	}
	if _, _, err := d.Redeem(t.Context(), token); !errors.Is(err, auth.ErrBadLink) {
		t.Errorf("the second use: %v", err)
	}
	if err := d.CheckLink(t.Context(), token); !errors.Is(err, auth.ErrBadLink) {
		t.Errorf("checking a used link: %v", err)
	}
}

func TestOfManyWhoRedeemOneLinkExactlyOneWins(t *testing.T) {
	d := newDesk(t)
	token := d.link("42")
	var won, lost atomic.Int32
	var all sync.WaitGroup
	for range 50 {
		all.Go(func() {
			switch _, _, err := d.Redeem(t.Context(), token); {
			case err == nil:
				won.Add(1)
			case errors.Is(err, auth.ErrBadLink):
				lost.Add(1)
			default:
				t.Errorf("redeeming: %v", err)
			}
		})
	}
	all.Wait()
	if won.Load() != 1 || lost.Load() != 49 {
		t.Errorf("%d won and %d lost, want 1 and 49", won.Load(), lost.Load())
	}
}

func TestALinkLastsFifteenMinutes(t *testing.T) {
	d := newDesk(t)
	token := d.link("42")
	d.now = d.now.Add(15*time.Minute - 1)
	if err := d.CheckLink(t.Context(), token); err != nil {
		t.Errorf("just before its end: %v", err)
	}
	d.now = d.now.Add(1)
	if _, _, err := d.Redeem(t.Context(), token); !errors.Is(err, auth.ErrBadLink) {
		t.Errorf("at its end: %v", err)
	}
}

func TestForgedTokensOpenNothing(t *testing.T) {
	d := newDesk(t)
	link, cookie := d.link("42"), d.signIn("42")
	forged := []string{"", "x", "....", link[:42], link + "A", string(bytes.Repeat([]byte("A"), 43)), string(bytes.Repeat([]byte("A"), 1<<20)), cookie[:42] + "\n"}
	for _, token := range forged {
		if _, _, err := d.Redeem(t.Context(), token); !errors.Is(err, auth.ErrBadLink) {
			t.Errorf("redeeming %.50q: %v", token, err)
		}
		if _, err := d.Session(t.Context(), token); !errors.Is(err, auth.ErrNoSession) {
			t.Errorf("a session of %.50q: %v", token, err)
		}
	}
	if _, _, err := d.Redeem(t.Context(), cookie); !errors.Is(err, auth.ErrBadLink) {
		t.Errorf("a session's token used as a link: %v", err)
	}
	if _, err := d.Session(t.Context(), link); !errors.Is(err, auth.ErrNoSession) {
		t.Errorf("a link's token used as a session: %v", err)
	}
}

func TestASessionSlidesOnceADayAndEnds(t *testing.T) {
	d := newDesk(t)
	cookie := d.signIn("42")
	first := d.now.Add(30 * 24 * time.Hour)
	d.now = d.now.Add(24*time.Hour - 1)
	if s, err := d.Session(t.Context(), cookie); err != nil || s.Renewed || !s.Expires.Equal(first) {
		t.Errorf("within a day: %+v, %v", s, err)
	}
	d.now = d.now.Add(1)
	if s, err := d.Session(t.Context(), cookie); err != nil || !s.Renewed || !s.Expires.Equal(first.Add(24*time.Hour)) {
		t.Errorf("after a day: %+v, %v", s, err)
	}
	if s, err := d.Session(t.Context(), cookie); err != nil || s.Renewed {
		t.Errorf("right after: %+v, %v", s, err)
	}
	d.now = first.Add(24 * time.Hour)
	if _, err := d.Session(t.Context(), cookie); !errors.Is(err, auth.ErrNoSession) {
		t.Errorf("at its end: %v", err)
	}
}

func TestOfManyWhoRenewASessionAllStayIn(t *testing.T) {
	d := newDesk(t)
	cookie := d.signIn("42")
	d.now = d.now.Add(48 * time.Hour)
	var renewed atomic.Int32
	var all sync.WaitGroup
	for range 20 {
		all.Go(func() {
			s, err := d.Session(t.Context(), cookie)
			if err != nil || s.Affiliate != "42" {
				t.Errorf("%+v, %v", s, err)
			}
			if s.Renewed {
				renewed.Add(1)
			}
		})
	}
	all.Wait()
	if renewed.Load() != 1 {
		t.Errorf("renewed %d times, want once", renewed.Load())
	}
}

func TestSignOutEndsOneSession(t *testing.T) {
	d := newDesk(t)
	phone, desktop := d.signIn("42"), d.signIn("42")
	for range 2 {
		if err := d.SignOut(t.Context(), phone); err != nil {
			t.Fatalf("signing out: %v", err)
		}
	}
	if _, err := d.Session(t.Context(), phone); !errors.Is(err, auth.ErrNoSession) {
		t.Errorf("the phone: %v", err)
	}
	if _, err := d.Session(t.Context(), desktop); err != nil {
		t.Errorf("the desktop: %v", err)
	}
}

func TestSweepDeletesWhatExpired(t *testing.T) {
	d := newDesk(t)
	cookie := d.signIn("42")
	for range 3 {
		d.link("42")
	}
	d.now = d.now.Add(15 * time.Minute)
	fresh := d.link("42")
	if n, err := d.Sweep(t.Context(), d.now); n != 3 || err != nil {
		t.Errorf("swept %d, %v; want 3 links", n, err)
	}
	if err := d.CheckLink(t.Context(), fresh); err != nil {
		t.Errorf("a fresh link was swept: %v", err)
	}
	if _, err := d.Session(t.Context(), cookie); err != nil {
		t.Errorf("a session was swept: %v", err)
	}
	d.now = d.now.Add(31 * 24 * time.Hour)
	if n, err := d.Sweep(t.Context(), d.now); n != 2 || err != nil {
		t.Errorf("swept %d, %v; want the link and the session", n, err)
	}
}

// The canary rule: what opens something is never at rest.
func TestTokensAreNotInTheStore(t *testing.T) {
	d := newDesk(t)
	link, cookie := d.link("42"), d.signIn("42")
	files, err := filepath.Glob(filepath.Join(d.dir, "*"))
	if err != nil || len(files) == 0 {
		t.Fatalf("the data folder holds %v, %v", files, err)
	}
	for _, file := range files {
		data, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		for _, token := range []string{link, cookie} {
			raw, _ := base64.RawURLEncoding.DecodeString(token)
			if bytes.Contains(data, []byte(token)) || bytes.Contains(data, raw) {
				t.Errorf("%s holds a token", filepath.Base(file))
			}
		}
	}
}

func TestAStoreThatFailsIsNoVerdict(t *testing.T) {
	d := newDesk(t)
	link, cookie := d.link("42"), d.signIn("42")
	if err := d.store.Close(); err != nil {
		t.Fatal(err)
	}
	if err := d.CheckLink(t.Context(), link); err == nil || errors.Is(err, auth.ErrBadLink) {
		t.Errorf("a link on a closed store: %v", err)
	}
	if _, err := d.Session(t.Context(), cookie); err == nil || errors.Is(err, auth.ErrNoSession) {
		t.Errorf("a session on a closed store: %v", err)
	}
}

func TestAdminKey(t *testing.T) {
	key := auth.NewAdminKey("correct horse")
	for given, want := range map[string]bool{"correct horse": true, "correct hors": false, "correct horsex": false, "": false} {
		if key.Matches(given) != want {
			t.Errorf("%q matches: %v", given, !want)
		}
	}
	if auth.NewAdminKey("").Matches("") || (auth.AdminKey{}).Matches("") {
		t.Error("an empty key opens the door")
	}
	if text := fmt.Sprintf("%v %+v %s", key, key, key); text != "(admin key) (admin key) (admin key)" {
		t.Errorf("a key prints as %s", text)
	}
}
