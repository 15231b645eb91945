package main

import (
	"fmt"
	"slices"
	"strings"

	"tributary/internal/intake"
	"tributary/snippet"
)

// door adds what browsers load and where they send, under the paths of the settings and under the usual ones: tags that
// were pasted before a rename keep working. It comes last, to see what the names would hide.
func (c *collector) door(in *intake.Intake, scripts *intake.Scripts) error {
	for flag, path := range map[string]string{"--script-path": c.cfg.scriptPath, "--events-path": c.cfg.eventsPath} {
		if c.taken(path) {
			return fmt.Errorf("%w: %s %s is an address of the collector itself: choose another", errUsage, flag, path)
		}
	}
	for _, path := range distinct(c.cfg.scriptPath, snippet.ScriptPath) {
		c.echo.GET(path+"/:file", scripts.Get)
	}
	for _, path := range distinct(c.cfg.eventsPath, snippet.EventsPath) {
		c.echo.POST(path, c.metrics.Timed(in.Post))
		c.echo.OPTIONS(path, in.Preflight)
	}
	return nil
}

// taken says whether a route begins with the one segment of the path.
func (c *collector) taken(path string) bool {
	for _, r := range c.echo.Routes() {
		if first, _, _ := strings.Cut(strings.TrimPrefix(r.Path, "/"), "/"); "/"+first == path {
			return true
		}
	}
	return false
}

func distinct(names ...string) []string {
	slices.Sort(names)
	return slices.Compact(names)
}
