package sandbox

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
)

// condition is one part of a filter: field, operator, value.
type condition struct{ field, operator, value string }

// field is what a filter may say about one property of T.
type field[T any] struct {
	values    func(T) []string // of a record; one that matches is enough
	operators []string         // "==" when empty
	wildcard  bool             // '*' matches anything
	list      bool             // the value is a list of values, joined by commas
	allowed   []string         // any value when empty
}

// comparing are the operators of fields whose values are numbers.
var comparing = []string{"==", "<=", "<", ">=", ">", "!="}

// operators are tried in this order, so that "<=" is not taken for "<".
var operators = []string{"==", "!=", "<=", ">=", "<", ">"}

// parseFilter reads "a==1;b>2". An empty filter has no conditions; an empty condition is an error.
func parseFilter(filter string) ([]condition, error) {
	if filter == "" {
		return nil, nil
	}
	var conditions []condition
	for part := range strings.SplitSeq(filter, ";") {
		c, ok := parseCondition(part)
		if !ok {
			return nil, fmt.Errorf("the filter %q has a condition without field, operator or value", filter)
		}
		conditions = append(conditions, c)
	}
	return conditions, nil
}

func parseCondition(part string) (condition, bool) {
	at := strings.IndexAny(part, "=!<>")
	if at <= 0 {
		return condition{}, false
	}
	for _, operator := range operators {
		if value, ok := strings.CutPrefix(part[at:], operator); ok {
			return condition{part[:at], operator, value}, value != ""
		}
	}
	return condition{}, false
}

// selected returns the records that meet every condition of the filter.
func selected[T any](records []T, filter string, fields map[string]field[T]) ([]T, error) {
	conditions, err := parseFilter(filter)
	if err != nil {
		return nil, err
	}
	for _, c := range conditions {
		if err := check(c, fields); err != nil {
			return nil, err
		}
	}
	var found []T
	for _, record := range records {
		if !slices.ContainsFunc(conditions, func(c condition) bool { return !meets(record, c, fields[c.field]) }) {
			found = append(found, record)
		}
	}
	return found, nil
}

func check[T any](c condition, fields map[string]field[T]) error {
	f, known := fields[c.field]
	if !known {
		return fmt.Errorf("the filter field %q is unknown here", c.field)
	}
	if c.operator != "==" && !slices.Contains(f.operators, c.operator) {
		return fmt.Errorf("the filter field %q does not take the operator %q", c.field, c.operator)
	}
	if len(f.operators) > 0 && !isNumber(c.value) {
		return fmt.Errorf("the filter field %q takes a number", c.field)
	}
	if len(f.allowed) > 0 && !slices.Contains(f.allowed, c.value) {
		return fmt.Errorf("the filter field %q takes one of %v", c.field, f.allowed)
	}
	if f.wildcard && strings.HasPrefix(c.value, "*") {
		return fmt.Errorf("the filter field %q takes no wildcard in front", c.field)
	}
	return nil
}

func meets[T any](record T, c condition, f field[T]) bool {
	return slices.ContainsFunc(f.values(record), func(value string) bool {
		switch {
		case len(f.operators) > 0:
			return compares(value, c.operator, c.value)
		case f.wildcard:
			return matches(c.value, value)
		case f.list:
			return slices.Contains(strings.Split(c.value, ","), value)
		default:
			return strings.EqualFold(c.value, value) // as Keap's database compares
		}
	})
}

func compares(value, operator, with string) bool {
	a, errA := strconv.ParseInt(value, 10, 64)
	b, errB := strconv.ParseInt(with, 10, 64)
	if errA != nil || errB != nil {
		return false // a record without the property meets no condition about it
	}
	return map[string]bool{"==": a == b, "!=": a != b, "<=": a <= b, "<": a < b, ">=": a >= b, ">": a > b}[operator]
}

func isNumber(s string) bool {
	_, err := strconv.ParseInt(s, 10, 64)
	return err == nil
}

// matches compares without case. Keap documents '*' at the end only; here it means "anything" wherever it stands, which
// is the worse case for a caller who passes on what a stranger typed.
func matches(pattern, value string) bool {
	if !strings.Contains(pattern, "*") {
		return strings.EqualFold(pattern, value)
	}
	parts := strings.Split(strings.ToLower(pattern), "*")
	value = strings.ToLower(value)
	rest, ok := strings.CutPrefix(value, parts[0])
	if !ok {
		return false
	}
	for _, part := range parts[1 : len(parts)-1] {
		at := strings.Index(rest, part)
		if at < 0 {
			return false
		}
		rest = rest[at+len(part):]
	}
	return strings.HasSuffix(rest, parts[len(parts)-1])
}
