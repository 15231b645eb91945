package main

import (
	"context"
	"fmt"
	"io"
	"log/slog"
	"net"
	"os"
	"runtime/debug"
	"syscall"
)

// errReadOnly is what the kernel says of a folder on a file system that takes no writes.
var errReadOnly error = syscall.EROFS

func serve(ctx context.Context, args []string, stderr io.Writer) error {
	var cfg config
	if err := cfg.parse("serve", args, stderr); err != nil {
		return err
	}
	log, err := newLogger(stderr, cfg.logLevel)
	if err != nil {
		return err
	}
	collectLess()
	l, err := net.Listen("tcp", cfg.listen)
	if err != nil {
		return fmt.Errorf("--listen %s: %w", cfg.listen, err)
	}
	var metricsDoor net.Listener
	if cfg.metricsListen != "" {
		if metricsDoor, err = net.Listen("tcp", cfg.metricsListen); err != nil {
			l.Close()
			return fmt.Errorf("--metrics-listen %s: %w", cfg.metricsListen, err)
		}
		defer metricsDoor.Close()
	}
	c, err := newCollector(cfg, log)
	if err != nil {
		l.Close()
		return err
	}
	c.metricsDoor = metricsDoor
	return c.run(ctx, l)
}

// collectLess lets the heap grow to five times what lives. That is some 10 MB, so at Go's default of two times a busy
// door spends a tenth of its time collecting 10 MB again and again. Who sets GOGC knows better.
func collectLess() {
	if os.Getenv("GOGC") == "" {
		debug.SetGCPercent(400)
	}
}

func newLogger(w io.Writer, level string) (*slog.Logger, error) {
	var l slog.Level
	if err := l.UnmarshalText([]byte(level)); err != nil {
		return nil, fmt.Errorf("%w: --log-level %q must be debug, info, warn or error", errUsage, level)
	}
	return slog.New(slog.NewTextHandler(w, &slog.HandlerOptions{Level: l})), nil
}
