package deflate_test

import (
	"bytes"
	"compress/gzip"
	"io"
	"math/rand/v2"
	"os"
	"testing"

	"tributary/snippet/deflate"
)

func unzipped(t *testing.T, zipped []byte) []byte {
	t.Helper()
	r, err := gzip.NewReader(bytes.NewReader(zipped))
	if err != nil {
		t.Fatal(err)
	}
	text, err := io.ReadAll(r)
	if err != nil {
		t.Fatal(err)
	}
	return text
}

func noise(n, letters int) []byte {
	r := rand.New(rand.NewPCG(1, 2))
	text := make([]byte, n)
	for i := range text {
		text[i] = byte(r.IntN(letters))
	}
	return text
}

func TestGzipGivesTheTextBack(t *testing.T) {
	all := make([]byte, 256)
	for i := range all {
		all[i] = byte(i)
	}
	rare := []byte{}
	for i, n := 0, 1; i < 20; i, n = i+1, n*3/2+1 { // a code that would go beyond 15 bits
		rare = append(rare, bytes.Repeat([]byte{byte(i), noise(1, 256)[0]}, n)...)
	}
	for name, text := range map[string][]byte{
		"nothing": nil, "a byte": {0}, "two": []byte("aa"), "three": []byte("aba"), "the last byte": {255, 255},
		"a run": bytes.Repeat([]byte("x"), 5000), "one more than the longest match": bytes.Repeat([]byte("x"), 260),
		"every byte": all, "noise": noise(3000, 256), "two letters": noise(3000, 2), "rare letters": rare,
		"a far repeat":  append(append(append([]byte("needle"), noise(32762, 256)...), "needle"...), "needle"...),
		"too far":       append(append([]byte("needle"), noise(32763, 256)...), "needle"...),
		"a long period": bytes.Repeat(noise(300, 64), 5),
	} {
		if got := unzipped(t, deflate.Gzip(text)); !bytes.Equal(got, text) {
			t.Errorf("%s: %d bytes became %d", name, len(text), len(got))
		}
	}
}

func TestGzipGivesRandomTextsBack(t *testing.T) {
	r := rand.New(rand.NewPCG(3, 4))
	for range 100 {
		text := noise(r.IntN(400), 1+r.IntN(40))
		for range r.IntN(8) {
			from := r.IntN(len(text) + 1)
			text = append(text, text[from:from+r.IntN(len(text)-from+1)]...)
		}
		if got := unzipped(t, deflate.Gzip(text)); !bytes.Equal(got, text) {
			t.Fatalf("%q became %q", text, got)
		}
	}
}

// That is what it is for.
func TestGzipIsSmallerThanTheUsual(t *testing.T) {
	for _, file := range []string{"block.go", "gzip_test.go"} {
		text, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		got, usual := len(deflate.Gzip(text)), usualSize(t, text)
		if t.Logf("%s: %d bytes, compress/gzip takes %d", file, got, usual); got > usual*99/100 {
			t.Errorf("%s: %d bytes, compress/gzip takes %d", file, got, usual)
		}
	}
}

func usualSize(t *testing.T, text []byte) int {
	t.Helper()
	var out bytes.Buffer
	w, err := gzip.NewWriterLevel(&out, gzip.BestCompression)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := w.Write(text); err != nil {
		t.Fatal(err)
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return out.Len()
}
