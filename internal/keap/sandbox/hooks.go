package sandbox

import (
	"encoding/json"
	"errors"
	"net"
	"net/http"
	"net/url"
	"slices"
	"time"
)

// Hooks are REST v1, of which Keap's description of version 2 says nothing: these follow Keap's page on REST hooks.

// The states of a hook.
const (
	HookUnverified = "Unverified"
	HookVerified   = "Verified"
	HookInactive   = "Inactive"
)

// HookEvents are those that the sandbox has; Keap has many more.
var HookEvents = []string{"contact.add", "contact.edit", "contact.delete"}

// Hook is an address that is called when something changes.
type Hook struct {
	Key      string `json:"key"`
	EventKey string `json:"eventKey"`
	URL      string `json:"hookUrl"`
	Status   string `json:"status"`

	Delivered  int `json:"delivered"`   // batches that were taken
	Failed     int `json:"failed"`      // deliveries that were not
	LastStatus int `json:"last_status"` // of the last call; 0 when it was not answered
	Waiting    int `json:"waiting"`     // changes on their way

	pending []change
	courier bool // somebody is on the way
}

// wireHook is what v1 shows of a hook.
type wireHook struct {
	Key      string `json:"key"`
	EventKey string `json:"eventKey"`
	URL      string `json:"hookUrl"`
	Status   string `json:"status"`
}

func (h Hook) wire() wireHook { return wireHook{h.Key, h.EventKey, h.URL, h.Status} }

// Delivery says how hooks are called. Zero fields get their defaults.
type Delivery struct {
	// Delay is how long changes are gathered before they are told; 1 second. Keap takes 30 to 60.
	Delay time.Duration
	// Retries are the waits after a delivery that was not taken; after the last the hook is inactive. Keap's: 45 seconds,
	// 5 minutes and 30 minutes.
	Retries []time.Duration
	// Timeout is how long an answer may take; 30 seconds, as at Keap.
	Timeout time.Duration
	// Batch is how many changes are told at once, 1000 at most.
	Batch int
	// Transport carries the calls; nil means http.DefaultTransport.
	Transport http.RoundTripper
}

func (d Delivery) withDefaults() Delivery {
	if d.Delay == 0 {
		d.Delay = time.Second
	}
	if d.Retries == nil {
		d.Retries = []time.Duration{45 * time.Second, 5 * time.Minute, 30 * time.Minute}
	}
	if d.Timeout == 0 {
		d.Timeout = 30 * time.Second
	}
	if d.Batch == 0 {
		d.Batch = 1000
	}
	return d
}

// Hooks returns all hooks, oldest first.
func (s *Sandbox) Hooks() []Hook {
	s.mu.Lock()
	defer s.mu.Unlock()
	all := make([]Hook, 0, len(s.hooks))
	for _, h := range s.hooks {
		shown := *h
		shown.Waiting, shown.pending = len(h.pending), nil
		all = append(all, shown)
	}
	return all
}

// DeactivateHook makes a hook inactive, as Keap does after failures.
func (s *Sandbox) DeactivateHook(key string) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	h := s.hookOf(key)
	if h != nil {
		h.Status, h.pending = HookInactive, nil
	}
	return h != nil
}

func (s *Sandbox) listHooks(request) answer {
	s.mu.Lock()
	defer s.mu.Unlock()
	all := make([]wireHook, 0, len(s.hooks))
	for _, h := range s.hooks {
		all = append(all, h.wire())
	}
	return answer{status: http.StatusOK, body: all}
}

func (s *Sandbox) createHook(r request) answer {
	sent, err := decodeHook(r.body)
	if err != nil {
		return badRequest(err)
	}
	s.mu.Lock()
	h := &Hook{Key: s.nextID("hook"), EventKey: sent.EventKey, URL: sent.URL, Status: HookUnverified}
	s.hooks = append(s.hooks, h)
	s.mu.Unlock()
	return s.verified(h.Key, http.StatusCreated)
}

func (s *Sandbox) getHook(r request) answer {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.showHook(r.PathValue("key"), http.StatusOK)
}

// updateHook makes the hook start over: another address must be verified again.
func (s *Sandbox) updateHook(r request) answer {
	sent, err := decodeHook(r.body)
	if err != nil {
		return badRequest(err)
	}
	s.mu.Lock()
	h := s.hookOf(r.PathValue("key"))
	if h != nil {
		h.EventKey, h.URL, h.Status, h.pending = sent.EventKey, sent.URL, HookUnverified, nil
	}
	s.mu.Unlock()
	return s.verified(r.PathValue("key"), http.StatusOK)
}

func (s *Sandbox) verifyHook(r request) answer {
	return s.verified(r.PathValue("key"), http.StatusOK)
}

func (s *Sandbox) deleteHook(r request) answer {
	s.mu.Lock()
	defer s.mu.Unlock()
	h := s.hookOf(r.PathValue("key"))
	if h == nil {
		return noSuchHook
	}
	h.Status, h.pending = HookInactive, nil // whoever is on the way with a batch stops
	s.hooks = slices.DeleteFunc(s.hooks, func(other *Hook) bool { return other == h })
	return answer{status: http.StatusNoContent}
}

var noSuchHook = refuse(http.StatusNotFound, "there is no such hook")

func decodeHook(body []byte) (sent wireHook, err error) {
	var in struct {
		EventKey string `json:"eventKey"`
		HookURL  string `json:"hookUrl"`
	}
	if err := decode(body, &in); err != nil {
		return sent, err
	}
	if !slices.Contains(HookEvents, in.EventKey) {
		return sent, errors.New("eventKey is unknown here")
	}
	u, err := url.Parse(in.HookURL)
	if err != nil || u.Host == "" || u.Scheme != "https" && !(u.Scheme == "http" && isLoopback(u.Hostname())) {
		return sent, errors.New("hookUrl must be an https address; the sandbox takes http on this very machine, too")
	}
	return wireHook{EventKey: in.EventKey, URL: in.HookURL}, nil
}

func isLoopback(host string) bool {
	ip := net.ParseIP(host)
	return host == "localhost" || ip != nil && ip.IsLoopback()
}

// verified calls the address with a secret, notes what came of it, and shows the hook.
func (s *Sandbox) verified(key string, status int) answer {
	s.mu.Lock()
	h := s.hookOf(key)
	s.mu.Unlock()
	if h == nil {
		return noSuchHook
	}
	took := s.shakeHands(h.URL)
	s.mu.Lock()
	defer s.mu.Unlock()
	if took {
		h.Status = HookVerified
	}
	return s.showHook(key, status)
}

// The rest is called with s.mu held.

func (s *Sandbox) showHook(key string, status int) answer {
	h := s.hookOf(key)
	if h == nil {
		return noSuchHook
	}
	return answer{status: status, body: h.wire()}
}

func (s *Sandbox) hookOf(key string) *Hook {
	at := slices.IndexFunc(s.hooks, func(h *Hook) bool { return h.Key == key })
	if at < 0 {
		return nil
	}
	return s.hooks[at]
}

// changed tells the hooks of an event.
func (s *Sandbox) changed(event, contact string) {
	for _, h := range s.hooks {
		if h.EventKey != event || h.Status != HookVerified {
			continue
		}
		h.pending = append(h.pending, change{
			ID: json.Number(contact), APIURL: "https://api.infusionsoft.com/crm/rest/v1/contacts/" + contact, Timestamp: s.timestamp(),
		})
		s.dispatch(h)
	}
}
