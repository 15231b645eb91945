package main

import (
	"context"
	"encoding/json"
	"fmt"
	"os/exec"
	"path/filepath"
	"strconv"
	"time"

	"tributary/internal/bench"
)

// origin is where the clicks say that they come from.
const origin = "https://www.example.com"

// tools are the programs that take part, as paths.
type tools struct{ load, bare, tributary string }

// build makes the programs from the source at hand, so that the figures belong to it.
func build(ctx context.Context, dir, tributary string) (tools, error) {
	t := tools{filepath.Join(dir, "load"), filepath.Join(dir, "bare"), tributary}
	packages := map[string]string{t.load: "tributary/internal/bench/load", t.bare: "tributary/internal/bench/bare"}
	if tributary == "" {
		t.tributary = filepath.Join(dir, "tributary")
		packages[t.tributary] = "tributary/collector"
	}
	for path, pkg := range packages { // by their import paths, so that it works from any folder of the module
		if text, err := exec.CommandContext(ctx, "go", "build", "-o", path, pkg).CombinedOutput(); err != nil {
			return t, fmt.Errorf("building %s: %w\n%s", pkg, err, text)
		}
	}
	return t, nil
}

// task is one run of the load.
type task struct {
	addr, site       string
	conns            int
	duration, warmup time.Duration
	count            int64 // instead of the duration
}

// run sends the clicks from a process of their own and reads its report.
func (t tools) run(ctx context.Context, k task) (bench.Report, error) {
	var report bench.Report
	cmd := exec.CommandContext(ctx, t.load, "-json", "-addr", k.addr, "-site", k.site, "-origin", origin,
		"-conns", strconv.Itoa(k.conns), "-duration", k.duration.String(), "-warmup", k.warmup.String(),
		"-count", strconv.FormatInt(k.count, 10))
	text, err := cmd.Output()
	if err != nil {
		return report, fmt.Errorf("loading %s: %w%s", k.addr, err, stderrOf(err))
	}
	if err := json.Unmarshal(text, &report); err != nil {
		return report, fmt.Errorf("reading the load's report: %w", err)
	}
	return report, nil
}

func stderrOf(err error) string {
	if exit, ok := err.(*exec.ExitError); ok {
		return "\n" + string(exit.Stderr)
	}
	return ""
}
