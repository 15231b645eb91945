package main

import (
	"context"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"io"
	"net/http"
	"strings"
	"text/tabwriter"
	"time"

	"tributary/internal/reconcile"
)

// errDifferent is the answer "there are differences": exit code 1 without a word more than the report.
var errDifferent = errors.New("differences were found")

// runCommand is what both take.
type runCommand struct {
	remote
	json, fix bool
	since     string
	poll      time.Duration
}

func (c *runCommand) parse(name string, more func(*flag.FlagSet), args []string, stderr io.Writer) error {
	c.poll = 500 * time.Millisecond
	return c.parseRemote("keap "+name, args, stderr, func(fs *flag.FlagSet) {
		fs.BoolVar(&c.json, "json", false, "print the whole answer as JSON")
		more(fs)
	})
}

// keapReconcile has the collector compare, waits, and prints what was found. It exits with 0 when nothing is left, 1 when
// there are differences, and 2 when it could not be done.
func keapReconcile(ctx context.Context, args []string, _ io.Reader, stdout, stderr io.Writer) error {
	var c runCommand
	err := c.parse("reconcile", func(fs *flag.FlagSet) {
		fs.BoolVar(&c.fix, "fix", false, "mend what can be decided; nothing is written into Keap but by the ordinary way, which looks first")
	}, args, stderr)
	if err != nil {
		return err
	}
	report, err := follow[reconcile.Report](ctx, &c, "/v1/reconcile", map[string]any{"fix": c.fix}, func(r reconcile.Report) (string, reconcile.State) { return r.ID, r.State })
	if err != nil {
		return fmt.Errorf("%w: %w", errUsage, err)
	}
	if err := c.print(stdout, report, printComparison); err != nil {
		return err
	}
	if report.State != reconcile.Finished {
		return fmt.Errorf("%w: the comparison did not end: %s", errUsage, report.Reason)
	}
	if report.Differences() > 0 {
		return errDifferent
	}
	return nil
}

// keapBackfill has the collector import, waits, and prints what came of it.
func keapBackfill(ctx context.Context, args []string, _ io.Reader, stdout, stderr io.Writer) error {
	var c runCommand
	err := c.parse("backfill", func(fs *flag.FlagSet) {
		fs.StringVar(&c.since, "since", "", "`day` or time; referrals before it are left out (default: all)")
	}, args, stderr)
	if err != nil {
		return err
	}
	b, err := follow[reconcile.Backfill](ctx, &c, "/v1/backfill", map[string]any{"since": c.since}, func(b reconcile.Backfill) (string, reconcile.State) { return b.ID, b.State })
	if err != nil {
		return fmt.Errorf("%w: %w", errUsage, err)
	}
	if err := c.print(stdout, b, printBackfill); err != nil {
		return err
	}
	if b.State != reconcile.Finished {
		return fmt.Errorf("%w: the import did not end: %s", errUsage, b.Reason)
	}
	return nil
}

// follow starts a run and asks until it has ended. The collector goes on with it when the command is stopped.
func follow[T any](ctx context.Context, c *runCommand, path string, body any, stands func(T) (string, reconcile.State)) (run T, err error) {
	if err = c.ask(ctx, http.MethodPost, path, body, &run); err != nil {
		return run, err
	}
	started, state := stands(run)
	for state == reconcile.Running {
		wait := time.NewTimer(c.poll)
		select {
		case <-ctx.Done():
			wait.Stop()
			return run, ctx.Err()
		case <-wait.C:
		}
		var now T // fresh: what is left out must not stay from before
		if err = c.ask(ctx, http.MethodGet, path, nil, &now); err != nil {
			return run, err
		}
		run = now
		var id string
		if id, state = stands(run); id != started {
			return run, errors.New("another run has begun meanwhile: ask for its result")
		}
	}
	return run, nil
}

func (c *runCommand) print(w io.Writer, what any, table func(io.Writer, any)) error {
	if !c.json {
		table(w, what)
		return nil
	}
	e := json.NewEncoder(w)
	e.SetEscapeHTML(false)
	e.SetIndent("", "  ")
	return e.Encode(what)
}

func printComparison(w io.Writer, what any) {
	r := what.(reconcile.Report)
	fmt.Fprintf(w, "referrals in Keap under our tag: %d, opt-ins credited here: %d, the same: %d", r.Counts.Referrals, r.Counts.Credited, r.Counts.Matched)
	if r.Counts.InFlight > 0 {
		fmt.Fprintf(w, ", too new to compare: %d", r.Counts.InFlight)
	}
	fmt.Fprintf(w, "; differences: %d", r.Differences()+r.Counts.Fixed)
	if r.Fix {
		fmt.Fprintf(w, ", fixed: %d", r.Counts.Fixed)
	}
	fmt.Fprintln(w)
	printDifferences(w, r)
	if len(r.ByAffiliate) > 0 {
		t := tabwriter.NewWriter(w, 0, 0, 2, ' ', 0)
		fmt.Fprintln(t, "\nAFFILIATE\tCODE\tOPT-INS\tPEOPLE\tCREDITED\tIN KEAP\tDIFFERENCE\tIMPORTED")
		for _, a := range r.ByAffiliate {
			fmt.Fprintf(t, "%s\t%s\t%d\t%d\t%d\t%d\t%d\t%d\n", a.Affiliate, orDash(a.Code), a.OptIns, a.People, a.Credited, a.InKeap, a.Difference, a.Imported)
		}
		t.Flush()
	}
	if r.AffiliatesLeftOut > 0 {
		fmt.Fprintf(w, "and %d affiliates more\n", r.AffiliatesLeftOut)
	}
}

func printDifferences(w io.Writer, r reconcile.Report) {
	for _, kind := range reconcile.Kinds {
		n := r.Counts.Found[kind]
		if n == 0 {
			continue
		}
		fmt.Fprintf(w, "\n%s: %d\n", kind, n)
		t := tabwriter.NewWriter(w, 0, 0, 2, ' ', 0)
		shown, advice := int64(0), ""
		for _, row := range r.Rows {
			if row.Kind != kind {
				continue
			}
			mark := ""
			if row.Fixed {
				mark = "fixed: "
			} else {
				advice = row.Advice
			}
			shown++
			fmt.Fprintf(t, "  %s\t%s\t%s%s\n", orDash(row.OptIn), orDash(row.Affiliate), mark, plain(row.Reason))
		}
		t.Flush()
		if n > shown {
			fmt.Fprintf(w, "  and %d more\n", n-shown)
		}
		if advice != "" {
			fmt.Fprintf(w, "  %s\n", advice)
		}
	}
}

func orDash(s string) string {
	if s == "" {
		return "-"
	}
	return plain(s)
}

// plain keeps what others wrote from moving the cursor of a terminal.
func plain(s string) string {
	return strings.Map(func(r rune) rune {
		if r < ' ' || r >= 0x7f && r < 0xa0 {
			return '?'
		}
		return r
	}, s)
}

func printBackfill(w io.Writer, what any) {
	b := what.(reconcile.Backfill)
	fmt.Fprintf(w, "%d referrals read from Keap: %d imported, %d imported before, %d of our own opt-ins\n", b.Read, b.Imported, b.Already, b.Ours)
	for reason, n := range b.Skipped {
		fmt.Fprintf(w, "%d left out: %s\n", n, strings.ReplaceAll(reason, "_", " "))
	}
}
