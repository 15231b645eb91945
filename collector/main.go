// Command tributary credits every opt-in to the affiliate who sent it and writes it into Keap as a referral.
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"os/signal"
	"strings"
	"syscall"
	_ "time/tzdata" // images without zone files must still know the reader's zone
)

// version is set by the linker.
var version = "dev"

const usage = `Tributary credits every opt-in to the affiliate who sent it, on any form, and writes it into Keap.

Usage: tributary COMMAND [FLAGS]

  serve     run the collector
  demo      run everything on this machine, with Keap's double and landing pages to try
  doctor    look at a page and say what keeps the tag from working there
  keap      connect Keap, and see how it is connected: keap login, keap status, keap logout;
            keap sync: the affiliates from Keap; keap reconcile: compare with Keap;
            keap backfill: import Keap's earlier referrals
  admin     let in who is locked out of the owner's desk: admin link, admin users
  backup    copy the data, also of a running collector
  restore   put a backup into an empty data folder
  verify    check every record of a data folder or a backup
  compact   make the data file as small as it can be, and free of what was deleted
  version   print the version

"tributary COMMAND -h" lists a command's flags. Each flag can also be set by an environment variable, such as
TRIBUTARY_LISTEN for --listen; secrets also by a file that TRIBUTARY_<NAME>_FILE names. Flags beat the environment.

The manual is at /docs of a running collector, such as http://localhost:8080/docs.
`

// errUsage is a wrong call: exit code 2.
var errUsage = errors.New("wrong usage")

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	err := run(ctx, os.Args[1:], os.Stdout, os.Stderr)
	os.Exit(exitCode(err, os.Stderr))
}

func run(ctx context.Context, args []string, stdout, stderr io.Writer) error {
	if len(args) == 0 {
		fmt.Fprint(stderr, usage)
		return errUsage
	}
	switch name, rest := args[0], args[1:]; name {
	case "serve":
		return serve(ctx, rest, stderr)
	case "demo":
		return demoCommand(ctx, rest, stdout, stderr)
	case "doctor":
		return doctorCommand(ctx, rest, stdout, stderr)
	case "keap":
		return keapCommand(ctx, rest, os.Stdin, stdout, stderr)
	case "admin":
		return adminCommand(ctx, rest, stdout, stderr)
	case "backup":
		return backupCommand(ctx, rest, stdout, stderr)
	case "restore":
		return restoreCommand(ctx, rest, stdout, stderr)
	case "verify":
		return verifyCommand(ctx, rest, stdout, stderr)
	case "compact":
		return compactCommand(ctx, rest, stdout, stderr)
	case "version", "--version":
		fmt.Fprintln(stdout, "tributary", version)
		return nil
	case "help", "-h", "--help":
		fmt.Fprint(stdout, usage)
		return nil
	default:
		return fmt.Errorf("%w: there is no command %q; \"tributary help\" lists them", errUsage, name)
	}
}

func exitCode(err error, stderr io.Writer) int {
	switch {
	case err == nil, errors.Is(err, flag.ErrHelp):
		return 0
	case err == errUsage:
		return 2
	case err == errNotConnected, err == errDifferent:
		return 1
	}
	fmt.Fprintln(stderr, "tributary:", strings.TrimPrefix(err.Error(), errUsage.Error()+": "))
	if errors.Is(err, errUsage) {
		return 2
	}
	return 1
}
