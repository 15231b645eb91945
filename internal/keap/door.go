package keap

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptrace"
	"net/url"
	"sync/atomic"
	"time"
)

// maxAnswer caps what is read of one answer. A full page of 1000 referrals has about 400 KB.
const maxAnswer = 1 << 20

// call is one exchange with Keap, before it has a URL, a key or a connection.
type call struct {
	op     string // Keap's operationId
	method string
	path   string // from "/rest/v2/" on, escaped
	query  url.Values
	body   any                // sent as JSON unless nil
	decode func([]byte) error // reads the body of a 2xx
	hide   []string           // what no error text may hold, besides the token
	token  Token              // what it was last sent with
}

func get(op, path string, query url.Values, decode func([]byte) error) call {
	return call{op: op, method: http.MethodGet, path: path, query: query, decode: decode}
}

func post(op, path string, body any, decode func([]byte) error) call {
	return call{op: op, method: http.MethodPost, path: path, body: body, decode: decode}
}

// exchange sends a call once, with the token of that moment. Every error it returns is an *Error.
func (c *Client) exchange(ctx context.Context, ask *call) (err error) {
	leave, err := c.pace.enter(ctx)
	if err != nil {
		return c.unanswered(*ask, NotSent, err)
	}
	defer leave()
	if ask.token, err = c.credential.Token(ctx); err != nil {
		return c.unanswered(*ask, NotSent, err)
	}
	call := *ask
	ctx, cancel := context.WithTimeout(ctx, c.timeout)
	defer cancel()
	wire := &wireTrace{}
	req, err := c.request(wire.watch(ctx), call)
	if err != nil {
		return c.unanswered(call, NotSent, err)
	}
	res, err := c.http.Do(req)
	if err != nil {
		return c.unanswered(call, wire.state(), err)
	}
	defer res.Body.Close()
	c.pace.heard(res, time.Now())
	return c.answered(call, res)
}

func (c *Client) request(ctx context.Context, call call) (*http.Request, error) {
	body, err := encode(call.body)
	if err != nil {
		return nil, err
	}
	req, err := http.NewRequestWithContext(ctx, call.method, c.base+call.path, body)
	if err != nil {
		return nil, err
	}
	// net/http repeats a request by itself on a dead kept connection when the method is idempotent, when it has an
	// Idempotency-Key, or when nothing was written and GetBody can give the body again. A POST without both is
	// sent once or not at all.
	req.GetBody = nil
	req.URL.RawQuery = call.query.Encode()
	c.setHeaders(req, call.token)
	return req, nil
}

func (c *Client) setHeaders(req *http.Request, token Token) {
	if header := http.CanonicalHeaderKey(token.Header); header == http.CanonicalHeaderKey(HeaderAPIKey) {
		req.Header.Set(header, token.Text)
	} else {
		req.Header.Set(HeaderAuthorization, "Bearer "+token.Text)
	}
	req.Header.Set("Accept", "application/json")
	req.Header.Set("User-Agent", c.userAgent)
	if req.Body != nil {
		req.Header.Set("Content-Type", "application/json")
	}
}

func encode(body any) (io.Reader, error) {
	if body == nil {
		return nil, nil
	}
	text, err := json.Marshal(body)
	if err != nil {
		return nil, fmt.Errorf("encoding the request: %w", err)
	}
	return bytes.NewReader(text), nil
}

func (c *Client) answered(call call, res *http.Response) error {
	body, err := readCapped(res.Body)
	if res.StatusCode < 200 || res.StatusCode > 299 {
		return c.refusal(call, res, body)
	}
	if err == nil {
		err = call.decode(body)
	}
	if err != nil {
		return &Error{Op: call.op, Sent: Answered, Status: res.StatusCode, Message: c.hush(call, err.Error()), err: err}
	}
	return nil
}

// readCapped reads all of an answer, and refuses one that is larger than any page of Keap.
func readCapped(r io.Reader) ([]byte, error) {
	body, err := io.ReadAll(io.LimitReader(r, maxAnswer+1))
	if err != nil {
		return body, fmt.Errorf("reading the answer: %w", err)
	}
	if len(body) > maxAnswer {
		return body[:maxAnswer], fmt.Errorf("the answer is larger than %d bytes", maxAnswer)
	}
	return body, nil
}

// wireTrace learns from net/http whether a request could have left.
type wireTrace struct{ asked, connected atomic.Bool }

func (w *wireTrace) watch(ctx context.Context) context.Context {
	return httptrace.WithClientTrace(ctx, &httptrace.ClientTrace{
		GetConn: func(string) { w.asked.Store(true) },
		GotConn: func(httptrace.GotConnInfo) { w.connected.Store(true) },
	})
}

// state draws the line at GotConn and not at WroteHeaders. GotConn is called by the goroutine that waits in Do, after
// name lookup, dial and TLS and before the first byte. WroteHeaders is called by the goroutine of the connection, so that
// Do can return with a timeout before it is called: not to have seen it proves nothing.
func (w *wireTrace) state() SendState {
	if w.asked.Load() && !w.connected.Load() {
		return NotSent
	}
	return Sent
}

// withoutURL takes the URL out of an error of net/url and net/http: its query holds e-mails.
func withoutURL(err error) error {
	var withURL *url.Error
	if errors.As(err, &withURL) {
		return withURL.Err
	}
	return err
}
