// Package keaptest helps tests that talk to Keap's double: a referee that holds both sides against Keap's own
// description of its API, and a sandbox and client that are wired to it.
package keaptest

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"github.com/pb33f/libopenapi"
	validator "github.com/pb33f/libopenapi-validator"
	"github.com/pb33f/libopenapi-validator/config"
	problems "github.com/pb33f/libopenapi-validator/errors"

	"tributary/internal/keap/sandbox"
)

// descriptionFile is Keap's own description, cut to what Tributary uses. The project holds no copy of it.
const descriptionFile = "keap-v2-subset.yml"

// described is where the description says that the API stands.
const described = "https://api.keap.com/crm"

// Counts says what became of the exchanges.
type Counts struct {
	Judged     int // request and answer were held against the description
	Faults     int // only the request: the answer was a fault on request (sandbox.FaultHeader)
	Gateway    int // only the request: the answer had the shape of the gateway, which Keap does not describe
	Unlisted   int // only the request: the description has no such status for any operation (429, 502, 503, redirects)
	Unanswered int // only the request: no answer came
	// Undescribed were not held against anything: hooks are REST v1, of which the description says nothing.
	Undescribed int
}

// Referee fails its test for every exchange that is not as Keap describes it: what our client sends, and what the
// sandbox answers. Properties that are not described count as wrong, even where the description would let them pass.
// It is safe for concurrent use.
type Referee struct {
	t  testing.TB
	mu sync.Mutex
	n  Counts
}

// NewReferee returns a referee for this test. Keap's description is read from the folder that KEAP_OPENAPI names, or from
// ../shared/keap-openapi beside the module. Without KEAP_OPENAPI and without that folder the test is skipped; it fails
// instead where CI is "true".
func NewReferee(t testing.TB) *Referee {
	t.Helper()
	_, err := load()
	if errors.Is(err, os.ErrNotExist) && os.Getenv("KEAP_OPENAPI") == "" && os.Getenv("CI") != "true" {
		t.Skipf("Keap's description is absent, so nothing can be held against it: set KEAP_OPENAPI to the folder of %s (%v)", descriptionFile, err)
	}
	if err != nil {
		t.Fatalf("Keap's description cannot be read: %v", err)
	}
	return &Referee{t: t}
}

// Around returns a transport that judges what passes through next. It passes the context on, so that the client can trace
// its connections, and leaves faults alone, so that they reach the client as they are.
func (r *Referee) Around(next http.RoundTripper) http.RoundTripper {
	return roundTrip(func(req *http.Request) (*http.Response, error) { return r.exchange(next, req) })
}

// Counts returns what the referee has seen.
func (r *Referee) Counts() Counts {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.n
}

type roundTrip func(*http.Request) (*http.Response, error)

func (f roundTrip) RoundTrip(req *http.Request) (*http.Response, error) { return f(req) }

func (r *Referee) exchange(next http.RoundTripper, req *http.Request) (*http.Response, error) {
	if strings.Contains(req.URL.Path, "/rest/v1/") {
		r.count(&r.n.Undescribed)
		return next.RoundTrip(req)
	}
	asked, sent, err := copies(req)
	if err != nil {
		return nil, err
	}
	r.judge(asked, "request", func(v validator.Validator) []*problems.ValidationError {
		_, found := v.ValidateHttpRequestSync(asked)
		return found
	})
	res, err := next.RoundTrip(sent)
	if err != nil {
		r.count(&r.n.Unanswered)
		return nil, err
	}
	return res, r.answer(asked, res)
}

// answer judges what came back, or counts why not.
func (r *Referee) answer(asked *http.Request, res *http.Response) error {
	if res.Header.Get(sandbox.FaultHeader) != "" {
		r.count(&r.n.Faults)
		return nil
	}
	body, err := io.ReadAll(res.Body)
	res.Body.Close()
	res.Body = io.NopCloser(bytes.NewReader(body))
	switch {
	case err != nil:
		r.count(&r.n.Unanswered)
		return err
	case !isListed(res.StatusCode):
		r.count(&r.n.Unlisted)
	case bytes.HasPrefix(bytes.TrimSpace(body), []byte(`{"fault":`)):
		r.count(&r.n.Gateway)
	default:
		r.count(&r.n.Judged)
		r.judgeAnswer(asked, res, body)
	}
	return nil
}

func (r *Referee) judgeAnswer(asked *http.Request, res *http.Response, body []byte) {
	given := *res
	given.Body = io.NopCloser(bytes.NewReader(body))
	r.judge(asked, fmt.Sprintf("answer %d", res.StatusCode), func(v validator.Validator) []*problems.ValidationError {
		_, found := v.ValidateHttpResponse(asked, &given)
		return found
	})
}

func (r *Referee) judge(asked *http.Request, what string, by func(validator.Validator) []*problems.ValidationError) {
	r.t.Helper()
	v, err := load()
	if err != nil {
		r.t.Errorf("Keap's description cannot be read: %v", err)
		return
	}
	judging.Lock()
	defer judging.Unlock()
	for _, problem := range by(v) {
		r.t.Errorf("%s of %s %s is not as Keap describes it: %s", what, asked.Method, asked.URL.Path, explain(problem))
	}
}

func explain(problem *problems.ValidationError) string {
	text := problem.Message + ": " + problem.Reason
	for _, detail := range problem.SchemaValidationErrors {
		text += "; " + detail.Reason
	}
	return text
}

func (r *Referee) count(n *int) {
	r.mu.Lock()
	defer r.mu.Unlock()
	*n++
}

// isListed says whether the description gives this status to operations at all. It gives all of them the same errors.
func isListed(status int) bool {
	switch status {
	case 200, 201, 204, 400, 401, 403, 404, 405, 409, 500, 501:
		return true
	}
	return false
}

// copies are the request as if it had gone to Keap, and the request to send on, each with a body of its own.
func copies(req *http.Request) (asked, sent *http.Request, err error) {
	asked, sent = req.Clone(req.Context()), req.Clone(req.Context())
	_, path, found := strings.Cut(req.URL.EscapedPath(), "/rest/v2/")
	if !found {
		return nil, nil, fmt.Errorf("%s is no address of Keap's REST v2", req.URL.Path)
	}
	asked.URL, err = url.Parse(described + "/rest/v2/" + path)
	if err != nil {
		return nil, nil, err
	}
	asked.URL.RawQuery, asked.Host = req.URL.RawQuery, asked.URL.Host
	return asked, sent, shareBody(req.Body, asked, sent)
}

func shareBody(body io.ReadCloser, with ...*http.Request) error {
	if body == nil {
		return nil
	}
	text, err := io.ReadAll(body)
	body.Close()
	for _, req := range with {
		req.Body = io.NopCloser(bytes.NewReader(text))
	}
	return err
}

// judging makes the exchanges wait for each other: the validator is built once for all tests of a binary.
var judging sync.Mutex

var load = sync.OnceValues(func() (validator.Validator, error) {
	path, err := descriptionPath()
	if err != nil {
		return nil, err
	}
	text, err := os.ReadFile(path)
	if err != nil {
		return nil, err
	}
	document, err := libopenapi.NewDocument(text)
	if err != nil {
		return nil, err
	}
	v, errs := validator.NewValidator(document,
		config.WithStrictMode(),
		// Contact.company and Tag.category are a $ref with a description beside it, which strict mode cannot see through, as
		// it cannot through the additionalProperties of ApplyTagsResponse.results.
		config.WithStrictIgnorePaths("$.body.company.*", "$.body.contacts[*].company.*",
			"$.body.category.*", "$.body.tags[*].category.*", "$.body.results.*"),
		config.WithStrictIgnoredHeadersExtra("X-Keap-API-Key"),
		config.WithFormatAssertions(),
		config.WithoutSecurityValidation(), // the description knows OAuth only; the sandbox checks the key
	)
	return v, errors.Join(errs...)
})

func descriptionPath() (string, error) {
	if folder := os.Getenv("KEAP_OPENAPI"); folder != "" {
		return filepath.Join(folder, descriptionFile), nil
	}
	root, err := moduleRoot()
	return filepath.Join(root, "..", "shared", "keap-openapi", descriptionFile), err
}

func moduleRoot() (string, error) {
	folder, err := os.Getwd()
	if err != nil {
		return "", err
	}
	for ; ; folder = filepath.Dir(folder) {
		if _, err := os.Stat(filepath.Join(folder, "go.mod")); err == nil {
			return folder, nil
		}
		if folder == filepath.Dir(folder) {
			return "", errors.New("no go.mod above the working folder")
		}
	}
}
