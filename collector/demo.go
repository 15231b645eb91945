package main

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"html/template"
	"io"
	"log/slog"
	"net"
	"net/http"
	"os"
	"strings"
	"sync"
	"time"

	"tributary/internal/attribution"
	"tributary/internal/demo"
	"tributary/internal/keap"
	"tributary/internal/keap/sandbox"
	"tributary/internal/outbox"
	"tributary/internal/server"
	"tributary/internal/store"
	webinarsandbox "tributary/internal/webinar/sandbox"
	"tributary/snippet"
)

// demoSite is the key of the demo's site; it stands in the tag of its pages.
const demoSite = "st_demo"

// demoAffiliates are in Keap's sandbox from the start. The last one's links carry the code alone.
var demoAffiliates = []struct {
	sandbox.Affiliate
	email    string
	codeOnly bool
}{
	{sandbox.Affiliate{ID: "101", Code: "river", Name: "Riva Riverbank"}, "riva@example.com", false},
	{sandbox.Affiliate{ID: "102", Code: "harbour", Name: "Hari Harbour"}, "hari@example.com", false},
	{sandbox.Affiliate{ID: "103", Code: "maple-garden", Name: "Maple Garden Club"}, "maple@example.com", true},
}

// demoProgram is the collector with everything around it that the real world has.
type demoProgram struct {
	*collector
	box      *sandbox.Sandbox
	vendor   *demo.Vendor
	keap     *keap.Client // as the form vendor has it
	landing  net.Listener
	forms    net.Listener
	keapDoor net.Listener
	front    net.Listener
	webinars net.Listener
	webinar  *webinarsandbox.Sandbox
	mails    net.Listener
	inbox    *demo.Inbox
	month    *month
	filled   bool // from the start
}

func demoCommand(ctx context.Context, args []string, stdout, stderr io.Writer) error {
	cfg, log, filled, cleanup, err := demoConfig(args, stderr)
	if err != nil {
		return err
	}
	defer cleanup()
	d, err := newDemo(cfg, log)
	if err != nil {
		return err
	}
	d.filled = filled
	fmt.Fprint(stdout, d.welcome())
	return d.run(ctx)
}

// demoConfig takes some flags of its own and sets all others so that everything happens while one watches.
func demoConfig(args []string, stderr io.Writer) (cfg config, log *slog.Logger, filled bool, cleanup func(), err error) {
	fs := flag.NewFlagSet("tributary demo", flag.ContinueOnError)
	fs.SetOutput(io.Discard)
	port := fs.Int("port", 8787, "first of six `ports` on loopback; taken ones are replaced by free ones")
	data := fs.String("data", "", "`folder` to keep the data in (default: a temporary one, removed at the end)")
	fs.BoolVar(&filled, "filled", false, "begin with a month of made-up clicks and opt-ins")
	level := fs.String("log-level", "warn", "debug, info, warn or error")
	if err := fs.Parse(args); err != nil {
		return cfg, nil, false, nil, demoUsage(fs, stderr, err)
	}
	if log, err = newLogger(stderr, *level); err != nil {
		return cfg, nil, false, nil, err
	}
	cleanup = func() {}
	if *data == "" {
		if *data, err = os.MkdirTemp("", "tributary-demo-"); err != nil {
			return cfg, nil, false, nil, fmt.Errorf("making a temporary folder: %w", err)
		}
		cleanup = func() { os.RemoveAll(*data) }
	}
	return config{
		scriptPath: snippet.ScriptPath, eventsPath: snippet.EventsPath, webhooksToLoopback: true,
		listen: fmt.Sprintf("127.0.0.1:%d", *port), data: *data, keapKey: sandbox.DefaultKey, keapPerMinute: keap.Unlimited,
		keapTimeout: 5 * time.Second, keapSettle: 10 * time.Second, contactWait: time.Hour, keapSyncEvery: time.Minute,
		rule: string(attribution.Latest), window: attribution.DefaultPolicy.Window, mergeWindow: attribution.DefaultPolicy.Merge,
	}, log, filled, cleanup, nil
}

func demoUsage(fs *flag.FlagSet, stderr io.Writer, err error) error {
	if errors.Is(err, flag.ErrHelp) {
		fs.SetOutput(stderr)
		fs.Usage()
		return err
	}
	return fmt.Errorf("%w: %w; \"tributary demo -h\" lists the flags", errUsage, err)
}

func newDemo(cfg config, log *slog.Logger) (*demoProgram, error) {
	d := &demoProgram{box: sandbox.New(sandbox.Options{Logger: log})}
	open, err := ports(cfg.listen, 6)
	if err != nil {
		return nil, err
	}
	d.front, d.landing, d.forms, d.keapDoor, d.webinars, d.mails = open[0], open[1], open[2], open[3], open[4], open[5]
	d.inbox = demo.NewInbox(log)
	cfg.smtpURL, cfg.mailFrom = "smtp://"+d.mails.Addr().String(), "Fernhill Bee School <team@example.com>"
	cfg.baseURL, cfg.keapURL = "http://"+d.front.Addr().String(), "http://"+d.keapDoor.Addr().String()+sandbox.BasePath
	d.fillKeap()
	if d.keap, err = keap.New(keap.Config{BaseURL: cfg.keapURL, Key: sandbox.DefaultKey, PerMinute: keap.Unlimited}); err != nil {
		return nil, err
	}
	if d.collector, err = newCollector(cfg, log); err != nil {
		return nil, err
	}
	d.collector.outbox = outbox.New(d.store, d.credit, outbox.Options{
		Logger: log, Schedule: outbox.Schedule{Base: time.Second, Cap: 10 * time.Second, Span: time.Hour},
	})
	d.webinar = d.newWebinars()
	d.month = &month{demo: d}
	d.vendor = demo.NewVendor(demo.VendorOptions{Contacts: d.makeContact, LandingOrigin: d.landingURL(), Logger: log})
	return d, d.addSite()
}

// fillKeap puts into Keap's sandbox what an app has: affiliates, and what the settings of crediting can name.
func (d *demoProgram) fillKeap() {
	for _, a := range demoAffiliates {
		first, last, _ := strings.Cut(a.Name, " ")
		a.ContactID = d.box.AddContact(a.email, first, last).ID
		d.box.AddAffiliate(a.Affiliate)
	}
	d.box.AddTag("Came through an affiliate")
	d.box.AddGoal("tributary", "optin")
	d.box.AddContactField("Lead source", "TEXT")
	d.box.AddContactField("Opt-ins brought", "WHOLE_NUMBER")
	d.box.AddContactField("Login address", "TEXT")
	d.box.SetSummary(sandbox.Summary{AffiliateID: 101, AmountEarned: 1284.5, Clawbacks: 48, Balance: 236.5})
}

// ports listens on some addresses in a row, or on free ones where those are taken.
func ports(first string, n int) ([]net.Listener, error) {
	host, portText, err := net.SplitHostPort(first)
	if err != nil {
		return nil, err
	}
	var port int
	fmt.Sscan(portText, &port)
	open := make([]net.Listener, n)
	for i := range open {
		open[i], err = net.Listen("tcp", fmt.Sprintf("%s:%d", host, port+i))
		if err != nil || port == 0 {
			open[i], err = net.Listen("tcp", host+":0")
		}
		if err != nil {
			return nil, fmt.Errorf("no free port on %s: %w", host, err)
		}
	}
	return open, nil
}

// landingURL names the machine as localhost where the collector is 127.0.0.1: to a browser these are two sites.
func (d *demoProgram) landingURL() string {
	return fmt.Sprintf("http://localhost:%d", d.landing.Addr().(*net.TCPAddr).Port)
}

func (d *demoProgram) affiliateURL() string { return d.landingURL() + "/affiliate/101" }
func (d *demoProgram) keapPageURL() string {
	return "http://" + d.keapDoor.Addr().String() + "/sandbox"
}

// makeContact is what a form tool's Keap integration does: a contact, and not a word of the affiliate.
func (d *demoProgram) makeContact(ctx context.Context, email, first, last string) error {
	found, err := d.keap.ContactsByEmail(ctx, email)
	if err != nil || len(found) > 0 {
		return err
	}
	_, err = d.keap.CreateContact(ctx, keap.NewContact{Email: email, GivenName: first, FamilyName: last})
	return err
}

func (d *demoProgram) addSite() error {
	site := attribution.Site{
		Key: demoSite, Account: attribution.DefaultAccount, Name: "Demo", Created: time.Now().UTC(),
		Origins: []string{"http://localhost:*", "http://" + webinarHost + ":*"},
	}
	var err error
	site.Settings, err = json.Marshal(snippet.Settings{Tools: []string{"everwebinar"}, WebinarHosts: []string{d.webinarAddress()}, Frames: true})
	if err != nil {
		return err
	}
	value, err := json.Marshal(site)
	if err != nil {
		return err
	}
	ctx := context.Background()
	kept, err := d.store.Get(ctx, store.SiteKind, demoSite)
	if err != nil && !errors.Is(err, store.ErrNotFound) {
		return err
	}
	_, err = d.store.Put(ctx, store.SiteKind, demoSite, value, kept.Version) // what --data kept names other ports
	return err
}

// webinarHost is a third site beside localhost and 127.0.0.1. Browsers take every name below localhost for this machine.
const webinarHost = "webinar.localhost"

func (d *demoProgram) webinarAddress() string {
	return fmt.Sprintf("%s:%d", webinarHost, d.webinars.Addr().(*net.TCPAddr).Port)
}

// newWebinars sets the webinar vendor up as a customer does: one webinar with a thank-you page of theirs, one with our
// tag in the code box of its form.
func (d *demoProgram) newWebinars() *webinarsandbox.Sandbox {
	tag := snippet.StandardTag(d.cfg.baseURL, d.cfg.scriptPath, demoSite)
	return webinarsandbox.New(webinarsandbox.Options{
		Logger: d.log,
		Webinars: []webinarsandbox.Webinar{
			{Hash: demo.WebinarHash, Title: "A year with the bees", ThankYou: d.landingURL() + demo.ThanksPath, SendInfo: true},
			{Hash: demo.TaggedHash, Title: "Meadow in a box", Boxes: map[webinarsandbox.Box]string{webinarsandbox.BoxForm: tag}},
		},
		Registered: func(ctx context.Context, r webinarsandbox.Registrant) error {
			return d.makeContact(ctx, r.Email, r.FirstName, r.LastName)
		},
	})
}

// landingPages are the customer's pages, and a way to each affiliate's page without an e-mail.
func (d *demoProgram) landingPages() http.Handler {
	shown := make([]demo.Affiliate, len(demoAffiliates))
	for i, a := range demoAffiliates {
		shown[i] = demo.Affiliate{Name: a.Name, ID: a.ID, Code: a.Code}
		if a.codeOnly {
			shown[i].ID = ""
		}
	}
	mux := http.NewServeMux()
	tag := snippet.StandardTag(d.cfg.baseURL, d.cfg.scriptPath, demoSite)
	mux.Handle("/", demo.Landing(demo.LandingOptions{
		Tag: template.HTML(tag), TagAtOnce: template.HTML(strings.Replace(tag, " async", "", 1)), WebinarURL: "http://" + d.webinarAddress(),
		VendorURL: "http://" + d.forms.Addr().String(), Affiliates: shown, PortalURL: d.affiliateURL(), KeapPageURL: d.keapPageURL(),
		DeskURL: "/desk", MailURL: "/mail", FillURL: "/fill",
	}))
	mux.HandleFunc("GET /affiliate/{id}", d.openAffiliatePage)
	mux.HandleFunc("GET /desk", d.openDesk)
	mux.Handle("GET /mail", d.inbox)
	mux.HandleFunc("POST /fill", d.fillOnRequest)
	return mux
}

// openAffiliatePage makes a fresh login link, as the owner does by POST /v1/affiliates/{id}/login-link, and follows it.
func (d *demoProgram) openAffiliatePage(w http.ResponseWriter, r *http.Request) {
	a, err := d.credit.Resolve(r.Context(), attribution.DefaultAccount, attribution.Ref{Kind: attribution.ByID, Value: r.PathValue("id")})
	if err != nil {
		http.Error(w, "Keap's sandbox has no such affiliate: try 101, 102 or 103.", http.StatusNotFound)
		return
	}
	token, _, err := d.auth.IssueLink(r.Context(), attribution.DefaultAccount, a.ID)
	if err != nil {
		http.Error(w, "The login link could not be made: see the terminal.", http.StatusInternalServerError)
		d.log.Error("making a login link", "error", err)
		return
	}
	http.Redirect(w, r, d.cfg.baseURL+"/portal/login/"+token, http.StatusSeeOther)
}

func (d *demoProgram) welcome() string {
	return fmt.Sprintf(`Tributary's demo is running, all of it on this machine:

  landing pages      %[1]s/
  affiliate's page   %[2]s
  owner's desk       %[8]s
  its first set-up   %[9]s
  mails              %[1]s/mail, where all that is mailed stands
  manual             %[5]s/docs
  form vendor        http://%[3]s/
  webinar vendor     http://%[7]s/sandbox
  Keap's sandbox     %[4]s
  REST API           %[5]s/v1, with the header "Authorization: Bearer %[6]s"

Five things to try:

  1. Open %[1]s/native?affiliate=101 and submit the form. The vendor shows the hidden
     field, and some seconds later the referral stands in Keap's sandbox.
  2. Keep the affiliate's page open beside it: the opt-in is counted there without a reload.
  3. Open %[1]s/late?affiliate=0 (Keap's "no affiliate": nothing changes), and then
     %[1]s/late?affiliate=102: the latest affiliate earns the next opt-in.
  4. Open %[1]s/webinar?affiliate=101: the form is EverWebinar's, in a frame from another
     site. Register: the webinar vendor stores who sent you, and so does Keap.
  5. Open the owner's desk: a month of made-up numbers is filled in by the button at the end of the
     landing pages' first page, or from the start with "demo --filled".

Ctrl-C ends it.
`, d.landingURL(), d.affiliateURL(), d.forms.Addr(), d.keapPageURL(), d.cfg.baseURL, d.adminKey, d.webinarAddress(), d.landingURL()+"/desk", cmp.Or(d.setupAddress(context.Background()), "done already"))
}

// run serves all of them until ctx ends.
func (d *demoProgram) run(ctx context.Context) error {
	ctx, stop := context.WithCancel(ctx)
	defer stop()
	var tasks sync.WaitGroup
	errs := make([]error, 5)
	start := func(i int, l net.Listener, h http.Handler) {
		tasks.Go(func() {
			defer stop() // one that fails ends all
			errs[i] = server.Serve(ctx, l, h)
		})
	}
	start(0, d.landing, d.landingPages())
	start(1, d.forms, d.vendor)
	start(3, d.webinars, d.webinar)
	tasks.Go(func() { d.webinar.Run(ctx) })
	tasks.Go(func() { errs[4] = d.inbox.Serve(d.mails) })
	if d.filled {
		tasks.Go(func() { d.fillAtStart(ctx) })
	}
	// Keap outlives the collector, so that the last deliveries find it.
	keapCtx, stopKeap := context.WithCancel(context.WithoutCancel(ctx))
	var keapTask sync.WaitGroup
	keapTask.Go(func() { errs[2] = server.Serve(keapCtx, d.keapDoor, d.box) })
	tasks.Go(func() { d.vendor.Run(ctx) })
	err := d.collector.run(ctx, d.front)
	stop()
	err = errors.Join(err, d.inbox.Close())
	tasks.Wait()
	d.box.Close()
	stopKeap()
	keapTask.Wait()
	return errors.Join(append(errs, err)...)
}
