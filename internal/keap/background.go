package keap

import "context"

// Background marks the calls of bulk work (a backfill, a sync, a comparison): they give way to the calls for fresh
// opt-ins, and leave more of the day's quota alone. Give the context to any method of a Client.
func Background(ctx context.Context) context.Context {
	return context.WithValue(ctx, backgroundKey{}, true)
}

type backgroundKey struct{}

func isBackground(ctx context.Context) bool {
	marked, _ := ctx.Value(backgroundKey{}).(bool)
	return marked
}
