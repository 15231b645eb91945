package manual

import (
	"html/template"
	"regexp"
	"strings"

	"github.com/yuin/goldmark"
	"github.com/yuin/goldmark/ast"
	"github.com/yuin/goldmark/extension"
	extensionast "github.com/yuin/goldmark/extension/ast"
	"github.com/yuin/goldmark/parser"
	"github.com/yuin/goldmark/renderer"
	"github.com/yuin/goldmark/text"
	"github.com/yuin/goldmark/util"
)

type markdown = goldmark.Markdown

// newMarkdown reads GitHub's tables and gives headings ids. operation finds where the reference tells of a call such as
// "GET /v1/sites".
func newMarkdown(operation func(call string) (href string, ok bool)) markdown {
	return goldmark.New(
		goldmark.WithExtensions(extension.Table),
		goldmark.WithParserOptions(parser.WithAutoHeadingID(), parser.WithASTTransformers(util.Prioritized(linker{operation}, 500))),
		goldmark.WithRendererOptions(renderer.WithNodeRenderers(util.Prioritized(blocks{}, 100))),
	)
}

// linker leads links between files to the pages made of them, and calls of the API to the reference.
type linker struct {
	operation func(call string) (href string, ok bool)
}

var fileLink = regexp.MustCompile(`^([a-z-]+)\.md(#.*)?$`)

func (l linker) Transform(doc *ast.Document, reader text.Reader, _ parser.Context) {
	var calls []*ast.CodeSpan
	_ = ast.Walk(doc, func(n ast.Node, entering bool) (ast.WalkStatus, error) {
		if !entering {
			return ast.WalkContinue, nil
		}
		switch n := n.(type) {
		case *ast.Heading:
			return ast.WalkSkipChildren, nil
		case *ast.Link:
			if m := fileLink.FindSubmatch(n.Destination); m != nil {
				n.Destination = []byte(href(string(m[1])) + string(m[2]))
			}
			return ast.WalkSkipChildren, nil
		case *ast.CodeSpan:
			calls = append(calls, n)
		}
		return ast.WalkContinue, nil
	})
	for _, n := range calls {
		if to, ok := l.operation(plain(n, reader.Source())); ok {
			wrap(n, to)
		}
	}
}

func wrap(n ast.Node, href string) {
	link := ast.NewLink()
	link.Destination = []byte(href)
	n.Parent().ReplaceChild(n.Parent(), n, link)
	link.AppendChild(link, n)
}

// blocks renders what needs more than the usual tags: headings that link to themselves, code with a button to copy it,
// and tables that scroll by themselves on a narrow screen.
type blocks struct{}

func (b blocks) RegisterFuncs(r renderer.NodeRendererFuncRegisterer) {
	r.Register(ast.KindHeading, b.heading)
	r.Register(ast.KindFencedCodeBlock, b.code)
	r.Register(ast.KindCodeBlock, b.code)
	r.Register(extensionast.KindTable, b.table)
}

func (blocks) heading(w util.BufWriter, _ []byte, n ast.Node, entering bool) (ast.WalkStatus, error) {
	h := n.(*ast.Heading)
	level, id := string(rune('0'+h.Level)), template.HTMLEscapeString(idOf(h))
	if entering {
		_, err := w.WriteString("<h" + level + ` id="` + id + `"><a class="self" href="#` + id + `">`)
		return ast.WalkContinue, err
	}
	_, err := w.WriteString("</a></h" + level + ">\n")
	return ast.WalkContinue, err
}

func (blocks) code(w util.BufWriter, source []byte, n ast.Node, entering bool) (ast.WalkStatus, error) {
	if !entering {
		return ast.WalkContinue, nil
	}
	_, err := w.WriteString(string(codeBlock(string(n.Lines().Value(source)))))
	return ast.WalkSkipChildren, err
}

// codeBlock can be scrolled with the keys, and copied where the page's script runs.
func codeBlock(code string) template.HTML {
	code = template.HTMLEscapeString(strings.TrimRight(code, "\n"))
	return template.HTML(`<div class="code"><pre tabindex="0"><code>` + code + `</code></pre>` +
		`<button type="button" class="quiet" data-copy="` + code + `" hidden>Copy</button></div>` + "\n")
}

func (blocks) table(w util.BufWriter, _ []byte, _ ast.Node, entering bool) (ast.WalkStatus, error) {
	tag := "</table></div>\n"
	if entering {
		tag = `<div class="table" tabindex="0"><table>` + "\n"
	}
	_, err := w.WriteString(tag)
	return ast.WalkContinue, err
}
