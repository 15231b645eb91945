// Package connect keeps the collector connected to one Keap app: by a key, or by OAuth tokens that Keap renews.
//
// A Connection is the keap.Credential of the client. Three rules hold it together. A refresh token works once, so one
// process at a time asks for new tokens, and the new ones are on disk before they are used. Ids of one Keap app mean
// nothing in another, so the app that was seen first is kept, and nothing is sent with a credential of another. And where
// Keap refuses, the outbox rests and a person is told what to do; jobs wait meanwhile.
//
// One window stays: between the moment when Keap has renewed the tokens and the moment when they are on disk, a crash
// loses them, because the old refresh token is dead by then. The store is written once right before (the lease), so that a
// full disk shows before Keap is asked; after it there is one commit. The owner logs in again then, and the access token
// that is left has hours to live: tokens are renewed after three quarters of their time.
package connect

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"strings"
	"sync"
	"time"

	"golang.org/x/oauth2"

	"tributary/internal/keap"
	"tributary/internal/store"
)

// Where Keap's OAuth stands.
const (
	DefaultAuthorizeURL = "https://accounts.infusionsoft.com/app/oauth/authorize"
	DefaultTokenURL     = "https://api.infusionsoft.com/token"
)

// Sealer encrypts what is stored.
type Sealer interface {
	SealBytes(text []byte, kind, id string) []byte
	OpenBytes(sealed []byte, kind, id string) ([]byte, error)
}

// Options configure a Connection.
type Options struct {
	Account string
	Store   store.Documents
	Sealer  Sealer
	// Keap says where Keap is. A Key in it comes from the settings: it beats what is stored.
	Keap keap.Config
	// ClientID and ClientSecret are those of the program at Keap; empty without OAuth.
	ClientID, ClientSecret string
	AuthorizeURL, TokenURL string // the real ones when empty
	RedirectURL            string // where Keap sends the owner's browser back to
	Now                    func() time.Time
	Logger                 *slog.Logger
}

func (o Options) withDefaults() Options {
	if o.AuthorizeURL == "" {
		o.AuthorizeURL = DefaultAuthorizeURL
	}
	if o.TokenURL == "" {
		o.TokenURL = DefaultTokenURL
	}
	if o.Now == nil {
		o.Now = time.Now
	}
	if o.Logger == nil {
		o.Logger = slog.New(slog.DiscardHandler)
	}
	if o.Keap.Transport == nil {
		o.Keap.Transport = http.DefaultTransport.(*http.Transport).Clone()
	}
	return o
}

// Connection is how the collector is connected to Keap. It is safe for concurrent use.
type Connection struct {
	o     Options
	keap  *keap.Client
	oauth oauth2.Config
	web   *http.Client  // asks for tokens
	turn  chan struct{} // who renews, in this process
	kick  chan struct{} // wakes Run

	started time.Time

	mu       sync.Mutex
	now      credential // what is shown to Keap
	standing standing
	dead     string // an access token that Keap refused although its time is not over
	lost     error  // why Keap could not be asked for tokens
	lostAt   time.Time
	unsaved  *rotation
	settings settings
	tried    time.Time     // when Keap was last asked whose the credential is
	changed  chan struct{} // closed when the standing changes
}

// New checks the options and reads what is stored. Run keeps the connection working.
func New(ctx context.Context, o Options) (*Connection, error) {
	o = o.withDefaults()
	c := &Connection{
		o: o, started: o.Now(), turn: make(chan struct{}, 1), kick: make(chan struct{}, 1), changed: make(chan struct{}),
		oauth: oauth2.Config{ClientID: o.ClientID, ClientSecret: o.ClientSecret, RedirectURL: o.RedirectURL, Scopes: []string{"full"}},
		web: &http.Client{Transport: o.Keap.Transport, Timeout: tokenTimeout, CheckRedirect: func(*http.Request, []*http.Request) error {
			return http.ErrUseLastResponse // it would take the secrets along
		}},
	}
	c.oauth.Endpoint = oauth2.Endpoint{AuthURL: o.AuthorizeURL, TokenURL: o.TokenURL}
	if err := c.makeClient(); err != nil {
		return nil, err
	}
	if o.Keap.Key != "" {
		c.adopt(credential{record: record{How: ByFlag}, secrets: secrets{Key: strings.TrimSpace(o.Keap.Key), Header: o.Keap.KeyHeader}})
		return c, nil
	}
	return c, c.reload(ctx)
}

func (c *Connection) makeClient() (err error) {
	if c.o.Keap.Key != "" {
		if err := keap.CheckKey(strings.TrimSpace(c.o.Keap.Key), cmp.Or(c.o.Keap.KeyHeader, keap.HeaderAuthorization)); err != nil {
			return err
		}
	}
	config := c.o.Keap
	config.Key, config.Credential = "", c
	c.keap, err = keap.New(config)
	return err
}

// Client asks Keap with the present credential.
func (c *Connection) Client() *keap.Client { return c.keap }

// adopt makes a credential the present one. One that is new has to be checked with Keap.
func (c *Connection) adopt(next credential) {
	c.mu.Lock()
	defer c.mu.Unlock()
	before := c.now
	same := next.token() == before.token()
	c.now = next
	switch {
	case next.How == "":
		c.stand(standing{State: Disconnected, Reason: howToConnect})
	case same && c.standing.State != "":
	case next.How == ByOAuth && c.standing.State == Connected && next.Connected.Equal(before.Connected): // its next tokens
	default:
		c.stand(standing{State: Unchecked, Reason: "Keap has not been asked yet"})
	}
	if next.token() != c.dead {
		c.dead = ""
	}
}

// reload takes over what another process has stored.
func (c *Connection) reload(ctx context.Context) error {
	if c.current().How == ByFlag {
		return nil
	}
	stored, err := c.load(ctx)
	if err != nil {
		return err
	}
	c.adopt(stored)
	return nil
}

func (c *Connection) current() credential {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.now
}

// late is how long before its end an access token is no longer given out: a call takes a while.
const late = 30 * time.Second

// Token implements keap.Credential. A key of the settings that nobody has checked is checked first.
func (c *Connection) Token(ctx context.Context) (keap.Token, error) {
	if err := c.checkFirst(ctx); err != nil {
		return keap.Token{}, err
	}
	if err := c.mayAsk(); err != nil {
		return keap.Token{}, err
	}
	if now := c.current(); c.isFresh(now) {
		return keap.Token{Text: now.token(), Header: now.Header}, nil
	}
	if err := c.renew(ctx, c.current().Access); err != nil {
		return keap.Token{}, err
	}
	now := c.current()
	return keap.Token{Text: now.token(), Header: now.Header}, c.mayAsk()
}

// checkFirst checks a key of the settings at its first use, one caller at a time and not after every failure.
func (c *Connection) checkFirst(ctx context.Context) error {
	if works, _ := c.Works(); works || c.current().How != ByFlag {
		return nil
	}
	select {
	case c.turn <- struct{}{}:
		defer func() { <-c.turn }()
	case <-ctx.Done():
		return ctx.Err()
	}
	c.mu.Lock()
	due := c.standing.State == Unchecked && !c.o.Now().Before(c.tried.Add(firstAgain))
	c.mu.Unlock()
	if due {
		c.check(ctx)
	}
	return nil
}

// mayAsk says why nothing may be shown to Keap now.
func (c *Connection) mayAsk() error {
	c.mu.Lock()
	defer c.mu.Unlock()
	switch {
	case c.standing.runs(c.now.How):
		return nil
	case c.standing.State == Unchecked:
		return errors.New(c.standing.Reason) // it passes by itself
	}
	return fmt.Errorf("%w: %s", keap.ErrNoCredential, c.standing.Reason)
}

// isFresh says whether a credential can be shown as it is.
func (c *Connection) isFresh(now credential) bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	return now.How != ByOAuth || c.o.Now().Before(now.Expires.Add(-late)) && now.Access != c.dead
}

// tooFresh is how young an access token is that cannot have ended: where Keap refuses that one, another would not help, and
// a gateway that refuses everything for a while must not use up one refresh token after the other.
const tooFresh = time.Minute

// Refused implements keap.Credential. Of a key there is no other: Run asks Keap at once whether it is refused for good.
func (c *Connection) Refused(ctx context.Context, token keap.Token) error {
	now := c.current()
	if now.How != "" && now.token() != token.Text {
		return nil
	}
	if now.How != ByOAuth || c.isTooFresh(now) {
		c.checkSoon()
		return keap.ErrNoOther
	}
	c.bury(token.Text)
	return c.renew(ctx, token.Text)
}

func (c *Connection) isTooFresh(now credential) bool {
	return c.o.Now().Before(now.Renewed.Add(tooFresh))
}

// bury keeps an access token from being shown again.
func (c *Connection) bury(access string) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.dead = access
}

// checkSoon has Run ask Keap again now.
func (c *Connection) checkSoon() {
	c.mu.Lock()
	c.standing.checked = time.Time{}
	c.mu.Unlock()
	select {
	case c.kick <- struct{}{}:
	default:
	}
}
