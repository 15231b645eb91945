package portal

import (
	"net/url"
	"strings"
	"time"

	"tributary/internal/attribution"
	"tributary/internal/commissions"
	"tributary/internal/texts"
)

// What the page says, by the keys of web/texts.

// wording is a state in plain words. The mark says it a second time, for those who cannot tell the colours apart. Why says
// what it means for the affiliate, and what comes next.
type wording struct{ State, Mark, Tone, Why string }

// states has a wording for every attribution.Status.
var states = map[attribution.Status]wording{
	attribution.Received:     {"portal.state.received", "…", "waiting", "portal.state.receivedwhy"},
	attribution.Waiting:      {"portal.state.waiting", "…", "waiting", "portal.state.waitingwhy"},
	attribution.Credited:     {"portal.state.credited", "✓", "good", "portal.state.creditedwhy"},
	attribution.Unattributed: {"portal.state.unattributed", "–", "bad", "portal.state.unattributedwhy"},
	attribution.Held:         {"portal.state.held", "?", "waiting", "portal.state.heldwhy"},
	attribution.Refused:      {"portal.state.refused", "×", "bad", "portal.state.refusedwhy"},
	attribution.Failed:       {"portal.state.failed", "!", "bad", "portal.state.failedwhy"},
	attribution.Erased:       {"portal.state.erased", "–", "waiting", "portal.state.erasedwhy"},
}

// whyOf says why an opt-in stands where it does.
func whyOf(say *texts.Reader, o *attribution.OptIn) string {
	why := say.Text(states[o.Status].Why)
	if o.Status == attribution.Waiting && len(o.Sealed) == 0 {
		why = say.Text("portal.state.noemail")
	}
	if o.Inherited && o.Status != attribution.Erased {
		why += " " + say.Text("portal.state.inherited")
	}
	return why
}

// filters are the states that a list of opt-ins can be narrowed to.
var filters = []struct {
	name, label, none string
	states            []attribution.Status
}{
	{"", "portal.filter.all", "portal.filter.noneatall", nil},
	{"credited", "portal.filter.credited", "portal.filter.nonecredited", []attribution.Status{attribution.Credited}},
	{"waiting", "portal.filter.waiting", "portal.filter.nonewaiting", []attribution.Status{attribution.Received, attribution.Waiting}},
	{"held", "portal.filter.held", "portal.filter.noneheld", []attribution.Status{attribution.Held}},
	{"not", "portal.filter.not", "portal.filter.nonenot", []attribution.Status{attribution.Refused, attribution.Failed, attribution.Unattributed}},
}

// dimensionWords name what a breakdown is by.
var dimensionWords = map[attribution.Dimension]struct{ one, many, caption, column, none, other, without string }{
	attribution.ByPage: {"portal.bypage.heading", "portal.bypage.tab", "portal.bypage.caption", "portal.bypage.column", "portal.bypage.none", "portal.bypage.others", "portal.bypage.without"},
	attribution.ByCampaign: {"portal.bycampaign.heading", "portal.bycampaign.tab", "portal.bycampaign.caption", "portal.bycampaign.column", "portal.bycampaign.none",
		"portal.bycampaign.others", "portal.bycampaign.without"},
	attribution.BySubID: {"portal.bysubid.heading", "portal.bysubid.tab", "portal.bysubid.caption", "portal.bysubid.column", "portal.bysubid.none", "portal.bysubid.others", "portal.bysubid.without"},
}

// ways says where an opt-in came from when no page is known.
var ways = map[attribution.Via]string{
	attribution.ViaHook: "portal.optins.bytool", attribution.ViaPoll: "portal.optins.bytool",
	attribution.ViaAPI: "portal.optins.byteam", attribution.ViaImport: "portal.optins.byteam",
}

// where is the page of an opt-in as people say it, without scheme and final slash.
func where(say *texts.Reader, o attribution.OptIn) string {
	if page := pageWords(o.URL); page != "" {
		return page
	}
	for _, via := range o.Via {
		if key := ways[via]; key != "" {
			return say.Text(key)
		}
	}
	return ""
}

// pageWords is "" for what is no address.
func pageWords(address string) string {
	if u, err := url.Parse(address); err == nil && u.Host != "" {
		return u.Host + strings.TrimSuffix(u.Path, "/")
	}
	return ""
}

// ago says how long ago something was, while that says more than its date.
func ago(say *texts.Reader, at, now time.Time) string {
	switch since := now.Sub(at); {
	case since < time.Minute:
		return say.Text("portal.ago.now")
	case since < time.Hour:
		return say.Counted("portal.ago.minutes", int64(since/time.Minute))
	case since < 24*time.Hour:
		return say.Counted("portal.ago.hours", int64(since/time.Hour))
	}
	return ""
}

// news is what a screen reader says when it has changed.
func news(say *texts.Reader, t attribution.Tally) string {
	return say.Text("portal.numbers.news", "OptIns", say.Counted("shared.counts.noptins", t.OptIns), "Credited", say.Counted("shared.counts.ncredited", t.Referrals))
}

// moneyNotes say why there are no amounts, or only old ones.
var moneyNotes = map[commissions.State]string{
	commissions.Asking:       "portal.money.asking",
	commissions.Failing:      "portal.money.failing",
	commissions.Disconnected: "portal.money.disconnected",
}
