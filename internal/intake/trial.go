package intake

import (
	"context"
	"errors"
	"fmt"

	"github.com/google/uuid"

	"tributary/internal/attribution"
	"tributary/internal/store"
)

// judgement says of a test what a real event would have become. A test is told nothing of the person's earlier opt-ins,
// nor who an affiliate is: anybody may send one.
type judgement struct {
	Status    string `json:"status"` // of a click: accepted or ignored; of an opt-in: its first status, or ignored, or refused
	Reason    string `json:"reason,omitempty"`
	Affiliate string `json:"affiliate,omitempty"` // who would earn, such as id:101
	Known     bool   `json:"known,omitempty"`     // Keap has told of this affiliate before
}

// isTest reports of an event that could not be judged whether it is a test.
func isTest(w *event) bool {
	id, _ := uuid.Parse(w.ID)
	return w.Test || attribution.IsTestID(id)
}

// refusedTest answers for a test that cannot be taken. It is no lead, so it does not go into the quarantine.
func refusedTest(w *event, err error) (result, error) {
	var r *refusal
	if !errors.As(err, &r) {
		return result{}, err
	}
	return result{ID: w.ID, Status: string(store.Test), Reason: store.TestReason, Judgement: &judgement{Status: "refused", Reason: r.reason}}, nil
}

// judgeTest goes the way of a real event, without its traces.
func (in *Intake) judgeTest(ctx context.Context, account attribution.AccountID, e attribution.Event) (*judgement, error) {
	j, ref := in.wouldBe(e)
	if ref.IsZero() {
		return j, nil
	}
	j.Affiliate = ref.String()
	_, err := in.Store.Affiliate(ctx, account, ref)
	if err != nil && !errors.Is(err, store.ErrNotFound) {
		return nil, in.unavailable(fmt.Errorf("looking for a test's affiliate: %w", err))
	}
	j.Known = err == nil
	return j, nil
}

func (in *Intake) wouldBe(e attribution.Event) (*judgement, attribution.Ref) {
	switch {
	case e.Ignored != "":
		return &judgement{Status: string(store.Ignored), Reason: e.Ignored}, attribution.Ref{}
	case e.Type == attribution.Clicked:
		return &judgement{Status: string(store.Accepted)}, e.Latest.Ref
	}
	o := attribution.NewOptIn(e.ID, e, in.Policy(), attribution.Touch{})
	return &judgement{Status: string(o.Status), Reason: o.Reason}, o.Ref
}
