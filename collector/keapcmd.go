package main

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/peterbourgon/ff/v3"
)

const keapUsage = `Usage: tributary keap COMMAND [FLAGS]

  login     connect Keap: by OAuth in a browser, or with --key by a key
  status    say how Keap is connected and what needs the owner's attention; exit code 1 when it is not connected
  logout    forget the stored credential
  sync      fetch the affiliates from Keap, as is done on the schedule
  reconcile compare what was credited with Keap, and with --fix mend what can be
  backfill  import the referrals that Keap had before

They ask the running collector. "tributary keap COMMAND -h" lists a command's flags.
`

// keapCommands are the commands below "tributary keap".
var keapCommands = map[string]func(ctx context.Context, args []string, stdin io.Reader, stdout, stderr io.Writer) error{
	"login": keapLogin, "status": keapStatus, "logout": keapLogout, "sync": keapSync, "reconcile": keapReconcile, "backfill": keapBackfill,
}

func keapCommand(ctx context.Context, args []string, stdin io.Reader, stdout, stderr io.Writer) error {
	command, err := below("keap", keapUsage, keapCommands, args, stdout, stderr)
	if command == nil || err != nil {
		return err
	}
	return command(ctx, args[1:], stdin, stdout, stderr)
}

// remote is the running collector, as a command sees it.
type remote struct {
	data, url, baseURL, adminKey string
}

// parseRemote reads the flags that lead to the running collector, and those that more adds.
func (r *remote) parseRemote(name string, args []string, stderr io.Writer, more func(*flag.FlagSet)) error {
	fs := flag.NewFlagSet("tributary "+name, flag.ContinueOnError)
	fs.SetOutput(io.Discard)
	fs.StringVar(&r.data, "data", "./data", "data `folder`, for the admin key in it")
	fs.StringVar(&r.url, "url", "", "`URL` of the running collector (default: --base-url, or http://localhost:8080)")
	fs.StringVar(&r.baseURL, "base-url", "", "the collector's public `URL`, as serve has it")
	fs.StringVar(&r.adminKey, "admin-key", "", "`key` of its REST API (default: admin.key in the data folder)")
	if more != nil {
		more(fs)
	}
	fromFiles, err := secretFlags(os.Getenv)
	if err != nil {
		return err
	}
	err = ff.Parse(fs, append(known(fs, fromFiles), args...), ff.WithEnvVarPrefix("TRIBUTARY"))
	if errors.Is(err, flag.ErrHelp) {
		fs.SetOutput(stderr)
		fs.Usage()
		return err
	}
	if err != nil {
		return fmt.Errorf("%w: %w; \"tributary %s -h\" lists the flags", errUsage, err, name)
	}
	if fs.NArg() > 0 {
		return fmt.Errorf("%w: %s takes no argument %q", errUsage, name, fs.Arg(0))
	}
	return r.find()
}

// find settles the address and the key.
func (r *remote) find() error {
	for _, address := range []string{r.baseURL, "http://localhost:8080"} {
		if r.url == "" {
			r.url = address
		}
	}
	r.url = strings.TrimRight(r.url, "/")
	u, err := url.Parse(r.url)
	if err != nil || u.Host == "" || u.Scheme != "http" && u.Scheme != "https" {
		return fmt.Errorf("%w: --url %q must be a URL such as https://go.example.com", errUsage, r.url)
	}
	r.adminKey, err = findAdminKey(r.adminKey, r.data)
	return err
}

// findAdminKey returns the given key, or the one in the data folder.
func findAdminKey(given, data string) (string, error) {
	if given != "" {
		return given, nil
	}
	text, err := os.ReadFile(filepath.Join(data, adminKeyFile))
	if err != nil {
		return "", fmt.Errorf("the collector's admin key: %w; give the key by --admin-key, or the folder by --data", err)
	}
	return strings.TrimSpace(string(text)), nil
}

// ask makes a call of the REST API; the answer's JSON goes to into, unless that is nil.
func (r *remote) ask(ctx context.Context, method, path string, body, into any) error {
	var sent bytes.Buffer
	if body != nil {
		if err := json.NewEncoder(&sent).Encode(body); err != nil {
			return err
		}
	}
	res, err := callCollector(ctx, method, r.url+path, r.adminKey, &sent)
	if err != nil {
		return err
	}
	defer res.Body.Close()
	if into == nil {
		return nil
	}
	if err := json.NewDecoder(io.LimitReader(res.Body, 16<<20)).Decode(into); err != nil {
		return fmt.Errorf("%s does not answer as a collector does: %w", r.url, err)
	}
	return nil
}

// callCollector makes a call of the running collector's REST API. An answer that comes back without an error is a good one.
func callCollector(ctx context.Context, method, address, key string, body io.Reader) (*http.Response, error) {
	req, err := http.NewRequestWithContext(ctx, method, address, body)
	if err != nil {
		return nil, fmt.Errorf("%w: --url: %w", errUsage, err)
	}
	req.Header.Set("Authorization", "Bearer "+key)
	res, err := http.DefaultClient.Do(req)
	var failed *url.Error
	if errors.As(err, &failed) && ctx.Err() == nil {
		return nil, fmt.Errorf("the collector does not answer at %s: start it by \"tributary serve\", or name its address by --url (%w)", req.URL.Host, failed.Err)
	}
	if err != nil {
		return nil, err
	}
	if res.StatusCode > 299 {
		defer res.Body.Close()
		return nil, refusal(res)
	}
	return res, nil
}

// keapShown is what GET /v1/keap answers, as far as it is shown.
type keapShown struct {
	State, Reason, Paused, How, Tenant string
	OtherTenant                        string    `json:"other_tenant"`
	Connected                          time.Time `json:"connected_at"`
	TokensUntil                        time.Time `json:"tokens_until"`
	LastSuccess                        time.Time `json:"last_success"`
	Quota                              *struct{ Limit, Left int }
	Attention                          []keapTold
	ByHand                             []keapTold `json:"by_hand"`
}

type keapTold struct{ Code, Detail string }

// errNotConnected is said on stdout already.
var errNotConnected = errors.New("not connected to Keap")

func keapStatus(ctx context.Context, args []string, _ io.Reader, stdout, stderr io.Writer) error {
	var r remote
	if err := r.parseRemote("keap status", args, stderr, nil); err != nil {
		return err
	}
	var s keapShown
	if err := r.ask(ctx, http.MethodGet, "/v1/keap?fresh=true", nil, &s); err != nil {
		return fmt.Errorf("keap status: %w", err)
	}
	s.print(stdout)
	if s.State != "connected" {
		return errNotConnected
	}
	return nil
}

var howShown = map[string]string{"flag": "the key of --keap-key", "key": "a stored key", "oauth": "OAuth"}

func (s keapShown) print(w io.Writer) {
	line := func(name, value string) {
		if value != "" {
			fmt.Fprintf(w, "%-13s %s\n", name, value)
		}
	}
	line("state", s.State)
	line("reason", s.Reason)
	line("paused", s.Paused)
	line("by", howShown[s.How])
	line("Keap app", s.Tenant)
	line("other app", s.OtherTenant)
	line("connected", shownTime(s.Connected))
	line("tokens until", shownTime(s.TokensUntil))
	line("last success", shownTime(s.LastSuccess))
	if s.Quota != nil {
		line("quota left", fmt.Sprintf("%d of %d calls today", s.Quota.Left, s.Quota.Limit))
	}
	for _, told := range s.Attention {
		line("attention", told.Detail)
	}
	for _, told := range s.ByHand {
		line("look at", told.Detail)
	}
}

func shownTime(at time.Time) string {
	if at.IsZero() {
		return ""
	}
	return at.Format(time.RFC3339)
}

func keapLogout(ctx context.Context, args []string, _ io.Reader, stdout, stderr io.Writer) error {
	var r remote
	if err := r.parseRemote("keap logout", args, stderr, nil); err != nil {
		return err
	}
	if err := r.ask(ctx, http.MethodDelete, "/v1/keap", nil, nil); err != nil {
		return fmt.Errorf("keap logout: %w", err)
	}
	fmt.Fprintln(stdout, "Keap is disconnected; opt-ins are stored and wait")
	fmt.Fprintln(stderr, "at Keap the permission, or the key, remains until you take it back there")
	return nil
}
