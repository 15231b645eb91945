package sandbox

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"maps"
	"net/http"
)

// answer is a status and a body before anything is written, so that a fault can keep it, cut it or delay it.
type answer struct {
	status int
	body   any // JSON; no body when nil
	header http.Header
}

// refuse is an error in Keap's shape (schema Error of Keap's description).
func refuse(status int, format string, args ...any) answer {
	return answer{status: status, body: map[string]any{
		"code":    status,
		"message": fmt.Sprintf(format, args...),
		"status":  http.StatusText(status),
		"details": []any{},
	}}
}

func badRequest(err error) answer { return refuse(http.StatusBadRequest, "%v", err) }

func (a answer) bytes() []byte {
	if a.body == nil {
		return nil
	}
	text, err := json.Marshal(a.body)
	if err != nil {
		panic(fmt.Sprintf("sandbox: %T cannot be JSON: %v", a.body, err)) // only for a mistake in this package
	}
	return text
}

func (a answer) write(w http.ResponseWriter) {
	maps.Copy(w.Header(), a.header)
	if a.body != nil {
		w.Header().Set("Content-Type", "application/json;charset=UTF-8")
	}
	w.WriteHeader(a.status)
	w.Write(a.bytes())
}

// decode reads exactly one JSON object with known fields.
func decode(body []byte, into any) error {
	d := json.NewDecoder(bytes.NewReader(body))
	d.DisallowUnknownFields()
	if err := d.Decode(into); err != nil {
		return fmt.Errorf("the body is not what is expected here: %w", err)
	}
	if _, err := d.Token(); !errors.Is(err, io.EOF) {
		return errors.New("there is something after the body")
	}
	return nil
}
