package sandbox

import (
	"encoding/json"
	"net/http"
	"slices"
)

// Goal is an API goal of a published automation.
type Goal struct {
	Integration, CallName string
	AutomationID, GoalID  int64
}

// Achieved is one time that a goal was achieved for a contact. Twice is twice: Keap may start the automation again.
type Achieved struct {
	ContactID   string `json:"contact_id"`
	Integration string `json:"integration"`
	CallName    string `json:"call_name"`
}

// AddGoal puts an API goal in, as somebody who publishes an automation does.
func (s *Sandbox) AddGoal(integration, callName string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	n := int64(len(s.goals) + 1)
	s.goals = append(s.goals, Goal{integration, callName, 70 + n, 700 + n})
}

// Achieved returns every goal that was achieved, oldest first.
func (s *Sandbox) Achieved() []Achieved {
	s.mu.Lock()
	defer s.mu.Unlock()
	return slices.Clone(s.achieved)
}

func (s *Sandbox) achieveGoal(r request) answer {
	var sent struct {
		Integration  string      `json:"integration"`
		CallName     string      `json:"call_name"`
		AutomationID int64       `json:"automation_id"`
		GoalID       int64       `json:"goal_id"`
		ContactID    json.Number `json:"contact_id"`
	}
	if err := decode(r.body, &sent); err != nil {
		return badRequest(err)
	}
	named, numbered := sent.Integration != "" && sent.CallName != "", sent.AutomationID != 0 && sent.GoalID != 0
	if named == numbered {
		return refuse(http.StatusBadRequest, "either integration and call_name, or automation_id and goal_id")
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.contactAt(sent.ContactID.String()) < 0 {
		return refuse(http.StatusBadRequest, "there is no such contact")
	}
	results := []any{}
	for _, g := range s.goals {
		if named && (g.Integration != sent.Integration || g.CallName != sent.CallName) || numbered && (g.AutomationID != sent.AutomationID || g.GoalID != sent.GoalID) {
			continue
		}
		results = append(results, s.achieve(g, sent.ContactID.String()))
	}
	return answer{status: http.StatusOK, body: map[string]any{"results": results}}
}

func (s *Sandbox) achieve(g Goal, contact string) map[string]any {
	s.achieved = append(s.achieved, Achieved{contact, g.Integration, g.CallName})
	return map[string]any{
		"success": true, "message": "the goal is achieved", "automation_id": g.AutomationID, "goal_id": g.GoalID,
		"flow_start_results": []any{}, "flow_stop_results": []any{},
	}
}
