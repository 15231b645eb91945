package main

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"math/rand/v2"
	"net/http"
	"strings"
	"sync"
	"time"

	"tributary/internal/attribution"
)

// monthDays are the days that the demo makes up, today among them.
const monthDays = 30

// month makes up clicks and opt-ins of the last days, so that the desk and the affiliates' pages have something to show.
// They come in by the REST API, as those of a customer's program do, and are credited as all others are.
type month struct {
	demo *demoProgram
	once sync.Once
	err  error
}

func (m *month) fill(ctx context.Context) error {
	m.once.Do(func() { m.err = m.make(ctx) })
	return m.err
}

// make always makes the same month.
func (m *month) make(ctx context.Context) error {
	dice := rand.New(rand.NewPCG(2, 26))
	now := time.Now().UTC()
	midnight := now.Truncate(24 * time.Hour)
	person := 0
	for back := monthDays - 1; back >= 0; back-- {
		day, length := midnight.AddDate(0, 0, -back), 24*time.Hour
		if back == 0 {
			length = now.Sub(midnight)
		}
		for range 14 + monthDays - back + dice.IntN(12) {
			at := day.Add(time.Duration(dice.Float64() * float64(length)))
			who := pick(dice)
			if err := m.send(ctx, "/v1/clicks", click(who, at, dice)); err != nil {
				return err
			}
			if dice.IntN(5) > 0 {
				continue
			}
			person++
			if err := m.optIn(ctx, person, who, at.Add(min(time.Minute, now.Sub(at)))); err != nil {
				return err
			}
		}
	}
	return nil
}

// pick is an affiliate, some oftener than others; now and then there is a slip in the link.
func pick(dice *rand.Rand) attribution.Ref {
	switch n := dice.IntN(100); {
	case n < 52:
		return attribution.Ref{Kind: attribution.ByID, Value: "101"}
	case n < 80:
		return attribution.Ref{Kind: attribution.ByID, Value: "102"}
	case n < 99:
		return attribution.Ref{Kind: attribution.ByCode, Value: "maple-garden"}
	}
	return attribution.Ref{Kind: attribution.ByCode, Value: "rivr"}
}

func click(who attribution.Ref, at time.Time, dice *rand.Rand) map[string]any {
	page := []string{"native", "fetch", "jquery", "late"}[dice.IntN(4)]
	return map[string]any{"affiliate": who.Value, "kind": who.Kind, "url": "http://localhost/" + page, "at": at}
}

// optIn is of somebody whose contact the form tool has made; of each twentieth it has not.
func (m *month) optIn(ctx context.Context, n int, who attribution.Ref, at time.Time) error {
	email := fmt.Sprintf("visitor-%d@example.com", n)
	if n%20 > 0 {
		if err := m.demo.makeContact(ctx, email, "", ""); err != nil {
			return err
		}
	}
	return m.send(ctx, "/v1/optins", map[string]any{"email": email, "affiliate": who.Value, "kind": who.Kind, "site": demoSite, "form": "webinar", "at": at})
}

func (m *month) send(ctx context.Context, path string, body any) error {
	text, err := json.Marshal(body)
	if err != nil {
		return err
	}
	r, err := http.NewRequestWithContext(ctx, http.MethodPost, m.demo.cfg.baseURL+path, bytes.NewReader(text))
	if err != nil {
		return err
	}
	r.Header.Set("Authorization", "Bearer "+m.demo.adminKey)
	r.Header.Set("Content-Type", "application/json")
	answer, err := http.DefaultClient.Do(r)
	if err != nil {
		return err
	}
	defer answer.Body.Close()
	if answer.StatusCode >= http.StatusMultipleChoices {
		said, _ := io.ReadAll(io.LimitReader(answer.Body, 1000))
		return fmt.Errorf("making up %s: %d %s", path, answer.StatusCode, strings.TrimSpace(string(said)))
	}
	_, err = io.Copy(io.Discard, answer.Body)
	return err
}

// fillOnRequest fills, and leads to the desk.
func (d *demoProgram) fillOnRequest(w http.ResponseWriter, r *http.Request) {
	if err := d.month.fill(context.WithoutCancel(r.Context())); err != nil {
		http.Error(w, "The month could not be made up: see the terminal.", http.StatusInternalServerError)
		d.log.Error("making up a month", "error", err)
		return
	}
	http.Redirect(w, r, "/desk", http.StatusSeeOther)
}

func (d *demoProgram) fillAtStart(ctx context.Context) {
	if err := d.month.fill(ctx); err != nil && ctx.Err() == nil {
		d.log.Error("making up a month", "error", err)
	}
}
