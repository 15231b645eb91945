package affiliates

import (
	"errors"
	"time"
)

// Synced is what a sync of the affiliates with Keap found.
type Synced struct {
	Started  time.Time `json:"started"`
	Ended    time.Time `json:"ended"`
	Complete bool      `json:"complete"`
	Seen     int       `json:"seen"`
	New      int       `json:"new"`
	Changed  int       `json:"changed"`
	Gone     int       `json:"gone"`
	Calls    int       `json:"calls"`
	Error    string    `json:"error,omitempty"`
}

var (
	// ErrSyncing is returned by Sync while another sync runs.
	ErrSyncing = errors.New("a sync of the affiliates is running")
	// ErrNotConnected is returned by Sync while there is no Keap to ask.
	ErrNotConnected = errors.New("not connected to Keap")
)
