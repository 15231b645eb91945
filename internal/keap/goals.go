package keap

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"strings"
)

// AchieveGoal tells Keap that a contact has reached the goals of this integration and call name, and returns how many
// automations took it: none is no error. Sent twice it may start an automation twice, and nothing tells whether it was
// sent: see MayHaveApplied. A goal that Keap says failed gives ErrDeclined.
//
// Keap: achieveGoal, https://developer.keap.com/docs/restv2/#tag/Automation/operation/achieveGoal
func (c *Client) AchieveGoal(ctx context.Context, contactID, integration, callName string) (taken int, err error) {
	const op = "achieveGoal"
	if !isID(contactID) || integration == "" || callName == "" {
		return 0, fmt.Errorf("achieving goal: %w", invalid(op, "it needs the id of a contact, an integration and a call name"))
	}
	var answer struct {
		Results []struct {
			Success *bool `json:"success"`
			Message text  `json:"message"`
		} `json:"results"`
	}
	body := struct {
		Integration string      `json:"integration"`
		CallName    string      `json:"call_name"`
		ContactID   json.Number `json:"contact_id"` // a number here, a string elsewhere
	}{integration, callName, json.Number(trimZeros(contactID))}
	if err := c.do(ctx, post(op, "/rest/v2/automations/goals/achieve", body, into(&answer))); err != nil {
		return 0, fmt.Errorf("achieving goal: %w", err)
	}
	for _, result := range answer.Results {
		if result.Success != nil && !*result.Success {
			err := &Error{Op: op, Sent: Answered, Status: http.StatusOK, Message: excerpt(c.hush(call{}, string(result.Message))), decoded: true, err: ErrDeclined}
			return 0, fmt.Errorf("achieving goal: %w", err)
		}
	}
	return len(answer.Results), nil
}

func trimZeros(id string) string { return firstOf(strings.TrimLeft(id, "0"), "0") }
