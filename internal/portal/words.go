package portal

import (
	"fmt"
	"net/url"
	"strings"
	"time"

	"tributary/internal/attribution"
	"tributary/internal/commissions"
	"tributary/internal/pages"
)

// What the page says, beside its templates in web/templates/portal and the whole messages in message.go: another language
// changes these three.

// wording is a state in plain words. The mark says it a second time, for those who cannot tell the colours apart. Why says
// what it means for the affiliate, and what comes next.
type wording struct{ State, Mark, Tone, Why string }

// states has a wording for every attribution.Status.
var states = map[attribution.Status]wording{
	attribution.Received:     {"Received, on its way to Keap", "…", "waiting", "It is stored and counted. Keap is asked next; that takes seconds."},
	attribution.Waiting:      {"Waiting for the contact to appear in Keap", "…", "waiting", "The form's own tool has not put this person into Keap yet. We look again by ourselves, for days if need be."},
	attribution.Credited:     {"Credited to you", "✓", "good", "It stands as your referral in Keap."},
	attribution.Unattributed: {"Not credited to an affiliate", "–", "bad", "No link of an affiliate brought this person, or too long ago."},
	attribution.Held:         {"Being checked by the team", "?", "waiting", "Something about it needs a person's eye. You need not do anything."},
	attribution.Refused:      {"Not credited: Keap did not accept it", "×", "bad", "Keap said no to this very referral. The team sees it and can try again."},
	attribution.Failed:       {"Not credited yet: the team has to look at it", "!", "bad", "Keap could not be reached for it over a long time. The team can send it again; nothing is lost."},
	attribution.Erased:       {"The person's data was erased", "–", "waiting", "The person asked for that. It stays in your numbers."},
}

// Reasons that the state alone does not tell.
const (
	whyNoEmail   = "The form has not told the e-mail yet. It counts already, and is credited as soon as the e-mail is known."
	whyInherited = "This person came through your link before."
)

// whyOf says why an opt-in stands where it does.
func whyOf(o *attribution.OptIn) string {
	why := states[o.Status].Why
	if o.Status == attribution.Waiting && len(o.Sealed) == 0 {
		why = whyNoEmail
	}
	if o.Inherited && o.Status != attribution.Erased {
		why += " " + whyInherited
	}
	return why
}

// filters are the states that a list of opt-ins can be narrowed to.
var filters = []struct {
	name, label, none string
	states            []attribution.Status
}{
	{"", "All", "No opt-ins", nil},
	{"credited", "Credited", "No credited opt-ins", []attribution.Status{attribution.Credited}},
	{"waiting", "On the way", "No opt-ins on the way", []attribution.Status{attribution.Received, attribution.Waiting}},
	{"held", "Being checked", "No opt-ins being checked", []attribution.Status{attribution.Held}},
	{"not", "Not credited", "No opt-ins that were not credited", []attribution.Status{attribution.Refused, attribution.Failed, attribution.Unattributed}},
}

// dimensionWords name what a breakdown is by.
var dimensionWords = map[attribution.Dimension]struct{ one, many, none, other, without string }{
	attribution.ByPage: {"Page", "Pages", "No page is known for what came in these days.", "Other pages", "Page not known"},
	attribution.ByCampaign: {"Campaign", "Campaigns",
		"No campaigns in these days. Add utm_campaign=… to a link, and what comes through it is told apart here.", "Other campaigns", "Without a campaign"},
	attribution.BySubID: {"Sub-id", "Sub-ids",
		"No sub-ids in these days. Add utm_content=… to a link, such as the mail or the advert that it stands in, and what comes through it is told apart here.", "Other sub-ids", "Without a sub-id"},
}

// What is wrong with days that a reader wrote.
const (
	badFrom = "The first day must be a date that lies before the last one. Here are the last 30 days."
	badTo   = "The last day must be a date, at most %d days after the first. Here are the last 30 days."
)

// ways says where an opt-in came from when no page is known.
var ways = map[attribution.Via]string{
	attribution.ViaHook: "through a form tool", attribution.ViaPoll: "through a form tool",
	attribution.ViaAPI: "added by the team", attribution.ViaImport: "added by the team",
}

const noEmail = "address not available"

// where is the page of an opt-in as people say it, without scheme and final slash.
func where(o attribution.OptIn) string {
	if page := pageWords(o.URL); page != "" {
		return page
	}
	for _, via := range o.Via {
		if text := ways[via]; text != "" {
			return text
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
func ago(at, now time.Time) string {
	switch since := now.Sub(at); {
	case since < time.Minute:
		return "just now"
	case since < time.Hour:
		return pages.Counted(int64(since/time.Minute), "minute", "minutes") + " ago"
	case since < 24*time.Hour:
		return pages.Counted(int64(since/time.Hour), "hour", "hours") + " ago"
	}
	return ""
}

// moment writes a time in full.
func moment(at time.Time) string { return at.Format("2 Jan 2006, 15:04 MST") }

// news is what a screen reader says when it has changed.
func news(t attribution.Tally) string {
	return fmt.Sprintf("%s, %s credited", pages.Counted(t.OptIns, "opt-in", "opt-ins"), pages.Grouped(t.Referrals))
}

var moneyWords = struct{ earned, clawbacks, clawbacksNote, balance, balanceNote string }{
	"Earned", "Taken back", "such as after a refund", "Balance", "owed to you",
}

// moneyNotes say why there are no amounts, or only old ones.
var moneyNotes = map[commissions.State]string{
	commissions.Asking:       "Keap is being asked: they show here within seconds.",
	commissions.Failing:      "Keap could not be asked just now. We try again by ourselves.",
	commissions.Disconnected: "They show here as soon as the team has connected Keap.",
}

const moneyOld = "Keap is not connected at the moment."
