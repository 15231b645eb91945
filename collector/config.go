package main

import (
	"errors"
	"flag"
	"fmt"
	"io"
	"net"
	"net/url"
	"os"
	"strings"
	"time"

	"github.com/peterbourgon/ff/v3"

	"tributary/internal/attribution"
	"tributary/internal/connect"
	"tributary/internal/keap"
	"tributary/snippet"
)

// config is every setting of the collector. Packages get values from it and read no environment.
type config struct {
	listen, data, baseURL    string
	database                 string
	adminKey, secretKey      string
	keapURL, keapKey         string
	keapKeyHeader            string
	keapClientID             string
	keapClientSecret         string
	keapTokenURL             string
	keapAuthorizeURL         string
	keapTimeout, keapSettle  time.Duration
	keapPerMinute            int
	keapReserve              int
	contactWait              time.Duration
	keapSyncEvery            time.Duration
	rule                     string
	window, mergeWindow      time.Duration
	scriptPath, eventsPath   string
	trustedProxies, logLevel string
	metricsListen            string
	webhooksToLoopback       bool
	smtpURL, mailFrom        string
	texts                    string

	proxies []*net.IPNet
}

// secrets can also be given by a file, because an environment is seen by too many.
var secrets = []string{"admin-key", "secret-key", "keap-key", "keap-client-secret", "smtp-url"}

func (c *config) register(fs *flag.FlagSet) {
	fs.StringVar(&c.listen, "listen", ":8080", "`address` to answer on")
	fs.StringVar(&c.data, "data", "./data", "data `folder`; made when it is not there")
	fs.StringVar(&c.baseURL, "base-url", "", "the collector's public `URL`, such as https://go.example.com (default: http://localhost with the port of --listen)")
	fs.StringVar(&c.database, "database", "", "PostgreSQL `URL`; this version stores in --data only")
	fs.StringVar(&c.adminKey, "admin-key", "", "`key` of the REST API (default: made at the first start, in admin.key in the data folder)")
	fs.StringVar(&c.secretKey, "secret-key", "", "`secret` of 32 characters or more that personal data is encrypted with (default: made at the first start, in secret.key in the data folder)")
	fs.StringVar(&c.keapURL, "keap-url", keap.DefaultBaseURL, "base `URL` of Keap's API")
	fs.StringVar(&c.keapKey, "keap-key", "", "Keap service account `key` or personal access token; it comes before what \"tributary keap login\" has stored. Without either, opt-ins are stored and wait")
	fs.StringVar(&c.keapKeyHeader, "keap-key-header", keap.HeaderAuthorization, "header that carries the key: Authorization (as a Bearer token) or X-Keap-API-Key")
	fs.StringVar(&c.keapClientID, "keap-client-id", "", "client `id` of your app at Keap, to connect by OAuth with \"tributary keap login\"")
	fs.StringVar(&c.keapClientSecret, "keap-client-secret", "", "its client `secret`")
	fs.StringVar(&c.keapTokenURL, "keap-token-url", connect.DefaultTokenURL, "`URL` that gives OAuth tokens")
	fs.StringVar(&c.keapAuthorizeURL, "keap-authorize-url", connect.DefaultAuthorizeURL, "`URL` where the owner allows access")
	fs.DurationVar(&c.keapTimeout, "keap-timeout", keap.DefaultTimeout, "how long one call of Keap may take")
	fs.DurationVar(&c.keapSettle, "keap-settle", time.Minute, "how long a write whose answer was lost may still take effect in Keap; it is looked for, and not sent again before")
	fs.IntVar(&c.keapPerMinute, "keap-per-minute", 0, fmt.Sprintf("calls of Keap a `minute`, never more than Keap tells; 0 for what Keap tells (%d until then), -1 for no limit", keap.DefaultPerMinute))
	fs.IntVar(&c.keapReserve, "keap-reserve", keap.DefaultReserve, "`percent` of Keap's daily quota that is left for your other programs, 0 to 90")
	fs.DurationVar(&c.contactWait, "contact-wait", 72*time.Hour, "how long an opt-in waits for its contact in Keap")
	fs.DurationVar(&c.keapSyncEvery, "keap-sync-every", time.Hour, "how often the affiliates are compared with those of Keap; 0 for never")
	fs.StringVar(&c.rule, "rule", string(attribution.Latest), "which touch earns: latest or first, unless the settings say")
	fs.DurationVar(&c.window, "window", attribution.DefaultPolicy.Window, "how long a touch earns, unless the settings say")
	fs.DurationVar(&c.mergeWindow, "merge-window", attribution.DefaultPolicy.Merge, "arrivals of one person's opt-in within this time are one, unless the settings say")
	fs.StringVar(&c.scriptPath, "script-path", snippet.ScriptPath, "`path` that the tag loads the script from; rename it where a blocker's list names it: "+snippet.ScriptPath+" keeps working, for the tags that are out there")
	fs.StringVar(&c.eventsPath, "events-path", snippet.EventsPath, "`path` that the script sends events to; "+snippet.EventsPath+" keeps working likewise")
	fs.StringVar(&c.trustedProxies, "trusted-proxies", "", "`networks` (comma-separated CIDR) whose X-Forwarded-For is believed")
	fs.StringVar(&c.metricsListen, "metrics-listen", "", "`address` that answers /metrics without a key, such as 127.0.0.1:9090; keep it from the public (default: only --listen, which asks for the admin key)")
	fs.BoolVar(&c.webhooksToLoopback, "webhooks-to-loopback", false, "let outgoing webhooks call this machine, by http as well: for development")
	fs.StringVar(&c.smtpURL, "smtp-url", "", "mail server `URL` such as smtp://user:password@mail.example.com:587 (STARTTLS) or smtps://... (TLS); without it no mails are sent, and the owner hands out login links")
	fs.StringVar(&c.mailFrom, "mail-from", "", "`sender` of mails, such as \"Example Team <team@example.com>\"")
	fs.StringVar(&c.texts, "texts", "", "`folder` with texts of your own: other languages, or other words; see the manual's page on languages")
	fs.StringVar(&c.logLevel, "log-level", "info", "debug, info, warn or error")
}

// parse reads flags and environment into c.
func (c *config) parse(name string, args []string, stderr io.Writer) error {
	fs := flag.NewFlagSet("tributary "+name, flag.ContinueOnError)
	fs.SetOutput(io.Discard)
	c.register(fs)
	fromFiles, err := secretFlags(os.Getenv)
	if err != nil {
		return err
	}
	err = ff.Parse(fs, append(fromFiles, args...), ff.WithEnvVarPrefix("TRIBUTARY"))
	if errors.Is(err, flag.ErrHelp) {
		fs.SetOutput(stderr)
		fs.Usage()
		return err
	}
	if err != nil {
		return fmt.Errorf("%w: %w; \"tributary %s -h\" lists the flags", errUsage, err, name)
	}
	if fs.NArg() > 0 {
		return fmt.Errorf("%w: %s takes no argument, and %q is none of its flags", errUsage, name, fs.Arg(0))
	}
	return c.check()
}

// secretFlags turns TRIBUTARY_<NAME>_FILE into flags. They come first, so that a flag given by hand wins.
func secretFlags(env func(string) string) (args []string, err error) {
	for _, name := range secrets {
		variable := "TRIBUTARY_" + strings.ToUpper(strings.ReplaceAll(name, "-", "_"))
		path := env(variable + "_FILE")
		if path == "" {
			continue
		}
		text, err := os.ReadFile(path)
		if err != nil {
			return nil, fmt.Errorf("%w: reading %s_FILE: %w", errUsage, variable, err)
		}
		args = append(args, "--"+name, strings.TrimSpace(string(text)))
	}
	return args, nil
}

func (c *config) check() error {
	for _, check := range []func() error{c.checkAddresses, c.checkKeap, c.checkOAuth, c.checkPolicy, c.checkProxies, c.checkPaths, c.checkMail} {
		if err := check(); err != nil {
			return fmt.Errorf("%w: %w", errUsage, err)
		}
	}
	return nil
}

func (c *config) checkAddresses() error {
	if c.database != "" {
		return errors.New("--database: this version stores in the data folder only; leave the flag out and use --data")
	}
	_, port, err := net.SplitHostPort(c.listen)
	if err != nil {
		return fmt.Errorf("--listen %q must be an address such as :8080 or 127.0.0.1:8080", c.listen)
	}
	if _, _, err := net.SplitHostPort(c.metricsListen); c.metricsListen != "" && err != nil {
		return fmt.Errorf("--metrics-listen %q must be an address such as 127.0.0.1:9090", c.metricsListen)
	}
	if c.baseURL == "" {
		c.baseURL = "http://localhost:" + port
	}
	u, err := url.Parse(c.baseURL)
	if err != nil || u.Host == "" || (u.Scheme != "http" && u.Scheme != "https") || u.RawQuery != "" {
		return fmt.Errorf("--base-url %q must be a URL such as https://go.example.com", c.baseURL)
	}
	c.baseURL = strings.TrimRight(c.baseURL, "/")
	return nil
}

func (c *config) checkKeap() error {
	if c.keapSettle <= c.keapTimeout {
		return fmt.Errorf("--keap-settle (%s) must be longer than --keap-timeout (%s): a write may take effect after its answer was given up", c.keapSettle, c.keapTimeout)
	}
	if c.secretKey != "" && len(c.secretKey) < 32 {
		return errors.New("--secret-key must have 32 characters or more: \"openssl rand -base64 32\" makes one")
	}
	if c.keapReserve < 0 || c.keapReserve > 90 {
		return fmt.Errorf("--keap-reserve %d must be 0 to 90: the percent of Keap's daily quota that is left alone", c.keapReserve)
	}
	if c.contactWait <= 0 || c.keapTimeout <= 0 || c.keapTimeout > time.Minute {
		return errors.New("--contact-wait must be more than 0, and --keap-timeout more than 0 and at most 1m")
	}
	if c.keapSyncEvery != 0 && c.keapSyncEvery < time.Minute {
		return errors.New("--keap-sync-every must be 1m or more, or 0 for never")
	}
	return nil
}

func (c *config) checkOAuth() error {
	if (c.keapClientID == "") != (c.keapClientSecret == "") {
		return errors.New("--keap-client-id and --keap-client-secret belong together: give both, or neither")
	}
	if c.keapClientID != "" && c.keapKey != "" {
		return errors.New("--keap-key and --keap-client-id are two ways to connect Keap: leave --keap-key out to log in by OAuth, or --keap-client-id and --keap-client-secret to use the key")
	}
	for _, f := range [][2]string{{"--keap-token-url", c.keapTokenURL}, {"--keap-authorize-url", c.keapAuthorizeURL}} {
		u, err := url.Parse(f[1])
		if err != nil || u.Host == "" || u.Scheme != "http" && u.Scheme != "https" || u.User != nil {
			return fmt.Errorf("%s must be a URL such as %s", f[0], connect.DefaultTokenURL)
		}
	}
	return nil
}

func (c *config) checkPolicy() error {
	if c.rule != string(attribution.Latest) && c.rule != string(attribution.First) {
		return fmt.Errorf("--rule %q must be latest or first", c.rule)
	}
	if c.window < time.Hour || c.window > 400*24*time.Hour || c.mergeWindow < 0 {
		return errors.New("--window must be 1h to 9600h (400 days), which no cookie outlives, and --merge-window not negative")
	}
	return nil
}

func (c *config) checkPaths() error {
	for _, f := range [][2]string{{"--script-path", c.scriptPath}, {"--events-path", c.eventsPath}} {
		if err := snippet.CheckPath(f[1]); err != nil {
			return fmt.Errorf("%s: %w", f[0], err)
		}
	}
	return nil
}

func (c *config) checkProxies() error {
	for part := range strings.SplitSeq(c.trustedProxies, ",") {
		if part = strings.TrimSpace(part); part == "" {
			continue
		}
		_, network, err := net.ParseCIDR(part)
		if err != nil {
			return fmt.Errorf("--trusted-proxies: %q must be a network such as 10.0.0.0/8", part)
		}
		c.proxies = append(c.proxies, network)
	}
	return nil
}

func (c *config) policy() attribution.Policy {
	return attribution.Policy{Rule: attribution.Rule(c.rule), Window: c.window, Merge: c.mergeWindow}
}
