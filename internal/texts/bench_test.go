package texts_test

import (
	"testing"
	"time"

	"tributary/internal/texts"
	"tributary/web"
)

// What a page asks for again and again. A sentence without placeholders is one look into a map.
func BenchmarkReader(b *testing.B) {
	all := texts.Shipped()
	header := "de-AT,de;q=0.9,en-US;q=0.8,en;q=0.7"
	r := all.For(header)
	at := time.Date(2026, 11, 3, 15, 4, 0, 0, time.UTC)
	for name, ask := range map[string]func(){
		"For":     func() { all.For(header) },
		"Text":    func() { r.Text("portal.login.text") },
		"filled":  func() { r.Text("portal.numbers.helloname", "Name", "Maria") },
		"Counted": func() { r.Counted("shared.counts.noptins", 12) },
		"Number":  func() { r.Number(1234567) },
		"Moment":  func() { r.Moment(at) },
	} {
		b.Run(name, func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				ask()
			}
		})
	}
}

func BenchmarkRead(b *testing.B) {
	for b.Loop() {
		if _, err := texts.Read(web.Texts()); err != nil {
			b.Fatal(err)
		}
	}
}
