package demo_test

import (
	"context"
	"errors"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"tributary/internal/demo"
)

func TestEachSubmissionMakesOneContactAfterTheDelay(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		made := make(chan string, 10)
		v := demo.NewVendor(demo.VendorOptions{Contacts: func(_ context.Context, email, first, last string) error {
			made <- strings.Join([]string{email, first, last}, " ")
			return nil
		}})
		stop := running(v)
		submit(v, "email=ana@example.com&first_name=+Ana&last_name=Tree+")
		time.Sleep(time.Second)
		submit(v, "email=ben@example.com")
		for _, c := range []struct {
			wait time.Duration
			want int
		}{{2*time.Second - 1, 0}, {1, 1}, {time.Second - 1, 1}, {1, 2}, {time.Hour, 2}} {
			time.Sleep(c.wait)
			synctest.Wait()
			if len(made) != c.want {
				t.Fatalf("%v later %d contacts are made, want %d", c.wait, len(made), c.want)
			}
		}
		stop()
		if first, second := <-made, <-made; first != "ana@example.com Ana Tree" || second != "ben@example.com  " {
			t.Errorf("made %q, then %q", first, second)
		}
	})
}

func TestTheListTellsWhatBecameOfTheContact(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		answer := errors.New("Keap is <away>")
		v := demo.NewVendor(demo.VendorOptions{Delay: time.Second, Contacts: func(context.Context, string, string, string) error { return answer }})
		defer running(v)()
		for _, want := range []string{"failed: Keap is &lt;away&gt;", "created"} {
			submit(v, "email=ana@example.com")
			if !strings.Contains(get(t, v, "/"), "Contact in Keap: waiting") {
				t.Error("it does not wait")
			}
			time.Sleep(time.Second)
			synctest.Wait()
			if !strings.Contains(get(t, v, "/"), "Contact in Keap: "+want) {
				t.Errorf("%q is not shown", want)
			}
			answer = nil
		}
	})
}

func TestRunEndsWithItsContext(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		begun := time.Now()
		v := demo.NewVendor(demo.VendorOptions{Contacts: func(ctx context.Context, _, _, _ string) error {
			<-ctx.Done() // a Keap that does not answer
			return ctx.Err()
		}})
		stop := running(v)
		submit(v, "email=ana@example.com")
		submit(v, "email=ben@example.com")
		time.Sleep(3 * time.Second)
		synctest.Wait()
		stop()
		if took := time.Since(begun); took != 3*time.Second {
			t.Errorf("it took %v to end", took-3*time.Second)
		}
		if !strings.Contains(get(t, v, "/"), "Contact in Keap: waiting") {
			t.Error("the second contact was not left waiting")
		}
	})
}

// running starts a vendor; what it returns stops it and waits.
func running(v *demo.Vendor) (stop func()) {
	ctx, cancel := context.WithCancel(context.Background())
	done := make(chan struct{})
	go func() {
		defer close(done)
		v.Run(ctx)
	}()
	return func() {
		cancel()
		<-done
	}
}

func submit(v *demo.Vendor, body string) {
	post(v, body, "application/x-www-form-urlencoded", "application/json")
}
