package webhooks

import (
	"crypto/hmac"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"fmt"
	"strconv"
	"strings"
	"time"
)

// secretPrefix is how the standard marks a secret of this scheme.
const secretPrefix = "whsec_"

// secretKind is what a secret is sealed as, with its endpoint's id.
const secretKind = "webhook-secret"

// Secret signs what an endpoint is sent.
type Secret struct {
	Sealed []byte    `json:"sealed"`
	Until  time.Time `json:"until,omitzero"` // of one that was replaced
}

// newSecret makes a secret, as people are shown it and as it is stored.
func (s *Service) newSecret(endpoint string) (shown string, stored Secret) {
	key := make([]byte, 32)
	rand.Read(key)
	return secretPrefix + base64.StdEncoding.EncodeToString(key), Secret{Sealed: s.Sealer.SealBytes(key, secretKind, endpoint)}
}

// sign makes the value of webhook-signature: one signature for each secret that holds, the newest first.
func (s *Service) sign(e *Endpoint, id string, at time.Time, body []byte) (string, error) {
	var signatures []string
	for _, secret := range e.Secrets {
		if !secret.Until.IsZero() && !at.Before(secret.Until) {
			continue
		}
		key, err := s.Sealer.OpenBytes(secret.Sealed, secretKind, e.ID)
		if err != nil {
			return "", fmt.Errorf("opening the secret of webhook %s: %w", e.ID, err)
		}
		mac := hmac.New(sha256.New, key)
		fmt.Fprintf(mac, "%s.%d.", id, at.Unix())
		mac.Write(body)
		signatures = append(signatures, "v1,"+base64.StdEncoding.EncodeToString(mac.Sum(nil)))
	}
	return strings.Join(signatures, " "), nil
}

func unix(at time.Time) string { return strconv.FormatInt(at.Unix(), 10) }
