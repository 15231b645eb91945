package snippet

import (
	"bytes"
	"compress/gzip"
	"crypto/sha256"
	"crypto/sha512"
	"encoding/base64"
	"encoding/hex"
	"errors"
	"fmt"
	"io"

	"github.com/andybalholm/brotli"
)

// Script is the script of one site, ready to be served.
type Script struct {
	Body   []byte
	Gzip   []byte // Body, compressed once and for all
	Brotli []byte
	Hash   string // names this very content in the immutable address
	SRI    string // value of the integrity attribute
	ETag   string // with its quotes; of Body: a compressed answer needs one of its own
}

func newScript(body []byte) (Script, error) {
	sum, integrity := sha256.Sum256(body), sha512.Sum384(body)
	hash := hex.EncodeToString(sum[:6])
	zipped, err := gzipped(body)
	if err != nil {
		return Script{}, fmt.Errorf("compressing the snippet: %w", err)
	}
	br, err := brotlied(body)
	if err != nil {
		return Script{}, fmt.Errorf("compressing the snippet: %w", err)
	}
	return Script{
		Body:   body,
		Gzip:   zipped,
		Brotli: br,
		Hash:   hash,
		SRI:    "sha384-" + base64.StdEncoding.EncodeToString(integrity[:]),
		ETag:   `"` + hash + `"`,
	}, nil
}

func gzipped(body []byte) ([]byte, error) {
	var out bytes.Buffer
	w, err := gzip.NewWriterLevel(&out, gzip.BestCompression)
	if err != nil {
		return nil, err
	}
	err = writeAll(w, body)
	return out.Bytes(), err
}

func brotlied(body []byte) ([]byte, error) {
	var out bytes.Buffer
	err := writeAll(brotli.NewWriterLevel(&out, brotli.BestCompression), body)
	return out.Bytes(), err
}

func writeAll(w io.WriteCloser, body []byte) error {
	_, err := w.Write(body)
	return errors.Join(err, w.Close())
}
