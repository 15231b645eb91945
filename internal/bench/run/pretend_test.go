package main

import (
	"context"
	"encoding/json"
	"flag"
	"fmt"
	"log"
	"net/http"
	"os"
	"os/signal"
	"path/filepath"
	"strings"
	"sync/atomic"
	"syscall"

	bolt "go.etcd.io/bbolt"

	"tributary/internal/bench"
)

// pretend is a tributary that counts in memory: enough of the contract for the benchmark to run against.
func pretend(args []string) {
	ctx, stop := signal.NotifyContext(context.Background(), syscall.SIGTERM)
	defer stop()
	f := flag.NewFlagSet("serve", flag.ExitOnError)
	listen, data := f.String("listen", "", ""), f.String("data", "", "")
	f.String("base-url", "", "")
	key := f.String("admin-key", "", "")
	f.Parse(args)
	if os.Getenv("TRIBUTARY_KEAP_KEY") != "" {
		log.Fatal("a Keap key reached the collector")
	}
	if err := makeFolder(*data); err != nil {
		log.Fatal(err)
	}
	server := &http.Server{Addr: *listen, Handler: standIn(*key)}
	go server.ListenAndServe()
	<-ctx.Done()
	server.Close()
}

func makeFolder(dir string) error {
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return err
	}
	db, err := bolt.Open(filepath.Join(dir, "tributary.db"), 0o600, nil)
	if err != nil {
		return err
	}
	return db.Close()
}

func standIn(key string) http.Handler {
	var clicks atomic.Int64
	mux := http.NewServeMux()
	mux.HandleFunc("POST /e", func(w http.ResponseWriter, r *http.Request) {
		var batch bench.Batch
		json.NewDecoder(r.Body).Decode(&batch)
		clicks.Add(1)
		w.WriteHeader(http.StatusAccepted)
		json.NewEncoder(w).Encode(bench.Answer{Results: []bench.Result{{ID: batch.Events[0].ID, Status: "accepted"}}})
	})
	mux.HandleFunc("GET /s/st_pretend.js", script)
	mux.Handle("/v1/", guarded(key, map[string]func() string{
		"POST /v1/sites":               func() string { return `{"key":"st_pretend"}` },
		"POST /v1/affiliates":          func() string { return `{"id":"107"}` },
		"GET /v1/affiliates/107/stats": func() string { return fmt.Sprintf(`{"clicks":%d}`, clicks.Load()) },
	}))
	return mux
}

func guarded(key string, answers map[string]func() string) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		answer := answers[r.Method+" "+r.URL.Path]
		if r.Header.Get("Authorization") != "Bearer "+key || answer == nil {
			http.Error(w, "no", http.StatusUnauthorized)
			return
		}
		fmt.Fprint(w, answer())
	})
}

// script answers with as many bytes as the coding's name is known for here.
func script(w http.ResponseWriter, r *http.Request) {
	coding := r.Header.Get("Accept-Encoding")
	size := map[string]int{"identity": 3600, "gzip": 3500, "br": 3400}[coding]
	if coding != "identity" {
		w.Header().Set("Content-Encoding", coding)
	}
	fmt.Fprint(w, strings.Repeat("x", size))
}
