package admin

import (
	"errors"

	"tributary/internal/auth"
	"tributary/internal/mail"
	"tributary/internal/texts"
)

// problems are the errors of others that everybody may meet, by the key of the same words. What else others answer is said as
// it is, in English.
var problems = map[error]string{
	auth.ErrWrongLogin: "desk.problem.wronglogin", auth.ErrWrongPassword: "desk.problem.wrongpassword", auth.ErrBusy: "desk.problem.busy",
	auth.ErrNoPasskeys: "desk.problem.nopasskeys", auth.ErrOnlyWay: "desk.problem.onlyway", auth.ErrLastOwner: "desk.problem.lastowner", auth.ErrEmailTaken: "desk.problem.emailtaken",
	mail.ErrNotFailed: "desk.problem.notfailed", mail.ErrAddressGone: "desk.problem.addressgone", mail.ErrNoServer: "desk.problem.noserver",
}

// problem says what is wrong to who can do something about it. An error that says more than the one that it is of keeps its words.
func problem(say *texts.Reader, err error) string {
	var slow *auth.TooMany
	if errors.As(err, &slow) {
		return say.Counted("desk.problem.toomany", int64(secondsOf(slow)))
	}
	for known, key := range problems {
		if errors.Is(err, known) && err.Error() == known.Error() {
			return say.Text(key)
		}
	}
	return sentence(err.Error())
}

// secondsOf is how long to wait, in whole seconds.
func secondsOf(slow *auth.TooMany) int { return int(slow.Wait.Seconds()) + 1 }
