package main

import (
	"context"
	"fmt"
	"net"
	"net/http"
	"os"
	"os/exec"
	"slices"
	"strings"
	"syscall"
	"time"
)

const (
	startsWithin = 2 * time.Minute // a store of an older version is brought to the new form at its start
	stopsWithin  = 15 * time.Second
)

// child is a server that we started. Its output goes to a file: a pipe would make us part of what is measured.
type child struct {
	addr string
	pid  int
	log  string
	done chan struct{} // closed when it has ended
	end  context.CancelFunc
}

// start runs a server and returns once it answers HTTP.
func start(ctx context.Context, log, addr, program string, args ...string) (*child, error) {
	out, err := os.Create(log)
	if err != nil {
		return nil, err
	}
	defer out.Close() // the child has its own copy
	ctx, end := context.WithCancel(ctx)
	cmd := exec.CommandContext(ctx, program, args...)
	cmd.Stdout, cmd.Stderr, cmd.Env = out, out, cleanEnv(os.Environ())
	cmd.Cancel = func() error { return cmd.Process.Signal(syscall.SIGTERM) }
	cmd.WaitDelay = stopsWithin
	if err := cmd.Start(); err != nil {
		end()
		return nil, err
	}
	c := &child{addr: addr, pid: cmd.Process.Pid, log: log, done: make(chan struct{}), end: end}
	go func() {
		defer close(c.done)
		cmd.Wait() // how it ended is in its log
	}()
	return c, c.ready(ctx)
}

// cleanEnv keeps settings of the person who runs the benchmark away from the collector: a Keap key among them would
// send a million made-up clicks' look-ups to the real Keap.
func cleanEnv(env []string) []string {
	return slices.DeleteFunc(env, func(s string) bool { return strings.HasPrefix(s, "TRIBUTARY_") })
}

// ready waits until the child answers HTTP, whatever it answers. It stops a child that does not.
func (c *child) ready(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(ctx, startsWithin)
	defer cancel()
	for !answers(ctx, "http://"+c.addr+"/livez") {
		select {
		case <-c.done:
			return fmt.Errorf("the server ended at once:\n%s", c.output())
		case <-ctx.Done():
			c.stop()
			return fmt.Errorf("the server did not answer at %s: %w\n%s", c.addr, ctx.Err(), c.output())
		case <-time.After(20 * time.Millisecond):
		}
	}
	return nil
}

func answers(ctx context.Context, url string) bool {
	request, err := http.NewRequestWithContext(ctx, "GET", url, nil)
	if err != nil {
		return false
	}
	answer, err := http.DefaultClient.Do(request)
	if err != nil {
		return false
	}
	answer.Body.Close()
	return true
}

// stop asks the child to end and waits for it; after stopsWithin it is killed.
func (c *child) stop() {
	c.end()
	<-c.done
}

// output is the end of what the child wrote.
func (c *child) output() string {
	text, _ := os.ReadFile(c.log)
	return string(text[max(len(text)-2000, 0):])
}

// freeAddr is a loopback address that nobody listens on now.
func freeAddr() (string, error) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return "", err
	}
	defer l.Close()
	return l.Addr().String(), nil
}
