package admin_test

import (
	"context"
	"errors"
	"fmt"
	"html"
	"net/http"
	"net/http/httptest"
	"net/url"
	"regexp"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/labstack/echo/v4"

	"tributary/internal/audit"
	"tributary/internal/auth"
)

const goodPassword = "seven green bicycles"

// leastRole is the least role of a route behind the login: viewers look, managers change, and these are the exceptions. Routes
// that end with * are meant with all below them.
func leastRole(method, path string) auth.Role {
	for exception, role := range map[string]auth.Role{
		"POST /admin/welcome": auth.Viewer, "POST /admin/account*": auth.Viewer, // what is one's own
		"GET /admin/users*": auth.Owner, "POST /admin/users*": auth.Owner, "GET /admin/keys*": auth.Owner, "POST /admin/keys*": auth.Owner, "GET /admin/audit": auth.Owner,
		"POST /admin/start/keap": auth.Owner, "POST /admin/keap/check": auth.Owner, "POST /admin/keap/login": auth.Owner, "POST /admin/keap/key": auth.Owner, "POST /admin/keap/tenant": auth.Owner,
		"GET /admin/keap/disconnect": auth.Owner, "POST /admin/keap/disconnect": auth.Owner,
		"GET /admin/hooks/:id/payloads/:payload": auth.Manager,                                           // what people have filled in
		"GET /admin/webhooks/new":                auth.Manager, "GET /admin/webhooks/:id*": auth.Manager, // likewise
		"GET /admin/quarantine/:id": auth.Manager, "GET /admin/people*": auth.Manager, // likewise
		// Pages that ask before something is done.
		"GET /admin/affiliates/new": auth.Manager, "GET /admin/hooks/new": auth.Manager, "GET /admin/hooks/:id/delete": auth.Manager,
		"GET /admin/sites/new": auth.Manager, "GET /admin/sites/:key/delete": auth.Manager, "GET /admin/keap/reconcile/fix": auth.Manager,
	} {
		whole, below := strings.CutSuffix(exception, "*")
		if method+" "+path == whole || below && strings.HasPrefix(method+" "+path, whole) {
			return role
		}
	}
	if method == http.MethodGet {
		return auth.Viewer
	}
	return auth.Manager
}

// open are the routes before the login.
var open = regexp.MustCompile(`^/admin/(login|enter|setup|leave)(/|$)`)

func TestEveryRouteOfTheDeskAsksForItsRole(t *testing.T) {
	d := newDesk(t)
	d.as(auth.Owner) // one who stays, so that none of these is the last
	for _, r := range d.Routes() {
		if r.Method == echo.RouteNotFound || open.MatchString(r.Path) {
			continue
		}
		path := regexp.MustCompile(`:\w+`).ReplaceAllString(r.Path, "none")
		if w := d.do(r.Method, path, nil, ""); w.Code != http.StatusUnauthorized {
			t.Errorf("%s %s without a session: %d", r.Method, r.Path, w.Code)
		}
		for _, role := range auth.Roles {
			w := d.do(r.Method, path, d.another(role), "")
			if refused := w.Code == http.StatusForbidden; refused == role.May(leastRole(r.Method, r.Path)) {
				t.Errorf("%s %s as %s: %d", r.Method, r.Path, role, w.Code)
			}
		}
	}
}

var another atomic.Int32

// another is one more user of a role who is signed in.
func (d *desk) another(role auth.Role) *http.Cookie {
	d.t.Helper()
	u := d.user(fmt.Sprintf("%s%d@example.com", role, another.Add(1)), role)
	_, token, err := d.auth.OpenDesk(context.Background(), u.ID, auth.ByLink, "")
	if err != nil {
		d.t.Fatal(err)
	}
	return &http.Cookie{Name: "tributary-desk", Value: token}
}

func (d *desk) user(email string, role auth.Role) auth.User {
	d.t.Helper()
	u, err := d.auth.AddUser(context.Background(), auth.User{Account: account, Email: email, Role: role})
	if err != nil {
		d.t.Fatal(err)
	}
	return u
}

func form(pairs ...string) string {
	v := url.Values{}
	for i := 0; i < len(pairs); i += 2 {
		v.Set(pairs[i], pairs[i+1])
	}
	return v.Encode()
}

func cookieOf(w *httptest.ResponseRecorder, name string) *http.Cookie {
	for _, c := range w.Result().Cookies() {
		if c.Name == name {
			return c
		}
	}
	return nil
}

func TestAPasswordOpensTheDesk(t *testing.T) {
	d := newDesk(t)
	u := d.user("ann@example.com", auth.Owner)
	if err := d.auth.SetPassword(t.Context(), u, goodPassword, ""); err != nil {
		t.Fatal(err)
	}
	before := d.another(auth.Viewer) // whoever used this browser last
	w := d.do("POST", "/admin/login", before, form("email", u.Email, "password", goodPassword, "next", "/admin/users?x=1"))
	cookie := cookieOf(w, "tributary-desk")
	if w.Code != http.StatusSeeOther || w.Header().Get("Location") != "/admin/users?x=1" || cookie == nil {
		t.Fatalf("signing in: %d %v", w.Code, w.Header())
	}
	if !cookie.HttpOnly || cookie.SameSite != http.SameSiteLaxMode || cookie.Value == before.Value {
		t.Errorf("the cookie is %v", cookie)
	}
	d.get("/admin/users", cookie)
	if w := d.do("GET", "/admin", before, ""); w.Code != http.StatusUnauthorized {
		t.Errorf("the session of before: %d", w.Code)
	}
}

// Nobody learns from the login who is there: the page is the same to the byte, but for the address that was typed.
func TestTheLoginPageTellsNothing(t *testing.T) {
	d := newDesk(t)
	u := d.user("there@example.com", auth.Owner)
	if err := d.auth.SetPassword(t.Context(), u, goodPassword, ""); err != nil {
		t.Fatal(err)
	}
	d.user("nokey@example.com", auth.Viewer)
	answers := map[string]bool{}
	for _, email := range []string{"there@example.com", "nokey@example.com", "nobody@example.com"} {
		w := d.do("POST", "/admin/login", nil, form("email", email, "password", "wrong password"))
		answers[fmt.Sprint(w.Code, w.Header(), strings.ReplaceAll(w.Body.String(), email, ""))] = true
	}
	if len(answers) != 1 {
		t.Errorf("%d different answers", len(answers))
	}
}

func TestALoginLeadsNowhereElse(t *testing.T) {
	d := newDesk(t)
	u := d.user("ann@example.com", auth.Owner)
	if err := d.auth.SetPassword(t.Context(), u, goodPassword, ""); err != nil {
		t.Fatal(err)
	}
	for _, next := range []string{"https://evil.example", "//evil.example/admin", `/\evil.example`, "/admin\\..\\x", "javascript:alert(1)", "/portal", "/administrator", "http:/admin", ""} {
		w := d.do("POST", "/admin/login", nil, form("email", u.Email, "password", goodPassword, "next", next))
		if w.Header().Get("Location") != "/admin" {
			t.Errorf("%q leads to %q", next, w.Header().Get("Location"))
		}
	}
}

func TestTooManyTriesAreToldToWait(t *testing.T) {
	d := newDesk(t)
	d.user("ann@example.com", auth.Owner)
	var w *httptest.ResponseRecorder
	for range 11 {
		w = d.do("POST", "/admin/login", nil, form("email", "nobody@example.com", "password", "wrong password"))
	}
	if w.Code != http.StatusTooManyRequests || w.Header().Get("Retry-After") != "7" || !strings.Contains(w.Body.String(), "Too many tries: wait 7 seconds") {
		t.Errorf("%d %v", w.Code, w.Header())
	}
}

var linkIn = regexp.MustCompile(`http://example\.com(/admin/enter/[\w-]+)`)

func TestAnInvitedUserComesInAndChoosesAPassword(t *testing.T) {
	d := newDesk(t)
	owner := d.as(auth.Owner)
	page := d.do("POST", "/admin/users", owner, form("email", "New@example.com", "role", "manager"))
	link := linkIn.FindStringSubmatch(page.Body.String())
	if page.Code != http.StatusOK || link == nil {
		t.Fatalf("inviting: %d %s", page.Code, page.Body)
	}
	d.now = d.now.Add(71 * time.Hour)
	w := d.do("POST", link[1], nil, "")
	if w.Code != http.StatusSeeOther || w.Header().Get("Location") != "/admin/welcome" {
		t.Fatalf("entering: %d %v", w.Code, w.Header())
	}
	cookie := cookieOf(w, "tributary-desk")
	if w := d.do("POST", "/admin/welcome", cookie, form("password", "short")); w.Code != http.StatusUnprocessableEntity || !strings.Contains(w.Body.String(), "10 characters") {
		t.Errorf("a short password: %d", w.Code)
	}
	if w := d.do("POST", "/admin/welcome", cookie, form("password", goodPassword)); w.Code != http.StatusSeeOther {
		t.Errorf("a password: %d %s", w.Code, w.Body)
	}
	if w := d.do("POST", "/admin/login", nil, form("email", "new@example.com", "password", goodPassword)); w.Code != http.StatusSeeOther {
		t.Errorf("signing in: %d", w.Code)
	}
	if w := d.do("POST", link[1], nil, ""); w.Code != http.StatusGone {
		t.Errorf("the link again: %d", w.Code)
	}
	for _, bad := range []string{form("email", "new@example.com", "role", "viewer"), form("email", "x", "role", "viewer"), form("email", "y@example.com", "role", "king")} {
		if w := d.do("POST", "/admin/users", owner, bad); w.Code != http.StatusUnprocessableEntity {
			t.Errorf("%s: %d", bad, w.Code)
		}
	}
}

func TestTheLastOwnerStaysAtTheDesk(t *testing.T) {
	d := newDesk(t)
	owner := d.as(auth.Owner)
	users, err := d.auth.Users(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	id := users[0].ID
	for path, body := range map[string]string{"/admin/users/" + id + "/remove": "", "/admin/users/" + id: form("role", "viewer")} {
		if w := d.do("POST", path, owner, body); w.Code != http.StatusConflict || !strings.Contains(w.Body.String(), "last owner") {
			t.Errorf("%s: %d", path, w.Code)
		}
	}
}

func TestARoleThatIsTakenAwayIsGoneAtOnce(t *testing.T) {
	d := newDesk(t)
	owner, manager := d.as(auth.Owner), d.as(auth.Manager)
	u, err := d.auth.ByEmail(t.Context(), "manager@example.com")
	if err != nil {
		t.Fatal(err)
	}
	if w := d.do("POST", "/admin/users/"+u.ID, owner, form("role", "viewer")); w.Code != http.StatusSeeOther {
		t.Fatalf("changing: %d %s", w.Code, w.Body)
	}
	if w := d.do("GET", "/admin", manager, ""); w.Code != http.StatusUnauthorized {
		t.Errorf("their session: %d", w.Code)
	}
	link, _, err := d.auth.IssueDeskLink(t.Context(), u.ID)
	if err != nil {
		t.Fatal(err)
	}
	if w := d.do("POST", "/admin/users/"+u.ID+"/remove", owner, ""); w.Code != http.StatusSeeOther {
		t.Fatalf("removing: %d", w.Code)
	}
	if w := d.do("POST", "/admin/enter/"+link, nil, ""); w.Code != http.StatusGone {
		t.Errorf("their link: %d", w.Code)
	}
}

func TestASessionIsEndedFromTheAccountPage(t *testing.T) {
	d := newDesk(t)
	here := d.as(auth.Owner)
	u, err := d.auth.ByEmail(t.Context(), "owner@example.com")
	if err != nil {
		t.Fatal(err)
	}
	there, token, err := d.auth.OpenDesk(t.Context(), u.ID, auth.ByPasskey, "Safari on iPhone")
	if err != nil {
		t.Fatal(err)
	}
	if page := d.get("/admin/account", here); !strings.Contains(page, "Safari on iPhone") || !strings.Contains(page, there.ID) {
		t.Errorf("the account page lists no other session")
	}
	if w := d.do("POST", "/admin/account/sessions/"+there.ID+"/end", here, ""); w.Code != http.StatusSeeOther {
		t.Fatalf("ending: %d", w.Code)
	}
	if _, err := d.auth.Desk(t.Context(), token); !errors.Is(err, auth.ErrNoSession) {
		t.Errorf("the session: %v", err)
	}
	d.get("/admin/account?done=ended", here)
}

func TestTheFirstOwnerIsWhoHasTheAddress(t *testing.T) {
	d := newDesk(t)
	if page := d.do("GET", "/admin", nil, ""); page.Code != http.StatusUnauthorized || !strings.Contains(page.Body.String(), "tributary admin link") || strings.Contains(page.Body.String(), `type="password"`) {
		t.Errorf("the desk of nobody: %d %s", page.Code, page.Body)
	}
	token, err := d.auth.IssueSetup(t.Context(), account)
	if err != nil {
		t.Fatal(err)
	}
	path := "/admin/setup/" + token
	d.get(path, nil)
	if w := d.do("POST", path, nil, form("name", "Ann", "email", "ann@example.com", "password", "short", "way", "password")); w.Code != http.StatusUnprocessableEntity || !strings.Contains(w.Body.String(), `value="ann@example.com"`) {
		t.Errorf("a short password: %d", w.Code)
	}
	var won, gone atomic.Int32
	var all sync.WaitGroup
	for i := range 10 {
		all.Go(func() {
			w := d.do("POST", path, nil, form("name", "Ann", "email", fmt.Sprintf("ann%d@example.com", i), "password", goodPassword, "way", "password"))
			switch {
			case w.Code == http.StatusSeeOther && cookieOf(w, "tributary-desk") != nil:
				won.Add(1)
			case w.Code == http.StatusGone:
				gone.Add(1)
			default:
				t.Errorf("claiming: %d", w.Code)
			}
		})
	}
	all.Wait()
	if won.Load() != 1 || gone.Load() != 9 {
		t.Errorf("%d won and %d were late", won.Load(), gone.Load())
	}
	if w := d.do("GET", path, nil, ""); w.Code != http.StatusGone || !strings.Contains(w.Body.String(), "set up already") {
		t.Errorf("the address again: %d", w.Code)
	}
}

// markup is what somebody may call themselves, a key, or say that they are.
const markup = `"><img src=x onerror=alert(1)><script>alert(2)</script>{{.}}`

func TestNamesAreHostile(t *testing.T) {
	d := newDesk(t)
	u := d.user("mallory@example.com", auth.Owner)
	bad := markup
	if _, err := d.auth.ChangeUser(t.Context(), u.ID, &bad, nil); err != nil {
		t.Fatal(err)
	}
	_, token, err := d.auth.OpenDesk(t.Context(), u.ID, auth.ByLink, markup)
	if err != nil {
		t.Fatal(err)
	}
	cookie := &http.Cookie{Name: "tributary-desk", Value: token}
	d.do("POST", "/admin/keys", cookie, form("name", markup, "role", "viewer"))
	pages := []string{"/admin", "/admin/account", "/admin/welcome", "/admin/users", "/admin/users/" + u.ID, "/admin/keys", "/admin/audit", "/admin/audit?" + form("who", markup, "action", markup)}
	for _, path := range pages {
		page := d.get(path, cookie)
		if strings.Contains(page, "<img src=x") || strings.Contains(page, "<script>alert") {
			t.Errorf("%s lets markup through", path)
		}
	}
	if page := d.get("/admin/keys", cookie); !strings.Contains(page, "&lt;script&gt;alert(2)") {
		t.Errorf("the key's name is not shown: %s", page)
	}
	for _, path := range []string{"/admin/login", "/admin/users", "/admin/keys"} {
		w := d.do("POST", path, cookie, form("email", markup, "name", markup+strings.Repeat("x", 200), "password", "x", "next", markup, "role", markup))
		if strings.Contains(w.Body.String(), "<img src=x") || w.Code < 400 {
			t.Errorf("POST %s: %d %s", path, w.Code, w.Body)
		}
	}
}

func TestAKeyIsShownOnce(t *testing.T) {
	d := newDesk(t)
	owner := d.as(auth.Owner)
	w := d.do("POST", "/admin/keys", owner, form("name", "Report", "role", "viewer"))
	text := regexp.MustCompile(`tk_\w{16}_[\w-]{43}`).FindString(w.Body.String())
	k, err := d.auth.Key(t.Context(), text)
	if err != nil || k.Name != "Report" || k.By != "owner@example.com" {
		t.Fatalf("the key %q: %+v, %v", text, k, err)
	}
	if page := d.get("/admin/keys", owner); strings.Contains(page, text) || !strings.Contains(page, "Read only") {
		t.Errorf("the list is %s", page)
	}
	if w := d.do("POST", "/admin/keys/"+k.ID+"/revoke", owner, ""); w.Code != http.StatusSeeOther {
		t.Fatalf("revoking: %d", w.Code)
	}
	if _, err := d.auth.Key(t.Context(), text); !errors.Is(err, auth.ErrBadKey) {
		t.Errorf("a revoked key: %v", err)
	}
	if w := d.do("POST", "/admin/keys/"+k.ID+"/revoke", owner, ""); w.Code != http.StatusNotFound {
		t.Errorf("revoking again: %d", w.Code)
	}
}

// Everything that changes something leaves a line with who did it; no line holds what opens something.
func TestEveryChangeOfTheTeamIsInTheLog(t *testing.T) {
	d := newDesk(t)
	owner := d.as(auth.Owner)
	invited := d.do("POST", "/admin/users", owner, form("email", "new@example.com", "role", "manager")).Body.String()
	made := d.do("POST", "/admin/keys", owner, form("name", "Report", "role", "viewer")).Body.String()
	u, err := d.auth.ByEmail(t.Context(), "new@example.com")
	if err != nil {
		t.Fatal(err)
	}
	keys, err := d.auth.Keys(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	for path, body := range map[string]string{
		"/admin/users/" + u.ID: form("role", "viewer"), "/admin/users/" + u.ID + "/link": "", "/admin/users/" + u.ID + "/sessions/end": "",
		"/admin/keys/" + keys[0].ID + "/revoke": "", "/admin/account": form("name", "Olive"), "/admin/account/password": form("password", goodPassword),
		"/admin/account/sessions/end": "",
	} {
		if w := d.do("POST", path, owner, body); w.Code >= 400 {
			t.Fatalf("%s: %d %s", path, w.Code, w.Body)
		}
	}
	if w := d.do("POST", "/admin/users/"+u.ID+"/remove", owner, ""); w.Code != http.StatusSeeOther {
		t.Fatalf("removing: %d", w.Code)
	}
	found, err := audit.New(d.Store, nil).Find(t.Context(), audit.Query{Who: "owner@example.com"}, "", 100)
	if err != nil {
		t.Fatal(err)
	}
	count := map[string]int{}
	all := ""
	for _, e := range found.Entries {
		count[string(e.Action)]++
		all += e.Subject + e.Detail
	}
	want := map[string]int{
		"user.create": 1, "key.create": 1, "user.change": 2, "user.link": 1, "session.end": 2, "key.delete": 1, "password.change": 1, "user.delete": 1,
	}
	if fmt.Sprint(count) != fmt.Sprint(want) {
		t.Errorf("the log has %v, want %v", count, want)
	}
	for _, secret := range []string{linkIn.FindStringSubmatch(invited)[1], regexp.MustCompile(`tk_\w{16}_[\w-]{43}`).FindString(made), goodPassword} {
		if secret == "" || strings.Contains(all, secret) {
			t.Errorf("the log holds %q", secret)
		}
	}
}

// letIn signs a new user in by a link, which leaves an entry.
func (d *desk) letIn(email string) {
	d.t.Helper()
	token, _, err := d.auth.IssueDeskLink(d.t.Context(), d.user(email, auth.Viewer).ID)
	if err != nil {
		d.t.Fatal(err)
	}
	if w := d.do("POST", "/admin/enter/"+token, nil, ""); w.Code != http.StatusSeeOther {
		d.t.Fatalf("entering: %d", w.Code)
	}
}

func TestTheAuditLogIsFilteredAndPaged(t *testing.T) {
	d := newDesk(t)
	owner := d.as(auth.Owner)
	log := audit.New(d.Store, func() time.Time { return d.now })
	d.letIn("ann@example.com")
	for i := range 120 {
		d.now = d.now.Add(time.Second)
		if err := log.Write(t.Context(), audit.Entry{Who: audit.Key("Report"), Action: "site.change", Subject: fmt.Sprintf("st_%d_", i)}); err != nil {
			t.Fatal(err)
		}
	}
	older := regexp.MustCompile(`href="([^"]+)" rel="next"`)
	seen := 0
	for path := "/admin/audit?" + form("who", audit.Key("Report"), "action", "site"); path != ""; {
		page := d.get(path, owner)
		seen += strings.Count(page, "st_")
		if strings.Contains(page, "<td>session.begin</td>") {
			t.Errorf("%s shows another's", path)
		}
		path = ""
		if next := older.FindStringSubmatch(page); next != nil {
			path = html.UnescapeString(next[1])
		}
	}
	if seen != 120 {
		t.Errorf("%d entries of 120", seen)
	}
	if page := d.get("/admin/audit?who=ann@example.com", owner); strings.Count(page, "<td>session.begin</td>") != 1 || strings.Contains(page, "st_1_") {
		t.Error("the entry of a sign-in is not found by who")
	}
	if page := d.get("/admin/audit?who=nobody", owner); !strings.Contains(page, "No change fits") {
		t.Error("an empty answer says nothing")
	}
}

// The portal's guard holds here, too: a form of another site changes nothing.
func TestFormsOfOtherSitesAreRefused(t *testing.T) {
	d := newDesk(t)
	owner := d.as(auth.Owner)
	for _, r := range d.Routes() {
		if r.Method != http.MethodPost {
			continue
		}
		req := httptest.NewRequest("POST", regexp.MustCompile(`:\w+`).ReplaceAllString(r.Path, "x"), nil)
		req.Header.Set("Origin", "https://evil.example")
		req.Header.Set("Sec-Fetch-Site", "cross-site")
		req.AddCookie(owner)
		w := httptest.NewRecorder()
		d.ServeHTTP(w, req)
		if w.Code != http.StatusForbidden || !strings.Contains(w.Body.String(), "another website") {
			t.Errorf("POST %s from another site: %d", r.Path, w.Code)
		}
	}
}
