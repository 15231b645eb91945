package portal

import (
	"context"
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strconv"
	"strings"
	"time"

	"github.com/labstack/echo/v4"

	"tributary/internal/attribution"
	"tributary/internal/auth"
	"tributary/internal/stats"
	"tributary/internal/store"
	"tributary/internal/texts"
)

const (
	exportPage = 500    // opt-ins that are read at once
	exportMost = 50_000 // in one file: a spreadsheet takes more, a reader does not
	// exportWithin is how long a reader may take to accept one page.
	exportWithin = 15 * time.Second
)

// file is a CSV file on its way to the reader.
type file struct {
	*csv.Writer
	control *http.ResponseController
}

// newFile sends the head of a file. The mark at its start tells spreadsheets that it is UTF-8; without it Excel shows the
// dots of masked e-mails as other signs.
func newFile(c echo.Context, name string, header ...string) (*file, error) {
	h := c.Response().Header()
	h.Set("Content-Type", "text/csv; charset=utf-8")
	h.Add("Vary", "Accept-Language")
	h.Set("Content-Disposition", `attachment; filename="`+name+`.csv"`)
	f := &file{csv.NewWriter(c.Response()), http.NewResponseController(c.Response())}
	if err := f.extend(); err != nil {
		return nil, err
	}
	if _, err := io.WriteString(c.Response(), "\uFEFF"); err != nil {
		return nil, fmt.Errorf("writing a file: %w", err)
	}
	return f, f.row(header...)
}

// row writes one line. A spreadsheet takes a cell that begins with one of these signs for a formula, which can send what
// stands beside it to anybody: a quote makes it text again.
func (f *file) row(cells ...string) error {
	for i, cell := range cells {
		if cell != "" && strings.ContainsRune("=+-@\t\r\n", rune(cell[0])) {
			cells[i] = "'" + cell
		}
	}
	return f.Write(cells)
}

// send hands on what was written, and gives the reader time for more.
func (f *file) send() error {
	f.Flush()
	if err := f.Error(); err != nil {
		return fmt.Errorf("writing a file: %w", err)
	}
	if err := f.control.Flush(); err != nil && !errors.Is(err, http.ErrNotSupported) {
		return fmt.Errorf("writing a file: %w", err)
	}
	return f.extend()
}

// extend gives the reader more time. A writer that knows no deadlines has none to extend.
func (f *file) extend() error {
	err := f.control.SetWriteDeadline(time.Now().Add(exportWithin))
	if err != nil && !errors.Is(err, http.ErrNotSupported) {
		return fmt.Errorf("writing a file: %w", err)
	}
	return nil
}

// exporting waits for its turn.
func (p *portal) exporting(ctx context.Context, write func() error) error {
	select {
	case p.exports <- struct{}{}:
		defer func() { <-p.exports }()
		return write()
	case <-ctx.Done():
		return ctx.Err()
	}
}

// optInsCSV is the list of opt-ins as a file.
func (p *portal) optInsCSV(c echo.Context, session auth.Session) error {
	s, err := p.readSelection(c.QueryParams())
	if err != nil {
		return err
	}
	ctx, who, say := c.Request().Context(), ownerOf(session), p.Reader(c)
	if _, err := p.affiliate(ctx, who); err != nil {
		return err
	}
	return p.exporting(ctx, func() error {
		f, err := newFile(c, s.fileName(), say.Text("portal.file.time"), say.Text("portal.file.email"), say.Text("portal.file.state"), say.Text("portal.file.why"),
			say.Text("portal.file.page"), say.Text("portal.file.landed"), say.Text("portal.file.campaign"), say.Text("portal.file.subid"), say.Text("portal.file.optin"))
		if err != nil {
			return err
		}
		return p.writeOptIns(ctx, say, f, who, s.of(who))
	})
}

func (s selection) fileName() string {
	if s.all {
		return "opt-ins"
	}
	return "opt-ins-" + s.period.From + "-to-" + s.period.To
}

func (p *portal) writeOptIns(ctx context.Context, say *texts.Reader, f *file, who owner, q store.Query) error {
	for written := 0; ; {
		q.Limit = min(exportPage, exportMost-written)
		page, err := p.Store.OptIns(ctx, who.account, q)
		if err != nil {
			return fmt.Errorf("listing opt-ins: %w", err)
		}
		for _, o := range page.OptIns {
			if err := f.row(p.cells(say, &o)...); err != nil {
				return err
			}
		}
		written += len(page.OptIns)
		if err := f.send(); err != nil || page.Next.IsZero() {
			return err
		}
		if q.Cursor = page.Next; written >= exportMost {
			return f.cut(say)
		}
	}
}

// cut says in the file's last line that there is more.
func (f *file) cut(say *texts.Reader) error {
	if err := f.row(say.Text("portal.file.cut", "Most", say.Number(exportMost))); err != nil {
		return err
	}
	return f.send()
}

func (p *portal) cells(say *texts.Reader, o *attribution.OptIn) []string {
	landed := o.Landed()
	return []string{
		o.At.In(p.Zone).Format(time.RFC3339), p.masked(say, *o), say.Text(states[o.Status].State), whyOf(say, o),
		o.URL, landed.Page, landed.Campaign, landed.SubID, o.ID.String(),
	}
}

// daysCSV is the chart as a file.
func (p *portal) daysCSV(c echo.Context, session auth.Session) error {
	ctx, who := c.Request().Context(), ownerOf(session)
	span := readPeriod(c.QueryParams(), p.Now(), p.Zone)
	report, err := stats.Read(ctx, p.Store, who.account, who.ref(), span.Range)
	if err != nil {
		return err
	}
	say := p.Reader(c)
	f, err := newFile(c, "days-"+span.From+"-to-"+span.To, say.Text("portal.file.day"), say.Text("portal.file.clicks"), say.Text("portal.file.visitors"),
		say.Text("portal.file.optins"), say.Text("portal.file.people"), say.Text("portal.file.credited"))
	if err != nil {
		return err
	}
	for _, d := range report.ByDay {
		if err := f.row(append([]string{d.Day}, numbers(d.Clicks, d.UniqueClicks, d.OptIns, d.People, d.Referrals)...)...); err != nil {
			return err
		}
	}
	return f.send()
}

// breakdownCSV is a breakdown as a file, with every value that is told apart.
func (p *portal) breakdownCSV(c echo.Context, session auth.Session) error {
	ctx, who := c.Request().Context(), ownerOf(session)
	span, by := readPeriod(c.QueryParams(), p.Now(), p.Zone), readDimension(c.QueryParams())
	b, err := stats.ReadBreakdown(ctx, p.Store, who.account, who.ref(), by, span.Range)
	if err != nil {
		return err
	}
	words, say := dimensionWords[by], p.Reader(c)
	f, err := newFile(c, string(by)+"-"+span.From+"-to-"+span.To, say.Text(words.column), say.Text("portal.file.clicks"), say.Text("portal.file.optins"), say.Text("portal.file.credited"))
	if err != nil {
		return err
	}
	for _, v := range append(b.Values, attribution.ValuePart{Value: "(" + say.Text(words.other) + ")", Part: b.Other}, attribution.ValuePart{Value: "(" + say.Text(words.without) + ")", Part: b.None}) {
		if err := f.row(append([]string{v.Value}, numbers(v.Clicks, v.OptIns, v.Referrals)...)...); err != nil {
			return err
		}
	}
	return f.send()
}

func numbers(counts ...int64) []string {
	cells := make([]string, len(counts))
	for i, n := range counts {
		cells[i] = strconv.FormatInt(n, 10)
	}
	return cells
}
