package auth_test

import (
	"crypto/sha256"
	"errors"
	"fmt"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"tributary/internal/auth"
	"tributary/internal/store"
)

// counted hashes fast and counts.
func (d *desk) counted() *atomic.Int32 {
	var work atomic.Int32
	d.Auth = auth.New(d.store, func() time.Time { return d.now }, auth.WithKDF(func(password, salt []byte) []byte {
		work.Add(1)
		sum := sha256.Sum256(append(salt, password...))
		return sum[:]
	}))
	return &work
}

func (d *desk) user(email string, role auth.Role) auth.User {
	d.t.Helper()
	u, err := d.AddUser(d.t.Context(), auth.User{Account: account, Email: email, Role: role})
	if err != nil {
		d.t.Fatalf("adding %s: %v", email, err)
	}
	return u
}

func (d *desk) enter(u auth.User) (auth.DeskSession, string) {
	d.t.Helper()
	s, token, err := d.OpenDesk(d.t.Context(), u.ID, auth.ByLink, "Firefox on Linux")
	if err != nil {
		d.t.Fatal(err)
	}
	return s, token
}

func (d *desk) isOut(token string) bool {
	d.t.Helper()
	_, err := d.Desk(d.t.Context(), token)
	if err != nil && !errors.Is(err, auth.ErrNoSession) {
		d.t.Fatal(err)
	}
	return err != nil
}

const goodPassword = "seven green bicycles"

func TestAPasswordIsHashedAsOWASPAsks(t *testing.T) {
	d := newDesk(t)
	u := d.user("ann@example.com", auth.Owner)
	if err := d.SetPassword(t.Context(), u, goodPassword, ""); err != nil {
		t.Fatal(err)
	}
	doc, err := d.store.Get(t.Context(), "user-login", u.ID)
	if err != nil || !strings.Contains(string(doc.Value), "$argon2id$v=19$m=19456,t=2,p=1$") || strings.Contains(string(doc.Value), "bicycles") {
		t.Errorf("stored is %s, %v", doc.Value, err)
	}
	s, token, err := d.LogIn(t.Context(), auth.Attempt{Email: " ANN@example.com", Password: goodPassword, Address: "192.0.2.1"})
	if err != nil || s.User.ID != u.ID || s.How != auth.ByPassword || d.isOut(token) {
		t.Errorf("signing in: %+v, %v", s, err)
	}
	if _, _, err := d.LogIn(t.Context(), auth.Attempt{Email: u.Email, Password: goodPassword + " "}); !errors.Is(err, auth.ErrWrongLogin) {
		t.Errorf("a wrong password: %v", err)
	}
}

// Whether there is such a user shows in neither the answer nor the work. No clock is asked: the work is counted.
func TestALoginTellsNothingOfWhoIsThere(t *testing.T) {
	d := newDesk(t)
	work := d.counted()
	with, without := d.user("with@example.com", auth.Owner), d.user("without@example.com", auth.Viewer)
	if err := d.SetPassword(t.Context(), with, goodPassword, ""); err != nil {
		t.Fatal(err)
	}
	answers := map[string]string{}
	for _, email := range []string{with.Email, without.Email, "nobody@example.com", "no address", ""} {
		for _, password := range []string{"wrong password", "", strings.Repeat("long", 1000)} {
			before := work.Load()
			_, token, err := d.LogIn(t.Context(), auth.Attempt{Email: email, Password: password, Address: "192.0.2.1"})
			answers[fmt.Sprintf("%v %q work %d", err, token, work.Load()-before)] = email
		}
	}
	if len(answers) != 1 {
		t.Errorf("the answers differ: %v", answers)
	}
	for answer := range answers {
		if answer != auth.ErrWrongLogin.Error()+` "" work 1` {
			t.Errorf("the answer is %s", answer)
		}
	}
}

// Who is slowed down is told for how long, whether there is such a user or not.
func TestTriesAreSlowedDownByAccount(t *testing.T) {
	for _, email := range []string{"ann@example.com", "nobody@example.com"} {
		d := newDesk(t)
		work := d.counted()
		u := d.user("ann@example.com", auth.Owner)
		if err := d.SetPassword(t.Context(), u, goodPassword, ""); err != nil {
			t.Fatal(err)
		}
		try := func(i int) error {
			_, _, err := d.LogIn(t.Context(), auth.Attempt{Email: email, Password: "wrong password", Address: fmt.Sprintf("192.0.2.%d", i)})
			return err
		}
		before := work.Load()
		for i := range 10 {
			if err := try(i); !errors.Is(err, auth.ErrWrongLogin) {
				t.Fatalf("try %d: %v", i, err)
			}
		}
		var slow *auth.TooMany
		if err := try(11); !errors.As(err, &slow) || slow.Wait != 6*time.Second || work.Load()-before != 10 {
			t.Fatalf("%s, the 11th try: %v after %d hashes", email, err, work.Load()-before)
		}
		d.now = d.now.Add(slow.Wait)
		if err := try(12); !errors.Is(err, auth.ErrWrongLogin) {
			t.Errorf("after waiting: %v", err)
		}
	}
}

func TestTriesAreSlowedDownByAddress(t *testing.T) {
	d := newDesk(t)
	d.counted()
	try := func(i int, address string) error {
		_, _, err := d.LogIn(t.Context(), auth.Attempt{Email: fmt.Sprintf("user%d@example.com", i), Password: "wrong password", Address: address})
		return err
	}
	for i := range 20 {
		if err := try(i, fmt.Sprintf("2001:db8::%d", i)); !errors.Is(err, auth.ErrWrongLogin) { // of one household
			t.Fatalf("try %d: %v", i, err)
		}
	}
	var slow *auth.TooMany
	if err := try(21, "2001:db8::99"); !errors.As(err, &slow) {
		t.Errorf("the 21st try of a household: %v", err)
	}
	if err := try(21, "2001:db8:0:1::1"); !errors.Is(err, auth.ErrWrongLogin) {
		t.Errorf("another household: %v", err)
	}
}

// An attacker who never stops keeps the owner out of nothing: a browser that was here before has a budget of its own, and
// links work as ever.
func TestAnAttackerCannotShutAnOwnerOut(t *testing.T) {
	d := newDesk(t)
	d.counted()
	u := d.user("ann@example.com", auth.Owner)
	if err := d.SetPassword(t.Context(), u, goodPassword, ""); err != nil {
		t.Fatal(err)
	}
	known, _, err := d.Know(t.Context(), u.ID, "")
	if err != nil || known == "" {
		t.Fatalf("knowing a browser: %q, %v", known, err)
	}
	if again, _, err := d.Know(t.Context(), u.ID, known); err != nil || again != "" {
		t.Errorf("a known browser gets %q, %v", again, err)
	}
	attack := func() (err error) {
		for i := range 50 {
			_, _, err = d.LogIn(t.Context(), auth.Attempt{Email: u.Email, Password: "wrong password", Address: fmt.Sprintf("198.51.100.%d", i)})
		}
		return err
	}
	var slow *auth.TooMany
	if err := attack(); !errors.As(err, &slow) {
		t.Fatalf("the attack is answered %v", err)
	}
	if _, _, err := d.LogIn(t.Context(), auth.Attempt{Email: u.Email, Password: goodPassword, Address: "192.0.2.1", Known: known}); err != nil {
		t.Errorf("the owner's own browser: %v", err)
	}
	link, _, err := d.IssueDeskLink(t.Context(), u.ID)
	if err != nil {
		t.Fatal(err)
	}
	if _, _, err := d.RedeemDesk(t.Context(), link, ""); err != nil {
		t.Errorf("a link: %v", err)
	}
	other := d.user("bob@example.com", auth.Owner)
	stolen, _, err := d.Know(t.Context(), other.ID, "")
	if err != nil {
		t.Fatal(err)
	}
	if _, _, err := d.LogIn(t.Context(), auth.Attempt{Email: u.Email, Password: goodPassword, Address: "192.0.2.1", Known: stolen}); !errors.As(err, &slow) {
		t.Errorf("a browser that is known for another: %v", err)
	}
}

func TestRightPasswordsCostNoTries(t *testing.T) {
	d := newDesk(t)
	d.counted()
	u := d.user("ann@example.com", auth.Owner)
	if err := d.SetPassword(t.Context(), u, goodPassword, ""); err != nil {
		t.Fatal(err)
	}
	for i := range 50 {
		if _, _, err := d.LogIn(t.Context(), auth.Attempt{Email: u.Email, Password: goodPassword, Address: "192.0.2.1"}); err != nil {
			t.Fatalf("time %d: %v", i, err)
		}
	}
}

func TestOnlySoManyPasswordsAreCheckedAtOnce(t *testing.T) {
	d := newDesk(t)
	var now, most atomic.Int32
	going := make(chan struct{})
	d.Auth = auth.New(d.store, func() time.Time { return d.now }, auth.WithKDF(func(_, _ []byte) []byte {
		if n := now.Add(1); n > most.Load() {
			most.Store(n)
		}
		<-going
		now.Add(-1)
		return make([]byte, 32)
	}))
	var all sync.WaitGroup
	var busy atomic.Int32
	for i := range 100 {
		all.Go(func() {
			_, _, err := d.LogIn(t.Context(), auth.Attempt{Email: fmt.Sprintf("u%d@example.com", i), Password: "x", Address: fmt.Sprintf("192.0.2.%d", i)})
			if errors.Is(err, auth.ErrBusy) && busy.Add(1) == 68 { // all that may not wait have been told
				close(going)
			}
		})
	}
	all.Wait()
	if most.Load() > 2 || busy.Load() != 68 {
		t.Errorf("%d at once, %d told to come back; want 2 and 68", most.Load(), busy.Load())
	}
}

func TestBadPasswordsAreRefused(t *testing.T) {
	for _, password := range []string{"", "short", "ninechars", "password123", "PASSWORD123", "1234567890", "marketingann@example.com"[9:], "ann123456789", strings.Repeat("x", 1001)} {
		if err := auth.CheckPassword(password, "ann@example.com"); !errors.Is(err, auth.ErrWeakPassword) {
			t.Errorf("%.30q passes: %v", password, err)
		}
	}
	for _, password := range []string{goodPassword, "žluťoučký kůň", "aaaaaaaaab", strings.Repeat("x", 1000)} {
		if err := auth.CheckPassword(password, "ann@example.com"); err != nil {
			t.Errorf("%.30q: %v", password, err)
		}
	}
}

func TestAnotherPasswordEndsTheOtherSessions(t *testing.T) {
	d := newDesk(t)
	d.counted()
	u, other := d.user("ann@example.com", auth.Owner), d.user("bob@example.com", auth.Viewer)
	here, hereToken := d.enter(u)
	_, elsewhere := d.enter(u)
	_, others := d.enter(other)
	link, _, err := d.IssueDeskLink(t.Context(), u.ID)
	if err != nil {
		t.Fatal(err)
	}
	if err := d.ChangePassword(t.Context(), here, "", goodPassword); err != nil {
		t.Fatal(err)
	}
	if d.isOut(hereToken) || !d.isOut(elsewhere) || d.isOut(others) {
		t.Errorf("out are: here %v, elsewhere %v, another user %v", d.isOut(hereToken), d.isOut(elsewhere), d.isOut(others))
	}
	if err := d.CheckDeskLink(t.Context(), link); !errors.Is(err, auth.ErrBadLink) {
		t.Errorf("a link from before: %v", err)
	}
}

// A session that is left open, or stolen, must not be enough to take an account over.
func TestAnOldSessionNeedsThePresentPassword(t *testing.T) {
	d := newDesk(t)
	d.counted()
	u := d.user("ann@example.com", auth.Owner)
	if err := d.SetPassword(t.Context(), u, goodPassword, ""); err != nil {
		t.Fatal(err)
	}
	byLink, _ := d.enter(u)
	if err := d.ChangePassword(t.Context(), byLink, "", goodPassword+"!"); err != nil {
		t.Errorf("right after a link, as one does who forgot it: %v", err)
	}
	d.now = d.now.Add(auth.Fresh)
	for present, want := range map[string]error{"": auth.ErrWrongPassword, goodPassword: auth.ErrWrongPassword, goodPassword + "!": nil} {
		if err := d.ChangePassword(t.Context(), byLink, present, goodPassword+"!"); !errors.Is(err, want) {
			t.Errorf("with %q: %v, want %v", present, err, want)
		}
	}
	byPassword, _, err := d.OpenDesk(t.Context(), u.ID, auth.ByPassword, "")
	if err != nil {
		t.Fatal(err)
	}
	if err := d.ChangePassword(t.Context(), byPassword, "", goodPassword); !errors.Is(err, auth.ErrWrongPassword) {
		t.Errorf("right after a password: %v", err)
	}
}

func TestSessionsAreListedAndEnded(t *testing.T) {
	d := newDesk(t)
	u, other := d.user("ann@example.com", auth.Owner), d.user("bob@example.com", auth.Viewer)
	first, firstToken := d.enter(u)
	d.now = d.now.Add(time.Minute)
	second, secondToken := d.enter(u)
	others, othersToken := d.enter(other)
	all, err := d.Sessions(t.Context(), u.ID)
	if err != nil || len(all) != 2 || all[0].ID != second.ID || all[1].ID != first.ID || all[0].Browser != "Firefox on Linux" {
		t.Fatalf("sessions: %+v, %v", all, err)
	}
	if _, err := d.Desk(t.Context(), first.ID); !errors.Is(err, auth.ErrNoSession) {
		t.Errorf("the id of a session opens the desk: %v", err)
	}
	if err := d.EndSession(t.Context(), u.ID, others.ID); err != nil || d.isOut(othersToken) {
		t.Errorf("another user's session was ended: %v", err)
	}
	if err := d.EndSession(t.Context(), u.ID, first.ID); err != nil || !d.isOut(firstToken) || d.isOut(secondToken) {
		t.Errorf("ending one: %v", err)
	}
	if err := d.EndSessions(t.Context(), u.ID, ""); err != nil || !d.isOut(secondToken) || d.isOut(othersToken) {
		t.Errorf("ending all: %v", err)
	}
}

func TestLosingARoleEndsSessions(t *testing.T) {
	d := newDesk(t)
	d.user("owner@example.com", auth.Owner)
	u := d.user("ann@example.com", auth.Manager)
	_, token := d.enter(u)
	viewer, manager := auth.Viewer, auth.Manager
	if _, err := d.ChangeUser(t.Context(), u.ID, nil, &manager); err != nil || d.isOut(token) {
		t.Errorf("no change: %v", err)
	}
	if _, err := d.ChangeUser(t.Context(), u.ID, nil, &viewer); err != nil || !d.isOut(token) {
		t.Errorf("less: %v", err)
	}
	_, token = d.enter(u)
	if _, err := d.ChangeUser(t.Context(), u.ID, nil, &manager); err != nil || d.isOut(token) {
		t.Errorf("more: %v", err)
	}
	if err := d.RemoveUser(t.Context(), u.ID); err != nil || !d.isOut(token) {
		t.Errorf("removed: %v", err)
	}
	if _, err := d.User(t.Context(), u.ID); !errors.Is(err, store.ErrNotFound) {
		t.Errorf("a removed user: %v", err)
	}
	d.user("ann@example.com", auth.Viewer) // the address is free again
}

func TestTheLastOwnerStays(t *testing.T) {
	d := newDesk(t)
	u := d.user("ann@example.com", auth.Owner)
	viewer := auth.Viewer
	if err := d.RemoveUser(t.Context(), u.ID); !errors.Is(err, auth.ErrLastOwner) {
		t.Errorf("removing: %v", err)
	}
	if _, err := d.ChangeUser(t.Context(), u.ID, nil, &viewer); !errors.Is(err, auth.ErrLastOwner) {
		t.Errorf("another role: %v", err)
	}
	if got, err := d.User(t.Context(), u.ID); err != nil || got.Role != auth.Owner {
		t.Errorf("the owner is %+v, %v", got, err)
	}
}

func TestOwnersWhoRemoveEachOtherLeaveOne(t *testing.T) {
	for round := range 20 {
		d := newDesk(t)
		var all sync.WaitGroup
		viewer := auth.Viewer
		for i := range 8 {
			u := d.user(fmt.Sprintf("owner%d@example.com", i), auth.Owner)
			all.Go(func() {
				var err error
				if i%2 == 0 {
					err = d.RemoveUser(t.Context(), u.ID)
				} else {
					_, err = d.ChangeUser(t.Context(), u.ID, nil, &viewer)
				}
				if err != nil && !errors.Is(err, auth.ErrLastOwner) {
					t.Errorf("round %d: %v", round, err)
				}
			})
		}
		all.Wait()
		users, err := d.Users(t.Context())
		owners := 0
		for _, u := range users {
			if u.Role == auth.Owner {
				owners++
			}
		}
		if err != nil || owners < 1 {
			t.Fatalf("round %d: %d owners are left, %v", round, owners, err)
		}
	}
}

func TestNoTwoUsersHaveOneAddress(t *testing.T) {
	d := newDesk(t)
	var all sync.WaitGroup
	var added atomic.Int32
	for range 20 {
		all.Go(func() {
			_, err := d.AddUser(t.Context(), auth.User{Account: account, Email: "Ann@Example.com", Role: auth.Viewer})
			if err == nil {
				added.Add(1)
			} else if !errors.Is(err, auth.ErrEmailTaken) {
				t.Error(err)
			}
		})
	}
	all.Wait()
	if u, err := d.ByEmail(t.Context(), "ANN@example.com"); added.Load() != 1 || err != nil || u.Email != "ann@example.com" {
		t.Errorf("%d were added: %+v, %v", added.Load(), u, err)
	}
	for _, bad := range []auth.User{{Email: "x", Role: auth.Owner}, {Email: "b@example.com"}, {Email: "b@example.com", Role: "king"}, {Email: "b@example.com", Role: auth.Owner, Name: "a\nb"}, {Email: "b@example.com", Role: auth.Owner, Name: strings.Repeat("n", 101)}} {
		if _, err := d.AddUser(t.Context(), bad); !errors.Is(err, auth.ErrBadUser) {
			t.Errorf("%.40v: %v", bad, err)
		}
	}
}

func TestOfManyWhoClaimTheSetupExactlyOneWins(t *testing.T) {
	d := newDesk(t)
	d.counted()
	token, err := d.IssueSetup(t.Context(), account)
	if err != nil {
		t.Fatal(err)
	}
	var all sync.WaitGroup
	var won atomic.Int32
	for i := range 30 {
		all.Go(func() {
			_, err := d.ClaimSetup(t.Context(), token, auth.User{Account: account, Email: fmt.Sprintf("u%d@example.com", i)}, goodPassword)
			if err == nil {
				won.Add(1)
			} else if !errors.Is(err, auth.ErrBadLink) {
				t.Error(err)
			}
		})
	}
	all.Wait()
	users, err := d.Users(t.Context())
	if err != nil || won.Load() != 1 || len(users) != 1 || users[0].Role != auth.Owner {
		t.Errorf("%d won, users %+v, %v", won.Load(), users, err)
	}
	if _, _, err := d.LogIn(t.Context(), auth.Attempt{Email: users[0].Email, Password: goodPassword}); err != nil {
		t.Errorf("the owner's password: %v", err)
	}
}

func TestASetupIsNotUsedUpByAMistakeAndNotLeftOpen(t *testing.T) {
	d := newDesk(t)
	d.counted()
	first, err := d.IssueSetup(t.Context(), account)
	if err != nil {
		t.Fatal(err)
	}
	token, err := d.IssueSetup(t.Context(), account)
	if err != nil {
		t.Fatal(err)
	}
	ann := auth.User{Account: account, Email: "ann@example.com", Role: auth.Viewer} // the role is not hers to choose
	for want, try := range map[error][]string{auth.ErrBadUser: {token, "x", goodPassword}, auth.ErrWeakPassword: {token, ann.Email, "short"}, auth.ErrBadLink: {first, ann.Email, goodPassword}} {
		u := ann
		u.Email = try[1]
		if _, err := d.ClaimSetup(t.Context(), try[0], u, try[2]); !errors.Is(err, want) {
			t.Errorf("%v: %v", try, err)
		}
	}
	if err := d.CheckSetup(t.Context(), account, token); err != nil {
		t.Fatalf("the token is gone: %v", err)
	}
	if _, err := d.ClaimSetup(t.Context(), token, ann, goodPassword); err != nil {
		t.Fatal(err)
	}
	late, err := d.IssueSetup(t.Context(), account)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := d.ClaimSetup(t.Context(), late, auth.User{Account: account, Email: "eve@example.com"}, goodPassword); !errors.Is(err, auth.ErrBadLink) {
		t.Errorf("a set-up beside an owner: %v", err)
	}
}

func TestKeys(t *testing.T) {
	d := newDesk(t)
	k, text, err := d.AddKey(t.Context(), " Reports ", auth.Viewer, "ann@example.com")
	if err != nil || k.Name != "Reports" {
		t.Fatalf("%+v, %v", k, err)
	}
	got, err := d.Key(t.Context(), text)
	if err != nil || got.ID != k.ID || got.Role != auth.Viewer {
		t.Errorf("the key is %+v, %v", got, err)
	}
	other, otherText, err := d.AddKey(t.Context(), "Other", auth.Owner, "")
	if err != nil {
		t.Fatal(err)
	}
	mixed := strings.Replace(text, k.ID, other.ID, 1)
	for _, bad := range []string{"", "tk_", text[:len(text)-1], text + "A", mixed, strings.TrimPrefix(text, "tk_"), "tk_" + k.ID + "_"} {
		if _, err := d.Key(t.Context(), bad); !errors.Is(err, auth.ErrBadKey) {
			t.Errorf("%q: %v", bad, err)
		}
	}
	if _, err := d.RevokeKey(t.Context(), k.ID); err != nil {
		t.Fatal(err)
	}
	if _, err := d.Key(t.Context(), text); !errors.Is(err, auth.ErrBadKey) {
		t.Errorf("a revoked key: %v", err)
	}
	if all, err := d.Keys(t.Context()); err != nil || len(all) != 1 || all[0].ID != other.ID {
		t.Errorf("keys: %+v, %v", all, err)
	}
	doc, err := d.store.Get(t.Context(), "api-key", other.ID)
	if err != nil || strings.Contains(string(doc.Value), otherText[len(otherText)-43:]) {
		t.Errorf("the store holds the key: %v", err)
	}
	for name, role := range map[string]auth.Role{"": auth.Owner, "a\nb": auth.Owner, strings.Repeat("n", 101): auth.Owner, "x": "king"} {
		if _, _, err := d.AddKey(t.Context(), name, role, ""); !errors.Is(err, auth.ErrBadKeyName) {
			t.Errorf("%.20q %s: %v", name, role, err)
		}
	}
}

func TestTheUseOfAKeyIsNotedOnceAnHour(t *testing.T) {
	d := newDesk(t)
	k, text, err := d.AddKey(t.Context(), "Reports", auth.Viewer, "")
	if err != nil {
		t.Fatal(err)
	}
	version := func() int64 {
		doc, err := d.store.Get(t.Context(), "api-key", k.ID)
		if err != nil {
			t.Fatal(err)
		}
		return doc.Version
	}
	uses := []struct {
		after  time.Duration
		writes int64
	}{{0, 1}, {time.Hour - 1, 0}, {1, 1}}
	for i, use := range uses {
		d.now = d.now.Add(use.after)
		before := version()
		for range 3 {
			if _, err := d.Key(t.Context(), text); err != nil {
				t.Fatal(err)
			}
		}
		if wrote := version() - before; wrote != use.writes {
			t.Errorf("use %d wrote %d times, want %d", i, wrote, use.writes)
		}
	}
	if all, _ := d.Keys(t.Context()); !all[0].Used.Equal(d.now) {
		t.Errorf("last used %v", all[0].Used)
	}
}

// However many addresses an attack comes from, it takes no memory, and waits stay short.
func TestALimiterKeepsItsSize(t *testing.T) {
	d := newDesk(t)
	l := auth.NewLimiter(5, time.Second, func() time.Time { return d.now })
	for i := range 200_000 {
		l.Take(fmt.Sprint(i))
	}
	if wait := l.Take("the owner"); wait > time.Second {
		t.Errorf("the owner waits %v", wait)
	}
	if size := testing.AllocsPerRun(100, func() { l.Take("one more") }); size > 0 {
		t.Errorf("a try takes %v allocations", size)
	}
}
