package manual_test

import (
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/labstack/echo/v4"

	"tributary/internal/manual"
)

// described is the reference of a description of our own, at /docs/api/birds.
func described(t *testing.T, paths string) string {
	t.Helper()
	a, err := assets()
	if err != nil {
		t.Fatal(err)
	}
	e := echo.New()
	err = manual.Register(e, manual.Deps{Assets: a, BaseURL: "http://localhost:8080", OpenAPI: []byte("openapi: 3.1.0\ninfo: {description: d}\ntags: [{name: birds}]\n" + paths)})
	if err != nil {
		t.Fatal(err)
	}
	rec := httptest.NewRecorder()
	e.ServeHTTP(rec, httptest.NewRequest(http.MethodGet, "/docs/api/birds", nil))
	if rec.Code != http.StatusOK {
		t.Fatalf("%d %s", rec.Code, rec.Body)
	}
	return rec.Body.String()
}

const birds = `
paths:
  /v1/birds/{id}:
    parameters: [{$ref: '#/components/parameters/ID'}]
    patch:
      tags: [birds]
      operationId: changeBird
      summary: Change a <bird>
      requestBody:
        content:
          application/json:
            schema:
              allOf:
                - {type: object, properties: {song: {type: string, maxLength: 9}}}
                - {type: object, required: [name], properties: {name: {type: string}}}
            example: {name: "it's", song: no}
      responses:
        "200":
          description: the bird
          content: {application/json: {schema: {$ref: '#/components/schemas/Bird'}, example: {name: wren, at: "2026-05-21T14:30:00Z", young: [{name: jack}], weight: 9.5}}}
        "404": {description: gone, content: {application/problem+json: {example: {code: no_bird}}}}
components:
  parameters:
    ID: {name: id, in: path, required: true, schema: {type: string}, example: b1}
  schemas:
    Bird:
      type: object
      required: [name]
      properties:
        name: {type: string}
        kinds: {type: array, minItems: 1, items: {type: string, enum: [owl, wren]}}
        weight: {type: [number, "null"]}
        at: {type: string, format: date-time}
        young: {type: array, items: {$ref: '#/components/schemas/Bird'}}
`

// TestTheReferenceTellsAll of an operation: a composition, a reference, a schema that holds itself, and what is hostile.
func TestTheReferenceTellsAll(t *testing.T) {
	got := described(t, birds)
	for _, want := range []string{
		`id="changeBird"`, "Change a &lt;bird&gt;", `<span class="method">PATCH</span>`, "/v1/birds/{id}",
		`song</span> <span class="type">string</span>`, "at most 9 characters", `name</span> <span class="type">string</span> <span class="required">`,
		`name</span> <span class="type">string</span> <span class="always">`, "list of string", "<code>owl</code>, <code>wren</code>", "at least 1 in the list",
		"number or null", "string (date-time)", "list of object", "no_bird",
		"curl -X PATCH https://go.example.com/v1/birds/b1", `-d &#39;{&#34;name&#34;: &#34;it&#39;\&#39;&#39;s&#34;, &#34;song&#34;: `,
		`&#34;weight&#34;: 9.5`, `&#34;at&#34;: &#34;2026-05-21T14:30:00Z&#34;`,
	} {
		if !strings.Contains(got, want) {
			t.Errorf("the reference lacks %s", want)
		}
	}
	if strings.Index(got, `>name</span> <span class="type">string</span> <span class="required">`) > strings.Index(got, `>song</span>`) {
		t.Error("what must be sent does not come first")
	}
}
