package main

import (
	"bufio"
	"errors"
	"io"
	"strings"
	"testing"
)

func TestReadAnswer(t *testing.T) {
	for name, c := range map[string]struct {
		raw    string
		status int
		close  bool
		body   string
	}{
		"accepted":       {"HTTP/1.1 202 Accepted\r\nContent-Type: application/json\r\ncontent-length: 2\r\n\r\n{}", 202, false, "{}"},
		"empty":          {"HTTP/1.1 429 Too Many Requests\r\nContent-Length: 0\r\n\r\n", 429, false, ""},
		"last of a line": {"HTTP/1.1 503 Service Unavailable\r\nConnection: close\r\nContent-Length: 1\r\n\r\nx", 503, true, "x"},
	} {
		t.Run(name, func(t *testing.T) {
			got, err := readAnswer(bufio.NewReader(strings.NewReader(c.raw+"HTTP/1.1 ")), nil)
			if err != nil || got.status != c.status || got.close != c.close || string(got.body) != c.body {
				t.Errorf("read %+v, %v", got, err)
			}
		})
	}
}

func TestReadAnswerFailsClearly(t *testing.T) {
	for name, c := range map[string]struct {
		raw  string
		want error
	}{
		"nothing":        {"", io.EOF},
		"no HTTP":        {"SSH-2.0-OpenSSH_9.2\r\n", nil},
		"no number":      {"HTTP/1.1 abc Accepted\r\nContent-Length: 0\r\n\r\n", nil},
		"chunks":         {"HTTP/1.1 202 Accepted\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n", errChunked},
		"too long":       {"HTTP/1.1 202 Accepted\r\nContent-Length: 99999999\r\n\r\n", nil},
		"negative":       {"HTTP/1.1 202 Accepted\r\nContent-Length: -1\r\n\r\n", nil},
		"cut in header":  {"HTTP/1.1 202 Accepted\r\nContent-", io.EOF},
		"cut in body":    {"HTTP/1.1 202 Accepted\r\nContent-Length: 5\r\n\r\n{}", io.ErrUnexpectedEOF},
		"endless header": {"HTTP/1.1 202 Accepted\r\nX: " + strings.Repeat("x", 1<<16), bufio.ErrBufferFull},
	} {
		t.Run(name, func(t *testing.T) {
			got, err := readAnswer(bufio.NewReader(strings.NewReader(c.raw)), nil)
			if err == nil || (c.want != nil && !errors.Is(err, c.want)) {
				t.Errorf("read %+v, %v; want the error %v", got, err, c.want)
			}
		})
	}
}
