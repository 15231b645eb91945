package main

import (
	"context"
	"fmt"
	"io"
)

// keapCommand is the family of commands about the link to Keap.
func keapCommand(ctx context.Context, args []string, stdout, stderr io.Writer) error {
	name := ""
	if len(args) > 0 {
		name = args[0]
	}
	switch name {
	case "sync":
		return keapSyncCommand(ctx, args[1:], nil, stdout, stderr)
	}
	return fmt.Errorf("%w: tributary keap sync [FLAGS]", errUsage)
}
