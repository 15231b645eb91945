package keap

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"net/url"
	"strings"
)

// Hooks are REST v1: version 2 has none, so Keap's description of version 2 says nothing of what stands here. It is taken
// from Keap's page on REST hooks and from its own client libraries, and was not tried against the live product.

// HookContactAdd is the event of a contact that somebody made in Keap.
const HookContactAdd = "contact.add"

// The states of a hook. Keap sends to a Verified one only, and makes it Inactive after the fourth failure in a row, or at
// once when it is answered 410.
const (
	HookUnverified = "Unverified"
	HookVerified   = "Verified"
	HookInactive   = "Inactive"
)

// Hook is an address of ours that Keap calls.
type Hook struct {
	Key      string // Keap's name for it
	EventKey string // such as HookContactAdd
	URL      string // it holds a secret: whoever knows it can call it
	Status   string // HookUnverified, HookVerified or HookInactive
}

type wireHook struct {
	Key      text `json:"key"`
	EventKey text `json:"eventKey"`
	URL      text `json:"hookUrl"`
	Status   text `json:"status"`
}

func (w wireHook) hook() Hook {
	return Hook{string(w.Key), string(w.EventKey), string(w.URL), string(w.Status)}
}

// Hooks lists all hooks of this key's owner, also those of other programs.
//
// Keap: REST v1, listStoredHookSubscriptions, https://developer.keap.com/docs/rest/#tag/REST-Hooks
func (c *Client) Hooks(ctx context.Context) ([]Hook, error) {
	var found []wireHook
	if err := c.do(ctx, get("listStoredHookSubscriptions", "/rest/v1/hooks", nil, intoHooks(&found))); err != nil {
		return nil, fmt.Errorf("listing hooks: %w", err)
	}
	return each(found, wireHook.hook), nil
}

// intoHooks reads a bare array. Anything else must not be taken for "there are none".
func intoHooks(found *[]wireHook) func([]byte) error {
	return func(body []byte) error {
		if json.Unmarshal(body, found) != nil || *found == nil {
			return errNotJSON
		}
		return nil
	}
}

// CreateHook has Keap call an https address at an event. Keap calls it before it answers, with the header X-Hook-Secret,
// and wants a 200 with the same header: a hook that did not give it comes back as HookUnverified. Like every create it may
// have been applied when it ends with an error: Hooks tells.
//
// Keap: REST v1, createAHookSubscription
func (c *Client) CreateHook(ctx context.Context, eventKey, address string) (Hook, error) {
	const op = "createAHookSubscription"
	var made wireHook
	create := post(op, "/rest/v1/hooks", map[string]string{"eventKey": eventKey, "hookUrl": address}, into(&made))
	create.hide = secretsOf(address)
	err := c.do(ctx, create)
	if err == nil && made.Key == "" {
		err = withoutID(op)
	}
	if err != nil {
		return Hook{}, fmt.Errorf("creating a hook: %w", err)
	}
	return made.hook(), nil
}

// VerifyHook has Keap call the address again as CreateHook does: it brings an inactive hook back.
//
// Keap: REST v1, verifyAHookSubscription
func (c *Client) VerifyHook(ctx context.Context, hook Hook) (Hook, error) {
	var found wireHook
	verify := post("verifyAHookSubscription", "/rest/v1/hooks/"+url.PathEscape(hook.Key)+"/verify", nil, into(&found))
	verify.hide = secretsOf(hook.URL)
	if err := c.do(ctx, verify); err != nil {
		return Hook{}, fmt.Errorf("verifying a hook: %w", err)
	}
	return found.hook(), nil
}

// DeleteHook ends a hook. One that is gone already is no error.
//
// Keap: REST v1, deleteAHookSubscription
func (c *Client) DeleteHook(ctx context.Context, hook Hook) error {
	remove := call{op: "deleteAHookSubscription", method: http.MethodDelete, path: "/rest/v1/hooks/" + url.PathEscape(hook.Key), hide: secretsOf(hook.URL)}
	remove.decode = func([]byte) error { return nil } // a 204 has no body
	if err := c.do(ctx, remove); err != nil && !IsNotFound(err) {
		return fmt.Errorf("deleting a hook: %w", err)
	}
	return nil
}

// secretsOf is what no error may tell of an address: its last part, too, which errors of servers like to quote alone.
func secretsOf(address string) []string {
	return []string{address, address[strings.LastIndexByte(address, '/')+1:]}
}
