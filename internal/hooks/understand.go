package hooks

import (
	"slices"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"github.com/google/uuid"

	"tributary/internal/attribution"
)

// understood is what one submission tells.
type understood struct {
	person  attribution.Person
	ref     attribution.Ref
	unsure  bool // whether ref is an id or a code
	joins   uuid.UUID
	form    string
	at      time.Time        // zero when it does not say
	places  map[Field]string // where each field was found
	problem string           // why it is no opt-in
}

// understand reads one submission. site tells the names of the hidden fields.
func understand(it item, m Mapping, site attribution.Site) understood {
	f := finder{m, nameAll(it.leaves), map[Field]string{}}
	u := understood{places: f.places}
	u.person.Email, u.problem = f.email()
	f.affiliate(&u, site)
	f.leaves = withoutStrangers(f.leaves, m)
	f.person(&u.person)
	u.form = text(f.find(Form, nil, isText), 200)
	u.at, _ = time.Parse(time.RFC3339, f.find(At, nil, isText))
	if u.at.IsZero() {
		delete(f.places, At)
	}
	return u
}

func (f *finder) person(p *attribution.Person) {
	p.FirstName = text(f.find(FirstName, nil, isText), 100)
	p.LastName = text(f.find(LastName, nil, isText), 100)
	p.Phone = text(f.find(Phone, nil, isText), 40)
	if p.FirstName != "" || p.LastName != "" {
		return
	}
	first, rest, _ := strings.Cut(text(f.find(FullName, nil, isText), 200), " ")
	p.FirstName, p.LastName = text(first, 100), text(rest, 100)
}

// withoutStrangers leaves out what is somebody else's, but for places that the owner named.
func withoutStrangers(leaves []named, m Mapping) []named {
	mapped := map[string]bool{}
	for _, where := range m {
		mapped[place(where)] = true
	}
	return slices.DeleteFunc(slices.Clone(leaves), func(l named) bool { return l.stranger && !mapped[l.place()] })
}

// affiliate finds who sent the visitor, and which opt-in of a page this is.
func (f *finder) affiliate(u *understood, site attribution.Site) {
	isRef := func(kind attribution.RefKind) func(string) bool {
		return func(s string) bool { _, err := attribution.NewRef(kind, strings.TrimSpace(s)); return err == nil }
	}
	id := f.find(TributaryID, []string{"tributaryid", fieldName(site.IDField)}, func(s string) bool {
		parsed, err := uuid.Parse(strings.TrimSpace(s))
		return err == nil && parsed != uuid.Nil
	})
	u.joins, _ = uuid.Parse(id)
	for _, way := range []struct {
		field Field
		kind  attribution.RefKind
		names []string
	}{
		{Affiliate, "", []string{"affiliate", fieldName(site.AffiliateField)}},
		{AffiliateID, attribution.ByID, nil}, {AffiliateCode, attribution.ByCode, nil},
	} {
		if value := f.find(way.field, way.names, isRef(way.kind)); value != "" && u.ref.IsZero() {
			u.ref, _ = attribution.NewRef(way.kind, value)
			u.unsure = way.kind == ""
		}
	}
	f.utm(u)
}

// fieldName is the folded name of a hidden field that a site calls its own way.
func fieldName(s string) string {
	if s == "-" {
		return ""
	}
	return fold(s)
}

// utm reads the affiliate out of a campaign parameter, where it is the only thing that a vendor keeps.
func (f *finder) utm(u *understood) {
	names := []string{"utmsource", "utmmedium", "utmcampaign", "utmterm", "utmcontent"}
	value := f.find(UTM, names, func(s string) bool { _, ok := attribution.ParseUTMValue(s); return ok })
	parsed, ok := attribution.ParseUTMValue(value)
	if !ok {
		return
	}
	if u.ref.IsZero() {
		u.ref = parsed.Ref
	}
	if u.joins == uuid.Nil {
		u.joins = parsed.OptIn
	}
}

// text bounds a string from outside, in characters, and takes what is no text out of it.
func text(s string, limit int) string {
	s = strings.Map(func(r rune) rune {
		if unicode.IsControl(r) || r == utf8.RuneError {
			return -1
		}
		return r
	}, s)
	if runes := []rune(s); len(runes) > limit {
		s = string(runes[:limit])
	}
	return strings.TrimSpace(s)
}
