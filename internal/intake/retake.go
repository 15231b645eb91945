package intake

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"

	"tributary/internal/attribution"
	"tributary/internal/store"
)

// Retake judges and stores what was quarantined, after what it was refused for has been mended: a site was made, or an
// origin added. It returns one outcome per event when all of them were taken, and otherwise a Problem that says why not.
// What could be taken is stored all the same: taken once more, it is a duplicate.
func (in *Intake) Retake(ctx context.Context, q store.Quarantined, raw []byte) ([]store.Outcome, error) {
	b, err := decodeAgain(q, raw)
	if err != nil {
		return nil, &Problem{http.StatusUnprocessableEntity, "malformed_json", "still refused: " + err.Error()}
	}
	site, err := in.siteFor(ctx, b.Site, q.Origin)
	var p *Problem
	if errors.As(err, &p) {
		return nil, &Problem{http.StatusUnprocessableEntity, p.Code, "still refused: " + p.Detail}
	}
	if err != nil {
		return nil, err
	}
	judged, refused, err := in.judgeAgain(b.Events, visit{site: site.Key, received: q.Received})
	if err != nil {
		return nil, err
	}
	outcomes, err := in.ingest(ctx, site.Account, judged)
	if err == nil && refused != nil {
		err = &Problem{http.StatusUnprocessableEntity, refused.code, fmt.Sprintf("%d of %d events could be taken; still refused: %s", len(judged), len(b.Events), refused.reason)}
	}
	return outcomes, err
}

// decodeAgain reads a whole body or a single event. The bounds of the public door do not hold here: the owner asks.
func decodeAgain(q store.Quarantined, raw []byte) (batch, error) {
	var shape struct{ Events, ID, Type json.RawMessage }
	if err := json.Unmarshal(raw, &shape); err != nil {
		return batch{}, decodeError(err)
	}
	switch {
	case shape.Events != nil:
		return decode(raw)
	case shape.ID == nil && shape.Type == nil:
		return batch{}, errors.New("this is neither a batch nor an event: read it, then delete it")
	}
	body, err := json.Marshal(map[string]any{"site": q.Site, "events": []json.RawMessage{raw}})
	if err != nil {
		return batch{}, err
	}
	return decode(body)
}

// judgeAgain judges the browser's clock by the time when the events came, not by now. The first refusal stands for all.
// The browser's address is not known any more.
func (in *Intake) judgeAgain(events []event, v visit) (judged []attribution.Event, refused *refusal, err error) {
	now := in.Now().UTC()
	for i := range events {
		e, err := judge(&events[i], v, in.Sealer)
		var r *refusal
		if errors.As(err, &r) {
			if refused == nil {
				refused = r
			}
			continue
		}
		if err != nil {
			return nil, nil, err
		}
		e.Received, e.Note = now, joinNotes(e.Note, "taken out of the quarantine")
		judged = append(judged, e)
	}
	return judged, refused, nil
}

func joinNotes(a, b string) string {
	if a == "" {
		return b
	}
	return a + "; " + b
}
