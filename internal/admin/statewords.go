package admin

import (
	"strings"

	"tributary/internal/attribution"
	"tributary/internal/store"
	"tributary/internal/texts"
)

// word is a state as a page shows it, with its tone.
type word struct{ Text, Tone string }

// label is a state by the key of its word.
type label struct{ Key, Tone string }

// in is the word of a label for a reader.
func (l label) in(say *texts.Reader) word { return word{say.Text(l.Key), l.Tone} }

var statusWords = map[attribution.Status]label{
	attribution.Received:     {"desk.status.received", "waiting"},
	attribution.Waiting:      {"desk.status.waiting", "waiting"},
	attribution.Credited:     {"desk.status.credited", "good"},
	attribution.Unattributed: {"desk.status.unattributed", ""},
	attribution.Held:         {"desk.status.held", "waiting"},
	attribution.Refused:      {"desk.status.refused", "bad"},
	attribution.Failed:       {"desk.status.failed", "bad"},
	attribution.Erased:       {"desk.status.erased", ""},
}

func wordOf(say *texts.Reader, s attribution.Status) word {
	if w, ok := statusWords[s]; ok {
		return w.in(say)
	}
	return word{Text: string(s)}
}

var dispositionWords = map[store.Disposition]label{
	store.Accepted:  {"desk.outcome.accepted", "good"},
	store.Duplicate: {"desk.outcome.duplicate", ""},
	store.Ignored:   {"desk.outcome.ignored", "bad"},
	store.Test:      {"desk.outcome.test", "waiting"},
}

// outcomeOf is what became of an event.
func outcomeOf(say *texts.Reader, d store.Disposition) word {
	if w, ok := dispositionWords[d]; ok {
		return w.in(say)
	}
	return word{Text: string(d)}
}

var typeWords = map[attribution.EventType]string{
	attribution.Clicked: "desk.type.click", attribution.OptedIn: "desk.type.optin", attribution.Referred: "desk.type.referral",
}

func typeOf(say *texts.Reader, t attribution.EventType) string { return called(say, typeWords, t) }

var viaWords = map[attribution.Via]string{
	attribution.ViaForm: "desk.via.form", attribution.ViaMessage: "desk.via.message", attribution.ViaThankYou: "desk.via.thankyou",
	attribution.ViaHook: "desk.via.hook", attribution.ViaAPI: "desk.via.api", attribution.ViaPoll: "desk.via.poll", attribution.ViaImport: "desk.via.import",
}

func ways(say *texts.Reader, via []attribution.Via) string {
	all := make([]string, len(via))
	for i, v := range via {
		all[i] = called(say, viaWords, v)
	}
	return strings.Join(all, ", ")
}

var stateWords = map[store.JobState]label{
	store.Ready:   {"desk.jobstate.ready", "waiting"},
	store.Sending: {"desk.jobstate.sending", "waiting"},
	store.Parked:  {"desk.jobstate.parked", "bad"},
}

func jobStateOf(say *texts.Reader, s store.JobState) word {
	if w, ok := stateWords[s]; ok {
		return w.in(say)
	}
	return word{Text: string(s)}
}

var jobWords = map[store.JobKind]string{
	store.CreditJob: "desk.job.credit", store.AffiliateJob: "desk.job.affiliate", store.TagJob: "desk.job.tag",
	store.GoalJob: "desk.job.goal", store.FieldsJob: "desk.job.fields", store.TotalsJob: "desk.job.totals", store.LinkJob: "desk.job.link",
}

func jobOf(say *texts.Reader, kind store.JobKind) string { return called(say, jobWords, kind) }

var flagWords = map[string]string{
	"self_referral": "desk.flag.selfreferral", "disposable_email": "desk.flag.disposable", "too_fast": "desk.flag.toofast", "burst": "desk.flag.burst",
	"same_network": "desk.flag.network", "forged_touch": "desk.flag.forged", "stale_touch": "desk.flag.stale", "no_click": "desk.flag.noclick",
}

// called is the word for a code; the code itself where there is none.
func called[Code ~string](say *texts.Reader, words map[Code]string, code Code) string {
	if key, ok := words[code]; ok {
		return say.Text(key)
	}
	return string(code)
}

// flagView is a flag as pages show it.
type flagView struct {
	Text, Reason string
	Hold         bool
}

func flagsOf(say *texts.Reader, o attribution.OptIn) (out []flagView) {
	for _, f := range o.Flags {
		out = append(out, flagView{called(say, flagWords, f.Code), f.Reason, f.Hold})
	}
	return out
}
