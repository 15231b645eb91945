package admin

import (
	"slices"
	"strings"

	"github.com/labstack/echo/v4"

	"tributary/internal/sites"
	"tributary/internal/texts"
	"tributary/snippet"
)

// siteForm is a site's settings as a form. Only what differs from the usual is filled in: the usual stands behind.
func siteForm(say *texts.Reader, in sites.Input) []formGroup {
	usual := snippet.Settings{}.WithDefaults()
	return []formGroup{sitePages(say, in), siteLinks(say, in, usual), siteForms(say, in, usual), sitePrivacy(say, in, usual), siteWebinars(say, in, usual), siteOfficial(say, in)}
}

func sitePages(say *texts.Reader, in sites.Input) formGroup {
	return formGroup{Name: "pages", Title: say.Text("desk.sitepages.title"), Text: say.Text("desk.sitepages.about"), Fields: []formField{
		{Name: "name", Label: say.Text("desk.sitepages.name"), Value: in.Name, Hint: say.Text("desk.sitepages.namehint")},
		{Name: "origins", Label: say.Text("desk.sitepages.origins"), Kind: "lines", Value: lines(in.Origins), Placeholder: "https://www.example.com",
			Hint: say.Text("desk.sitepages.originshint")},
	}}
}

func siteLinks(say *texts.Reader, in sites.Input, usual snippet.Settings) formGroup {
	return formGroup{Name: "links", Title: say.Text("desk.sitelinks.title"), Docs: "cookies", Text: say.Text("desk.sitelinks.about"), Fields: []formField{
		{Name: "param_ids", Label: say.Text("desk.sitelinks.paramids"), Value: paramNames(in.Params, "id"), Placeholder: paramNames(usual.Params, "id"),
			Hint: say.Text("desk.sitelinks.paramidshint")},
		{Name: "params", Label: say.Text("desk.sitelinks.params"), Value: paramNames(in.Params, "code"), Placeholder: paramNames(usual.Params, "code"),
			Hint: say.Text("desk.sitelinks.paramshint")},
		{Name: "linked_domains", Label: say.Text("desk.sitelinks.linkeddomains"), Kind: "lines", Value: lines(in.LinkedDomains), Placeholder: "example.com\nexample.org",
			Hint: say.Text("desk.sitelinks.linkeddomainshint")},
		{Name: "keap_cookies", Label: say.Text("desk.sitelinks.keapcookies"), Kind: "check", Value: tick(!in.NoKeapCookies),
			Hint: say.Text("desk.sitelinks.keapcookieshint")},
	}}
}

func siteForms(say *texts.Reader, in sites.Input, usual snippet.Settings) formGroup {
	return formGroup{Name: "forms", Title: say.Text("desk.siteforms.title"), Docs: "form-tools", Text: say.Text("desk.siteforms.about"), Fields: []formField{
		{Name: "affiliate_field", Label: say.Text("desk.siteforms.affiliatefield"), Value: in.FieldAffiliate, Placeholder: usual.FieldAffiliate, Hint: say.Text("desk.siteforms.affiliatefieldhint")},
		{Name: "id_field", Label: say.Text("desk.siteforms.idfield"), Value: in.FieldID, Placeholder: usual.FieldID, Hint: say.Text("desk.siteforms.idfieldhint")},
		{Name: "tools", Label: say.Text("desk.siteforms.tools"), Kind: "picks", Options: toolOptions(in.Tools), Hint: say.Text("desk.siteforms.toolshint")},
		{Name: "tool_fields", Label: say.Text("desk.siteforms.toolfields"), Kind: "lines", Value: lines(in.ToolFields), Placeholder: "fields[partner]",
			Hint: say.Text("desk.siteforms.toolfieldshint")},
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

func sitePrivacy(say *texts.Reader, in sites.Input, usual snippet.Settings) formGroup {
	return formGroup{Name: "privacy", Title: say.Text("desk.siteprivacy.title"), Docs: "cookies", Text: say.Text("desk.siteprivacy.about"), Fields: []formField{
		{Name: "consent", Label: say.Text("desk.siteprivacy.consent"), Kind: "choice", Options: chosen(in.Consent,
			formOption{Value: "", Label: say.Text("desk.siteprivacy.consentnone"), Hint: say.Text("desk.siteprivacy.consentnonetext")},
			formOption{Value: "wait", Label: say.Text("desk.siteprivacy.consentwait"), Hint: say.Text("desk.siteprivacy.consentwaittext")},
			formOption{Value: "follow", Label: say.Text("desk.siteprivacy.consentfollow"), Hint: say.Text("desk.siteprivacy.consentfollowtext")},
		)},
		{Name: "email", Label: say.Text("desk.siteprivacy.email"), Kind: "choice", Options: chosen(orElse(in.Email, usual.Email),
			formOption{Value: "send", Label: say.Text("desk.siteprivacy.emailsend"), Hint: say.Text("desk.siteprivacy.emailsendtext")},
			formOption{Value: "hash", Label: say.Text("desk.siteprivacy.emailhash"), Hint: say.Text("desk.siteprivacy.emailhashtext")},
			formOption{Value: "none", Label: say.Text("desk.siteprivacy.emailnone"), Hint: say.Text("desk.siteprivacy.emailnonetext")},
		)},
		{Name: "cookie", Label: say.Text("desk.siteprivacy.cookie"), Value: in.Cookie, Placeholder: usual.Cookie},
	}}
}

func siteWebinars(say *texts.Reader, in sites.Input, usual snippet.Settings) formGroup {
	return formGroup{Name: "webinars", Title: say.Text("desk.sitewebinars.title"), Docs: "everwebinar", Text: say.Text("desk.sitewebinars.about"), Fields: []formField{
		{Name: "webinar_hosts", Label: say.Text("desk.sitewebinars.webinarhosts"), Kind: "lines", Value: lines(in.WebinarHosts), Placeholder: lines(usual.WebinarHosts), Hint: say.Text("desk.sitewebinars.webinarhostshint")},
		{Name: "utm_key", Label: say.Text("desk.sitewebinars.utmkey"), Kind: "list", Hint: say.Text("desk.sitewebinars.utmkeyhint"), Options: chosen(orElse(in.UTMKey, usual.UTMKey),
			formOption{Value: "utm_source", Label: "utm_source"}, formOption{Value: "utm_medium", Label: "utm_medium"}, formOption{Value: "utm_campaign", Label: "utm_campaign"},
			formOption{Value: "utm_term", Label: "utm_term"}, formOption{Value: "utm_content", Label: "utm_content"})},
		{Name: "frames", Label: say.Text("desk.sitewebinars.frames"), Kind: "check", Value: tick(in.Frames), Hint: say.Text("desk.sitewebinars.frameshint")},
	}}
}

func siteOfficial(say *texts.Reader, in sites.Input) formGroup {
	form := snippet.OfficialForm{}
	if in.OfficialForm != nil {
		form = *in.OfficialForm
	}
	return formGroup{Name: "official", Title: say.Text("desk.siteofficial.title"), Docs: "official-form", Text: say.Text("desk.siteofficial.about"), Fields: []formField{
		{Name: "official_form", Label: say.Text("desk.siteofficial.action"), Value: form.Address, Placeholder: "https://APP.infusionsoft.com/app/form/process/XID"},
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
