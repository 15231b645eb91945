package main

import (
	"context"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"io"

	"tributary/internal/doctor"
)

const doctorUsage = `Usage: tributary doctor [FLAGS] URL

Looks at a page's HTML and says whether the tag is there, once, of the right site and let in by the page's policy, what
becomes of each form, and which form tools are embedded. Exit code 1 when something keeps opt-ins from being credited.

`

// errUnhealthy ends the program with code 1; the report has told why.
var errUnhealthy = errors.New("this page has a problem; see the report")

func doctorCommand(ctx context.Context, args []string, stdout, stderr io.Writer) error {
	fs := flag.NewFlagSet("tributary doctor", flag.ContinueOnError)
	fs.SetOutput(io.Discard)
	site := fs.String("site", "", "`key` of the site that the tag should be of (default: any)")
	asJSON := fs.Bool("json", false, "print JSON")
	err := fs.Parse(args)
	if errors.Is(err, flag.ErrHelp) {
		fmt.Fprint(stderr, doctorUsage)
		fs.SetOutput(stderr)
		fs.PrintDefaults()
		return err
	}
	if err != nil {
		return fmt.Errorf("%w: %w; \"tributary doctor -h\" lists the flags", errUsage, err)
	}
	if fs.NArg() != 1 {
		return fmt.Errorf("%w: doctor needs one address, after its flags: tributary doctor [--site KEY] [--json] https://www.example.com/webinar", errUsage)
	}
	report, err := doctor.New(*site).Examine(ctx, fs.Arg(0))
	if err != nil {
		return err
	}
	if err := printReport(stdout, report, *asJSON); err != nil {
		return err
	}
	if !report.Healthy() {
		return errUnhealthy
	}
	return nil
}

func printReport(w io.Writer, r doctor.Report, asJSON bool) error {
	if asJSON {
		e := json.NewEncoder(w)
		e.SetIndent("", "  ")
		e.SetEscapeHTML(false)
		return e.Encode(r)
	}
	fmt.Fprintln(w, r.URL)
	for _, f := range r.Findings {
		fmt.Fprintf(w, "  %-8s %s\n", f.Level, f.Text)
		if f.Do != "" {
			fmt.Fprintf(w, "           -> %s\n", f.Do)
		}
	}
	return nil
}
