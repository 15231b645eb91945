package boltstore_test

import (
	"context"
	"fmt"
	"sync"
	"testing"
	"time"

	"github.com/google/uuid"

	"tributary/internal/attribution"
	"tributary/internal/store"
	"tributary/internal/store/boltstore"
)

// BenchmarkIngest takes opt-ins of new people, and clicks, from 64 callers at once, each as a request of its own.
func BenchmarkIngest(b *testing.B) {
	for _, kind := range []attribution.EventType{attribution.Clicked, attribution.OptedIn} {
		for _, wanted := range []bool{false, true} {
			b.Run(fmt.Sprintf("%s/wanted=%t", kind, wanted), func(b *testing.B) { benchIngest(b, kind, wanted) })
		}
	}
}

func benchIngest(b *testing.B, kind attribution.EventType, wanted bool) {
	s, err := boltstore.Open(boltstore.Options{Dir: b.TempDir()})
	if err != nil {
		b.Fatal(err)
	}
	defer s.Close()
	if wanted {
		if _, err := s.Put(context.Background(), store.NewsKind, string(attribution.DefaultAccount), []byte(`{"wanted":["received","credited"]}`), 0); err != nil {
			b.Fatal(err)
		}
	}
	const callers = 64
	b.ResetTimer()
	var all sync.WaitGroup
	for range callers {
		all.Go(func() {
			for range (b.N + callers - 1) / callers {
				if _, err := s.Ingest(context.Background(), attribution.DefaultAccount, attribution.DefaultPolicy, []attribution.Event{benchEvent(kind)}); err != nil {
					b.Error(err)
					return
				}
			}
		})
	}
	all.Wait()
	b.ReportMetric(float64(b.N)/b.Elapsed().Seconds(), "events/s")
}

func benchEvent(kind attribution.EventType) attribution.Event {
	id := uuid.Must(uuid.NewV7())
	now := time.Now()
	touch := attribution.Touch{Ref: attribution.Ref{Kind: attribution.ByID, Value: "101"}, At: now}
	e := attribution.Event{ID: id, Type: kind, At: now, Received: now, Site: "st_test", Visitor: id, URL: "https://www.example.com/webinar", Latest: touch, First: touch}
	if kind == attribution.OptedIn {
		e.Via, e.Person, e.Sealed = attribution.ViaForm, attribution.PersonKey(uuid.New()), make([]byte, 120)
	}
	return e
}
