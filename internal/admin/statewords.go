package admin

import (
	"strings"

	"tributary/internal/attribution"
	"tributary/internal/store"
)

// word is a state with its tone.
type word struct{ Text, Tone string }

var statusWords = map[attribution.Status]word{
	attribution.Received:     {"Received", "waiting"},
	attribution.Waiting:      {"Waiting for contact", "waiting"},
	attribution.Credited:     {"Credited", "good"},
	attribution.Unattributed: {"Nobody's", ""},
	attribution.Held:         {"Held", "waiting"},
	attribution.Refused:      {"Refused", "bad"},
	attribution.Failed:       {"Failed", "bad"},
	attribution.Erased:       {"Erased", ""},
}

func wordOf(s attribution.Status) word {
	if w, ok := statusWords[s]; ok {
		return w
	}
	return word{Text: string(s)}
}

var dispositionWords = map[store.Disposition]word{
	store.Accepted:  {"Accepted", "good"},
	store.Duplicate: {"Merged", ""},
	store.Ignored:   {"Ignored", "bad"},
	store.Test:      {"Test", "waiting"},
}

var typeWords = map[attribution.EventType]string{
	attribution.Clicked: "Click", attribution.OptedIn: "Opt-in", attribution.Referred: "Referral of Keap",
}

var viaWords = map[attribution.Via]string{
	attribution.ViaForm: "the form on the page", attribution.ViaMessage: "a form in a frame", attribution.ViaThankYou: "the thank-you page",
	attribution.ViaHook: "a hook", attribution.ViaAPI: "the REST API", attribution.ViaPoll: "a look at the form tool", attribution.ViaImport: "an import",
}

func ways(via []attribution.Via) string {
	texts := make([]string, len(via))
	for i, v := range via {
		texts[i] = firstText(viaWords[v], string(v))
	}
	return strings.Join(texts, ", ")
}

var stateWords = map[store.JobState]word{
	store.Ready:   {"Waiting its turn", "waiting"},
	store.Sending: {"Being sent", "waiting"},
	store.Parked:  {"Parked", "bad"},
}

var jobWords = map[store.JobKind]string{
	store.CreditJob: "Credit an opt-in", store.AffiliateJob: "Look an affiliate up", store.TagJob: "Apply a tag",
	store.GoalJob: "Achieve a goal", store.FieldsJob: "Write custom fields", store.TotalsJob: "Write an affiliate's totals",
	store.LinkJob: "Write an affiliate's login address",
}

var flagWords = map[string]string{
	"self_referral": "Self-referral", "disposable_email": "Disposable address", "too_fast": "Too fast", "burst": "Burst",
	"same_network": "Same network", "forged_touch": "Forged touch", "stale_touch": "Stale touch", "no_click": "No click",
}

// flagView is a flag as pages show it.
type flagView struct {
	Text, Reason string
	Hold         bool
}

func flagsOf(o attribution.OptIn) (out []flagView) {
	for _, f := range o.Flags {
		out = append(out, flagView{firstText(flagWords[f.Code], f.Code), f.Reason, f.Hold})
	}
	return out
}

// story says in a sentence or two where an opt-in stands, and what can be done.
func story(o attribution.OptIn, who named) string {
	whose := firstText(who.Text, "nobody")
	switch o.Status {
	case attribution.Credited:
		return "It is credited to " + whose + ": referral " + firstText(o.ReferralID, "(without an id)") + " stands in Keap at contact " + o.ContactID + "."
	case attribution.Received:
		if o.Decision != nil {
			return "It was decided that " + whose + " gets the credit. It goes to Keap after some seconds."
		}
		return whose + " earns it. It is on its way to Keap, which takes some seconds as a rule."
	case attribution.Waiting:
		return whose + " earns it, and Keap has no contact with this e-mail yet. The form tool makes the contact; as soon as it is there the credit follows by itself."
	case attribution.Unattributed:
		return "No affiliate earns it: " + firstText(o.Reason, "nobody sent this person") + ". If an affiliate says otherwise, look whether the tag stands on the page that their link opens, and whether the link has their parameter."
	case attribution.Held:
		return "It waits for a person: " + firstText(o.Reason, "it was held") + "."
	case attribution.Refused:
		return "It is not credited: " + firstText(o.Reason, "it was refused") + "."
	case attribution.Failed:
		return "It could not be written into Keap: " + firstText(o.Reason, "it was tried until the schedule ended") + ". Mend the cause, then retry its job."
	case attribution.Erased:
		return "The person's data was erased on request. The row stays for the counts" + erasedWas(o) + "."
	}
	return ""
}

func erasedWas(o attribution.OptIn) string {
	if o.Was == "" {
		return ""
	}
	return "; it was " + string(o.Was)
}
