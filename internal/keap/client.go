// Package keap is a client of Keap's REST v2 API (https://developer.keap.com/docs/restv2/).
//
// It knows only the wire. One door (door.go) holds what every call shares: credentials, pace, limits, bodies and
// errors; each noun of Keap has its own file. The client never retries: a create that was sent once may have been
// applied even when no answer came, so only the caller, who can look first, may decide to send again. MayHaveApplied
// answers the question that decides it.
package keap

import (
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"net/url"
	"strings"
	"sync/atomic"
	"time"
)

const (
	// DefaultBaseURL is where Keap's API lives. https://api.keap.com/crm is the same API under its newer name.
	DefaultBaseURL = "https://api.infusionsoft.com/crm"

	// DefaultTimeout bounds one exchange, from sending to the last byte of the answer.
	DefaultTimeout = 15 * time.Second

	// DefaultPerMinute is what Keap grants a personal access token or a service account key.
	DefaultPerMinute = 240

	// Unlimited, as Config.PerMinute, switches the pacing off. It is meant for tests against the sandbox.
	Unlimited = -1

	// DefaultReserve is the share of the day's quota, in percent, that is left for the owner's other programs.
	DefaultReserve = 20
)

// The two headers in which Keap is known to take a key.
const (
	HeaderAuthorization = "Authorization"
	HeaderAPIKey        = "X-Keap-API-Key"
)

// Config says where Keap is and who asks. Only the key has no default: give Key or Credential.
type Config struct {
	BaseURL   string        // up to and including "/crm"; DefaultBaseURL when empty
	Key       string        // personal access token, service account key or OAuth access token that never changes
	KeyHeader string        // HeaderAuthorization (as "Bearer <key>", the default) or HeaderAPIKey
	Timeout   time.Duration // of one exchange; the wait for the pace is not part of it; DefaultTimeout when 0
	PerMinute int           // calls in any minute; 0 is what Keap tells (DefaultPerMinute until then), negative no pacing
	Reserve   int           // percent of the day's quota that is not used; DefaultReserve when 0, none when negative, 90 at most
	Logger    *slog.Logger  // told when the pace changes; nothing is logged when nil
	UserAgent string        // "tributary" when empty

	// Credential gives the token of each call, where that can change; Key and KeyHeader are not used then.
	Credential Credential

	// Transport carries the requests; nil means a copy of http.DefaultTransport with connections of its own.
	// A wrapper must pass the request's context on, because MayHaveApplied learns from httptrace whether a
	// connection was had. With a transport that does not report it, every unanswered write may have been applied.
	Transport http.RoundTripper
}

// Client talks to one Keap app. It is safe for concurrent use, and all its callers share one pace.
type Client struct {
	base       string
	credential Credential
	userAgent  string
	timeout    time.Duration
	pace       *pace
	http       *http.Client
	succeeded  atomic.Pointer[time.Time]
}

// New checks the configuration and returns a client for it. It does not call Keap: UserInfo does.
// The errors say what to change and never hold the key.
func New(config Config) (*Client, error) {
	config = config.withDefaults()
	base, err := checkBaseURL(config.BaseURL)
	if err != nil {
		return nil, err
	}
	if config.Credential == nil {
		if err := CheckKey(config.Key, config.KeyHeader); err != nil {
			return nil, err
		}
		config.Credential = fixed{config.Key, config.KeyHeader}
	}
	return &Client{
		base:       base,
		credential: config.Credential,
		userAgent:  config.UserAgent,
		timeout:    config.Timeout,
		pace:       newPace(config.PerMinute, float64(config.Reserve)/100, config.Logger),
		http:       &http.Client{Transport: config.Transport, CheckRedirect: followNothing},
	}, nil
}

// LastSuccess is when Keap last did what it was asked; zero before that.
func (c *Client) LastSuccess() time.Time {
	if at := c.succeeded.Load(); at != nil {
		return *at
	}
	return time.Time{}
}

// CloseIdleConnections drops the connections kept for the next call. The client can be used afterwards.
func (c *Client) CloseIdleConnections() { c.http.CloseIdleConnections() }

func (c Config) withDefaults() Config {
	if c.BaseURL == "" {
		c.BaseURL = DefaultBaseURL
	}
	if c.KeyHeader == "" {
		c.KeyHeader = HeaderAuthorization
	}
	if c.Timeout <= 0 {
		c.Timeout = DefaultTimeout
	}
	if c.Reserve == 0 {
		c.Reserve = DefaultReserve
	}
	c.Reserve = min(max(0, c.Reserve), 90)
	if c.Logger == nil {
		c.Logger = slog.New(slog.DiscardHandler)
	}
	if c.UserAgent == "" {
		c.UserAgent = "tributary"
	}
	if c.Transport == nil {
		c.Transport = http.DefaultTransport.(*http.Transport).Clone()
	}
	c.Key = strings.TrimSpace(c.Key) // a key read from a file ends with a newline
	return c
}

// followNothing keeps redirects from being followed: a 307 would send a create a second time, and any redirect to
// another host would take the key along.
func followNothing(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }

func checkBaseURL(raw string) (string, error) {
	base, err := url.Parse(strings.TrimRight(strings.TrimSpace(raw), "/"))
	if err != nil {
		return "", fmt.Errorf("reading Keap's base URL: %w; it should look like %s", withoutURL(err), DefaultBaseURL)
	}
	if base.User != nil || base.RawQuery != "" || base.Fragment != "" {
		return "", fmt.Errorf("a base URL with a user, query or fragment is none for Keap; it should look like %s", DefaultBaseURL)
	}
	if base.Host == "" || base.Scheme != "https" && base.Scheme != "http" {
		return "", fmt.Errorf("%q is no base URL for Keap; it should look like %s", raw, DefaultBaseURL)
	}
	return base.String(), nil
}

// CheckKey says what is wrong with a key or its header at sight. The error never holds the key.
func CheckKey(key, header string) error {
	if key == "" {
		return errors.New("no Keap key given: make a service account key or a personal access token in Keap")
	}
	if strings.ContainsFunc(key, func(r rune) bool { return r <= ' ' || r >= 0x7f }) {
		return errors.New("the Keap key holds a space or a character that no key of Keap has: copy it again")
	}
	switch http.CanonicalHeaderKey(header) {
	case HeaderAuthorization, http.CanonicalHeaderKey(HeaderAPIKey):
		return nil
	}
	return fmt.Errorf("%q is no header for Keap's key; use %s or %s", header, HeaderAuthorization, HeaderAPIKey)
}
