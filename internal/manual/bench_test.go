package manual_test

import (
	"os"
	"testing"

	"github.com/labstack/echo/v4"

	"tributary/internal/manual"
)

// BenchmarkStart is what the manual adds to the start of the program.
func BenchmarkStart(b *testing.B) {
	a, err := assets()
	if err != nil {
		b.Fatal(err)
	}
	description, err := os.ReadFile("../api/openapi.yaml")
	if err != nil {
		b.Fatal(err)
	}
	for b.Loop() {
		if err := manual.Register(echo.New(), manual.Deps{Assets: a, BaseURL: "https://go.example.com", OpenAPI: description}); err != nil {
			b.Fatal(err)
		}
	}
}
