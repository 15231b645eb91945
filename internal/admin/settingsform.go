package admin

import (
	"bytes"
	"encoding/json"
	"fmt"
	"regexp"
	"slices"
	"strings"

	"tributary/internal/settings"
)

// KeapLists are the things of Keap that a setting can name.
type KeapLists struct {
	Tags   []KeapThing
	Fields []KeapThing // custom fields of contacts
}

// KeapThing is one of them. Kind is Keap's type of a custom field.
type KeapThing struct{ ID, Name, Kind string }

// question is a setting as a form asks for it, in a group.
type question struct {
	group string
	formField
	span bool // a length of time, in words
}

// questionGroups are the headings of the form, in its order.
var questionGroups = []formGroup{
	{Name: "earning", Title: "Who earns", Text: "Which affiliate gets an opt-in, where a visitor came by several. What came before a change stays as it is.", Docs: "keap-crediting"},
	{Name: "referral", Title: "The referral", Text: "What is written into Keap for each opt-in.", Docs: "keap-crediting"},
	{Name: "unclear", Title: "When it is not clear", Text: "Keap can neither change nor delete a referral: what is held can still be written, what was written stays."},
	{Name: "suspicions", Title: "What looks wrong", Text: "Nothing is dropped: an opt-in that looks wrong is marked, or held until a person has decided. Off does not look for it."},
	{Name: "contact", Title: "The contact", Text: "An opt-in becomes a referral of a contact, which your form tool creates."},
	{Name: "after", Title: "Afterwards in Keap", Text: "What else is done for a credited opt-in."},
	{Name: "fields", Title: "Custom fields", Text: "What is written into custom fields of the contact.", Docs: "keap-crediting"},
	{Name: "theirs", Title: "The affiliates' own pages", Text: "Who is sent a mail each week, and where an affiliate's numbers may be shown.", Docs: "portal"},
	{Name: "other", Title: "More", Text: "Settings that have no words of their own here yet. The REST API describes them."},
}

// questions asks for every setting that has words.
func questions(lists KeapLists) []question {
	hold := []formOption{
		{Value: settings.Hold, Label: "Hold it for a person to look at"}, {Value: settings.Refuse, Label: "Refuse it, with the reason"},
		{Value: settings.Unattributed, Label: "Count it for nobody"},
	}
	fields := func() []formOption { return thingOptions(lists.Fields, "TEXT", "TEXT_AREA") }
	all := []question{
		{"earning", formField{Name: "rule", Label: "With several affiliates", Kind: "choice", Options: []formOption{
			{Value: "latest", Label: "The latest earns", Hint: "Keap's own default."}, {Value: "first", Label: "The first earns", Hint: "Choose the same in Keap's settings for referral partners."}}}, false},
		{"earning", formField{Name: "window", Label: "A visit by a link earns for", Hint: "Such as 90 days. An opt-in after it is nobody's."}, true},
		{"earning", formField{Name: "merge_window", Label: "One opt-in within", Hint: "One person's opt-in that arrives in several ways within it, by the page and by a hook, is one."}, true},

		{"referral", formField{Name: "referral_type", Label: "Type", Kind: "choice", Options: []formOption{
			{Value: "MANUAL", Label: "Manual", Hint: "The usual."}, {Value: "COOKIE", Label: "Cookie"}, {Value: "PERMANENT", Label: "Permanent", Hint: "It does not expire."}}}, false},
		{"referral", formField{Name: "referral_expires", Label: "It expires after", Hint: "Such as 365 days; 0 for never."}, true},
		{"referral", formField{Name: "description", Label: "Description", Placeholder: "Opt-in on form ...", Hint: "Empty for the usual words. It can name " + strings.Join(settings.Placeholders, ", ") + "."}, false},
		{"referral", formField{Name: "write_ip", Label: "Write the visitor's IP address into it", Kind: "check"}, false},

		{"unclear", formField{Name: "other_partner", Label: "The contact has another partner's referral", Kind: "choice", Options: []formOption{
			{Value: settings.Respect, Label: "Respect it: hold the opt-in"}, {Value: settings.Write, Label: "Write ours, and let Keap's rule say who earns"}}}, false},
		{"unclear", formField{Name: "late", Label: "The opt-in is older than that referral", Kind: "choice", Options: []formOption{
			{Value: settings.Hold, Label: "Hold it"}, {Value: settings.Write, Label: "Write it", Hint: "By Keap's usual rule the credit moves."}}}, false},
		{"unclear", formField{Name: "unknown_affiliate", Label: "Keap knows no such affiliate", Kind: "choice", Options: slices.Clone(hold)}, false},
		{"unclear", formField{Name: "inactive_affiliate", Label: "The affiliate is inactive in Keap", Kind: "choice", Options: slices.Clone(hold)}, false},

		suspect("self_referral", "Affiliates who send themselves", ""),
		suspect("disposable_email", "Throw-away e-mail addresses", ""),
		suspect("too_fast", "Faster than a person types", ""),
		{"suspicions", formField{Name: "too_fast_under", Label: "That is, within", Hint: "Between landing on the page and the opt-in, such as 1 second."}, true},
		suspect("burst", "Very many for one affiliate", ""),
		{"suspicions", formField{Name: "burst_over", Label: "That is, more than", Unit: "within a minute"}, false},
		suspect("same_network", "Very many from one network", ""),
		{"suspicions", formField{Name: "same_network_over", Label: "That is, more than", Unit: "within a day"}, false},
		suspect("forged_touch", "A visit at a time that cannot be", "It is later than the opt-in, or older than the site."),
		suspect("stale_touch", "A visit that is older than what earns", ""),
		suspect("no_click", "No click of this visitor", "Not a sign by itself: cookies of before have none, either."),

		{"contact", formField{Name: "contact", Label: "Where there is no contact yet", Kind: "choice", Options: []formOption{
			{Value: settings.Wait, Label: "Wait for the form tool", Hint: "Keap's hook wakes the opt-in when the contact is there."}, {Value: settings.Create, Label: "Create it, when the form tool has not in time"}}}, false},
		{"contact", formField{Name: "contact_grace", Label: "The form tool has time for", Hint: "Before a contact is created."}, true},
		{"contact", formField{Name: "opt_in_reason", Label: "Reason of the opt-in", Hint: "Written into a contact that is created."}, false},

		{"after", thingField("tag_id", "Apply a tag", "No tag", thingOptions(lists.Tags)), false},
		{"after", formField{Name: "goal_integration", Label: "Achieve a goal: integration", Hint: "As in Keap's API goal. Empty for none."}, false},
		{"after", formField{Name: "goal_call_name", Label: "Achieve a goal: call name"}, false},
		{"after", thingField("totals_field", "Count of opt-ins, in the affiliate's own contact", "Not written", thingOptions(lists.Fields, "WHOLE_NUMBER", "DECIMAL_NUMBER", "TEXT", "TEXT_AREA")), false},
		{"after", hinted(thingField("link_field", "Login address, in the affiliate's own contact", "Not written", thingOptions(lists.Fields, "TEXT", "TEXT_AREA", "WEBSITE")),
			"Merge it into your mails: it lasts, opens nothing, and mails a login link to the affiliate. It needs a mail server."), false},
	}
	all = append(all, portalQuestions()...)
	for _, source := range settings.Sources {
		all = append(all, question{"fields", thingField(fieldPrefix+source, sourceWords[source], "Not written", fields()), false})
	}
	return all
}

// portalQuestions ask for what affiliates see outside of Keap.
func portalQuestions() []question {
	days := []formOption{{Value: "", Label: "No weekly mail"}}
	for _, day := range settings.Weekdays {
		days = append(days, formOption{Value: day, Label: strings.ToUpper(day[:1]) + day[1:]})
	}
	return []question{
		{"theirs", formField{Name: "digest_day", Label: "Mail them their week on", Kind: "list", Options: days, Hint: "Who has brought nothing gets no mail. It needs a mail server."}, false},
		{"theirs", formField{Name: "digest_hour", Label: "At", Unit: "o'clock, 0 to 23"}, false},
		{"theirs", formField{Name: "digest_zone", Label: "Time zone", Placeholder: "UTC", Hint: "Such as Europe/Vienna or America/New_York. Empty for UTC."}, false},
		{"theirs", formField{Name: "card_origins", Label: "Sites that may show an affiliate's card", Kind: "lines", Placeholder: "https://members.example.com",
			Hint: "One a line, scheme and host alone, such as https://members.example.com or https://*.example.com. Browsers show the card on no other. Empty for none."}, false},
	}
}

// suspect asks what is done about something that looks wrong.
func suspect(name, label, hint string) question {
	return question{"suspicions", formField{Name: name, Label: label, Hint: hint, Kind: "list", Options: []formOption{
		{Value: "off", Label: "Off"}, {Value: "flag", Label: "Mark it"}, {Value: "hold", Label: "Hold it for a person"}}}, false}
}

// fieldPrefix is that of the questions for the custom fields, which are one setting.
const fieldPrefix = "fields."

var sourceWords = map[string]string{
	"lead_source": "Lead source", "utm_source": "utm_source", "utm_medium": "utm_medium",
	"utm_campaign": "utm_campaign", "utm_term": "utm_term", "utm_content": "utm_content",
	"referrer": "Referrer", "page": "Page", "form": "Form", "affiliate_id": "Affiliate's id",
	"affiliate_code": "Affiliate's code", "affiliate_name": "Affiliate's name",
}

// thingField asks for a thing of Keap: out of a list, or by its id where Keap gave none.
func thingField(name, label, none string, options []formOption) formField {
	if len(options) == 0 {
		return formField{Name: name, Label: label, Placeholder: "none", Hint: "Its id in Keap: the list could not be had. Empty for none."}
	}
	return formField{Name: name, Label: label, Kind: "list", Options: append([]formOption{{Value: "", Label: none}}, options...)}
}

// hinted adds a line of help.
func hinted(f formField, hint string) formField {
	f.Hint = strings.TrimSpace(hint + " " + f.Hint)
	return f
}

func thingOptions(things []KeapThing, kinds ...string) (options []formOption) {
	for _, t := range things {
		if len(kinds) == 0 || slices.Contains(kinds, t.Kind) {
			options = append(options, formOption{Value: t.ID, Label: fmt.Sprintf("%s (%s)", t.Name, t.ID)})
		}
	}
	return options
}

// settingsForm fills the questions in with what is said, by the names of the questions.
func settingsForm(lists KeapLists, said map[string]string) []formGroup {
	groups := slices.Clone(questionGroups)
	asked := map[string]bool{"fields": true}
	put := func(group string, f formField) {
		i := slices.IndexFunc(groups, func(g formGroup) bool { return g.Name == group })
		groups[i].Fields = append(groups[i].Fields, f)
	}
	for _, q := range questions(lists) {
		asked[q.Name] = true
		f := q.formField
		f.Value = said[f.Name]
		if f.Kind == "list" && f.Value != "" && !slices.ContainsFunc(f.Options, func(o formOption) bool { return o.Value == f.Value }) {
			f.Options = append(f.Options, formOption{Value: f.Value, Label: f.Value + " (not in Keap's list)"})
		}
		f.Options = chosen(f.Value, f.Options...)
		put(q.group, f)
	}
	for _, name := range settings.Names() {
		if _, here := said[name]; here && !asked[name] {
			put("other", plainQuestion(name, said[name]))
		}
	}
	return slices.DeleteFunc(groups, func(g formGroup) bool { return len(g.Fields) == 0 })
}

// plainQuestion asks for a setting that has no words yet.
func plainQuestion(name, value string) formField {
	label := strings.ToUpper(name[:1]) + strings.ReplaceAll(name[1:], "_", " ")
	return formField{Name: name, Label: label, Value: value}
}

// answersOf are settings as the form has them. Those that are no single value have questions of their own, or none.
func answersOf(s settings.Settings) (map[string]string, error) {
	all, err := asObject(s)
	if err != nil {
		return nil, err
	}
	said := map[string]string{}
	for name, raw := range all {
		if text, ok := plainText(raw); ok {
			said[name] = text
		}
	}
	said["card_origins"] = strings.Join(s.CardOrigins, "\n")
	for source, id := range s.Fields {
		said[fieldPrefix+source] = id
	}
	for _, q := range questions(KeapLists{}) {
		if q.span {
			said[q.Name] = spanWords(said[q.Name])
		}
		if q.Kind == "check" {
			said[q.Name] = tick(said[q.Name] == "true")
		}
	}
	return said, nil
}

func plainText(raw json.RawMessage) (string, bool) {
	var text string
	if json.Unmarshal(raw, &text) == nil {
		return text, true
	}
	switch bytes.TrimSpace(raw)[0] {
	case '{', '[':
		return "", false
	}
	return string(raw), true
}

var spanShape = regexp.MustCompile(`^(\d+)\s*(d|days?|h|hours?|m|min|minutes?|s|seconds?)$`)

// spanOf reads "90 days" as the "90d" of the settings. What it cannot read stays: the settings say what is wrong.
func spanOf(words string) string {
	words = strings.ToLower(strings.TrimSpace(words))
	if words == "0" || words == "never" || words == "" {
		return "0s"
	}
	if m := spanShape.FindStringSubmatch(words); m != nil {
		return m[1] + m[2][:1]
	}
	return words
}

// spanWords writes "90d" as "90 days".
func spanWords(span string) string {
	units := map[byte]string{'d': "day", 'h': "hour", 'm': "minute", 's': "second"}
	if len(span) < 2 || strings.Trim(span[:len(span)-1], "0123456789") != "" {
		return span
	}
	n, unit := span[:len(span)-1], units[span[len(span)-1]]
	switch {
	case unit == "":
		return span
	case n == "0":
		return "0"
	case n == "1":
		return "1 " + unit
	}
	return n + " " + unit + "s"
}
