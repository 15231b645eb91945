package manual

// contents is the order of the manual, and the name of each file of web/docs without its ending. The first is at /docs.
var contents = []struct {
	name  string
	slugs []string
}{
	{"Start", []string{"index", "glossary", "troubleshooting"}},
	{"Put the tag on a page", []string{
		"install-html", "install-wordpress", "install-clickfunnels", "install-leadpages", "install-unbounce", "install-gtm",
		"cookies", "consent",
	}},
	{"Forms", []string{"form-tools", "everwebinar", "hooks", "form-doctor", "official-form"}},
	{"Connect Keap", []string{"keap-connect", "keap-crediting", "keap-hooks", "keap-limits", "keap-reconcile"}},
	{"Run it", []string{"hosting", "settings", "backup", "metrics", "privacy", "security"}},
	{"For developers", []string{"javascript", "errors"}},
}

// group is a part of the contents.
type group struct {
	Name  string
	Pages []entry
}

// entry is one line of the contents.
type entry struct{ Slug, Title string }

// Href is the address of a page of the manual.
func (e entry) Href() string { return href(e.Slug) }

func href(slug string) string {
	if slug == "" || slug == "index" {
		return Path
	}
	return Path + "/" + slug
}
