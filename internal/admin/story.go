package admin

import (
	"tributary/internal/attribution"
	"tributary/internal/texts"
)

// story says in a sentence or two where an opt-in stands, and what can be done.
func story(say *texts.Reader, o attribution.OptIn, who named) string {
	whose := firstText(who.Text, say.Text("desk.story.nobody"))
	switch o.Status {
	case attribution.Credited:
		return say.Text("desk.story.credited", "Affiliate", whose, "Referral", firstText(o.ReferralID, say.Text("desk.story.noid")), "Contact", o.ContactID)
	case attribution.Received:
		if o.Decision != nil {
			return say.Text("desk.story.decided", "Affiliate", whose)
		}
		return say.Text("desk.story.received", "Affiliate", whose)
	case attribution.Waiting:
		return say.Text("desk.story.waiting", "Affiliate", whose)
	case attribution.Unattributed:
		return say.Text("desk.story.unattributed", "Reason", firstText(o.Reason, say.Text("desk.story.nobodysent")))
	case attribution.Held:
		return say.Text("desk.story.held", "Reason", firstText(o.Reason, say.Text("desk.story.washeld")))
	case attribution.Refused:
		return say.Text("desk.story.refused", "Reason", firstText(o.Reason, say.Text("desk.story.wasrefused")))
	case attribution.Failed:
		return say.Text("desk.story.failed", "Reason", firstText(o.Reason, say.Text("desk.story.wastried")))
	case attribution.Erased:
		return erasedStory(say, o)
	}
	return ""
}

func erasedStory(say *texts.Reader, o attribution.OptIn) string {
	if o.Was == "" {
		return say.Text("desk.story.erased")
	}
	return say.Text("desk.story.erasedwas", "Was", called(say, wasWords, o.Was))
}

// wasWords are states inside of a sentence.
var wasWords = map[attribution.Status]string{
	attribution.Received: "desk.was.received", attribution.Waiting: "desk.was.waiting", attribution.Credited: "desk.was.credited",
	attribution.Unattributed: "desk.was.unattributed", attribution.Held: "desk.was.held", attribution.Refused: "desk.was.refused", attribution.Failed: "desk.was.failed",
}
