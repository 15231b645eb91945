package main

import (
	"fmt"
	"os"
	"strconv"
	"strings"
)

// memoryOf tells how much memory a process holds, in words.
func memoryOf(pid int) string {
	text, err := os.ReadFile(fmt.Sprintf("/proc/%d/status", pid))
	if err != nil {
		return "not known: this system has no /proc"
	}
	m := parseStatus(string(text))
	return fmt.Sprintf("%s resident, %s at most; of it %s heap and stacks, %s mapped file",
		megabytes(m["VmRSS"]), megabytes(m["VmHWM"]), megabytes(m["RssAnon"]), megabytes(m["RssFile"]))
}

// parseStatus reads the sizes of /proc/PID/status, in bytes.
func parseStatus(text string) map[string]int64 {
	sizes := map[string]int64{}
	for line := range strings.Lines(text) {
		name, value, _ := strings.Cut(line, ":")
		if number, ok := strings.CutSuffix(strings.TrimSpace(value), " kB"); ok {
			kb, _ := strconv.ParseInt(number, 10, 64)
			sizes[name] = kb << 10
		}
	}
	return sizes
}
