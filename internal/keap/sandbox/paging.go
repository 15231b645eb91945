package sandbox

import (
	"encoding/base64"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
)

const largestPage = 1000

// listed answers a list call: filter, order, one page.
func listed[T any](records []T, query url.Values, key string, fields map[string]field[T], orders map[string]func(a, b T) int) answer {
	found, err := selected(records, query.Get("filter"), fields)
	if err != nil {
		return badRequest(err)
	}
	if err := order(found, query.Get("order_by"), orders); err != nil {
		return badRequest(err)
	}
	page, next, err := paged(found, query)
	if err != nil {
		return badRequest(err)
	}
	body := map[string]any{key: page}
	if next != "" {
		body["next_page_token"] = next
	}
	return answer{status: http.StatusOK, body: body}
}

// order reads "field", "field asc" or "field desc".
func order[T any](records []T, by string, orders map[string]func(a, b T) int) error {
	if by == "" {
		return nil
	}
	name, direction, _ := strings.Cut(by, " ")
	compare, known := orders[name]
	if !known || !slices.Contains([]string{"", "asc", "desc"}, direction) {
		return fmt.Errorf("order_by %q is unknown here", by)
	}
	slices.SortStableFunc(records, func(a, b T) int {
		if direction == "desc" {
			a, b = b, a
		}
		return compare(a, b)
	})
	return nil
}

func paged[T any](records []T, query url.Values) (page []T, next string, err error) {
	size, err := pageSize(query)
	if err != nil {
		return nil, "", err
	}
	from, err := offset(query.Get("page_token"))
	if err != nil || from > len(records) {
		return nil, "", errors.New("the page_token is none of ours")
	}
	to := min(from+size, len(records))
	if to < len(records) {
		next = token(to)
	}
	return append([]T{}, records[from:to]...), next, nil // never nil: an empty list is "[]"
}

// pageSize takes 0 for "as many as there may be", like leaving it out.
func pageSize(query url.Values) (int, error) {
	if !query.Has("page_size") {
		return largestPage, nil
	}
	size, err := strconv.Atoi(query.Get("page_size"))
	if err != nil || size < 0 || size > largestPage {
		return 0, fmt.Errorf("page_size must be a number from 0 to %d", largestPage)
	}
	if size == 0 {
		return largestPage, nil
	}
	return size, nil
}

// A token is opaque to callers: only the sandbox knows that it is an offset.
func token(offset int) string {
	return base64.RawURLEncoding.EncodeToString([]byte("from:" + strconv.Itoa(offset)))
}

func offset(token string) (int, error) {
	if token == "" {
		return 0, nil
	}
	text, err := base64.RawURLEncoding.DecodeString(token)
	if err != nil {
		return 0, err
	}
	from, err := strconv.ParseUint(strings.TrimPrefix(string(text), "from:"), 10, 31)
	return int(from), err
}

// byID compares ids as numbers.
func byID(a, b string) int {
	x, _ := strconv.Atoi(a) // every id that the sandbox gives or takes is a number
	y, _ := strconv.Atoi(b)
	return x - y
}
