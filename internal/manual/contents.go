package manual

import (
	"io/fs"
	"slices"
	"strings"
)

// contents is the order of the manual: the name of each file of web/docs without its ending, and what the contents call it.
// The first is at /docs.
var contents = []struct {
	name  string
	pages []entry
}{
	{"Start", []entry{{"index", "The first ten minutes"}, {"glossary", "Words"}, {"troubleshooting", "Troubleshooting"}}},
	{"Put the tag on a page", []entry{
		{"install-html", "Plain HTML"}, {"install-wordpress", "WordPress"}, {"install-clickfunnels", "ClickFunnels"},
		{"install-leadpages", "Leadpages"}, {"install-unbounce", "Unbounce"}, {"install-gtm", "Google Tag Manager"},
		{"cookies", "The cookie, and Safari"}, {"consent", "Consent"},
	}},
	{"Forms", []entry{
		{"form-tools", "Form tools"}, {"everwebinar", "EverWebinar, WebinarJam"}, {"hooks", "Hooks of form tools"},
		{"form-doctor", "The form doctor"}, {"official-form", "Keap's own count"},
	}},
	{"Connect Keap", []entry{
		{"keap-connect", "Connect Keap"}, {"keap-crediting", "Crediting"}, {"keap-hooks", "Keap's hook"},
		{"keap-limits", "Keap's limits"}, {"keap-reconcile", "Compare with Keap"}, {"affiliate-numbers", "The affiliate's numbers"},
	}},
	{"Affiliates", []entry{{"portal", "The affiliate's pages"}, {"mail", "Mail and the weekly digest"}, {"languages", "Languages"}}},
	{"Run it", []entry{
		{"hosting", "Hosting"}, {"settings", "Flags and settings"}, {"backup", "Backups"}, {"metrics", "Metrics"},
		{"privacy", "Privacy"}, {"security", "Security"},
	}},
	{"For developers", []entry{{"javascript", "The page's own calls"}, {"webhooks", "Webhooks"}, {"errors", "Errors and their codes"}}},
}

// group is a part of the contents.
type group struct {
	Name  string
	Pages []entry
}

// entry is one line of the contents.
type entry struct{ Slug, Name string }

// Href is the address of a page of the manual.
func (e entry) Href() string { return href(e.Slug) }

func href(slug string) string {
	if slug == "" || slug == "index" {
		return Path
	}
	return Path + "/" + slug
}

// grouped are the contents, and after them the files that they do not name.
func grouped(files fs.FS) (groups []group, err error) {
	named := map[string]bool{}
	for _, g := range contents {
		groups = append(groups, group{g.name, slices.Clone(g.pages)})
		for _, e := range g.pages {
			named[e.Slug] = true
		}
	}
	found, err := fs.Glob(files, "*.md")
	rest := group{Name: "More"}
	for _, file := range found {
		if slug := strings.TrimSuffix(file, ".md"); !named[slug] {
			rest.Pages = append(rest.Pages, entry{Slug: slug})
		}
	}
	if len(rest.Pages) > 0 {
		groups = append(groups, rest)
	}
	return groups, err
}
