package connect_test

import (
	"errors"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"tributary/internal/connect"
	"tributary/internal/keap"
	"tributary/internal/keap/sandbox"
)

// day is a little more than an access token lives.
const day = 24*time.Hour + time.Second

func TestLoginConnects(t *testing.T) {
	inWorld(t, sandbox.Options{}, func(t *testing.T, w *world) {
		p := w.start()
		p.is(connect.Disconnected, "tributary keap login")
		if err := p.call(); !keap.IsKeyRefused(err) {
			t.Errorf("a call without a connection: %v", err)
		}
		_, changed := p.Works()
		p.mustLogin()
		if works, _ := p.Works(); !works {
			t.Error("it does not work")
		}
		select {
		case <-changed:
		default:
			t.Error("nobody is told of the change")
		}
		p.mustCall()
		status, err := p.Status(t.Context(), false)
		if err != nil || status.Tenant != sandbox.DefaultTenant || status.How != connect.ByOAuth || status.Expires.IsZero() || len(status.Attention) != 0 {
			t.Errorf("status %+v, %v", status, err)
		}
		again := w.start()
		again.mustCall()
		again.is(connect.Unchecked, "")
		stop := again.run()
		again.is(connect.Connected, "")
		stop()
		w.refreshes(0)
	})
}

func TestAnswersToALoginThatAreNone(t *testing.T) {
	inWorld(t, sandbox.Options{}, func(t *testing.T, w *world) {
		p := w.start()
		p.mustLogin()
		first, err := p.Token(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		fail := func(what string, want error, a connect.Answer) {
			t.Helper()
			if _, err := p.Finish(t.Context(), a); !errors.Is(err, want) {
				t.Errorf("%s: got %v", what, err)
			}
			if still, err := p.Token(t.Context()); err != nil || still != first {
				t.Errorf("%s: the connection changed: %v", what, err)
			}
		}
		approve := func(address string) connect.Answer {
			back, err := w.box.Approve(address, sandbox.DefaultTenant)
			if err != nil {
				t.Fatal(err)
			}
			return answerOf(back)
		}
		fail("no state", connect.ErrLoginGone, connect.Answer{Code: "x"})
		fail("a state of nobody", connect.ErrLoginGone, connect.Answer{State: "guessed", Code: "x"})
		used := approve(p.begin(false))
		if _, err := p.Finish(t.Context(), used); err != nil {
			t.Fatal(err)
		}
		first, _ = p.Token(t.Context())
		fail("a state that is used", connect.ErrLoginGone, used)
		denied := approve(p.begin(false))
		fail("a no", connect.ErrDenied, connect.Answer{State: denied.State, Error: "access_denied"})
		fail("a yes after the no", connect.ErrLoginGone, denied)
		// The code of one login does not fit another: PKCE.
		one, other := approve(p.begin(false)), approve(p.begin(false))
		fail("the code of another login", connect.ErrKeyRefused, connect.Answer{State: one.State, Code: other.Code})
		late := approve(p.begin(false))
		time.Sleep(10 * time.Minute)
		fail("a login of 10 minutes ago", connect.ErrLoginGone, late)
		w.fault("exchangeCode", sandbox.Status503, 1)
		fail("Keap is away", connect.ErrUnreachable, approve(p.begin(false)))
		w.refreshes(0)
	})
}

func TestManyCallersRenewOnce(t *testing.T) {
	for name, unknowns := range map[string]sandbox.Unknowns{"as Keap says": {}, "the old access token dies": {OldAccessDies: true}} {
		t.Run(name, func(t *testing.T) {
			inWorld(t, sandbox.Options{Unknowns: unknowns}, func(t *testing.T, w *world) {
				one := w.start()
				one.mustLogin()
				two := w.start() // a replica
				time.Sleep(day)
				got := map[keap.Token]bool{}
				var mu sync.Mutex
				var all sync.WaitGroup
				for _, p := range []process{one, two} {
					for range 20 {
						all.Go(func() {
							token, err := p.Token(t.Context())
							if err != nil {
								t.Error(err)
							}
							mu.Lock()
							defer mu.Unlock()
							got[token] = true
						})
					}
				}
				all.Wait()
				w.refreshes(1)
				if len(got) != 1 {
					t.Errorf("they have %d tokens", len(got))
				}
				one.mustCall()
				two.mustCall()
				w.refreshes(1)
			})
		})
	}
}

// A replica that did not see the renewal shows a token that has died: it finds the new one in the store.
func TestAReplicaFollowsARenewal(t *testing.T) {
	inWorld(t, sandbox.Options{Unknowns: sandbox.Unknowns{OldAccessDies: true}}, func(t *testing.T, w *world) {
		one, two := w.start(), w.start()
		one.mustLogin()
		stop := one.run()
		defer stop()
		time.Sleep(time.Minute)
		if _, err := two.Status(t.Context(), false); err != nil { // it reads the store, as Run does
			t.Fatal(err)
		}
		two.mustCall()
		time.Sleep(20 * time.Hour) // one renews after 18 hours
		w.refreshes(1)
		two.mustCall()
		w.refreshes(1)
	})
}

func TestTokensAreRenewedAheadAndForLong(t *testing.T) {
	inWorld(t, sandbox.Options{OAuth: sandbox.OAuth{RefreshLife: 4 * 24 * time.Hour}}, func(t *testing.T, w *world) {
		p := w.start()
		p.mustLogin()
		stop := p.run()
		defer stop()
		before, _ := p.Token(t.Context())
		time.Sleep(18*time.Hour + time.Minute)
		if after, err := p.Token(t.Context()); err != nil || after == before {
			t.Errorf("after three quarters of its time: renewed %v, %v", after != before, err)
		}
		time.Sleep(10 * 24 * time.Hour) // more than two lives of a refresh token
		p.mustCall()
		p.is(connect.Connected, "")
	})
}

func TestRevokedTokensStopAndALoginGoesOn(t *testing.T) {
	inWorld(t, sandbox.Options{}, func(t *testing.T, w *world) {
		p := w.start()
		p.mustLogin()
		stop := p.run()
		defer stop()
		time.Sleep(time.Hour)
		w.box.RevokeTokens()
		if err := p.call(); !keap.IsKeyRefused(err) || keap.MayHaveApplied(err) {
			t.Errorf("got %v", err)
		}
		p.is(connect.Refused, "tributary keap login")
		if works, _ := p.Works(); works {
			t.Error("the outbox would run")
		}
		asked := w.box.Calls()["refreshToken"]
		for range 20 {
			p.call()
		}
		w.refreshes(asked) // and not again for every call
		w.start().mustFail(t)
		p.mustLogin()
		p.mustCall()
		p.is(connect.Connected, "")
	})
}

// The owner who asks is told at once, not by the next opt-in.
func TestAStatusThatIsAskedForAnewIsTrue(t *testing.T) {
	inWorld(t, sandbox.Options{}, func(t *testing.T, w *world) {
		p := w.start()
		p.mustLogin()
		time.Sleep(time.Hour)
		w.box.RevokeTokens()
		if s, err := p.Status(t.Context(), false); err != nil || s.State != connect.Connected {
			t.Errorf("as it was: %+v, %v", s, err)
		}
		if s, err := p.Status(t.Context(), true); err != nil || s.State != connect.Refused || !strings.Contains(s.Reason, "invalid_grant") {
			t.Errorf("anew: %+v, %v", s, err)
		}
	})
}

func (p process) mustFail(t *testing.T) {
	t.Helper()
	if err := p.call(); !keap.IsKeyRefused(err) {
		t.Errorf("got %v", err)
	}
}

// Keap refuses at random, people report: an hour later the same refresh token is tried again.
func TestARefusalAtRandomHeals(t *testing.T) {
	inWorld(t, sandbox.Options{}, func(t *testing.T, w *world) {
		p := w.start()
		p.mustLogin()
		w.fault("refreshToken", sandbox.Status401, 2)
		time.Sleep(day)
		p.mustFail(t)
		p.is(connect.Refused, "--keap-client-secret")
		time.Sleep(30 * time.Minute)
		p.mustFail(t)
		stop := p.run()
		defer stop()
		time.Sleep(3 * time.Hour)
		p.mustCall()
		p.is(connect.Connected, "")
	})
}

// A gateway that answers 401 to everything for a while must not use up refresh tokens.
func TestA401StormCostsOneRefreshToken(t *testing.T) {
	inWorld(t, sandbox.Options{}, func(t *testing.T, w *world) {
		p := w.start()
		p.mustLogin()
		time.Sleep(time.Hour)
		w.fault("getUserInfo", sandbox.Status401, 20)
		for range 10 {
			p.call()
		}
		w.refreshes(1)
	})
}

// TestKillsDuringARenewal kills the process at each step of a renewal, and starts another over the same store.
func TestKillsDuringARenewal(t *testing.T) {
	tests := []struct {
		step string
		lost bool // where Keap does not let the old refresh token live on
	}{
		{"before put lease", false},
		{"after put lease", false},
		{"before " + sandbox.TokenPath, false},
		{"after " + sandbox.TokenPath, true}, // the one window
		{"before put keap-connection", true}, // likewise
		{"after put keap-connection", false},
	}
	for _, test := range tests {
		for _, grace := range []time.Duration{0, time.Hour} {
			t.Run(test.step+", grace "+grace.String(), func(t *testing.T) {
				inWorld(t, sandbox.Options{Unknowns: sandbox.Unknowns{RefreshGrace: grace}}, func(t *testing.T, w *world) {
					old, life := w.startMortal()
					old.mustLogin()
					time.Sleep(20 * time.Hour) // it is time to renew, and there are hours left
					life.ends = func(step string) bool { return step == test.step }
					stop := old.run()
					if !life.dead {
						t.Fatal("it survived")
					}
					stop()
					next := w.start()
					next.mustCall() // whatever happened: the old access token, or the new one
					stop = next.run()
					defer stop()
					time.Sleep(2 * time.Minute) // the dead one's lease ends
					next.mustCall()
					if test.lost && grace == 0 {
						w.lost(next)
						return
					}
					next.is(connect.Connected, "")
					time.Sleep(day)
					next.mustCall()
					if notes := next.notes(); strings.Contains(notes, "login_again") {
						t.Errorf("the owner is asked for: %s", notes)
					}
				})
			})
		}
	}
}

// lost is the window: the owner is told hours before anything stops, and a login mends it.
func (w *world) lost(p process) {
	w.Helper()
	if notes := p.notes(); !strings.Contains(notes, "login_again") {
		w.Errorf("the owner is not told: %s", notes)
	}
	p.is(connect.Connected, "")
	time.Sleep(5 * time.Hour)
	p.mustFail(w.T)
	p.is(connect.Refused, "tributary keap login")
	p.mustLogin()
	p.mustCall()
	if notes := p.notes(); strings.Contains(notes, "login_again") {
		w.Errorf("the owner is still told: %s", notes)
	}
}

// What the disk did not take is kept, and not shown to Keap before it is saved.
func TestADiskThatFailsAtTheWrongMoment(t *testing.T) {
	inWorld(t, sandbox.Options{Unknowns: sandbox.Unknowns{OldAccessDies: true}}, func(t *testing.T, w *world) {
		p, life := w.startMortal()
		p.mustLogin()
		time.Sleep(day)
		life.ends = func(step string) bool { return step == "before put keap-connection" }
		calls := w.box.Calls()["getUserInfo"]
		if err := p.call(); err == nil || keap.IsKeyRefused(err) {
			t.Errorf("got %v", err)
		}
		life.ends, life.dead = nil, false // the disk is well again
		if got := w.box.Calls()["getUserInfo"]; got != calls {
			t.Error("the tokens were used before they were saved")
		}
		p.mustCall()
		w.refreshes(1)
		w.start().mustCall()
		w.refreshes(1)
	})
}

func TestALostAnswerToARenewal(t *testing.T) {
	for name, test := range map[string]struct {
		kind  sandbox.Kind
		grace time.Duration
		works bool
	}{
		"it never arrived":                 {sandbox.Reset, 0, true},
		"Keap is down":                     {sandbox.Status503, 0, true},
		"a page instead":                   {sandbox.HTML, 0, true},
		"it was done, and the old lives":   {sandbox.ApplyThenReset, time.Hour, true},
		"it was done, and the old is dead": {sandbox.ApplyThenReset, 0, false},
	} {
		t.Run(name, func(t *testing.T) {
			inWorld(t, sandbox.Options{Unknowns: sandbox.Unknowns{RefreshGrace: test.grace}}, func(t *testing.T, w *world) {
				p := w.start()
				p.mustLogin()
				time.Sleep(day)
				w.fault("refreshToken", test.kind, 1)
				if err := p.call(); err == nil || keap.IsKeyRefused(err) || keap.MayHaveApplied(err) {
					t.Errorf("the first call: %v", err)
				}
				p.call() // and not asked again at once
				w.refreshes(1)
				time.Sleep(10 * time.Second)
				if err := p.call(); (err == nil) != test.works || keap.IsKeyRefused(err) == test.works {
					t.Errorf("later: %v", err)
				}
			})
		})
	}
}

func TestAnotherTenantIsKeptOut(t *testing.T) {
	options := sandbox.Options{Keys: []string{"KeapAK-one", "KeapAK-two"}, Tenants: map[string]string{"KeapAK-one": "one", "KeapAK-two": "two"}}
	inWorld(t, options, func(t *testing.T, w *world) {
		p := w.start()
		if _, err := p.UseKey(t.Context(), " KeapAK-one\n", "", false); err != nil {
			t.Fatal(err)
		}
		var other *connect.OtherTenantError
		if _, err := p.UseKey(t.Context(), "KeapAK-two", "", false); !errors.As(err, &other) || other.Known != "one" || other.Given != "two" || !strings.Contains(err.Error(), "--new-tenant") {
			t.Errorf("a key: %v", err)
		}
		if err := p.login("two", false); !errors.As(err, &other) {
			t.Errorf("tokens: %v", err)
		}
		if status, err := p.Status(t.Context(), false); err != nil || status.How != connect.ByKey || status.Tenant != "one" {
			t.Errorf("the connection changed: %+v, %v", status, err)
		}
		if err := p.login("two", true); err != nil {
			t.Errorf("tokens, when it is meant: %v", err)
		}
		if _, err := p.UseKey(t.Context(), "KeapAK-one", "", false); !errors.As(err, &other) {
			t.Errorf("the app of before: %v", err)
		}
		if err := p.Disconnect(t.Context()); err != nil {
			t.Fatal(err)
		}
		p.is(connect.Disconnected, "")
		if _, err := w.start().UseKey(t.Context(), "KeapAK-one", "", false); !errors.As(err, &other) {
			t.Errorf("after a disconnection: %v", err)
		}
	})
}

func TestAKeyOfTheSettings(t *testing.T) {
	options := sandbox.Options{Keys: []string{"KeapAK-one", "KeapAK-two"}, Tenants: map[string]string{"KeapAK-one": "one", "KeapAK-two": "two"}}
	inWorld(t, options, func(t *testing.T, w *world) {
		one := w.start(flagKey("KeapAK-one"))
		if works, _ := one.Works(); works {
			t.Error("it works before Keap has said whose it is")
		}
		one.mustCall() // checks it first
		one.is(connect.Connected, "")
		stop := one.run()
		if _, err := one.UseKey(t.Context(), "KeapAK-two", "", true); !errors.Is(err, connect.ErrFlagKey) {
			t.Errorf("storing a key beside it: %v", err)
		}
		stop()
		two := w.start(flagKey("KeapAK-two"))
		two.mustFail(t)
		two.is(connect.OtherTenant, "--new-tenant")
		stop = two.run()
		defer stop()
		two.is(connect.OtherTenant, "--new-tenant")
		calls := w.box.Calls()["getUserInfo"]
		two.mustFail(t)
		if got := w.box.Calls()["getUserInfo"]; got != calls {
			t.Error("it was used all the same")
		}
		if err := two.AcceptTenant(t.Context(), "three"); !errors.Is(err, connect.ErrNoSuchTenant) {
			t.Errorf("accepting another one: %v", err)
		}
		if err := two.AcceptTenant(t.Context(), "two"); err != nil {
			t.Fatal(err)
		}
		two.is(connect.Connected, "")
		two.mustCall()
	})
}

func TestAKeyThatIsStored(t *testing.T) {
	inWorld(t, sandbox.Options{Keys: []string{"KeapAK-one"}}, func(t *testing.T, w *world) {
		p := w.start()
		if _, err := p.UseKey(t.Context(), "KeapAK-wrong", "", false); !errors.Is(err, connect.ErrKeyRefused) {
			t.Errorf("a wrong key: %v", err)
		}
		w.fault("getUserInfo", sandbox.Status503, 1)
		if _, err := p.UseKey(t.Context(), "KeapAK-one", "", false); !errors.Is(err, connect.ErrUnreachable) {
			t.Errorf("while Keap is away: %v", err)
		}
		p.is(connect.Disconnected, "")
		if _, err := p.UseKey(t.Context(), "KeapAK-one", keap.HeaderAPIKey, false); err != nil {
			t.Fatal(err)
		}
		again := w.start()
		again.mustCall()
		if err := again.Disconnect(t.Context()); err != nil {
			t.Fatal(err)
		}
		w.start().mustFail(t)
	})
}

// A key that Keap refuses for a while stops the outbox, and nobody has to do anything when Keap takes it again.
func TestARefusedKeyIsAskedForAgain(t *testing.T) {
	inWorld(t, sandbox.Options{Keys: []string{"KeapAK-one"}}, func(t *testing.T, w *world) {
		p := w.start()
		if _, err := p.UseKey(t.Context(), "KeapAK-one", "", false); err != nil {
			t.Fatal(err)
		}
		stop := p.run()
		defer stop()
		w.fault("getUserInfo", sandbox.Status401, 3) // of which our call gets the first
		p.mustFail(t)
		synctest.Wait()
		p.is(connect.Refused, "the stored key")
		time.Sleep(time.Minute)
		p.is(connect.Connected, "")
		p.mustCall()
	})
}

func TestKeapIsAwayAtTheStart(t *testing.T) {
	inWorld(t, sandbox.Options{}, func(t *testing.T, w *world) {
		w.fault("getUserInfo", sandbox.Status503, 2)
		p := w.start(flagKey(sandbox.DefaultKey))
		stop := p.run()
		defer stop()
		p.is(connect.Unchecked, "503")
		if err := p.call(); err == nil || keap.IsKeyRefused(err) {
			t.Errorf("got %v", err)
		}
		time.Sleep(5 * time.Second)
		p.is(connect.Connected, "")
		p.mustCall()
	})
}

func TestWhatTheOwnerIsTold(t *testing.T) {
	for name, test := range map[string]struct {
		options sandbox.Options
		change  func(*connect.Options)
		fault   string
		want    string
	}{
		"all is well":                   {want: "partner_rule"},
		"referrals pay nothing":         {options: sandbox.Options{CookiesOnly: true}, want: "referral_history_off partner_rule"},
		"Keap does not tell":            {options: sandbox.Options{Unknowns: sandbox.Unknowns{HideReferralHistory: true}}, want: "referral_history_unknown partner_rule"},
		"the settings may not be read":  {fault: "getApplicationConfigurations", want: "referral_history_unknown partner_rule"},
		"the tenant may not be read":    {fault: "getUserInfo", want: "tenant_unknown partner_rule"},
		"Keap would not come back here": {change: func(o *connect.Options) { o.RedirectURL = "http://localhost:8080/keap/callback" }, want: "redirect_not_https"},
	} {
		t.Run(name, func(t *testing.T) {
			inWorld(t, test.options, func(t *testing.T, w *world) {
				if test.fault != "" {
					w.fault(test.fault, sandbox.Status403, 100)
				}
				p := w.start(func(o *connect.Options) {
					if test.change != nil {
						test.change(o)
					}
				})
				if test.change != nil {
					if got := p.notes(); got != test.want {
						t.Errorf("told %q, want %q", got, test.want)
					}
					return
				}
				p.mustLogin()
				if got := p.notes(); got != test.want {
					t.Errorf("told %q, want %q", got, test.want)
				}
			})
		})
	}
}
