package web

import (
	"bytes"
	"compress/gzip"
	"io"
	"net/http"
	"slices"
	"strconv"
	"strings"

	"github.com/andybalholm/brotli"
)

// asset is one file in every encoding that it is served in, the preferred one first.
type asset struct {
	contentType, cacheControl string
	forms                     []form
}

type form struct {
	encoding string // as in Content-Encoding; "" for the plain file
	etag     string // differs by encoding, as a strong validator must
	body     []byte
}

func newAsset(contentType, hash string, body []byte) *asset {
	return &asset{contentType: contentType, cacheControl: "public, max-age=31536000, immutable", forms: packings(hash, body, best)}
}

// effort is how hard the packers try.
type effort struct{ brotli, gzip int }

var (
	best    = effort{brotli.BestCompression, gzip.BestCompression}
	quickly = effort{brotli.DefaultCompression, gzip.DefaultCompression} // while somebody waits
)

func packings(hash string, body []byte, how effort) []form {
	return []form{
		{"br", `"` + hash + `-br"`, brotlied(body, how)},
		{"gzip", `"` + hash + `-gzip"`, gzipped(body, how)},
		{"", `"` + hash + `"`, body},
	}
}

func (a *asset) serve(w http.ResponseWriter, r *http.Request) {
	f := a.accepted(r.Header.Values("Accept-Encoding"))
	h := w.Header()
	h.Set("Cache-Control", a.cacheControl)
	h.Set("Etag", f.etag)
	h.Set("Vary", "Accept-Encoding")
	h.Set("X-Content-Type-Options", "nosniff")
	if matches(r.Header.Values("If-None-Match"), f.etag) {
		w.WriteHeader(http.StatusNotModified)
		return
	}
	h.Set("Content-Type", a.contentType)
	h.Set("Content-Length", strconv.Itoa(len(f.body)))
	if f.encoding != "" {
		h.Set("Content-Encoding", f.encoding)
	}
	if r.Method != http.MethodHead {
		w.Write(f.body) // an error here is a reader who left
	}
}

func (a *asset) accepted(header []string) form {
	offered := listed(header)
	for _, f := range a.forms {
		if slices.Contains(offered, f.encoding) {
			return f
		}
	}
	return a.forms[len(a.forms)-1]
}

// listed splits a header's list, dropping what it refuses with q=0.
func listed(header []string) []string {
	var names []string
	for item := range strings.SplitSeq(strings.Join(header, ","), ",") {
		name, q, _ := strings.Cut(strings.ReplaceAll(item, " ", ""), ";q=")
		if weight, err := strconv.ParseFloat(q, 64); err != nil || weight > 0 {
			names = append(names, strings.ToLower(name))
		}
	}
	return names
}

func matches(header []string, etag string) bool {
	return slices.ContainsFunc(listed(header), func(tag string) bool { return tag == "*" || strings.TrimPrefix(tag, "w/") == etag })
}

func brotlied(body []byte, how effort) []byte {
	return packed(body, func(w io.Writer) io.WriteCloser { return brotli.NewWriterLevel(w, how.brotli) })
}

func gzipped(body []byte, how effort) []byte {
	return packed(body, func(w io.Writer) io.WriteCloser {
		z, err := gzip.NewWriterLevel(w, how.gzip)
		if err != nil {
			panic(err) // the levels are constants
		}
		return z
	})
}

// packed compresses in memory, where nothing can fail.
func packed(body []byte, packer func(io.Writer) io.WriteCloser) []byte {
	var out bytes.Buffer
	w := packer(&out)
	w.Write(body)
	w.Close()
	return out.Bytes()
}
