package main

import (
	"fmt"
	"io"
)

// below finds the command that args name in a group of commands; the zero one where only the usage was asked for.
func below[C any](group, usage string, commands map[string]C, args []string, stdout, stderr io.Writer) (command C, err error) {
	if len(args) == 0 {
		fmt.Fprint(stderr, usage)
		return command, errUsage
	}
	switch args[0] {
	case "help", "-h", "--help":
		fmt.Fprint(stdout, usage)
		return command, nil
	}
	command, known := commands[args[0]]
	if !known {
		err = fmt.Errorf("%w: there is no command \"%s %s\"; \"tributary %s help\" lists them", errUsage, group, args[0], group)
	}
	return command, err
}
