package portal_test

import (
	"context"
	"errors"
	"net/http"
	"strings"
	"testing"
	"time"

	"tributary/internal/attribution"
	"tributary/internal/commissions"
)

// told is what is known of commissions.
type told struct {
	commissions.Earnings
	state commissions.State
	err   error
}

func (k told) Of(_ context.Context, affiliate string) (commissions.Earnings, commissions.State, error) {
	if affiliate != "42" {
		return commissions.Earnings{}, "", errors.New("somebody else is asked for")
	}
	return k.Earnings, k.state, k.err
}

func (told) Version(string) int { return 3 }

func TestCommissionsStandBesideTheCounts(t *testing.T) {
	read := time.Date(2026, 11, 23, 10, 14, 0, 0, time.UTC)
	some := commissions.Earnings{Earned: 123456789, Clawbacks: 5, Balance: -2000, Read: read}
	for name, c := range map[string]struct {
		told
		holds, lacks []string
	}{
		"known":                  {told{some, commissions.Known, nil}, []string{"1,234,567.89", "0.05", "-20.00", "10 minutes ago", "as of"}, []string{"could not", "connected"}},
		"old, and Keap is away":  {told{some, commissions.Failing, nil}, []string{"1,234,567.89", "10 minutes ago", "Keap could not be asked just now"}, nil},
		"old, and disconnected":  {told{some, commissions.Disconnected, nil}, []string{"1,234,567.89", "Keap is not connected at the moment"}, nil},
		"being read":             {told{state: commissions.Asking}, []string{"Keap is being asked"}, []string{"Earned", "as of"}},
		"never, and Keap is off": {told{state: commissions.Disconnected}, []string{"as soon as the team has connected Keap"}, []string{"Earned", "as of"}},
	} {
		t.Run(name, func(t *testing.T) {
			d := newDesk(t, options{commissions: c.told})
			d.affiliate(attribution.Affiliate{ID: "42"})
			d.ingest(click("42", d.now))
			page := d.get("/portal", d.signIn("42"))
			_, section, _ := strings.Cut(page, "<h2>Commissions</h2>")
			section, _, _ = strings.Cut(section, "</section>")
			for _, want := range c.holds {
				if !strings.Contains(section, want) {
					t.Errorf("the section does not hold %q: %s", want, section)
				}
			}
			for _, lack := range c.lacks {
				if strings.Contains(section, lack) {
					t.Errorf("the section holds %q: %s", lack, section)
				}
			}
		})
	}
}

func TestWithoutCommissionsThereIsNoSection(t *testing.T) {
	d := newDesk(t, options{})
	d.affiliate(attribution.Affiliate{ID: "42"})
	d.ingest(click("42", d.now))
	if page := d.get("/portal", d.signIn("42")); strings.Contains(page, "Commissions") {
		t.Error("there is one")
	}
	d = newDesk(t, options{commissions: told{err: errDisk}})
	d.affiliate(attribution.Affiliate{ID: "42"})
	wantStatus(t, "when they cannot be read", d.do(http.MethodGet, "/portal", d.signIn("42")), http.StatusInternalServerError, "Your numbers are safe")
}
