package suspicion_test

import (
	"strings"
	"testing"
	"time"

	"tributary/internal/attribution"
	"tributary/internal/suspicion"
)

var noon = time.Date(2026, 5, 4, 12, 0, 0, 0, time.UTC)

var maria = attribution.Affiliate{ID: "7", ContactID: "55", Email: attribution.SealedEmail{Key: attribution.PersonKey{9}}}

// honest is an opt-in that nothing speaks against.
func honest() attribution.OptIn {
	touch := attribution.Touch{Ref: maria.Ref(), At: noon.Add(-time.Minute)}
	return attribution.OptIn{
		At: noon, Ref: maria.Ref(), Person: attribution.PersonKey{1}, Via: []attribution.Via{attribution.ViaForm},
		First: touch, Latest: touch, Signals: attribution.Signals{Touch: attribution.ToldWell},
	}
}

func plainFacts() suspicion.Facts {
	return suspicion.Facts{Email: "ann@example.com", Affiliate: maria, Contact: "56", Minute: 3, FromNetwork: 5, SiteSince: noon.Add(-48 * time.Hour), Clicked: true}
}

func strict() suspicion.Rules {
	r := suspicion.Rules{Action: map[string]string{}, FastUnder: time.Second, BurstOver: 3, NetworkOver: 5, Policy: attribution.DefaultPolicy}
	for _, code := range suspicion.Codes {
		r.Action[code] = suspicion.Hold
	}
	return r
}

func TestEachFlagHasItsReason(t *testing.T) {
	for name, c := range map[string]struct {
		change func(*attribution.OptIn, *suspicion.Facts)
		want   string // code, and a part of its reason; "" for nothing
	}{
		"an honest one":           {func(*attribution.OptIn, *suspicion.Facts) {}, ""},
		"the affiliate's e-mail":  {func(o *attribution.OptIn, _ *suspicion.Facts) { o.Person = maria.Email.Key }, "self_referral: e-mail is the affiliate's own"},
		"the affiliate's contact": {func(_ *attribution.OptIn, f *suspicion.Facts) { f.Contact = "55" }, "self_referral: contact in Keap"},
		"nobody's e-mail": {func(o *attribution.OptIn, f *suspicion.Facts) {
			o.Person, f.Affiliate.Email.Key = attribution.PersonKey{}, attribution.PersonKey{}
		}, ""},
		"an affiliate of no contact":  {func(_ *attribution.OptIn, f *suspicion.Facts) { f.Contact, f.Affiliate.ContactID = "", "" }, ""},
		"a disposable address":        {func(_ *attribution.OptIn, f *suspicion.Facts) { f.Email = "x@Mailinator.com" }, "disposable_email: mailinator.com"},
		"a subdomain of one":          {func(_ *attribution.OptIn, f *suspicion.Facts) { f.Email = "x@a.b.yopmail.com" }, "disposable_email: yopmail.com"},
		"a name that only ends alike": {func(_ *attribution.OptIn, f *suspicion.Facts) { f.Email = "x@notyopmail.com" }, ""},
		"999 ms after landing":        {func(o *attribution.OptIn, _ *suspicion.Facts) { o.Latest.At = noon.Add(-999 * time.Millisecond) }, "too_fast: 999 ms after landing"},
		"a second after landing":      {func(o *attribution.OptIn, _ *suspicion.Facts) { o.Latest.At = noon.Add(-time.Second) }, ""},
		"at once, and nobody's clock": {func(o *attribution.OptIn, _ *suspicion.Facts) { o.Latest.At, o.Signals.Touch = noon, "" }, ""},
		"at once, by a thank-you page": {func(o *attribution.OptIn, _ *suspicion.Facts) {
			o.Latest.At, o.Via = noon, []attribution.Via{attribution.ViaThankYou}
		}, ""},
		"the fourth in a minute":          {func(_ *attribution.OptIn, f *suspicion.Facts) { f.Minute = 4 }, "burst: more than 3 opt-ins"},
		"the sixth of a network":          {func(_ *attribution.OptIn, f *suspicion.Facts) { f.FromNetwork = 6 }, "same_network: more than 5"},
		"a touch ahead of its time":       {func(o *attribution.OptIn, _ *suspicion.Facts) { o.Signals.Touch = attribution.ToldAhead }, "forged_touch: after the form was sent"},
		"a touch before the site":         {func(o *attribution.OptIn, _ *suspicion.Facts) { o.Latest.At = noon.Add(-73 * time.Hour) }, "forged_touch: before the site was set up"},
		"a touch of the site's first day": {func(o *attribution.OptIn, _ *suspicion.Facts) { o.Latest.At = noon.Add(-71 * time.Hour) }, ""},
		"a touch too old": {func(o *attribution.OptIn, f *suspicion.Facts) {
			o.Latest.At, f.SiteSince = noon.Add(-91*24*time.Hour), time.Time{}
		}, "stale_touch: 91 days old"},
		"no touch at all": {func(o *attribution.OptIn, _ *suspicion.Facts) {
			o.First, o.Latest = attribution.Touch{}, attribution.Touch{}
		}, ""},
		"nobody clicked": {func(_ *attribution.OptIn, f *suspicion.Facts) { f.Clicked = false }, "no_click: never been seen"},
		"nobody clicked before a hook": {func(o *attribution.OptIn, f *suspicion.Facts) {
			f.Clicked, o.Via = false, []attribution.Via{attribution.ViaHook}
		}, ""},
	} {
		o, f := honest(), plainFacts()
		c.change(&o, &f)
		var got []string
		for _, flag := range suspicion.Flags(o, f, strict()) {
			got = append(got, flag.Code+": "+flag.Reason)
			if !flag.Hold {
				t.Errorf("%s: %s does not hold", name, flag.Code)
			}
		}
		code, reason, _ := strings.Cut(c.want, ": ")
		all := strings.Join(got, " | ")
		if c.want == "" && all != "" || !strings.HasPrefix(all, code) || !strings.Contains(all, reason) || len(got) > 1 {
			t.Errorf("%s: %q, want %q", name, all, c.want)
		}
	}
}

func TestTheOwnerSaysWhatAFlagDoes(t *testing.T) {
	o, f := honest(), plainFacts()
	f.Contact = "55"
	for action, want := range map[string][]attribution.Flag{
		suspicion.Off: nil, "": nil,
		suspicion.Mark: {{Code: suspicion.SelfReferral, Reason: "the contact in Keap is the affiliate's own"}},
		suspicion.Hold: {{Code: suspicion.SelfReferral, Reason: "the contact in Keap is the affiliate's own", Hold: true}},
	} {
		r := strict()
		r.Action[suspicion.SelfReferral] = action
		got := suspicion.Flags(o, f, r)
		if len(got) != len(want) || len(got) == 1 && got[0] != want[0] {
			t.Errorf("%q: %+v", action, got)
		}
	}
}
