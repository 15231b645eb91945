package api_test

import (
	"bytes"
	"encoding/json"
	"errors"
	"net/http"
	"net/http/httptest"
	"regexp"
	"strings"
	"sync"
	"testing"

	"github.com/labstack/echo/v4"
	"github.com/pb33f/libopenapi"
	validator "github.com/pb33f/libopenapi-validator"
	"github.com/pb33f/libopenapi-validator/config"
	"github.com/pb33f/libopenapi-validator/schema_validation"
	v3 "github.com/pb33f/libopenapi/datamodel/high/v3"
	"github.com/pb33f/libopenapi/orderedmap"

	"tributary/internal/api"
)

var description = sync.OnceValues(func() (libopenapi.Document, error) { return libopenapi.NewDocument(api.OpenAPI) })

var judge = sync.OnceValues(func() (validator.Validator, error) {
	d, err := description()
	if err != nil {
		return nil, err
	}
	v, errs := validator.NewValidator(d, config.WithStrictMode(), config.WithFormatAssertions(), config.WithoutSecurityValidation(),
		config.WithStrictIgnorePaths("$.body.fields.*"), // strict mode cannot see through additionalProperties
		config.WithStrictIgnoredHeadersExtra("Cache-Control", "Content-Disposition", "Content-Length"))
	return v, errors.Join(errs...)
})

// isDescribed holds an answer against the description: a status, a type or a property that it does not name is a fault.
func isDescribed(t testing.TB, req *http.Request, rec *httptest.ResponseRecorder) {
	t.Helper()
	v, err := judge()
	if err != nil {
		t.Fatal(err)
	}
	asked := req.Clone(req.Context())
	asked.URL.Scheme, asked.URL.Host, asked.Host, asked.Body = "https", "go.example.com", "go.example.com", nil
	if ok, problems := v.ValidateHttpResponse(asked, rec.Result()); !ok {
		for _, p := range problems {
			t.Errorf("the answer %d of %s %s is not as openapi.yaml says: %s: %s %v", rec.Code, req.Method, req.URL.Path, p.Message, p.Reason, p.SchemaValidationErrors)
		}
	}
}

func TestTheDescriptionIsValid(t *testing.T) {
	v, err := judge()
	if err != nil {
		t.Fatal(err)
	}
	if ok, problems := v.ValidateDocument(); !ok {
		for _, p := range problems {
			t.Errorf("%s: %s %v", p.Message, p.Reason, p.SchemaValidationErrors)
		}
	}
}

// TestEveryRouteIsDescribed and the reverse, for the routes of this package; the program's test does the rest.
func TestEveryRouteIsDescribed(t *testing.T) {
	s := newServer(t)
	described := operations(t)
	for _, r := range s.echo.Routes() {
		if name := r.Method + " " + regexp.MustCompile(`:(\w+)`).ReplaceAllString(r.Path, "{$1}"); described[name] == nil && r.Method != echo.RouteNotFound {
			t.Errorf("openapi.yaml lacks %s", name)
		}
	}
}

func operations(t *testing.T) map[string]*v3.Operation {
	t.Helper()
	d, err := description()
	if err != nil {
		t.Fatal(err)
	}
	model, err := d.BuildV3Model()
	if err != nil {
		t.Fatal(err)
	}
	out := map[string]*v3.Operation{}
	for path, item := range model.Model.Paths.PathItems.FromOldest() {
		for method, op := range item.GetOperations().FromOldest() {
			out[strings.ToUpper(method)+" "+path] = op
		}
	}
	return out
}

// TestExamples wants an example of each body in JSON, and holds it against its schema.
func TestExamples(t *testing.T) {
	for name, op := range operations(t) {
		if op.RequestBody != nil {
			checkExamples(t, name+" request", op.RequestBody.Content)
		}
		for code, res := range op.Responses.Codes.FromOldest() {
			checkExamples(t, name+" "+code, res.Content)
		}
	}
}

func checkExamples(t *testing.T, where string, content *orderedmap.Map[string, *v3.MediaType]) {
	t.Helper()
	for kind, media := range content.FromOldest() {
		if !strings.Contains(kind, "json") {
			continue
		}
		if media.Example == nil {
			t.Errorf("%s %s has no example", where, kind)
			continue
		}
		var value any
		if err := media.Example.Decode(&value); err != nil {
			t.Errorf("%s %s: %v", where, kind, err)
			continue
		}
		text, err := json.Marshal(value)
		if err != nil {
			t.Errorf("%s %s: %v", where, kind, err)
			continue
		}
		if ok, problems := schema_validation.NewSchemaValidator(config.WithFormatAssertions()).ValidateSchemaBytes(media.Schema.Schema(), text); !ok {
			t.Errorf("the example of %s (%s) is not as its schema says: %v", where, kind, problems[0].SchemaValidationErrors)
		}
	}
}

// TestTheDescriptionIsServed to everybody: it holds no secret.
func TestTheDescriptionIsServed(t *testing.T) {
	s := newServer(t)
	rec := httptest.NewRecorder()
	s.echo.ServeHTTP(rec, httptest.NewRequest("GET", "/openapi.yaml", nil))
	if rec.Code != 200 || !bytes.Equal(rec.Body.Bytes(), api.OpenAPI) || !strings.HasPrefix(rec.Body.String(), "openapi: 3.1.0\n") {
		t.Errorf("%d %s", rec.Code, rec.Body)
	}
}

// TestAWrongAnswerIsNoticed makes sure that isDescribed can fail.
func TestAWrongAnswerIsNoticed(t *testing.T) {
	for name, wrong := range map[string]struct {
		status int
		body   string
	}{
		"another property": {200, `{"data":[],"more":1}`}, "another type": {200, `{"data":{}}`}, "a lack": {200, `{}`},
		"a bad code": {422, `{"type":"","title":"","status":422,"detail":"","code":"Bad Code"}`},
	} {
		spy := &spy{TB: t}
		rec := httptest.NewRecorder()
		rec.Header().Set("Content-Type", map[bool]string{true: "application/json", false: "application/problem+json"}[wrong.status == 200])
		rec.WriteHeader(wrong.status)
		_, _ = rec.WriteString(wrong.body)
		isDescribed(spy, httptest.NewRequest("GET", "/v1/sites", nil), rec)
		if spy.complaints == 0 {
			t.Errorf("%s passes", name)
		}
	}
}

// spy takes the complaints in place of the test.
type spy struct {
	testing.TB
	complaints int
}

func (s *spy) Errorf(string, ...any) { s.complaints++ }
