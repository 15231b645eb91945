// Command webinar serves the webinar vendor's double for the browser tests, on a free port that it prints. It reads the
// webinars from standard input as JSON, and ends when that is closed.
package main

import (
	"encoding/json"
	"fmt"
	"io"
	"log"
	"net"
	"net/http"
	"os"

	"tributary/internal/webinar/sandbox"
)

type webinar struct {
	Hash     string                 `json:"hash"`
	ThankYou string                 `json:"thank_you"`
	SendInfo bool                   `json:"send_info"`
	Boxes    map[sandbox.Box]string `json:"boxes"`
}

func main() {
	var given []webinar
	in := json.NewDecoder(os.Stdin)
	if err := in.Decode(&given); err != nil {
		log.Fatalf("reading the webinars: %v", err)
	}
	var o sandbox.Options
	for _, w := range given {
		o.Webinars = append(o.Webinars, sandbox.Webinar{Hash: w.Hash, Title: w.Hash, ThankYou: w.ThankYou, SendInfo: w.SendInfo, Boxes: w.Boxes})
	}
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(l.Addr().(*net.TCPAddr).Port)
	go func() { log.Fatal(http.Serve(l, sandbox.New(o))) }()
	io.Copy(io.Discard, os.Stdin)
}
