package keaphook

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"strings"
	"sync"
	"time"

	"tributary/internal/attribution"
	"tributary/internal/hooks"
	"tributary/internal/keap"
	"tributary/internal/store"
)

// State is how our hook at Keap stands.
type State string

const (
	Unchecked  State = "unchecked"  // Keap was not asked yet
	Active     State = "active"     // Keap calls us
	Unverified State = "unverified" // Keap knows the address, and it did not answer Keap
	Failed     State = "failed"     // Keap could not be asked, or refused
	Off        State = "off"        // Keap cannot call this address, or is not connected
)

// Status is what is known of our hook at Keap.
type Status struct {
	State   State     `json:"state"`
	Reason  string    `json:"reason,omitempty"` // and what to do
	Event   string    `json:"event"`
	Address string    `json:"address,omitempty"` // without its secret
	Key     string    `json:"key,omitempty"`     // Keap's name for it
	Checked time.Time `json:"checked,omitzero"`
	Heard   Heard     `json:"heard"`
}

// Keap is what the registrar asks of Keap.
type Keap interface {
	Hooks(ctx context.Context) ([]keap.Hook, error)
	CreateHook(ctx context.Context, eventKey, address string) (keap.Hook, error)
	VerifyHook(ctx context.Context, hook keap.Hook) (keap.Hook, error)
	DeleteHook(ctx context.Context, hook keap.Hook) error
}

// RegistrarOptions configure a Registrar.
type RegistrarOptions struct {
	Keap    Keap
	Hooks   *hooks.Service
	Hints   *Hints
	Account attribution.AccountID
	BaseURL string // of the collector, as Keap reaches it
	// Unreachable says why Keap cannot call BaseURL, and is empty where it can.
	Unreachable string
	Every       time.Duration // between checks; 1 hour
	Again       time.Duration // after a check that did not end well; 5 minutes
	Now         func() time.Time
	Logger      *slog.Logger
}

// Registrar keeps one hook of ours at Keap.
//
// The address is told to Keap and kept nowhere here: the store has a hash of its token, and Keap gives it back when it is
// asked for its hooks. So a copy of the store lets nobody call us in Keap's name.
type Registrar struct {
	o RegistrarOptions

	checking sync.Mutex // one check at a time: two would make two hooks
	mu       sync.Mutex
	status   Status
}

// NewRegistrar makes a Registrar. It asks nothing before Run or Check.
func NewRegistrar(o RegistrarOptions) *Registrar {
	if o.Every == 0 {
		o.Every = time.Hour
	}
	if o.Again == 0 {
		o.Again = 5 * time.Minute
	}
	if o.Now == nil {
		o.Now = time.Now
	}
	if o.Logger == nil {
		o.Logger = slog.New(slog.DiscardHandler)
	}
	r := &Registrar{o: o, status: Status{State: Unchecked, Event: keap.HookContactAdd}}
	if o.Unreachable != "" {
		r.status.State, r.status.Reason = Off, o.Unreachable
	}
	return r
}

// Status returns what the last check found.
func (r *Registrar) Status() Status {
	r.mu.Lock()
	defer r.mu.Unlock()
	s := r.status
	s.Heard = r.o.Hints.Heard()
	return s
}

// Run checks the hook at once and then on a schedule, until ctx ends: Keap makes hooks inactive without a word.
func (r *Registrar) Run(ctx context.Context) {
	for {
		next := r.o.Every
		if s := r.Check(ctx); s.State != Active && s.State != Off {
			next = r.o.Again
		}
		if !pause(ctx, next) {
			return
		}
	}
}

// Check looks at Keap's hooks, makes ours where it is missing, has it verified where it is not, removes what is left of
// earlier ones, and returns how it stands then.
func (r *Registrar) Check(ctx context.Context) Status {
	r.checking.Lock()
	defer r.checking.Unlock()
	if r.o.Unreachable != "" {
		return r.Status()
	}
	hook, err := r.ensure(ctx)
	if ctx.Err() != nil {
		return r.Status()
	}
	r.note(hook, err)
	return r.Status()
}

func (r *Registrar) note(hook keap.Hook, err error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	was := r.status.State
	s := &r.status
	s.Checked = r.o.Now().UTC().Truncate(time.Millisecond)
	s.Key, s.Address, s.Reason = hook.Key, withoutSecret(hook.URL), ""
	switch {
	case err != nil:
		s.State, s.Reason = Failed, "Keap's hooks cannot be kept: "+err.Error()+"; opt-ins wait for their contacts by the schedule meanwhile"
	case hook.Status == keap.HookVerified:
		s.State = Active
	default:
		s.State, s.Reason = Unverified, fmt.Sprintf("Keap called %s and was not answered: make sure that this address can be reached from outside, then check again", r.o.BaseURL)
	}
	if s.State != was {
		r.o.Logger.Info("Keap's hook", "state", s.State, "reason", s.Reason)
	}
}

// withoutSecret is an address with the name of its hook and without what opens it.
func withoutSecret(address string) string {
	name, _, _ := strings.Cut(address[strings.LastIndexByte(address, '/')+1:], "-")
	if address == "" {
		return ""
	}
	return address[:strings.LastIndexByte(address, '/')+1] + name + "-..."
}

// ensure returns the one hook that is ours.
func (r *Registrar) ensure(ctx context.Context) (keap.Hook, error) {
	theirs, err := r.o.Keap.Hooks(ctx)
	if err != nil {
		return keap.Hook{}, err
	}
	ours, stale, err := r.sort(ctx, theirs)
	if err != nil {
		return keap.Hook{}, err
	}
	for _, h := range stale {
		if err := r.o.Keap.DeleteHook(ctx, h); err != nil {
			return keap.Hook{}, err
		}
	}
	if len(ours) == 0 {
		return r.register(ctx)
	}
	hook := ours[0]
	if hook.Status != keap.HookVerified {
		verified, err := r.o.Keap.VerifyHook(ctx, hook)
		if err != nil {
			return hook, err
		}
		hook.Status = verified.Status
	}
	return hook, r.forgetOthers(ctx, hook)
}

// sort finds our hooks among Keap's, the verified ones first, and those that lead to nobody any more: they stand at our
// address, and their token opens nothing here, or they have our token and stand at an address that was ours before. Hooks
// of other programs, and those that the owner has made for a form tool's address, are nobody's business.
func (r *Registrar) sort(ctx context.Context, theirs []keap.Hook) (ours, stale []keap.Hook, err error) {
	for _, h := range theirs {
		token := h.URL[strings.LastIndexByte(h.URL, '/')+1:]
		known, err := r.o.Hooks.Find(ctx, token)
		if err != nil && !errors.Is(err, store.ErrNotFound) {
			return nil, nil, err
		}
		here := h.URL == r.o.BaseURL+"/h/"+token
		switch {
		case err != nil && here, err == nil && known.Kind == hooks.Keap && (!here || h.EventKey != keap.HookContactAdd):
			stale = append(stale, h)
		case err != nil || known.Kind != hooks.Keap:
		case h.Status == keap.HookVerified:
			ours = append([]keap.Hook{h}, ours...)
		default:
			ours = append(ours, h)
		}
	}
	if len(ours) > 1 { // of a create that was answered late
		ours, stale = ours[:1], append(stale, ours[1:]...)
	}
	return ours, stale, nil
}

// register makes a hook here and then there: Keap calls it before it answers. When the answer is lost, the next check
// finds it in Keap's list, or makes another.
func (r *Registrar) register(ctx context.Context) (keap.Hook, error) {
	h, token, err := hooks.New(hooks.Hook{Account: r.o.Account, Kind: hooks.Keap, Name: "Keap: " + keap.HookContactAdd, Created: r.o.Now().UTC()})
	if err != nil {
		return keap.Hook{}, err
	}
	if err := r.o.Hooks.Save(ctx, h, 0); err != nil {
		return keap.Hook{}, err
	}
	made, err := r.o.Keap.CreateHook(ctx, keap.HookContactAdd, r.o.BaseURL+"/h/"+token)
	if err != nil && !keap.MayHaveApplied(err) {
		return made, errors.Join(err, r.o.Hooks.Delete(ctx, h.ID))
	}
	if err != nil {
		return made, err
	}
	made.URL = r.o.BaseURL + "/h/" + token
	return made, r.forgetOthers(ctx, made)
}

// forgetOthers removes hooks of ours that Keap does not call any more.
func (r *Registrar) forgetOthers(ctx context.Context, hook keap.Hook) error {
	kept, err := r.o.Hooks.Find(ctx, hook.URL[strings.LastIndexByte(hook.URL, '/')+1:])
	if err != nil {
		return fmt.Errorf("the hook that Keap shows: %w", err)
	}
	after := ""
	for {
		page, err := r.o.Hooks.List(ctx, after, 100)
		if err != nil || len(page) == 0 {
			return err
		}
		for _, h := range page {
			if h.Kind == hooks.Keap && h.ID != kept.ID {
				if err := r.o.Hooks.Delete(ctx, h.ID); err != nil && !errors.Is(err, store.ErrNotFound) {
					return err
				}
			}
			after = h.ID
		}
	}
}
