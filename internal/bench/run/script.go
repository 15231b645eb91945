package main

import (
	"context"
	"fmt"
	"io"
	"net/http"
)

// plainClient leaves codings alone: net/http's own would ask for gzip and unpack it unseen.
var plainClient = &http.Client{Transport: &http.Transport{DisableCompression: true}}

// scriptSize is how many bytes a script has on the wire in a coding.
func scriptSize(ctx context.Context, url, coding string) (int64, error) {
	request, err := http.NewRequestWithContext(ctx, "GET", url, nil)
	if err != nil {
		return 0, err
	}
	request.Header.Set("Accept-Encoding", coding)
	answer, err := plainClient.Do(request)
	if err != nil {
		return 0, err
	}
	defer answer.Body.Close()
	got := answer.Header.Get("Content-Encoding")
	if answer.StatusCode != http.StatusOK || (got != coding && coding != "identity") || (got != "" && coding == "identity") {
		return 0, fmt.Errorf("GET %s with Accept-Encoding %s answered %d with Content-Encoding %q", url, coding, answer.StatusCode, got)
	}
	return io.Copy(io.Discard, answer.Body)
}
