package vault

import (
	"crypto/hmac"
	"crypto/sha256"
)

// Mac signs a text for a purpose. It differs from every other use of the secret key.
func (v *Vault) Mac(purpose string, text []byte) []byte {
	mac := hmac.New(sha256.New, v.pass)
	mac.Write([]byte(purpose))
	mac.Write([]byte{0})
	mac.Write(text)
	return mac.Sum(nil)
}
