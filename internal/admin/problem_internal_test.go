package admin

import (
	"errors"
	"fmt"
	"testing"
	"time"

	"tributary/internal/auth"
)

// What the desk says of an error is, in English, what the package says that it comes from.
func TestProblemsAreSaidInTheWordsOfTheirErrors(t *testing.T) {
	for err := range problems {
		if got, want := problem(english(), err), sentence(err.Error()); got != want {
			t.Errorf("%q is said as %q", want, got)
		}
	}
	for _, err := range []error{&auth.TooMany{Wait: 6 * time.Second}, fmt.Errorf("%w: but for one thing", auth.ErrLastOwner), errors.New("another")} {
		if got, want := problem(english(), err), sentence(err.Error()); got != want {
			t.Errorf("%q is said as %q", want, got)
		}
	}
}
