package admin

import (
	"slices"

	"tributary/internal/settings"
)

// question is a setting as a form asks for it, in a group. Its words are keys of web/texts, but for examples.
type question struct {
	group string
	formField
	span   bool         // a length of time, in words
	none   string       // of a thing of Keap: what it is called to have none
	things []formOption // of a thing of Keap: those that Keap has
}

// questionGroups are the headings of the form, in its order.
var questionGroups = []formGroup{
	{Name: "earning", Title: "desk.settings.group.earning", Text: "desk.settings.group.earningtext", Docs: "keap-crediting"},
	{Name: "referral", Title: "desk.settings.group.referral", Text: "desk.settings.group.referraltext", Docs: "keap-crediting"},
	{Name: "unclear", Title: "desk.settings.group.unclear", Text: "desk.settings.group.uncleartext"},
	{Name: "suspicions", Title: "desk.settings.group.suspicions", Text: "desk.settings.group.suspicionstext"},
	{Name: "contact", Title: "desk.settings.group.contact", Text: "desk.settings.group.contacttext"},
	{Name: "after", Title: "desk.settings.group.after", Text: "desk.settings.group.aftertext"},
	{Name: "fields", Title: "desk.settings.group.fields", Text: "desk.settings.group.fieldstext", Docs: "keap-crediting"},
	{Name: "theirs", Title: "desk.settings.group.theirs", Text: "desk.settings.group.theirstext", Docs: "portal"},
	{Name: "other", Title: "desk.settings.group.more", Text: "desk.settings.group.moretext"},
}

// questions asks for every setting that has words.
func questions(lists KeapLists) []question {
	return slices.Concat(earningQuestions(), referralQuestions(), unclearQuestions(), suspicionQuestions(), contactQuestions(),
		afterQuestions(lists), portalQuestions(), fieldQuestions(lists))
}

func asked(group string, f formField) question { return question{group: group, formField: f} }

// askedSpan asks for a length of time.
func askedSpan(group string, f formField) question {
	return question{group: group, formField: f, span: true}
}

// askedThing asks for a thing of Keap: out of a list, or by its id where Keap gave none.
func askedThing(group string, f formField, none string, things []formOption) question {
	if len(things) > 0 {
		f.Kind = "list"
	}
	return question{group: group, formField: f, none: none, things: things}
}

func earningQuestions() []question {
	return []question{
		asked("earning", formField{Name: "rule", Label: "desk.settings.ask.rule", Kind: "choice", Options: []formOption{
			{Value: "latest", Label: "desk.settings.ask.latest", Hint: "desk.settings.ask.latesthint"}, {Value: "first", Label: "desk.settings.ask.first", Hint: "desk.settings.ask.firsthint"}}}),
		askedSpan("earning", formField{Name: "window", Label: "desk.settings.ask.window", Hint: "desk.settings.ask.windowhint"}),
		askedSpan("earning", formField{Name: "merge_window", Label: "desk.settings.ask.merge", Hint: "desk.settings.ask.mergehint"}),
	}
}

func referralQuestions() []question {
	return []question{
		asked("referral", formField{Name: "referral_type", Label: "desk.settings.ask.type", Kind: "choice", Options: []formOption{
			{Value: "MANUAL", Label: "desk.settings.ask.manual", Hint: "desk.settings.ask.manualhint"}, {Value: "COOKIE", Label: "desk.settings.ask.cookie"},
			{Value: "PERMANENT", Label: "desk.settings.ask.permanent", Hint: "desk.settings.ask.permanenthint"}}}),
		askedSpan("referral", formField{Name: "referral_expires", Label: "desk.settings.ask.expires", Hint: "desk.settings.ask.expireshint"}),
		asked("referral", formField{Name: "description", Label: "desk.settings.ask.describe", Placeholder: "Opt-in on form ...", Hint: "desk.settings.ask.describehint"}),
		asked("referral", formField{Name: "write_ip", Label: "desk.settings.ask.writeip", Kind: "check"}),
	}
}

func unclearQuestions() []question {
	hold := []formOption{
		{Value: settings.Hold, Label: "desk.settings.ask.holdforperson"}, {Value: settings.Refuse, Label: "desk.settings.ask.refuse"},
		{Value: settings.Unattributed, Label: "desk.settings.ask.nobodys"},
	}
	return []question{
		asked("unclear", formField{Name: "other_partner", Label: "desk.settings.ask.otherpartner", Kind: "choice", Options: []formOption{
			{Value: settings.Respect, Label: "desk.settings.ask.respect"}, {Value: settings.Write, Label: "desk.settings.ask.writeours"}}}),
		asked("unclear", formField{Name: "late", Label: "desk.settings.ask.late", Kind: "choice", Options: []formOption{
			{Value: settings.Hold, Label: "desk.settings.ask.hold"}, {Value: settings.Write, Label: "desk.settings.ask.write", Hint: "desk.settings.ask.writehint"}}}),
		asked("unclear", formField{Name: "unknown_affiliate", Label: "desk.settings.ask.unknown", Kind: "choice", Options: hold}),
		asked("unclear", formField{Name: "inactive_affiliate", Label: "desk.settings.ask.inactive", Kind: "choice", Options: hold}),
	}
}

func suspicionQuestions() []question {
	return []question{
		suspect("self_referral", "desk.settings.ask.selfreferral", ""),
		suspect("disposable_email", "desk.settings.ask.disposable", ""),
		suspect("too_fast", "desk.settings.ask.toofast", ""),
		askedSpan("suspicions", formField{Name: "too_fast_under", Label: "desk.settings.ask.toofastunder", Hint: "desk.settings.ask.toofasthint"}),
		suspect("burst", "desk.settings.ask.burst", ""),
		asked("suspicions", formField{Name: "burst_over", Label: "desk.settings.ask.morethan", Unit: "desk.settings.ask.aminute"}),
		suspect("same_network", "desk.settings.ask.network", ""),
		asked("suspicions", formField{Name: "same_network_over", Label: "desk.settings.ask.morethan", Unit: "desk.settings.ask.aday"}),
		suspect("forged_touch", "desk.settings.ask.forged", "desk.settings.ask.forgedhint"),
		suspect("stale_touch", "desk.settings.ask.stale", ""),
		suspect("no_click", "desk.settings.ask.noclick", "desk.settings.ask.noclickhint"),
	}
}

// suspect asks what is done about something that looks wrong.
func suspect(name, label, hint string) question {
	return asked("suspicions", formField{Name: name, Label: label, Hint: hint, Kind: "list", Options: []formOption{
		{Value: "off", Label: "desk.settings.ask.off"}, {Value: "flag", Label: "desk.settings.ask.mark"}, {Value: "hold", Label: "desk.settings.ask.holdsuspect"}}})
}

func contactQuestions() []question {
	return []question{
		asked("contact", formField{Name: "contact", Label: "desk.settings.ask.contact", Kind: "choice", Options: []formOption{
			{Value: settings.Wait, Label: "desk.settings.ask.wait", Hint: "desk.settings.ask.waithint"}, {Value: settings.Create, Label: "desk.settings.ask.create"}}}),
		askedSpan("contact", formField{Name: "contact_grace", Label: "desk.settings.ask.grace", Hint: "desk.settings.ask.gracehint"}),
		asked("contact", formField{Name: "opt_in_reason", Label: "desk.settings.ask.reason", Hint: "desk.settings.ask.reasonhint"}),
	}
}

func afterQuestions(lists KeapLists) []question {
	return []question{
		askedThing("after", formField{Name: "tag_id", Label: "desk.settings.ask.tag"}, "desk.settings.ask.notag", thingOptions(lists.Tags)),
		asked("after", formField{Name: "goal_integration", Label: "desk.settings.ask.integration", Hint: "desk.settings.ask.integrationhint"}),
		asked("after", formField{Name: "goal_call_name", Label: "desk.settings.ask.callname"}),
		askedThing("after", formField{Name: "totals_field", Label: "desk.settings.ask.totals"}, "desk.settings.ask.notwritten",
			thingOptions(lists.Fields, "WHOLE_NUMBER", "DECIMAL_NUMBER", "TEXT", "TEXT_AREA")),
		askedThing("after", formField{Name: "link_field", Label: "desk.settings.ask.link", Hint: "desk.settings.ask.linkhint"}, "desk.settings.ask.notwritten",
			thingOptions(lists.Fields, "TEXT", "TEXT_AREA", "WEBSITE")),
	}
}

// portalQuestions ask for what affiliates see outside of Keap.
func portalQuestions() []question {
	days := []formOption{{Value: "", Label: "desk.settings.ask.noweek"}}
	for _, day := range settings.Weekdays {
		days = append(days, formOption{Value: day, Label: dayWords[day]})
	}
	return []question{
		asked("theirs", formField{Name: "digest_day", Label: "desk.settings.ask.week", Kind: "list", Options: days, Hint: "desk.settings.ask.weekhint"}),
		asked("theirs", formField{Name: "digest_hour", Label: "desk.settings.ask.hour", Unit: "desk.settings.ask.oclock"}),
		asked("theirs", formField{Name: "digest_zone", Label: "desk.settings.ask.zone", Placeholder: "UTC", Hint: "desk.settings.ask.zonehint"}),
		asked("theirs", formField{Name: "card_origins", Label: "desk.settings.ask.card", Kind: "lines", Placeholder: "https://members.example.com", Hint: "desk.settings.ask.cardhint"}),
	}
}

// dayWords has each of settings.Weekdays.
var dayWords = map[string]string{
	"monday": "desk.settings.day.monday", "tuesday": "desk.settings.day.tuesday", "wednesday": "desk.settings.day.wednesday", "thursday": "desk.settings.day.thursday",
	"friday": "desk.settings.day.friday", "saturday": "desk.settings.day.saturday", "sunday": "desk.settings.day.sunday",
}

// fieldPrefix is that of the questions for the custom fields, which are one setting.
const fieldPrefix = "fields."

func fieldQuestions(lists KeapLists) (all []question) {
	for _, source := range settings.Sources {
		f := formField{Name: fieldPrefix + source, Label: orElse(sourceWords[source], source)}
		all = append(all, askedThing("fields", f, "desk.settings.ask.notwritten", thingOptions(lists.Fields, "TEXT", "TEXT_AREA")))
	}
	return all
}

// sourceWords names what can be written into a custom field. What has a name of its own, such as utm_source, is called so.
var sourceWords = map[string]string{
	"lead_source": "desk.settings.source.leadsource", "referrer": "desk.settings.source.referrer", "page": "desk.settings.source.page", "form": "desk.settings.source.form",
	"affiliate_id": "desk.settings.source.affiliateid", "affiliate_code": "desk.settings.source.affiliatecode", "affiliate_name": "desk.settings.source.affiliatename",
}
