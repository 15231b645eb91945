package main

import (
	"bufio"
	"bytes"
	"errors"
	"fmt"
	"io"
	"strconv"
)

// maxAnswer bounds the body of an answer: one result has some 100 bytes.
const maxAnswer = 64 << 10

var errChunked = errors.New("the answer has no Content-Length, and this client reads no chunks")

// answer is as much of an HTTP answer as the load looks at.
type answer struct {
	status int
	close  bool   // the server will close the connection
	body   []byte // valid until the next read
}

// readAnswer reads one answer into buf, growing it as needed.
func readAnswer(r *bufio.Reader, buf []byte) (answer, error) {
	line, err := r.ReadSlice('\n')
	if err != nil {
		return answer{}, fmt.Errorf("reading the status line: %w", err)
	}
	a := answer{}
	if a.status, err = statusOf(line); err != nil {
		return answer{}, err
	}
	length, err := a.readHeader(r)
	if err != nil {
		return answer{}, err
	}
	if cap(buf) < length {
		buf = make([]byte, length)
	}
	a.body = buf[:length]
	if _, err = io.ReadFull(r, a.body); err != nil {
		return answer{}, fmt.Errorf("reading the body: %w", err)
	}
	return a, nil
}

func statusOf(line []byte) (int, error) {
	if len(line) < len("HTTP/1.1 202") || !bytes.HasPrefix(line, []byte("HTTP/1.")) {
		return 0, fmt.Errorf("not an HTTP/1 status line: %.40q", line)
	}
	return strconv.Atoi(string(line[9:12]))
}

// readHeader reads up to the empty line and returns the length of the body.
func (a *answer) readHeader(r *bufio.Reader) (length int, err error) {
	length = -1
	for {
		line, err := r.ReadSlice('\n')
		if err != nil {
			return 0, fmt.Errorf("reading the header: %w", err)
		}
		line = bytes.TrimRight(line, "\r\n")
		if len(line) == 0 {
			break
		}
		name, value, _ := bytes.Cut(line, []byte(":"))
		value = bytes.TrimSpace(value)
		switch {
		case bytes.EqualFold(name, []byte("Content-Length")):
			if length, err = strconv.Atoi(string(value)); err != nil || length < 0 || length > maxAnswer {
				return 0, fmt.Errorf("a Content-Length of %.20q", value)
			}
		case bytes.EqualFold(name, []byte("Connection")):
			a.close = bytes.EqualFold(value, []byte("close"))
		}
	}
	if length < 0 {
		return 0, errChunked
	}
	return length, nil
}
