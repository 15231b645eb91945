package intake

import (
	"encoding/base64"
	"encoding/json"
	"net/http"
	"net/netip"
	"net/url"
	"time"

	"github.com/google/uuid"
	"github.com/labstack/echo/v4"
	"golang.org/x/net/publicsuffix"

	"tributary/internal/attribution"
	"tributary/snippet"
)

// maxCookie bounds what is read of our cookie. The script writes some 300 bytes.
const maxCookie = 1 << 10

// kept is what the script's cookie holds.
type kept struct {
	Visitor string `json:"visitor"`
	First   touch  `json:"first"`
	Latest  touch  `json:"latest"`
	HTTP    int64  `json:"http"` // ms: when the cookie ends that we have set
}

// keepCookie sets the script's cookie again by HTTP, where the collector is of the page's own site: Safari ends what a
// script has set after seven days. The touches stay as they are and the cookie ends when it would have: a window after
// the latest touch. What is none of our own making is left alone.
func (in *Intake) keepCookie(c echo.Context, site attribution.Site) {
	r := c.Request()
	if r.Header.Get("Cookie") == "" || !sameSite(r) {
		return
	}
	settings, err := snippet.ParseSettings(site.Settings)
	if err != nil {
		return // the site's script cannot be made either, and says so
	}
	name := settings.WithDefaults().Cookie
	for _, sent := range r.CookiesNamed(name) {
		if value, ends, ok := in.renew(sent.Value); ok {
			http.SetCookie(c.Response(), in.cookie(r, name, value, ends))
			return
		}
	}
}

func (in *Intake) cookie(r *http.Request, name, value string, ends time.Time) *http.Cookie {
	page, _ := url.Parse(r.Header.Get("Origin"))
	return &http.Cookie{
		Name: name, Value: value, Path: "/", Domain: registrable(page.Hostname()),
		MaxAge: int(ends.Sub(in.Now()) / time.Second), Secure: page.Scheme == "https", SameSite: http.SameSiteLaxMode,
	}
}

// renew checks the cookie's value and notes in it when it ends, which no script can ask a browser.
func (in *Intake) renew(value string) (renewed string, ends time.Time, ok bool) {
	text, err := base64.StdEncoding.DecodeString(value)
	if err != nil || len(value) > maxCookie {
		return "", ends, false
	}
	var k kept
	if json.Unmarshal(text, &k) != nil || uuid.Validate(k.Visitor) != nil || !isTouch(k.First) || !isTouch(k.Latest) {
		return "", ends, false
	}
	ends = time.UnixMilli(k.Latest.At).Add(in.Policy().Window)
	if left := ends.Sub(in.Now()); left < time.Second || left > in.Policy().Window+maxAhead {
		return "", ends, false
	}
	k.HTTP = ends.UnixMilli()
	text, err = json.Marshal(k)
	return base64.StdEncoding.EncodeToString(text), ends, err == nil
}

func isTouch(t touch) bool {
	_, err := attribution.NewRef(attribution.RefKind(t.Kind), t.Affiliate)
	return err == nil && t.At > 0
}

// sameSite says whether the request comes from a page of the collector's own site. Browsers tell, also where a proxy has
// put another name into Host; of one that does not, the names are compared.
func sameSite(r *http.Request) bool {
	page, err := url.Parse(r.Header.Get("Origin"))
	if err != nil || page.Hostname() == "" {
		return false
	}
	switch r.Header.Get("Sec-Fetch-Site") {
	case "same-origin", "same-site":
		return true
	case "":
		here := hostname(r.Host)
		domain := registrable(page.Hostname())
		return here == page.Hostname() || domain != "" && domain == registrable(here)
	}
	return false
}

func hostname(host string) string {
	u := url.URL{Host: host}
	return u.Hostname()
}

// registrable returns the domain that all hosts of a site share, such as example.co.uk; of an IP address, of localhost
// and of what is itself a public suffix it is none, and a cookie belongs to the one host.
func registrable(host string) string {
	if _, err := netip.ParseAddr(host); err == nil {
		return ""
	}
	domain, err := publicsuffix.EffectiveTLDPlusOne(host)
	if err != nil {
		return ""
	}
	return domain
}
