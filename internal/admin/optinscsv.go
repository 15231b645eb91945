package admin

import (
	"encoding/csv"
	"encoding/json"
	"fmt"
	"net/http"
	"strings"
	"time"

	"github.com/labstack/echo/v4"

	"tributary/internal/attribution"
	"tributary/internal/audit"
	"tributary/internal/auth"
	"tributary/internal/store"
)

// csvPage is how many opt-ins are read at once: no read of the store lasts long.
const csvPage = 500

var csvHead = []string{
	"id", "at", "email", "affiliate", "affiliate_name", "site", "page", "form", "via", "status", "reason",
	"keap_contact_id", "keap_referral_id", "flags", "utm_source", "utm_medium", "utm_campaign", "utm_term", "utm_content",
}

// optInsCSV sends what the filter selects, page by page: the whole is never in memory.
func (k *desk) optInsCSV(c echo.Context, who auth.User) error {
	q, err := k.optInQuery(c.QueryParams())
	if err != nil {
		return errBadAddress
	}
	if err := k.note(c.Request().Context(), who, audit.OptInExport, "", with("", c.QueryParams(), "email", "", "cursor", "")); err != nil {
		return err
	}
	h := c.Response().Header()
	h.Set("Content-Type", "text/csv; charset=utf-8")
	h.Set("Content-Disposition", fmt.Sprintf(`attachment; filename="optins-%s.csv"`, k.Now().In(k.Zone).Format(time.DateOnly)))
	q.Limit = csvPage
	w := csv.NewWriter(c.Response())
	if err := w.Write(csvHead); err != nil {
		return err
	}
	return k.eachPage(c, q, func(p store.Page) error { return k.writeCSV(c, w, p, who) })
}

// patience is how long a reader of a long file may take for each part of it.
const patience = 30 * time.Second

func (k *desk) eachPage(c echo.Context, q store.Query, write func(store.Page) error) error {
	control := http.NewResponseController(c.Response())
	for {
		page, err := k.Store.OptIns(c.Request().Context(), account, q)
		if err != nil {
			return err
		}
		_ = control.SetWriteDeadline(time.Now().Add(patience)) // a recorder of a test has none
		if err := write(page); err != nil || page.Next.IsZero() {
			return err
		}
		if err := c.Request().Context().Err(); err != nil {
			return err
		}
		q.Cursor = page.Next
	}
}

func (k *desk) writeCSV(c echo.Context, w *csv.Writer, p store.Page, who auth.User) error {
	names := k.namer(c)
	for _, o := range p.OptIns {
		affiliate, err := names.of(o.Ref)
		if err != nil {
			return err
		}
		if err := w.Write(guarded(k.csvRow(o, affiliate, who))); err != nil {
			return err
		}
	}
	w.Flush()
	return w.Error()
}

func (k *desk) csvRow(o attribution.OptIn, who named, reader auth.User) []string {
	flags := make([]string, len(o.Flags))
	for i, f := range o.Flags {
		flags[i] = f.Code
	}
	via := make([]string, len(o.Via))
	for i, v := range o.Via {
		via[i] = string(v)
	}
	name := who.Text
	return []string{
		o.ID.String(), o.At.UTC().Format(time.RFC3339), k.email(o.Sealed, o.Person, reader), filterOf(o.Ref), name, o.Site, o.URL, o.Form.ID,
		strings.Join(via, " "), string(o.Status), o.Reason, o.ContactID, o.ReferralID, strings.Join(flags, " "),
		o.UTM.Source, o.UTM.Medium, o.UTM.Campaign, o.UTM.Term, o.UTM.Content,
	}
}

// guarded keeps spreadsheets from running what somebody typed into a form: https://owasp.org/www-community/attacks/CSV_Injection.
func guarded(cells []string) []string {
	for i, cell := range cells {
		if cell != "" && strings.ContainsRune("=+-@\t\r\n", rune(cell[0])) {
			cells[i] = "'" + cell
		}
	}
	return cells
}

func siteOf(d store.Document) (site attribution.Site, err error) {
	if err := json.Unmarshal(d.Value, &site); err != nil {
		return site, fmt.Errorf("reading site %s: %w", d.Key, err)
	}
	return site, nil
}
