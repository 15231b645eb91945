package main

import (
	"context"
	"flag"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strings"
	"time"

	"tributary/internal/api"
	"tributary/internal/auth"
)

const adminUsage = `Usage: tributary admin COMMAND [FLAGS]

  link      print a link that lets a user of the owner's desk in once: for who is locked out. Where nobody has set the
            desk up yet, the address of the set-up
  users     list the users

They ask the running collector, with the admin key in the data folder. "tributary admin COMMAND -h" lists a command's flags.
`

// adminCommands are the commands below "tributary admin".
var adminCommands = map[string]func(ctx context.Context, args []string, stdout, stderr io.Writer) error{"link": adminLink, "users": adminUsers}

func adminCommand(ctx context.Context, args []string, stdout, stderr io.Writer) error {
	command, err := below("admin", adminUsage, adminCommands, args, stdout, stderr)
	if command == nil || err != nil {
		return err
	}
	return command(ctx, args[1:], stdout, stderr)
}

// deskUser is a user as GET /v1/users answers.
type deskUser struct{ ID, Email, Name, Role string }

func (r *remote) deskUsers(ctx context.Context) ([]deskUser, error) {
	var listed struct{ Data []deskUser }
	err := r.ask(ctx, http.MethodGet, "/v1/users", nil, &listed)
	return listed.Data, err
}

func adminUsers(ctx context.Context, args []string, stdout, stderr io.Writer) error {
	var r remote
	if err := r.parseRemote("admin users", args, stderr, nil); err != nil {
		return err
	}
	users, err := r.deskUsers(ctx)
	if err != nil {
		return fmt.Errorf("admin users: %w", err)
	}
	for _, u := range users {
		fmt.Fprintf(stdout, "%-8s %-40s %s\n", u.Role, u.Email, u.Name)
	}
	return nil
}

func adminLink(ctx context.Context, args []string, stdout, stderr io.Writer) error {
	var r remote
	var email string
	more := func(fs *flag.FlagSet) {
		fs.StringVar(&email, "email", "", "`address` of the user (default: the only owner)")
	}
	if err := r.parseRemote("admin link", args, stderr, more); err != nil {
		return err
	}
	users, err := r.deskUsers(ctx)
	if err != nil {
		return fmt.Errorf("admin link: %w", err)
	}
	path, err := linkPath(users, email)
	if err != nil {
		return fmt.Errorf("admin link: %w", err)
	}
	var link struct {
		URL     string
		Expires time.Time `json:"expires_at"`
	}
	if err := r.ask(ctx, http.MethodPost, path, nil, &link); err != nil {
		return fmt.Errorf("admin link: %w", err)
	}
	fmt.Fprintln(stdout, link.URL)
	if link.Expires.IsZero() {
		fmt.Fprintln(stderr, "it sets the desk up, and works once")
		return nil
	}
	fmt.Fprintln(stderr, "it works once, until", link.Expires.Format(time.RFC3339))
	return nil
}

// linkPath is what to ask for a link: of the user with an address, of the only owner, or of the set-up where there is no owner.
func linkPath(users []deskUser, email string) (string, error) {
	var owners []string
	for _, u := range users {
		if strings.EqualFold(u.Email, email) {
			return "/v1/users/" + url.PathEscape(u.ID) + "/link", nil
		}
		if u.Role == string(auth.Owner) {
			owners = append(owners, u.ID)
		}
	}
	switch {
	case email != "":
		return "", fmt.Errorf("%w: no user has the address %q; \"tributary admin users\" lists them", errUsage, email)
	case len(owners) == 0:
		return "/v1/setup", nil
	case len(owners) > 1:
		return "", fmt.Errorf("%w: there are %d owners: name one by --email; \"tributary admin users\" lists them", errUsage, len(owners))
	}
	return "/v1/users/" + url.PathEscape(owners[0]) + "/link", nil
}

// keys are what opens the REST API.
func (c *collector) keys() api.Keys {
	return api.Keys{Root: auth.NewAdminKey(c.adminKey), Made: c.auth}
}

// setupAddress is where the first owner begins; "" where there is one. It is made once for each start.
func (c *collector) setupAddress(ctx context.Context) string {
	if c.setupURL != "" {
		return c.setupURL
	}
	var err error
	if c.setupURL, err = api.SetupURL(ctx, c.auth, c.cfg.baseURL); err != nil {
		c.log.Error("making the set-up address", "error", err)
	}
	return c.setupURL
}

// offerSetup says at the start of a collector that nobody owns where to begin, unless that was said already. The address is a
// secret that is worth nothing from the moment that somebody has used it.
func (c *collector) offerSetup(ctx context.Context) {
	if c.setupURL != "" {
		return
	}
	if address := c.setupAddress(ctx); address != "" {
		c.log.Warn("nobody has set this collector up yet: open this address in a browser, it works once", "url", address)
	}
}
