package keap

import (
	"encoding/json"
	"errors"
	"net/http"
	"net/url"
	"strconv"
)

// list is one page of a list, and the token of the next one, "" after the last.
type list[T any] struct {
	items []T
	next  string
}

// decode reads the items under key. An answer may leave the key out when there are none; but an answer that holds
// other keys instead is no list, and must not be taken for an empty one: that would be a false "it is not there".
func (l *list[T]) decode(key string) func([]byte) error {
	return func(body []byte) error {
		answer := object(body)
		if answer == nil {
			return errNotJSON
		}
		l.next = textOf(answer["next_page_token"])
		delete(answer, "next_page_token")
		items, listed := answer[key]
		if !listed && len(answer) > 0 {
			return errNotJSON
		}
		if listed && json.Unmarshal(items, &l.items) != nil {
			return errNotJSON
		}
		return nil
	}
}

// largestPage is the most that Keap gives at once.
const largestPage = 1000

// pageQuery asks for one page. A size outside 1..1000 means the largest page.
func pageQuery(filter, token string, size int) url.Values {
	if size < 1 || size > largestPage {
		size = largestPage
	}
	query := url.Values{"page_size": {strconv.Itoa(size)}}
	if filter != "" {
		query.Set("filter", filter)
	}
	if token != "" {
		query.Set("page_token", token)
	}
	return query
}

// errNoNextPage keeps a caller from turning the same page for ever.
var errNoNextPage = errors.New("the next page is the same page")

func checkNext(op, token, next string) error {
	if next != "" && next == token {
		return &Error{Op: op, Sent: Answered, Status: http.StatusOK, Message: errNoNextPage.Error(), err: errNoNextPage}
	}
	return nil
}

// each turns what stood on the wire into what callers see.
func each[W, T any](wire []W, turn func(W) T) []T {
	out := make([]T, 0, len(wire))
	for _, w := range wire {
		out = append(out, turn(w))
	}
	return out
}
