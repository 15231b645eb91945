package keap_test

import (
	"bytes"
	"errors"
	"log/slog"
	"net/http"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"tributary/internal/keap"
	"tributary/internal/keap/sandbox"
)

// paced is a client with its pace, in a bubble: days begin at midnight, because a bubble does.
func paced(t *testing.T, handler http.Handler, changes ...func(*keap.Config)) *keap.Client {
	return inProcess(t, handler, func(c *keap.Config) {
		c.PerMinute = 0
		for _, change := range changes {
			change(c)
		}
	})
}

// callUntilHeld counts the calls that leave before the pace holds one, and returns the error that told so.
func callUntilHeld(t *testing.T, call func() error) (n int, held error) {
	t.Helper()
	for ; n < 100_000; n++ {
		if err := call(); err != nil {
			return n, err
		}
	}
	t.Fatal("the pace never holds a call")
	return 0, nil
}

func TestAShareOfTheDayIsLeftForOthers(t *testing.T) {
	tests := []struct {
		name              string
		reserve           int
		fresh, background int // calls that leave, of 1000 of which others have spent 100
	}{
		{"by default a fifth", 0, 700, 500},
		{"half", 50, 400, 275},
		{"nothing", -1, 900, 650},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				box := sandbox.New(sandbox.Options{Limits: sandbox.Limits{PerDay: 1000}})
				box.SpendQuota(100)
				client := paced(t, box, func(c *keap.Config) { c.Reserve = test.reserve })
				background := keap.Background(t.Context())
				bulk, err := callUntilHeld(t, func() error { _, err := client.UserInfo(background); return err })
				if bulk != test.background || !errors.Is(err, keap.ErrPaced) {
					t.Errorf("%d calls of the background, want %d; %v", bulk, test.background, err)
				}
				fresh, err := callUntilHeld(t, func() error { _, err := client.UserInfo(t.Context()); return err })
				if bulk+fresh != test.fresh || !keap.IsThrottled(err) || keap.MayHaveApplied(err) {
					t.Errorf("%d calls in all, want %d; %v", bulk+fresh, test.fresh, err)
				}
				turns := time.Now().Truncate(24 * time.Hour).Add(24 * time.Hour)
				if wait := keap.RetryAfter(err); wait.Round(time.Minute) != time.Until(turns).Round(time.Minute) {
					t.Errorf("come again in %v, the day turns in %v", wait, time.Until(turns))
				}
				left := 900 - test.fresh
				if q := client.Quota(); q.Limit != 1000 || q.Left != left || q.Used != 1000-left || !q.Turns.Equal(turns) || q.Read.IsZero() {
					t.Errorf("quota %+v", q)
				}
				time.Sleep(time.Until(turns) + time.Second)
				if q := client.Quota(); q.Left != 1000 {
					t.Errorf("after midnight %+v", q)
				}
				if _, err := client.UserInfo(background); err != nil {
					t.Errorf("after midnight: %v", err)
				}
				if n := box.Throttled(); n > 0 {
					t.Errorf("%d calls were one too many", n)
				}
			})
		})
	}
}

// The owner may buy more, or the headers may have been wrong: one call now and then finds out, and no more than that.
func TestTheReserveIsPeekedInto(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		box := sandbox.New(sandbox.Options{Limits: sandbox.Limits{PerDay: 1000}})
		client := paced(t, box)
		box.SpendQuota(900)
		passed := 0
		for range 60 {
			if _, err := client.UserInfo(t.Context()); err == nil {
				passed++
			}
			time.Sleep(time.Minute)
		}
		if passed < 6 || passed > 8 {
			t.Errorf("%d calls left in an hour, want one every ten minutes", passed)
		}
		box.SpendQuota(-500)
		time.Sleep(10 * time.Minute)
		for range 10 {
			if _, err := client.UserInfo(t.Context()); err != nil {
				t.Error(err)
			}
		}
	})
}

func TestFreshCallsGoFirst(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		box := sandbox.New(sandbox.Options{Limits: sandbox.Limits{PerSecond: 10, PerMinute: 240}})
		client := paced(t, box)
		var bulk sync.WaitGroup
		var ended atomic.Int32
		for range 20 {
			bulk.Go(func() {
				for range 10 {
					if _, err := client.UserInfo(keap.Background(t.Context())); err != nil {
						t.Error(err)
					}
				}
				ended.Add(1)
			})
		}
		for range 10 { // ten minutes of fresh opt-ins, one a minute
			time.Sleep(time.Minute)
			start := time.Now()
			for range 3 {
				if _, err := client.UserInfo(t.Context()); err != nil {
					t.Error(err)
				}
			}
			if took := time.Since(start); took > time.Second {
				t.Errorf("three fresh calls took %v beside bulk work", took)
			}
		}
		bulk.Wait()
		if ended.Load() != 20 || box.Throttled() > 0 {
			t.Errorf("%d of 20 ended; %d calls were too many", ended.Load(), box.Throttled())
		}
	})
}

// However many opt-ins there are, bulk work ends at some time.
func TestTheBackgroundDoesNotStarve(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		client := paced(t, sandbox.New(sandbox.Options{}))
		stop := make(chan struct{})
		var fresh sync.WaitGroup
		for range 4 {
			fresh.Go(func() {
				for {
					select {
					case <-stop:
						return
					default:
						client.UserInfo(t.Context())
					}
				}
			})
		}
		time.Sleep(time.Minute)
		start := time.Now()
		_, err := client.UserInfo(keap.Background(t.Context()))
		if took := time.Since(start); err != nil || took < 20*time.Second || took > time.Minute {
			t.Errorf("%v after %v", err, took)
		}
		close(stop)
		fresh.Wait()
	})
}

func TestTheRateFollowsWhatKeapTells(t *testing.T) {
	tests := []struct {
		name     string
		limits   sandbox.Limits
		asked    int
		calls    int
		from, to time.Duration
	}{
		{"nothing is told", sandbox.Limits{PerSecond: 10, PerMinute: 240, Quiet: true}, 0, 900, 4 * time.Minute, 6 * time.Minute},
		{"less", sandbox.Limits{PerMinute: 60}, 0, 450, 8 * time.Minute, 11 * time.Minute},
		{"less than the setting", sandbox.Limits{PerMinute: 60}, 1500, 450, 8 * time.Minute, 11 * time.Minute},
		{"much more", sandbox.Limits{PerMinute: 1500}, 0, 3000, 2 * time.Minute, 4 * time.Minute},
		{"more than the setting", sandbox.Limits{PerMinute: 1500}, 120, 900, 9 * time.Minute, 11 * time.Minute},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				box := sandbox.New(sandbox.Options{Limits: test.limits})
				client := paced(t, box, func(c *keap.Config) { c.PerMinute = test.asked })
				start := time.Now()
				for range test.calls {
					for { // before the first answer nothing is known, and afterwards a minute may be used up
						_, err := client.UserInfo(t.Context())
						if err == nil {
							break
						}
						if !keap.IsThrottled(err) {
							t.Fatal(err)
						}
						time.Sleep(keap.RetryAfter(err))
					}
				}
				if took := time.Since(start); took < test.from || took > test.to {
					t.Errorf("%d calls took %v, want %v to %v", test.calls, took, test.from, test.to)
				}
				if n := box.Throttled(); n > 0 {
					t.Errorf("%d calls were too many", n)
				}
				if want := test.limits.PerMinute; !test.limits.Quiet && client.Quota().PerMinute != want {
					t.Errorf("quota %+v, want %d a minute", client.Quota(), want)
				}
			})
		})
	}
}

// No header tells of a spike arrest. The pace finds one by its refusals, and few calls pay for that.
func TestASpikeArrestIsLearnt(t *testing.T) {
	for _, spike := range []int{25, 10, 5} {
		synctest.Test(t, func(t *testing.T) {
			var log bytes.Buffer
			box := sandbox.New(sandbox.Options{Limits: sandbox.Limits{Spike: spike}})
			client := paced(t, box, func(c *keap.Config) { c.Logger = slog.New(slog.NewTextHandler(&log, nil)) })
			var callers sync.WaitGroup
			var done, early int
			var mu sync.Mutex
			for range 8 {
				callers.Go(func() {
					for range 100 {
						_, err := client.UserInfo(t.Context())
						mu.Lock()
						if err == nil {
							done++
						} else {
							early++
						}
						mu.Unlock()
					}
				})
			}
			callers.Wait()
			if early > 20 || done < 780 {
				t.Errorf("%d a second: %d calls were refused, %d done", spike, early, done)
			}
			if !strings.Contains(log.String(), "the pace slows") {
				t.Errorf("%d a second, %d refused: the log does not say so: %s", spike, early, log.String())
			}
		})
	}
}

func TestRetryAfterHoldsAllCalls(t *testing.T) {
	at := func(d time.Duration) string { return time.Now().Add(d).UTC().Format(http.TimeFormat) }
	tests := []struct {
		name   string
		status int
		header func() string
		want   time.Duration
	}{
		{"seconds", 429, func() string { return "90" }, 90 * time.Second},
		{"a date", 429, func() string { return at(2 * time.Hour) }, 2 * time.Hour},
		{"of a 503", 503, func() string { return "90" }, 90 * time.Second},
		{"a year", 429, func() string { return "31536000" }, 24 * time.Hour},
		{"a date of long ago", 429, func() string { return at(-time.Hour) }, time.Second},
		{"none", 429, func() string { return "" }, time.Second},
		{"nonsense", 429, func() string { return "soon" }, time.Second},
		{"less than nothing", 429, func() string { return "-5" }, time.Second},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				calls := 0
				client := paced(t, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
					if calls++; calls > 1 {
						answers(200, `{"id":"1"}`)(w, r)
						return
					}
					answers(test.status, `{"code":"429"}`, "Retry-After: "+test.header())(w, r)
				}))
				if _, err := client.UserInfo(t.Context()); err == nil {
					t.Fatal("not refused")
				}
				start := time.Now()
				_, err := client.UserInfo(t.Context())
				if errors.Is(err, keap.ErrPaced) && calls == 1 {
					if !client.Quota().Until.Equal(start.Add(test.want)) {
						t.Errorf("held until %v", client.Quota().Until)
					}
					time.Sleep(keap.RetryAfter(err))
					_, err = client.UserInfo(t.Context())
				}
				if waited := time.Since(start); err != nil || waited < test.want || waited > test.want+2*time.Second {
					t.Errorf("the next call left after %v, want %v; %v", waited, test.want, err)
				}
			})
		})
	}
}

// Whatever stands in the headers, a call leaves within a day and a little.
func TestHostileQuotasStopNobody(t *testing.T) {
	group := func(name string, values ...string) (headers []string) {
		for i, field := range []string{"limit", "available", "used", "time-unit", "interval", "expiry-time"}[:len(values)] {
			headers = append(headers, "x-keap-"+name+"-"+field+": "+values[i])
		}
		return headers
	}
	for _, values := range [][]string{
		{"0", "0", "0"}, {"-1", "-1", "-1"}, {"NaN", "NaN"}, {"1e309", "0"}, {"Inf", "0", "0"}, {"many", "few"}, {"1000", "-5"}, {"10", "999999999999"},
		{"1000", "0", "1000", "century", "99999999999", "99999999999999999999"}, {"1000", "0", "1000", "week", "1000", "0"},
		{"1000", "0", "1000", "day", "-1", "-1"}, {"1000", "", "5000", "day", "1", "9999-12-31T23:59:59Z"}, {"1000", "0", "", "minute", "1", "Tue"},
		{"1", "0", "1", "week", "1", ""}, {"1", "1", "0", "week"}, {"\xff", "\x00"}, {strings.Repeat("9", 5000), "0"},
	} {
		for _, name := range []string{"product-quota", "product-throttle", "tenant-throttle"} {
			synctest.Test(t, func(t *testing.T) {
				client := paced(t, answers(200, `{"id":"1"}`, group(name, values...)...))
				for range 3 {
					deadline := time.Now().Add(7*24*time.Hour + time.Hour)
					_, err := client.UserInfo(t.Context())
					for err != nil && time.Now().Before(deadline) {
						time.Sleep(keap.RetryAfter(err))
						_, err = client.UserInfo(t.Context())
					}
					if err != nil {
						t.Errorf("%s %.80q: %v", name, values, err)
					}
				}
			})
		}
	}
}
