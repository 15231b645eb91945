package sandbox_test

import (
	"net/http"
	"testing"

	"tributary/internal/keap/keaptest"
	"tributary/internal/keap/sandbox"
)

func TestTagsGoalsAndFieldsAreAsKeapDescribesThem(t *testing.T) {
	box, base := keaptest.Serve(t, sandbox.Options{})
	c, wrong := judged(t, base+"/rest/v2"), unjudged(t, base+"/rest/v2")
	contact := box.AddContact("ann@example.com", "", "")
	made := c.call("POST", "/tags", `{"name":"VIP","description":"good","category":{"id":"4"}}`)
	id, _ := made.fields["id"].(string)
	if made.status != http.StatusCreated || id == "" {
		t.Fatalf("made %d %s", made.status, made.text)
	}
	box.AddTag("other")
	box.AddGoal("tributary", "optin")
	field := box.AddContactField("Colour", "TEXT")
	for _, test := range []struct {
		by                 caller
		method, path, body string
		status             int
	}{
		{c, "GET", "/tags?" + filter("tag_ids=="+id+",999"), "", 200},
		{c, "GET", "/tags?" + filter("category_id==NONE") + "&order_by=name+desc&page_size=1", "", 200},
		{wrong, "GET", "/tags?" + filter("colour==red"), "", 400},
		{wrong, "POST", "/tags", `{}`, 400},
		{c, "POST", "/tags", `{"name":"vip"}`, 409},
		{c, "POST", "/tags/" + id + "/contacts:applyTags", `{"contact_ids":["` + contact.ID + `","999"]}`, 200},
		{c, "POST", "/tags/999/contacts:applyTags", `{"contact_ids":["` + contact.ID + `"]}`, 404},
		{wrong, "POST", "/tags/" + id + "/contacts:applyTags", `{}`, 400},
		{wrong, "POST", "/tags/" + id + "/contacts:nothing", `{}`, 404},
		{c, "POST", "/automations/goals/achieve", `{"integration":"tributary","call_name":"optin","contact_id":` + contact.ID + `}`, 200},
		{c, "POST", "/automations/goals/achieve", `{"automation_id":71,"goal_id":701,"contact_id":` + contact.ID + `}`, 200},
		{c, "POST", "/automations/goals/achieve", `{"integration":"tributary","contact_id":` + contact.ID + `}`, 400},
		{c, "POST", "/automations/goals/achieve", `{"integration":"tributary","call_name":"optin","contact_id":9}`, 400},
		{wrong, "POST", "/automations/goals/achieve", `{"integration":"tributary","call_name":"optin","contact_id":"` + contact.ID + `x"}`, 400},
		{c, "GET", "/contacts/model", "", 200},
		{c, "PATCH", "/contacts/" + contact.ID + "?update_mask=custom_fields", `{"custom_fields":[{"id":"` + field.ID + `","content":"red"}]}`, 200},
		{c, "PATCH", "/contacts/" + contact.ID, `{"custom_fields":[{"id":"999","content":"red"}]}`, 400},
		{c, "PATCH", "/contacts/" + contact.ID, `{"custom_fields":[{"id":"` + field.ID + `","content":7}]}`, 400},
	} {
		if got := test.by.call(test.method, test.path, test.body); got.status != test.status {
			t.Errorf("%s %s %s: %d %s, want %d", test.method, test.path, test.body, got.status, got.text, test.status)
		}
	}
	if len(box.Achieved()) != 2 || len(box.Tagged(id)) != 1 {
		t.Errorf("achieved %v, tagged %v", box.Achieved(), box.Tagged(id))
	}
}
