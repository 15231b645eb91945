package api

import (
	"bytes"
	"encoding/json"

	"github.com/labstack/echo/v4"
)

// JSON writes answers as people and programs expect to read them: a tag as <script>, where encoding/json would write
// \u003cscript for pages that carry JSON in themselves, which none of ours do.
type JSON struct{ echo.DefaultJSONSerializer }

// Serialize implements echo.JSONSerializer.
func (JSON) Serialize(c echo.Context, v any, indent string) error {
	e := json.NewEncoder(c.Response())
	e.SetEscapeHTML(false)
	e.SetIndent("", indent)
	return e.Encode(v)
}

func plainJSON(v any) ([]byte, error) {
	var text bytes.Buffer
	e := json.NewEncoder(&text)
	e.SetEscapeHTML(false)
	err := e.Encode(v)
	return text.Bytes(), err
}
