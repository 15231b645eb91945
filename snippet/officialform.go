package snippet

import (
	"net"
	"net/url"
	"regexp"
	"strings"
)

// OfficialForm is a web form of the owner's Keap app: what Keap's own form code has in its action and hidden inputs. A
// person who opts in with a touch is sent to it a second time, by their own browser, since Keap's native count of opt-ins
// knows only its own forms. Unproven: nobody but Keap knows whether that count follows.
type OfficialForm struct {
	Address string `json:"address"` // https://APP.infusionsoft.com/app/form/process/XID
	Name    string `json:"name"`    // inf_form_name
	Version string `json:"version"` // infusionsoft_version
}

var (
	processPath = regexp.MustCompile(`^/app/form/process/([A-Za-z0-9]{1,64})$`)
	keapHost    = regexp.MustCompile(`^[a-z0-9-]+\.(infusionsoft\.com|keap\.com|keap\.app)$`)
	versionText = regexp.MustCompile(`^[0-9][0-9.]{0,40}$`)
)

// xid is the form's id, the last part of its address.
func (o *OfficialForm) xid() string {
	return o.Address[strings.LastIndex(o.Address, "/")+1:]
}

// fields are the inputs that Keap's form code hides in every form.
func (o *OfficialForm) fields() map[string]string {
	return map[string]string{"inf_form_xid": o.xid(), "inf_form_name": o.Name, "infusionsoft_version": o.Version}
}

func checkOfficialForm(s Settings) error {
	form := s.OfficialForm
	switch {
	case form == nil:
		return nil
	case !isProcessAddress(form.Address):
		return wrong("official_form", "the official form's address %q must be the action of the form code that Keap gives, such as https://APP.infusionsoft.com/app/form/process/XID", form.Address)
	case form.Name == "" || len(form.Name) > 200:
		return wrong("official_form", "the official form's name must be the value of inf_form_name in the form code that Keap gives, 1 to 200 bytes")
	case !versionText.MatchString(form.Version):
		return wrong("official_form", "the official form's version %q must be the value of infusionsoft_version in the form code that Keap gives, such as 1.70.0", form.Version)
	case s.Email != "send":
		return wrong("official_form", "the official form needs the e-mail, and this site has email %q: set it to send, or leave official_form out", s.Email)
	}
	return nil
}

// isProcessAddress also takes an address on this very machine, for a try with Keap's sandbox.
func isProcessAddress(text string) bool {
	u, err := url.Parse(text)
	if err != nil || u.User != nil || u.RawQuery != "" || u.Fragment != "" || !processPath.MatchString(u.Path) {
		return false
	}
	if u.Scheme == "http" {
		ip := net.ParseIP(u.Hostname())
		return u.Hostname() == "localhost" || ip != nil && ip.IsLoopback()
	}
	return u.Scheme == "https" && keapHost.MatchString(u.Host)
}
