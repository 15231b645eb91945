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

// forPeople are the beginnings of the routes that openapi.yaml leaves out: pages, what is loaded for them, and what their
// forms send. Everything else that the program serves is for programs, and described.
var forPeople = map[string]string{
	"/portal":  "the affiliate's page",
	"/admin":   "the owner's desk",
	"/docs":    "the manual",
	"/assets/": "scripts and styles of them all",
	"/":        "what this is, for who opens the bare address",
}

// TestTheDescriptionIsOfThisProgram holds every route of the server against openapi.yaml, and the reverse.
func TestTheDescriptionIsOfThisProgram(t *testing.T) {
	described, served := describedRoutes(t), []string{}
	used := map[string]bool{}
	for _, r := range newTestCollector(t, nil).echo.Routes() {
		if beginning := pageOf(r.Path); beginning != "" {
			used[beginning] = true
		} else if r.Method != echo.RouteNotFound {
			served = append(served, r.Method+" "+regexp.MustCompile(`:(\w+)`).ReplaceAllString(r.Path, "{$1}"))
		}
	}
	for _, name := range served {
		if !slices.Contains(described, name) {
			t.Errorf("openapi.yaml lacks %s: describe it, or name its beginning in forPeople when it is a page", name)
		}
	}
	for _, name := range described {
		if !slices.Contains(served, name) {
			t.Errorf("openapi.yaml describes %s, which nothing serves", name)
		}
	}
	for beginning, what := range forPeople {
		if !used[beginning] {
			t.Errorf("nothing is served at %s (%s): take it out of the list", beginning, what)
		}
	}
}

func describedRoutes(t *testing.T) (names []string) {
	t.Helper()
	document, err := libopenapi.NewDocument(api.OpenAPI)
	if err != nil {
		t.Fatal(err)
	}
	model, err := document.BuildV3Model()
	if err != nil {
		t.Fatal(err)
	}
	for path, item := range model.Model.Paths.PathItems.FromOldest() {
		for method := range item.GetOperations().FromOldest() {
			names = append(names, strings.ToUpper(method)+" "+path)
		}
	}
	return names
}

// pageOf returns the beginning of forPeople that a route is below, or "".
func pageOf(path string) string {
	for beginning := range forPeople {
		if path == beginning || beginning != "/" && strings.HasPrefix(path, strings.TrimSuffix(beginning, "/")+"/") {
			return beginning
		}
	}
	return ""
}
