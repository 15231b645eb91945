package snippet

import (
	"bytes"
	"crypto/sha256"
	"crypto/sha512"
	"encoding/base64"
	"encoding/hex"
	"errors"
	"fmt"
	"io"

	"github.com/andybalholm/brotli"

	"tributary/snippet/deflate"
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
	br, err := brotlied(body)
	if err != nil {
		return Script{}, fmt.Errorf("compressing the snippet: %w", err)
	}
	return Script{
		Body:   body,
		Gzip:   deflate.Gzip(body),
		Brotli: br,
		Hash:   hash,
		SRI:    "sha384-" + base64.StdEncoding.EncodeToString(integrity[:]),
		ETag:   `"` + hash + `"`,
	}, nil
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
