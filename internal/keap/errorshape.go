package keap

import "encoding/json"

// errorShape is what the JSON errors of Keap, and of the gateway before it, have in common.
//
//	Keap:    {"code": 404, "message": "...", "status": "...", "details": [...]}; the code of a 429 is a string
//	gateway: {"fault": {"faultstring": "...", "detail": {"errorcode": "..."}}}
type errorShape struct {
	code, message string
	fromGateway   bool
}

// decodeErrorShape reads what it can, field by field, and says whether the body was one of the known errors at all.
func decodeErrorShape(body []byte) (errorShape, bool) {
	answer := object(body)
	if fault := object(answer["fault"]); fault != nil {
		code := textOf(object(fault["detail"])["errorcode"])
		return errorShape{code: code, message: textOf(fault["faultstring"]), fromGateway: true}, true
	}
	code, message, status := textOf(answer["code"]), textOf(answer["message"]), textOf(answer["status"])
	return errorShape{code: code, message: firstOf(message, status)}, code+message+status != ""
}

// object is nil for anything but a JSON object.
func object(raw []byte) map[string]json.RawMessage {
	var fields map[string]json.RawMessage
	if json.Unmarshal(raw, &fields) != nil {
		return nil
	}
	return fields
}

func textOf(raw []byte) string {
	var t text
	_ = t.UnmarshalJSON(raw) // never fails
	return string(t)
}
