package api_test

import (
	"testing"

	"go.yaml.in/yaml/v4"

	"tributary/internal/api"
)

// TestDescriptionsAreWhole finds a sentence that its own comma has cut in two: in {description: this, and that}, YAML takes
// "and that" for another key.
func TestDescriptionsAreWhole(t *testing.T) {
	var doc yaml.Node
	if err := yaml.Unmarshal(api.OpenAPI, &doc); err != nil {
		t.Fatal(err)
	}
	findCut(t, &doc)
}

func findCut(t *testing.T, n *yaml.Node) {
	t.Helper()
	for i, c := range n.Content {
		if n.Kind == yaml.MappingNode && i%2 == 1 && c.Tag == "!!null" && c.Value == "" {
			t.Errorf("openapi.yaml, line %d: %q is a key without a value: put the sentence before it into quotes", c.Line, n.Content[i-1].Value)
		}
		findCut(t, c)
	}
}
