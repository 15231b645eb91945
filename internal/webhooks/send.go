package webhooks

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/url"
	"strings"
	"time"

	"tributary/internal/attribution"
)

const (
	timeout = 15 * time.Second // of a whole attempt
	// patience is how long the answer's body may take, once its head has said how it went.
	patience  = 2 * time.Second
	maxAnswer = 2 << 10 // of it is read and kept
)

// answerKind is what an answer is sealed as, with its delivery's id.
const answerKind = "webhook-answer"

// newClient makes a client that goes where it was told and nowhere else: no redirect, no proxy, no cookie. Answers stay
// as they came, because a few bytes can unpack to gigabytes.
func newClient(dial func(ctx context.Context, network, address string) (net.Conn, error)) *http.Client {
	return &http.Client{
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
		Transport: &http.Transport{
			DialContext: dial, TLSHandshakeTimeout: 10 * time.Second, DisableCompression: true, MaxResponseHeaderBytes: 16 << 10,
			MaxIdleConns: MaxEndpoints, MaxIdleConnsPerHost: atOnce, IdleConnTimeout: 30 * time.Second,
		},
	}
}

// errUntold is an event that cannot be told any more.
type errUntold struct{ why string }

func (e *errUntold) Error() string { return e.why }

// body is what an endpoint is sent: the opt-in as it stands now, so that nothing of a person who was erased meanwhile
// goes out.
func (s *Service) body(ctx context.Context, e *Endpoint, d *Delivery) ([]byte, error) {
	data, err := s.data(ctx, e, d)
	if err != nil {
		return nil, err
	}
	var text bytes.Buffer
	to := json.NewEncoder(&text)
	to.SetEscapeHTML(false)
	err = to.Encode(struct {
		Type      Type      `json:"type"`
		Timestamp time.Time `json:"timestamp"`
		Data      any       `json:"data"`
	}{d.Type, d.At, data})
	return bytes.TrimSuffix(text.Bytes(), []byte("\n")), err
}

func (s *Service) data(ctx context.Context, e *Endpoint, d *Delivery) (any, error) {
	if d.Type == Ping {
		return map[string]string{"message": "A test of this webhook. Nothing has happened."}, nil
	}
	o, err := s.Store.OptIn(ctx, s.Account, d.OptIn)
	if isGone(err) {
		return nil, &errUntold{"the opt-in is not there any more"}
	}
	if err != nil {
		return nil, err
	}
	email, err := s.email(e, o)
	if err != nil {
		return nil, err
	}
	return s.Show(ctx, o, email)
}

func (s *Service) email(e *Endpoint, o attribution.OptIn) (string, error) {
	if len(o.Sealed) == 0 || o.Status == attribution.Erased || e.Email == None {
		return "", nil
	}
	p, err := s.Sealer.Open(o.Sealed, o.Person)
	if err == nil && e.Email != Full {
		p.Email = attribution.MaskEmail(p.Email)
	}
	return p.Email, err
}

// send calls an endpoint once. until is when the endpoint asked to be left alone until. An error is no fault of the
// endpoint's: it was not called.
func (s *Service) send(ctx context.Context, e *Endpoint, d *Delivery) (a Attempt, until time.Time, err error) {
	body, err := s.body(ctx, e, d)
	if err != nil {
		return a, until, err
	}
	ctx, cancel := context.WithTimeout(ctx, timeout)
	defer cancel()
	req, err := s.request(ctx, e, d, body)
	if err != nil {
		return a, until, err
	}
	a.At = s.Now().UTC()
	res, failed := s.client.Do(req)
	if failed == nil {
		defer res.Body.Close()
		defer time.AfterFunc(patience, cancel).Stop()
		a.Status, a.Answer = res.StatusCode, answer(res.Body)
		until = retryAfter(res.Header, s.Now())
	}
	a.Took, a.Error = s.Now().Sub(a.At), fault(a.Status, failed)
	if a.Answer != "" {
		a.Sealed = s.Sealer.SealBytes([]byte(a.Answer), answerKind, d.ID)
	}
	s.Observe(a.Succeeded(), a.Took)
	return a, until, nil
}

func (s *Service) request(ctx context.Context, e *Endpoint, d *Delivery, body []byte) (*http.Request, error) {
	now := s.Now()
	signature, err := s.sign(e, d.ID, now, body)
	if err != nil {
		return nil, err
	}
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, e.URL, bytes.NewReader(body))
	if err != nil {
		return nil, err
	}
	req.Header = http.Header{
		"Content-Type": {"application/json"}, "User-Agent": {"Tributary-Webhooks"},
		"Webhook-Id": {d.ID}, "Webhook-Timestamp": {unix(now)}, "Webhook-Signature": {signature},
	}
	return req, nil
}

// answer reads the beginning of a body. One that ends in an error has come as far as it came.
func answer(body io.Reader) string {
	text, _ := io.ReadAll(io.LimitReader(body, maxAnswer))
	return string(text)
}

// fault says in words why an attempt is no success. It never holds the address: some addresses are a password.
func fault(status int, err error) string {
	var outer *url.Error
	var timedOut net.Error
	if errors.As(err, &outer) {
		err = outer.Err
	}
	switch {
	case errors.As(err, &timedOut) && timedOut.Timeout():
		return fmt.Sprintf("no answer within %s", timeout)
	case err != nil:
		return cut(err.Error())
	case status >= 300 && status <= 399:
		return fmt.Sprintf("it answered %d: redirects are not followed, give the address that it leads to", status)
	case status < 200 || status > 299:
		return fmt.Sprintf("it answered %d %s", status, http.StatusText(status))
	}
	return ""
}

// maxFault bounds what is kept of an error: it may quote what the endpoint sent.
const maxFault = 300

func cut(text string) string {
	text = strings.ToValidUTF8(text, "\ufffd")
	if runes := []rune(text); len(runes) > maxFault {
		return string(runes[:maxFault]) + "..."
	}
	return text
}
