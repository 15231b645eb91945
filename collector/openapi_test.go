package main

import (
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/labstack/echo/v4"
	"github.com/pb33f/libopenapi"

	"tributary/internal/api"
)

// pages are for people: they are not in the description.
var pages = regexp.MustCompile(`^/(portal|assets|admin|docs)(/|$)`)

// TestTheDescriptionIsOfThisProgram holds every route of the server against openapi.yaml, and the reverse.
func TestTheDescriptionIsOfThisProgram(t *testing.T) {
	document, err := libopenapi.NewDocument(api.OpenAPI)
	if err != nil {
		t.Fatal(err)
	}
	model, err := document.BuildV3Model()
	if err != nil {
		t.Fatal(err)
	}
	var described, served []string
	for path, item := range model.Model.Paths.PathItems.FromOldest() {
		for method := range item.GetOperations().FromOldest() {
			described = append(described, strings.ToUpper(method)+" "+path)
		}
	}
	for _, r := range newTestCollector(t, nil).echo.Routes() {
		if r.Method != echo.RouteNotFound && !pages.MatchString(r.Path) {
			served = append(served, r.Method+" "+regexp.MustCompile(`:(\w+)`).ReplaceAllString(r.Path, "{$1}"))
		}
	}
	for _, name := range served {
		if !slices.Contains(described, name) {
			t.Errorf("openapi.yaml lacks %s", name)
		}
	}
	for _, name := range described {
		if !slices.Contains(served, name) {
			t.Errorf("openapi.yaml describes %s, which nothing serves", name)
		}
	}
}
