package manual

import (
	"bytes"
	"fmt"
	"net/url"

	"tributary/web"
)

// frame is what every page of the manual has.
type frame struct {
	Title          string
	Here           string // its address below Path
	Groups         []group
	Outline        []heading
	Previous, Next *entry
	Query          string // of the search
	Content        any
}

// read renders the chapters and puts the contents and the index together.
func (m *manual) read(base *url.URL, ref *reference) error {
	groups, all, err := chapters(web.Docs(), newMarkdown(ref.find), base)
	if err != nil {
		return err
	}
	m.groups = groups
	for _, c := range all {
		m.index = append(m.index, c.sections...)
	}
	m.groups = append(m.groups, ref.group())
	m.index = append(m.index, ref.sections()...)
	return m.renderChapters(all)
}

func (m *manual) renderChapters(all []chapter) error {
	for _, c := range all {
		if err := m.add("chapter", frame{Title: c.Title, Here: c.Slug, Outline: c.Outline, Content: c.Body}); err != nil {
			return err
		}
	}
	return nil
}

func (m *manual) render(ref *reference) error {
	if err := m.add("api", frame{Title: ref.Title, Here: "api", Outline: ref.outline(), Content: ref}); err != nil {
		return err
	}
	for _, t := range ref.Tags {
		if err := m.add("operations", frame{Title: "API: " + t.Name, Here: t.Slug, Outline: t.outline(), Content: t}); err != nil {
			return err
		}
	}
	return nil
}

// add renders a page to its end and keeps it.
func (m *manual) add(template string, f frame) error {
	f.Groups = m.groups
	f.Previous, f.Next = m.beside(f.Here)
	var out bytes.Buffer
	if err := m.Execute(&out, template, f); err != nil {
		return fmt.Errorf("rendering %s: %w", f.Here, err)
	}
	slug := f.Here
	if slug == "index" {
		slug = ""
	}
	m.pages[slug] = web.NewPage(out.Bytes())
	return nil
}

// beside finds the pages before and after one in the contents.
func (m *manual) beside(slug string) (previous, next *entry) {
	var all []entry
	for _, g := range m.groups {
		all = append(all, g.Pages...)
	}
	for i, e := range all {
		if e.Slug != slug {
			continue
		}
		if i > 0 {
			previous = &all[i-1]
		}
		if i < len(all)-1 {
			next = &all[i+1]
		}
	}
	return previous, next
}
