package credit

import "context"

// background marks calls that must not take the turn of a fresh opt-in: syncs, and totals. Until the client knows
// priorities this changes nothing; it is the one place where they are named.
func background(ctx context.Context) context.Context { return ctx }
