package keap

import (
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"
)

var (
	// ErrNotFound is what errors.Is finds when Keap says that it has no such record.
	ErrNotFound = errors.New("no such record in Keap")

	// ErrInvalid is what errors.Is finds when a request was refused here, before any call: Keap could only refuse
	// it too, or would understand something else by it.
	ErrInvalid = errors.New("not a request that Keap can take")

	// ErrDeclined is what errors.Is finds when Keap took the call and its answer says that it did not do what was asked.
	ErrDeclined = errors.New("declined by Keap")
)

// SendState says how far a request came.
type SendState int

const (
	// Sent means that there was a connection and no answer. The request may have been applied.
	Sent SendState = iota
	// NotSent means that no byte of the request can have left.
	NotSent
	// Answered means that an HTTP status came back, from Keap or from something before it.
	Answered
)

// Error is a call to Keap that did not end well. Its text holds neither the key, nor an e-mail, nor the URL.
type Error struct {
	Op         string        // Keap's operationId, such as "createReferral"
	Sent       SendState     // how far the request came
	Status     int           // HTTP status, 0 without an answer
	Code       string        // Keap's code, or the gateway's errorcode; "" when the body had none
	Message    string        // Keap's words, or ours when no words of Keap could be read
	RetryAfter time.Duration // from the Retry-After header, 0 without one; of a call that was not sent, until it may be
	Body       string        // the start of an error answer, cleaned; "" for a 2xx, which may hold personal data

	// FromGateway marks an answer in the shape of the gateway before Keap. It says something about the key or the
	// address, never about the record that was asked for.
	FromGateway bool

	decoded bool // the body was one of the known JSON errors
	err     error
}

func (e *Error) Error() string {
	switch {
	case e.Status != 0:
		return fmt.Sprintf("Keap answered %d: %s", e.Status, e.Message)
	case e.Sent == NotSent:
		return "not sent to Keap: " + e.Message
	default:
		return "no answer from Keap: " + e.Message
	}
}

// Unwrap gives the cause, such as context.DeadlineExceeded, without the URL that net/http puts around it.
func (e *Error) Unwrap() error { return e.err }

// Is makes errors.Is(err, ErrNotFound) true for a 404 that Keap itself gave. A 404 in another shape means a wrong
// address, and says nothing about the record.
func (e *Error) Is(target error) bool {
	return target == ErrNotFound && e.Status == http.StatusNotFound && e.decoded && !e.FromGateway
}

// MayHaveApplied says whether the write that ended with err could have been applied by Keap.
//
// It is false only where that is certain: the request was refused here, no connection was had, or the answer was a
// 4xx. It is true for a timeout or a reset, for every 5xx and every redirect, for a 2xx whose body is blank, cut, HTML or
// without an id, for a 408 (a proxy gives it when the server behind it was slow), for an error that is not of this
// package, and for nil, which is a write that was applied. After true, look before sending again.
func MayHaveApplied(err error) bool {
	if errors.Is(err, ErrInvalid) {
		return false
	}
	var e *Error
	if !errors.As(err, &e) || e.Sent == Sent {
		return true
	}
	return e.Sent == Answered && (e.Status < 400 || e.Status > 499 || e.Status == http.StatusRequestTimeout)
}

// IsNotFound says whether Keap has no such record: the same as errors.Is(err, ErrNotFound).
func IsNotFound(err error) bool { return errors.Is(err, ErrNotFound) }

// IsKeyRefused says whether Keap refused the key (401) or what the key may do (403), or whether there is none to show
// (ErrNoCredential). No other call will fare better until a person gives another key.
func IsKeyRefused(err error) bool {
	if errors.Is(err, ErrNoCredential) {
		return true
	}
	var e *Error
	return errors.As(err, &e) && (e.Status == http.StatusUnauthorized || e.Status == http.StatusForbidden)
}

// IsThrottled says whether the call came too early: Keap refused it (429), or it was not even sent (ErrPaced). RetryAfter
// says when to come again, if Keap said so.
func IsThrottled(err error) bool {
	var e *Error
	return errors.As(err, &e) && (e.Status == http.StatusTooManyRequests || errors.Is(err, ErrPaced))
}

// IsOutage says whether an error tells of Keap as a whole, or of the way to it, and nothing of the request: no answer came,
// or a 5xx, a redirect, or something that is not Keap's JSON.
func IsOutage(err error) bool {
	var e *Error
	if !errors.As(err, &e) || errors.Is(err, ErrInvalid) || errors.Is(err, ErrNotFound) || IsThrottled(err) || IsKeyRefused(err) {
		return false
	}
	return e.Status < 400 || e.Status > 499 || !e.decoded || e.FromGateway
}

// RetryAfter is the pause that the answer asked for, or that the pace needs; 0 when there is none.
func RetryAfter(err error) time.Duration {
	var e *Error
	if errors.As(err, &e) {
		return e.RetryAfter
	}
	return 0
}

// refusals are the statuses with which Keap judges the request itself.
var refusals = []int{
	http.StatusBadRequest, http.StatusNotFound, http.StatusMethodNotAllowed, http.StatusConflict,
	http.StatusUnprocessableEntity,
}

// IsRefused says whether this very request is refused for good: by us (ErrInvalid), or by Keap with a 400, 404, 405, 409
// or 422 and a JSON error of its own. The same status as HTML or from the gateway is no refusal: it comes from something
// on the way, and the request can still succeed.
func IsRefused(err error) bool {
	if errors.Is(err, ErrInvalid) {
		return true
	}
	var e *Error
	return errors.As(err, &e) && e.decoded && !e.FromGateway && slices.Contains(refusals, e.Status)
}

// invalid is a request that is refused before it is sent.
func invalid(op, format string, args ...any) error {
	return &Error{Op: op, Sent: NotSent, Message: fmt.Sprintf(format, args...), err: ErrInvalid}
}

// absent is an answer that holds no such record.
func absent(op, what string) error {
	return &Error{Op: op, Sent: Answered, Status: http.StatusOK, Message: what, err: ErrNotFound}
}

// withoutID is a 2xx for a record that has no id. A create that ends so may have been applied.
func withoutID(op string) error {
	return &Error{Op: op, Sent: Answered, Status: http.StatusOK, Message: "the answer has no id"}
}

// unanswered is a call that ended without a status.
func (c *Client) unanswered(call call, sent SendState, err error) error {
	err = withoutURL(err)
	message := c.hush(call, err.Error())
	switch {
	case message == err.Error():
	case errors.Is(err, ErrNoCredential):
		err = ErrNoCredential
	default:
		err = nil // a cause that holds a secret is not handed on
	}
	e := &Error{Op: call.op, Sent: sent, Message: excerpt(message), err: err}
	var held *held
	if errors.As(err, &held) {
		e.RetryAfter = held.wait
	}
	return e
}

// refusal is an answer outside 2xx.
func (c *Client) refusal(call call, res *http.Response, body []byte) error {
	shape, decoded := decodeErrorShape(body)
	return &Error{
		Op:          call.op,
		Sent:        Answered,
		Status:      res.StatusCode,
		Code:        excerpt(c.hush(call, shape.code)),
		Message:     excerpt(c.hush(call, firstOf(shape.message, http.StatusText(res.StatusCode), "no message"))),
		RetryAfter:  retryAfter(res.Header.Get("Retry-After"), time.Now()),
		Body:        excerpt(c.hush(call, string(body))),
		FromGateway: shape.fromGateway,
		decoded:     decoded,
	}
}

// longestPause caps Retry-After: Keap's longest quota is that of a day.
const longestPause = 24 * time.Hour

// retryAfter reads both forms of the header: seconds, and a date.
func retryAfter(header string, now time.Time) time.Duration {
	if at, err := http.ParseTime(header); err == nil {
		return min(max(0, at.Sub(now)), longestPause)
	}
	seconds, err := strconv.ParseFloat(strings.TrimSpace(header), 64)
	if err != nil || !(seconds > 0) {
		return 0
	}
	return time.Duration(min(seconds, longestPause.Seconds()) * float64(time.Second))
}

// anEmail finds addresses, also quoted ones, also as they stand in JSON and in a URL.
var anEmail = regexp.MustCompile(`(?:"[^"\\]*"|\\"[^"]*\\"|[^\s"'<>()\[\]{},;:=&?/\\]+)(?:@|%40)(?:\[[^\]]*\]|[^\s"'<>()\[\]{},;:=&?/\\]+)`)

// hush takes the token, what the call wants hidden, and everything like an e-mail out of a text that others wrote.
func (c *Client) hush(call call, text string) string {
	text = hide(text, call.token.Text, "[key]")
	for _, secret := range call.hide {
		text = hide(text, secret, "[hidden]")
	}
	return anEmail.ReplaceAllString(text, "[e-mail]")
}

// hide also finds the secret in another case and as it stands in a URL.
func hide(text, secret, by string) string {
	if secret == "" {
		return text
	}
	for _, form := range []string{secret, url.QueryEscape(secret), url.PathEscape(secret)} {
		text = regexp.MustCompile(`(?i)`+regexp.QuoteMeta(form)).ReplaceAllLiteralString(text, by)
	}
	return text
}

// excerpt is what of a foreign text fits on a line of a log.
func excerpt(text string) string {
	line := strings.Join(strings.Fields(strings.ToValidUTF8(text, "?")), " ")
	if runes := []rune(line); len(runes) > 300 {
		return string(runes[:300]) + "..."
	}
	return line
}

func firstOf(texts ...string) string {
	for _, text := range texts {
		if text != "" {
			return text
		}
	}
	return ""
}
