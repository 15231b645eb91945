// Command bundle prints the script of a site whose settings it reads from standard input as JSON; with the argument
// "test", the one for pages that are tried. The browser tests use it, so that what they run is what the collector serves.
package main

import (
	"encoding/json"
	"log"
	"os"

	"tributary/snippet"
)

func main() {
	var s snippet.Settings
	input := json.NewDecoder(os.Stdin)
	input.DisallowUnknownFields() // a misspelt setting would test the default
	if err := input.Decode(&s); err != nil {
		log.Fatalf("reading settings: %v", err)
	}
	bundle := snippet.Bundle
	if len(os.Args) > 1 && os.Args[1] == "test" {
		bundle = snippet.BundleTest
	}
	script, err := bundle(s)
	if err != nil {
		log.Fatal(err)
	}
	if _, err := os.Stdout.Write(script.Body); err != nil {
		log.Fatal(err)
	}
}
