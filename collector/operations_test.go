package main

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"testing"

	"github.com/pb33f/libopenapi"
	validator "github.com/pb33f/libopenapi-validator"
	judging "github.com/pb33f/libopenapi-validator/config"
	v3 "github.com/pb33f/libopenapi/datamodel/high/v3"

	"tributary/internal/api"
	"tributary/internal/keap/sandbox"
)

// TestEveryOperationWorksAsDescribed sends each operation's own example to a running program, with Keap's sandbox behind it,
// and holds request and answer against openapi.yaml. An operation that is new is tried by itself, with the examples of its
// parameters and its body; where these cannot work, as they name what is not there, give it a line in special.
func TestEveryOperationWorksAsDescribed(t *testing.T) {
	r := newReferee(t)
	for _, o := range r.inOrder() {
		r.try(o)
	}
}

// described is an operation of openapi.yaml.
type described struct {
	method, path string
	item         *v3.PathItem
	*v3.Operation
}

// referee judges what a program answers.
type referee struct {
	*running
	all   []described
	judge validator.Validator
	site  string
	known [][2]string // beginnings of paths, and what is there: the longer before the shorter
}

func newReferee(t *testing.T) *referee {
	t.Helper()
	document, err := libopenapi.NewDocument(api.OpenAPI)
	if err != nil {
		t.Fatal(err)
	}
	model, err := document.BuildV3Model()
	if err != nil {
		t.Fatal(err)
	}
	r := &referee{running: runProgram(t, withOAuthOf)}
	for path, item := range model.Model.Paths.PathItems.FromOldest() {
		for method, op := range item.GetOperations().FromOldest() {
			r.all = append(r.all, described{strings.ToUpper(method), path, item, op})
		}
	}
	var errs []error
	r.judge, errs = validator.NewValidator(document, judging.WithFormatAssertions(), judging.WithoutSecurityValidation())
	if err := errors.Join(errs...); err != nil {
		t.Fatal(err)
	}
	r.prepare()
	return r
}

// withOAuthOf lets the program connect by OAuth, at the sandbox that it has.
func withOAuthOf(c *config) {
	withOAuth(c)
	server := strings.TrimSuffix(c.keapURL, sandbox.BasePath)
	c.keapKey, c.keapTokenURL, c.keapAuthorizeURL = "", server+sandbox.TokenPath, server+sandbox.AuthorizePath
	c.webhooksToLoopback = true
}

// prepare makes what the operations are about: a connected Keap, a site, an opt-in, a hook with a payload, and input in
// the quarantine.
func (r *referee) prepare() {
	r.t.Helper()
	r.box.AddAffiliate(sandbox.Affiliate{ID: "101", Code: "maria"})
	r.call("PUT", "/v1/keap/key", `{"key":"`+sandbox.DefaultKey+`"}`, 200, new(any))
	r.call("POST", "/v1/affiliates/sync", "", 200, new(any))
	var site, optIn, quarantined, hook, payloads, user map[string]any
	r.call("POST", "/v1/sites", `{"name":"Test","origins":["https://www.example.com"]}`, 201, &site)
	r.call("POST", "/v1/optins", `{"email":"first@example.com","affiliate":"101"}`, 201, &optIn)
	r.call("POST", "/e", `not JSON`, 400, new(any))
	r.call("GET", "/v1/quarantine", "", 200, &quarantined)
	r.call("POST", "/v1/hooks", `{"name":"Test"}`, 201, &hook)
	token := hook["url"].(string)[strings.LastIndex(hook["url"].(string), "/")+1:]
	r.call("POST", "/h/"+token, `{"nobody":"here"}`, 200, new(any))
	r.call("GET", "/v1/hooks/"+hook["id"].(string)+"/payloads", "", 200, &payloads)
	first := func(list map[string]any) string { return list["data"].([]any)[0].(map[string]any)["id"].(string) }
	r.site = site["key"].(string)
	r.prepareWebhook()
	var key struct{ ID string }
	r.call("POST", "/v1/keys", `{"name":"First","role":"viewer"}`, 201, &key)
	r.call("POST", "/v1/users", `{"email":"first.user@example.com","role":"manager"}`, 201, &user)
	hooked, optInID := "/v1/hooks/"+hook["id"].(string), optIn["id"].(string)
	r.known = append(r.known, [][2]string{
		{"/v1/keys/{id}", "/v1/keys/" + key.ID},
		{"/s/{file}", "/s/" + r.site + ".js"}, {"/h/{token}", "/h/" + token}, {"/v1/sites/{key}", "/v1/sites/" + r.site},
		{"/v1/optins/{id}", "/v1/optins/" + optInID}, {"/v1/jobs/{id}", "/v1/jobs/credit:" + optInID},
		{"/v1/quarantine/{id}", "/v1/quarantine/" + first(quarantined)}, {"/v1/users/{id}", "/v1/users/" + user["id"].(string)},
		{"/v1/hooks/{id}/payloads/{payload}", hooked + "/payloads/" + first(payloads)}, {"/v1/hooks/{id}", hooked},
	}...)
}

// prepareWebhook makes a webhook that has delivered once.
func (r *referee) prepareWebhook() {
	r.t.Helper()
	endpoint := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) {}))
	r.t.Cleanup(endpoint.Close)
	var webhook, delivery struct{ ID string }
	r.call("POST", "/v1/webhooks", `{"url":"`+endpoint.URL+`"}`, 201, &webhook)
	made := "/v1/webhooks/" + webhook.ID
	r.call("POST", made+"/test", "", 200, &delivery)
	r.known = append(r.known, [][2]string{
		{"/v1/webhooks/{id}/deliveries/{delivery}", made + "/deliveries/" + delivery.ID}, {"/v1/webhooks/{id}", made},
	}...)
}

// special says of an operation what its examples do not: another body, or an answer that is not of the kind 2xx.
var special = map[string]struct {
	body   func(*referee) string
	status int
}{
	"sendEvents": {body: func(r *referee) string {
		return fmt.Sprintf(`{"site":%q,"events":[%s]}`, r.site, optInEvent("ann@example.com", "101"))
	}},
	"putKeapKey":       {body: func(*referee) string { return `{"key":"` + sandbox.DefaultKey + `"}` }},
	"putKeapTenant":    {body: func(*referee) string { return `{"tenant":"` + sandbox.DefaultTenant + `"}` }},
	"changeSettings":   {body: func(*referee) string { return `{"other_partner":"write","window":null}` }}, // the sandbox has no tag 312
	"retryMail":        {status: http.StatusConflict},                                                      // no mail server is set
	"writeLinks":       {status: http.StatusConflict},                                                      // no field is set for them
	"decideOptIn":      {status: http.StatusConflict},                                                      // it waits, and nobody has to decide
	"keapCallback":     {status: http.StatusBadRequest},                                                    // no login was begun
	"replayDelivery":   {status: http.StatusUnprocessableEntity},                                           // it was a test
	"retryQuarantined": {status: http.StatusUnprocessableEntity},                                           // it is still not JSON
}

// inOrder puts what takes something away last.
func (r *referee) inOrder() []described {
	order := slices.Clone(r.all)
	slices.SortStableFunc(order, func(a, b described) int { return lateness(a) - lateness(b) })
	return order
}

func lateness(o described) int {
	if o.method == http.MethodDelete {
		return 1
	}
	return 0
}

func (r *referee) try(o described) {
	r.t.Run(o.OperationId, func(t *testing.T) {
		body, kind := r.body(o)
		req := r.request(o, body, kind)
		r.asks(t, req, body)
		rec := r.answer(t, req)
		want := special[o.OperationId].status
		if want != rec.Code && (want != 0 || rec.Code/100 != 2) {
			t.Errorf("%s %s answers %d: %.300s", o.method, req.URL.Path, rec.Code, rec.Body)
		}
		if ok, problems := r.judge.ValidateHttpResponse(atItsAddress(req, body), rec.Result()); !ok {
			for _, p := range problems {
				t.Errorf("the answer %d to %s %s is not as described: %s: %s %v", rec.Code, o.method, o.path, p.Message, p.Reason, p.SchemaValidationErrors)
			}
		}
	})
}

// body is the example of the first kind that the operation takes.
func (r *referee) body(o described) (text, kind string) {
	if make := special[o.OperationId].body; make != nil {
		return make(r), "application/json"
	}
	if o.RequestBody == nil {
		return "", ""
	}
	media := o.RequestBody.Content.First()
	var value any
	if media.Value().Example == nil {
		r.t.Fatalf("%s has no example of its body", o.OperationId)
	}
	if err := media.Value().Example.Decode(&value); err != nil {
		r.t.Fatal(err)
	}
	example, err := json.Marshal(value)
	if err != nil {
		r.t.Fatal(err)
	}
	return string(example), media.Key()
}

func (r *referee) request(o described, body, kind string) *http.Request {
	path, query := o.path, []string{}
	for _, k := range r.known {
		if rest, ok := strings.CutPrefix(path, k[0]); ok {
			path = k[1] + rest
		}
	}
	for _, p := range append(slices.Clone(o.item.Parameters), o.Parameters...) {
		if p.Example == nil {
			continue
		}
		path = strings.ReplaceAll(path, "{"+p.Name+"}", p.Example.Value)
		if p.In == "query" && p.Required != nil && *p.Required {
			query = append(query, p.Name+"="+p.Example.Value)
		}
	}
	req, err := http.NewRequest(o.method, r.url+path+"?"+strings.Join(query, "&"), strings.NewReader(body))
	if err != nil {
		r.t.Fatal(err)
	}
	req.Header.Set("Authorization", "Bearer "+testKey)
	if kind != "" {
		req.Header.Set("Content-Type", kind)
	}
	return req
}

// asks holds the request itself against the description.
func (r *referee) asks(t *testing.T, req *http.Request, body string) {
	t.Helper()
	if ok, problems := r.judge.ValidateHttpRequest(atItsAddress(req, body)); !ok {
		for _, p := range problems {
			t.Errorf("the request %s %s is not as described: %s: %s %v", req.Method, req.URL.Path, p.Message, p.Reason, p.SchemaValidationErrors)
		}
	}
}

// atItsAddress is the request as the description's own server would get it.
func atItsAddress(req *http.Request, body string) *http.Request {
	asked := req.Clone(req.Context())
	asked.URL.Scheme, asked.URL.Host, asked.Host = "https", "go.example.com", "go.example.com"
	asked.Body = io.NopCloser(strings.NewReader(body))
	return asked
}

func (r *referee) answer(t *testing.T, req *http.Request) *httptest.ResponseRecorder {
	t.Helper()
	res, err := http.DefaultTransport.RoundTrip(req)
	if err != nil {
		t.Fatal(err)
	}
	defer res.Body.Close()
	text, err := io.ReadAll(res.Body)
	if err != nil {
		t.Fatal(err)
	}
	rec := httptest.NewRecorder()
	for name, values := range res.Header {
		rec.Header()[name] = values
	}
	rec.WriteHeader(res.StatusCode)
	rec.Body = bytes.NewBuffer(text)
	return rec
}
