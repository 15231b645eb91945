package admin

import (
	"slices"
	"strings"

	"github.com/labstack/echo/v4"

	"tributary/internal/sites"
	"tributary/snippet"
)

// siteForm is a site's settings as a form. Only what differs from the usual is filled in: the usual stands behind.
func siteForm(in sites.Input) []formGroup {
	usual := snippet.Settings{}.WithDefaults()
	return []formGroup{sitePages(in), siteLinks(in, usual), siteForms(in, usual), sitePrivacy(in, usual), siteWebinars(in, usual), siteOfficial(in)}
}

func sitePages(in sites.Input) formGroup {
	return formGroup{Name: "pages", Title: "Pages", Text: "Whose events are taken.", Fields: []formField{
		{Name: "name", Label: "Name", Value: in.Name, Hint: "For you alone."},
		{Name: "origins", Label: "Addresses of the pages", Kind: "lines", Value: lines(in.Origins), Placeholder: "https://www.example.com",
			Hint: "One on each line. https://*.example.com stands for every subdomain, http://localhost:* for a try on your own machine."},
	}}
}

func siteLinks(in sites.Input, usual snippet.Settings) formGroup {
	return formGroup{Name: "links", Title: "Affiliate links", Docs: "cookies", Text: "How an address of yours names the affiliate who sent the visitor.", Fields: []formField{
		{Name: "param_ids", Label: "Parameters with Keap's id", Value: paramNames(in.Params, "id"), Placeholder: paramNames(usual.Params, "id"),
			Hint: "Keap's own links end with ?affiliate=123. Several names with commas between."},
		{Name: "params", Label: "Parameters with the affiliate's code", Value: paramNames(in.Params, "code"), Placeholder: paramNames(usual.Params, "code"),
			Hint: "Leave both empty for the usual names. With one of them filled in, only what stands here is read."},
		{Name: "linked_domains", Label: "Domains that links carry the affiliate between", Kind: "lines", Value: lines(in.LinkedDomains), Placeholder: "example.com\nexample.org",
			Hint: "Only for websites of yours under different domains; subdomains share a cookie anyway. None, or two and more."},
		{Name: "keap_cookies", Label: "Read the cookies is_aff and is_affcode", Kind: "check", Value: tick(!in.NoKeapCookies),
			Hint: "Other plugins for Keap leave them. They count where our own cookie is missing."},
	}}
}

func siteForms(in sites.Input, usual snippet.Settings) formGroup {
	return formGroup{Name: "forms", Title: "Forms", Docs: "form-tools", Text: "What the tag adds to the forms of the site's pages, so that the form tool stores it, too.", Fields: []formField{
		{Name: "affiliate_field", Label: "Hidden field with the affiliate", Value: in.FieldAffiliate, Placeholder: usual.FieldAffiliate, Hint: "A single - adds none."},
		{Name: "id_field", Label: "Hidden field with the opt-in's id", Value: in.FieldID, Placeholder: usual.FieldID, Hint: "By it an opt-in that arrives a second time, by a hook, is known to be the same. A single - adds none."},
		{Name: "tools", Label: "Form tools on these pages", Kind: "picks", Options: toolOptions(in.Tools), Hint: "Tick what you use: each needs a little code of its own. Plain HTML forms need none."},
		{Name: "tool_fields", Label: "Fields of the tool that take the affiliate", Kind: "lines", Value: lines(in.ToolFields), Placeholder: "fields[partner]",
			Hint: "Where your tool names its fields itself. With the id of the form before it for one form alone: gform_3 input_5"},
	}}
}

// toolNames are the names that the tools have on their own websites, where those differ from ours by more than a capital.
var toolNames = map[string]string{
	"cf7": "Contact Form 7", "clickfunnels": "ClickFunnels", "everwebinar": "EverWebinar, WebinarJam", "gravityforms": "Gravity Forms",
	"hubspot": "HubSpot", "jotform": "Jotform", "wpforms": "WPForms",
}

func toolOptions(picked []string) (all []formOption) {
	for _, tool := range snippet.Tools() {
		label := toolNames[tool]
		if label == "" {
			label = strings.ToUpper(tool[:1]) + tool[1:]
		}
		all = append(all, formOption{Value: tool, Label: label, On: slices.Contains(picked, tool)})
	}
	return all
}

func sitePrivacy(in sites.Input, usual snippet.Settings) formGroup {
	return formGroup{Name: "privacy", Title: "Visitors", Docs: "cookies", Text: "What is kept in their browser, and what leaves it.", Fields: []formField{
		{Name: "consent", Label: "Consent", Kind: "choice", Options: chosen(in.Consent,
			formOption{Value: "", Label: "None is needed", Hint: "The cookie is set at the first visit by an affiliate's link."},
			formOption{Value: "wait", Label: "Wait for the page's word", Hint: "Nothing is kept before your page calls tributary.consent.grant()."},
			formOption{Value: "follow", Label: "Follow the browser and the consent manager", Hint: "As before, and a refusal by the browser's own signal counts, too."},
		)},
		{Name: "email", Label: "Of who opts in", Kind: "choice", Options: chosen(orElse(in.Email, usual.Email),
			formOption{Value: "send", Label: "Send the e-mail address", Hint: "It is needed to find the contact in Keap, and is stored encrypted."},
			formOption{Value: "hash", Label: "Send its hash only", Hint: "A hook or the API has to bring the address."},
			formOption{Value: "none", Label: "Send nothing of the person", Hint: "Likewise, and the two are joined by the opt-in's id alone."},
		)},
		{Name: "cookie", Label: "Name of the cookie", Value: in.Cookie, Placeholder: usual.Cookie},
	}}
}

func siteWebinars(in sites.Input, usual snippet.Settings) formGroup {
	return formGroup{Name: "webinars", Title: "Webinars and frames", Docs: "everwebinar", Text: "For registration forms that stand in a frame of the vendor's.", Fields: []formField{
		{Name: "webinar_hosts", Label: "Hosts of the webinar vendor", Kind: "lines", Value: lines(in.WebinarHosts), Placeholder: lines(usual.WebinarHosts), Hint: "Only where yours differ: leave it empty otherwise."},
		{Name: "utm_key", Label: "UTM key that carries the affiliate", Kind: "list", Hint: "The vendor stores it with the registrant. Choose one that your campaigns do not use.", Options: chosen(orElse(in.UTMKey, usual.UTMKey),
			formOption{Value: "utm_source", Label: "utm_source"}, formOption{Value: "utm_medium", Label: "utm_medium"}, formOption{Value: "utm_campaign", Label: "utm_campaign"},
			formOption{Value: "utm_term", Label: "utm_term"}, formOption{Value: "utm_content", Label: "utm_content"})},
		{Name: "frames", Label: "The tag stands in frames, too", Kind: "check", Value: tick(in.Frames), Hint: "Frames from the addresses above are handed the affiliate of the page around them."},
	}}
}

func siteOfficial(in sites.Input) formGroup {
	form := snippet.OfficialForm{}
	if in.OfficialForm != nil {
		form = *in.OfficialForm
	}
	return formGroup{Name: "official", Title: "Keap's own form", Docs: "official-form", Text: "An experiment, off while the address is empty: the visitor's browser tells Keap's own web form of each opt-in a second time, so that Keap's native count may follow. Nobody but Keap knows whether it does.", Fields: []formField{
		{Name: "official_form", Label: "Action of the form code", Value: form.Address, Placeholder: "https://APP.infusionsoft.com/app/form/process/XID"},
		{Name: "official_name", Label: "inf_form_name", Value: form.Name},
		{Name: "official_version", Label: "infusionsoft_version", Value: form.Version, Placeholder: "1.70.0"},
	}}
}

// readSiteForm lays the answers over what there is: a setting that the form does not ask for stays.
func readSiteForm(c echo.Context, in sites.Input) sites.Input {
	usual := snippet.Settings{}.WithDefaults()
	in.Name, in.Origins = answer(c, "name"), sites.Pages(listed(answer(c, "origins")), false)
	in.Params = params(in.Params, listed(answer(c, "param_ids")), listed(answer(c, "params")))
	in.LinkedDomains = lower(listed(answer(c, "linked_domains")))
	in.NoKeapCookies = answer(c, "keap_cookies") == ""
	in.FieldAffiliate, in.FieldID = unless(answer(c, "affiliate_field"), usual.FieldAffiliate), unless(answer(c, "id_field"), usual.FieldID)
	in.Tools, in.ToolFields = answers(c, "tools"), listed(answer(c, "tool_fields"))
	in.Consent, in.Email = answer(c, "consent"), unless(answer(c, "email"), usual.Email)
	in.Cookie = unless(answer(c, "cookie"), usual.Cookie)
	in.WebinarHosts, in.UTMKey = lower(listed(answer(c, "webinar_hosts"))), unless(answer(c, "utm_key"), usual.UTMKey)
	in.Frames = answer(c, "frames") != ""
	in.OfficialForm = nil
	if form := (snippet.OfficialForm{Address: answer(c, "official_form"), Name: answer(c, "official_name"), Version: answer(c, "official_version")}); form != (snippet.OfficialForm{}) {
		in.OfficialForm = &form
	}
	return in
}

// params keeps the order of those that stay: the first that names an affiliate wins.
func params(before []snippet.Param, ids, codes []string) (all []snippet.Param) {
	given := []snippet.Param{}
	for _, name := range ids {
		given = append(given, snippet.Param{Name: name, Kind: "id"})
	}
	for _, name := range codes {
		given = append(given, snippet.Param{Name: name, Kind: "code"})
	}
	for _, p := range before {
		if i := slices.Index(given, p); i >= 0 {
			all, given = append(all, p), slices.Delete(given, i, i+1)
		}
	}
	return append(all, given...)
}

func paramNames(params []snippet.Param, kind string) string {
	var names []string
	for _, p := range params {
		if p.Kind == kind {
			names = append(names, p.Name)
		}
	}
	return strings.Join(names, ", ")
}

func lines(all []string) string { return strings.Join(all, "\n") }

func lower(all []string) []string {
	for i := range all {
		all[i] = strings.ToLower(all[i])
	}
	return all
}

// unless is the answer, or nothing where that is the usual: a default may change.
func unless(value, usual string) string {
	if value == usual {
		return ""
	}
	return value
}

func orElse(value, usual string) string {
	if value == "" {
		return usual
	}
	return value
}
