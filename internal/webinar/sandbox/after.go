package sandbox

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"net/url"
	"time"
)

// Webhook is the vendor's "custom webhook". Its payload is not published: this is one of the shapes that it may have.
type Webhook struct {
	URL    string
	Header string // "Authorization" or a header of the customer's own; none when empty
	Value  string // such as "Bearer ..."
	Form   bool   // form-encoded instead of JSON
}

// afterTime is how long one thing that follows a registration may take.
const afterTime = 10 * time.Second

// Run tells of registrations, each when its delay is over, until the context ends.
func (s *Sandbox) Run(ctx context.Context) {
	for {
		select {
		case <-ctx.Done():
			return
		case r := <-s.pending:
			if !sleepUntil(ctx, r.SignedUp.Add(s.options.Delay)) {
				return
			}
			s.follow(ctx, r)
		}
	}
}

func sleepUntil(ctx context.Context, at time.Time) bool {
	timer := time.NewTimer(time.Until(at))
	defer timer.Stop()
	select {
	case <-timer.C:
	case <-ctx.Done():
	}
	return ctx.Err() == nil
}

func (s *Sandbox) follow(ctx context.Context, r Registrant) {
	ctx, cancel := context.WithTimeout(ctx, afterTime)
	defer cancel()
	if err := s.options.Registered(ctx, r); err != nil {
		s.options.Logger.Warn("the webinar sandbox could not hand a registration on", "user", r.UserID, "error", err)
	}
	if s.options.Webhook.URL == "" {
		return
	}
	if err := s.options.Webhook.post(ctx, r); err != nil {
		s.options.Logger.Warn("the webinar sandbox's webhook", "user", r.UserID, "error", err)
	}
}

func (h Webhook) post(ctx context.Context, r Registrant) error {
	body, kind, err := h.payload(r)
	if err != nil {
		return err
	}
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, h.URL, bytes.NewReader(body))
	if err != nil {
		return err
	}
	req.Header.Set("Content-Type", kind)
	if h.Header != "" {
		req.Header.Set(h.Header, h.Value)
	}
	res, err := http.DefaultClient.Do(req)
	if err != nil {
		return err
	}
	res.Body.Close()
	if res.StatusCode >= 300 {
		return fmt.Errorf("the address answered %s", res.Status)
	}
	return nil
}

func (h Webhook) payload(r Registrant) (body []byte, kind string, err error) {
	if body, err = json.Marshal(r); err != nil || !h.Form {
		return body, "application/json", err
	}
	var fields map[string]any
	if err := json.Unmarshal(body, &fields); err != nil {
		return nil, "", err
	}
	form := url.Values{}
	for name, value := range fields {
		form.Set(name, fmt.Sprint(value))
	}
	return []byte(form.Encode()), "application/x-www-form-urlencoded", nil
}
