package sandbox

import (
	"bytes"
	"context"
	"crypto/rand"
	"encoding/json"
	"io"
	"net/http"
)

// change is one line of a delivery: which record changed, and nothing of what stands in it.
type change struct {
	ID        json.Number `json:"id"`
	APIURL    string      `json:"apiUrl"`
	Timestamp string      `json:"timestamp"`
}

// dispatch sends somebody with what waits for a hook, unless somebody is on the way. s.mu is held.
func (s *Sandbox) dispatch(h *Hook) {
	select {
	case <-s.closed:
		return
	default:
	}
	if h.courier {
		return
	}
	h.courier = true
	s.couriers.Add(1)
	go func() {
		defer s.couriers.Done()
		for s.pause(context.Background(), s.options.Delivery.Delay) {
			batch := s.takeBatch(h)
			if len(batch) == 0 {
				return
			}
			if !s.deliver(h, batch) {
				s.dismiss(h)
				return
			}
		}
	}()
}

// takeBatch takes what waits for a hook. With nothing left the courier goes home.
func (s *Sandbox) takeBatch(h *Hook) []change {
	s.mu.Lock()
	defer s.mu.Unlock()
	n := min(len(h.pending), s.options.Delivery.Batch)
	batch := h.pending[:n:n]
	h.pending = h.pending[n:]
	h.courier = n > 0
	return batch
}

// dismiss makes a hook inactive that did not take a batch.
func (s *Sandbox) dismiss(h *Hook) {
	s.mu.Lock()
	defer s.mu.Unlock()
	h.Status, h.pending, h.courier = HookInactive, nil, false
}

// deliver tells a batch, again and again as Keap does. It is false when the hook did not take it in the end.
func (s *Sandbox) deliver(h *Hook, batch []change) bool {
	for try := 0; ; try++ {
		status := s.tell(h, batch)
		s.note(h, status)
		switch {
		case status >= 200 && status < 400:
			return true
		case status == http.StatusGone || try == len(s.options.Delivery.Retries) || !s.pause(context.Background(), s.options.Delivery.Retries[try]):
			return false
		}
	}
}

func (s *Sandbox) note(h *Hook, status int) {
	s.mu.Lock()
	defer s.mu.Unlock()
	h.LastStatus = status
	if status >= 200 && status < 400 {
		h.Delivered++
	} else {
		h.Failed++
	}
}

// tell makes one call and returns its status, 0 without one.
func (s *Sandbox) tell(h *Hook, batch []change) int {
	s.mu.Lock()
	address, event, active := h.URL, h.EventKey, h.Status == HookVerified
	s.mu.Unlock()
	if !active {
		return http.StatusGone
	}
	res, err := s.call(address, mustMarshal(map[string]any{"event_key": event, "object_type": "contact", "object_keys": batch}), "")
	if err != nil {
		return 0
	}
	return res.StatusCode
}

// shakeHands calls an address with a secret, and says whether it gave it back.
func (s *Sandbox) shakeHands(address string) bool {
	secret := rand.Text()
	res, err := s.call(address, nil, secret)
	return err == nil && res.StatusCode == http.StatusOK && res.Header.Get("X-Hook-Secret") == secret
}

func (s *Sandbox) call(address string, body []byte, secret string) (*http.Response, error) {
	ctx, cancel := context.WithTimeout(context.Background(), s.options.Delivery.Timeout)
	defer cancel()
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, address, bytes.NewReader(body))
	if err != nil {
		return nil, err
	}
	req.Header.Set("Content-Type", "application/json")
	if secret != "" {
		req.Header.Set("X-Hook-Secret", secret)
	}
	client := http.Client{Transport: s.options.Delivery.Transport}
	res, err := client.Do(req)
	if err != nil {
		return nil, err
	}
	defer res.Body.Close()
	_, err = io.Copy(io.Discard, io.LimitReader(res.Body, 1<<16))
	return res, err
}
