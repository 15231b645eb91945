package manual_test

import (
	"net/http/httptest"
	"os"
	"testing"

	"github.com/labstack/echo/v4"

	"tributary/internal/manual"
)

// BenchmarkFirst is what the first reader waits for.
func BenchmarkFirst(b *testing.B) {
	a, err := assets()
	if err != nil {
		b.Fatal(err)
	}
	description, err := os.ReadFile("../api/openapi.yaml")
	if err != nil {
		b.Fatal(err)
	}
	for b.Loop() {
		e := echo.New()
		if err := manual.Register(e, manual.Deps{Assets: a, BaseURL: "https://go.example.com", OpenAPI: description}); err != nil {
			b.Fatal(err)
		}
		rec := httptest.NewRecorder()
		if e.ServeHTTP(rec, httptest.NewRequest("GET", "/docs", nil)); rec.Code != 200 {
			b.Fatal(rec.Code)
		}
	}
}
