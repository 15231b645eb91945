package manual

import (
	"bytes"
	"fmt"
	"html/template"
	"io/fs"
	"net/url"
	"strings"

	"github.com/yuin/goldmark/ast"
	"github.com/yuin/goldmark/text"
)

// chapter is one file of web/docs, rendered.
type chapter struct {
	entry
	Title    string
	Body     template.HTML
	Outline  []heading
	sections []section
}

// heading is one that the page's outline leads to.
type heading struct {
	ID, Text string
	Level    int
}

// newChapter renders a file. Its first line is its title.
func newChapter(md markdown, of entry, source []byte) (chapter, error) {
	doc := md.Parser().Parse(text.NewReader(source))
	title, ok := doc.FirstChild().(*ast.Heading)
	if !ok || title.Level != 1 {
		return chapter{}, fmt.Errorf("%s.md must begin with its title: # and a name", of.Slug)
	}
	c := chapter{entry: of, Title: plain(title, source)}
	doc.RemoveChild(doc, title)
	if c.Name == "" {
		c.Name = c.Title
	}
	c.Outline, c.sections = survey(doc, source, c)
	var out bytes.Buffer
	if err := md.Renderer().Render(&out, source, doc); err != nil {
		return chapter{}, fmt.Errorf("rendering %s.md: %w", of.Slug, err)
	}
	c.Body = template.HTML(out.String()) // of our own files, and goldmark lets no HTML of theirs through
	return c, nil
}

// survey lists the headings, and the text of each section for the search.
func survey(doc ast.Node, source []byte, of chapter) (outline []heading, sections []section) {
	sections = []section{{Href: of.Href(), Page: of.Title, Title: of.Title}}
	for n := doc.FirstChild(); n != nil; n = n.NextSibling() {
		h, ok := n.(*ast.Heading)
		if !ok {
			last := &sections[len(sections)-1]
			last.Text = strings.TrimSpace(last.Text + " " + plain(n, source))
			continue
		}
		id, name := idOf(h), plain(h, source)
		outline = append(outline, heading{id, name, h.Level})
		sections = append(sections, section{Href: of.Href() + "#" + id, Page: of.Title, Title: name})
	}
	return outline, sections
}

func idOf(h *ast.Heading) string {
	id, _ := h.AttributeString("id")
	text, _ := id.([]byte)
	return string(text)
}

// plain is the text of a node, its blocks parted by spaces.
func plain(n ast.Node, source []byte) string {
	var b strings.Builder
	_ = ast.Walk(n, func(n ast.Node, entering bool) (ast.WalkStatus, error) {
		switch n := n.(type) {
		case *ast.Text:
			if entering {
				b.Write(n.Segment.Value(source))
			}
			if n.SoftLineBreak() || n.HardLineBreak() {
				b.WriteByte(' ')
			}
		case *ast.String:
			if entering {
				b.Write(n.Value)
			}
		default:
			if n.Type() == ast.TypeBlock {
				b.WriteByte(' ')
			}
			if entering && (n.Kind() == ast.KindFencedCodeBlock || n.Kind() == ast.KindCodeBlock) {
				b.Write(n.Lines().Value(source))
			}
		}
		return ast.WalkContinue, nil
	})
	return strings.Join(strings.Fields(b.String()), " ")
}

// chapters fills the contents with chapters. A file that no group names comes last: none is out of reach.
func chapters(files fs.FS, md markdown, base *url.URL) (groups []group, all []chapter, err error) {
	groups, err = grouped(files)
	if err != nil {
		return nil, nil, err
	}
	for i, g := range groups {
		for j, e := range g.Pages {
			source, err := fs.ReadFile(files, e.Slug+".md")
			if err != nil {
				return nil, nil, fmt.Errorf("reading a chapter of the contents: %w", err)
			}
			c, err := newChapter(md, e, localised(source, base))
			if err != nil {
				return nil, nil, err
			}
			groups[i].Pages[j], all = c.entry, append(all, c)
		}
	}
	return groups, all, nil
}

// example is the address that the chapters and the API's description give the collector.
const example = "https://go.example.com"

// address is what stands in its place: a public address of one's own can be copied with the rest of a line.
func address(base *url.URL) string {
	if base.Scheme != "https" {
		return example
	}
	return strings.TrimRight(base.String(), "/")
}

func localised(source []byte, base *url.URL) []byte {
	if base.Scheme != "https" {
		return source
	}
	source = bytes.ReplaceAll(source, []byte(example), []byte(address(base)))
	return bytes.ReplaceAll(source, []byte("go.example.com"), []byte(base.Host))
}
