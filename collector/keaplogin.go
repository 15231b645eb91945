package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"net/http"
	"strings"
	"time"
)

// loginFlags are those of "keap login" alone.
type loginFlags struct {
	key, header       string
	newTenant, noWait bool
}

func (l *loginFlags) register(fs *flag.FlagSet) {
	fs.StringVar(&l.key, "key", "", "service account `key` or personal access token to connect by; \"-\" reads it from the standard input, where no list of processes shows it")
	fs.StringVar(&l.header, "header", "", "header that carries the key: Authorization (the default) or X-Keap-API-Key")
	fs.BoolVar(&l.newTenant, "new-tenant", false, "another Keap app than before is meant: contacts and affiliates have other ids there")
	fs.BoolVar(&l.noWait, "no-wait", false, "print the address and do not wait until the login is done")
}

// keapLogin connects the running collector.
func keapLogin(ctx context.Context, args []string, stdin io.Reader, stdout, stderr io.Writer) error {
	var r remote
	var l loginFlags
	if err := r.parseRemote("keap login", args, stderr, l.register); err != nil {
		return err
	}
	var before keapShown
	if err := r.ask(ctx, http.MethodGet, "/v1/keap", nil, &before); err != nil {
		return fmt.Errorf("keap login: %w", err)
	}
	var err error
	switch {
	case l.key != "":
		err = l.byKey(ctx, &r, stdin, stdout)
	case l.newTenant && before.How == "flag" && before.OtherTenant != "":
		err = acceptTenant(ctx, &r, before.OtherTenant, stdout)
	default:
		err = l.byOAuth(ctx, &r, before, stdout, stderr)
	}
	if err != nil {
		return fmt.Errorf("keap login: %w", err)
	}
	return nil
}

func (l *loginFlags) byKey(ctx context.Context, r *remote, stdin io.Reader, stdout io.Writer) error {
	key := l.key
	if key == "-" {
		text, err := io.ReadAll(io.LimitReader(stdin, 1<<12))
		if err != nil {
			return fmt.Errorf("reading the key: %w", err)
		}
		key = strings.TrimSpace(string(text))
	}
	body := map[string]any{"key": key, "new_tenant": l.newTenant}
	if l.header != "" {
		body["header"] = l.header
	}
	var now keapShown
	if err := r.ask(ctx, http.MethodPut, "/v1/keap/key", body, &now); err != nil {
		return err
	}
	fmt.Fprintf(stdout, "connected to the Keap app %s by a stored key\n", now.Tenant)
	return nil
}

// acceptTenant is the way on where --keap-key is of another app: there is nothing to log in to.
func acceptTenant(ctx context.Context, r *remote, tenant string, stdout io.Writer) error {
	if err := r.ask(ctx, http.MethodPut, "/v1/keap/tenant", map[string]string{"tenant": tenant}, nil); err != nil {
		return err
	}
	fmt.Fprintf(stdout, "this collector's Keap app is %s now\n", tenant)
	return nil
}

func (l *loginFlags) byOAuth(ctx context.Context, r *remote, before keapShown, stdout, stderr io.Writer) error {
	var begun struct {
		AuthorizeURL string    `json:"authorize_url"`
		Expires      time.Time `json:"expires_at"`
	}
	if err := r.ask(ctx, http.MethodPost, "/v1/keap/login", map[string]bool{"new_tenant": l.newTenant}, &begun); err != nil {
		return err
	}
	fmt.Fprintln(stdout, begun.AuthorizeURL)
	for _, told := range before.Attention {
		if told.Code == "redirect_not_https" {
			fmt.Fprintln(stderr, "note:", told.Detail)
		}
	}
	if l.noWait {
		return nil
	}
	fmt.Fprintln(stderr, "open this address in a browser, and allow access; waiting until", begun.Expires.Format(time.RFC3339))
	ctx, cancel := context.WithDeadline(ctx, begun.Expires)
	defer cancel()
	now, err := r.waitForLogin(ctx, before)
	if errors.Is(err, context.DeadlineExceeded) {
		return errors.New("nobody allowed access in time: the page that the browser showed says more; begin again")
	}
	if err != nil {
		return err
	}
	fmt.Fprintf(stdout, "connected to the Keap app %s by OAuth\n", now.Tenant)
	return nil
}

// waitForLogin returns when there is another connection than before.
func (r *remote) waitForLogin(ctx context.Context, before keapShown) (now keapShown, err error) {
	for {
		select {
		case <-time.After(time.Second):
		case <-ctx.Done():
			return now, ctx.Err()
		}
		if err := r.ask(ctx, http.MethodGet, "/v1/keap", nil, &now); err != nil {
			return now, err
		}
		if now.How == "oauth" && !now.Connected.Equal(before.Connected) {
			return now, nil
		}
	}
}
