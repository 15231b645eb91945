package intake

import (
	"encoding/hex"

	"tributary/internal/attribution"
)

// judgePerson checks who opted in. A site may tell the e-mail, its hash alone, or nothing; the person is sealed only
// where the e-mail is known. Somebody who has a name or phone and no e-mail is not nobody: that is a lead to look at.
func judgePerson(w person, ip string, s Sealer) (key attribution.PersonKey, sealed []byte, err error) {
	if w == (person{}) {
		return key, nil, nil
	}
	if w.Email == "" && w.EmailHash != "" {
		key, err = keyOfHash(w.EmailHash, s)
		return key, nil, err
	}
	email, err := attribution.NormalEmail(w.Email)
	if err != nil {
		return key, nil, &refusal{"invalid_email", "person.email is not an e-mail address"}
	}
	return s.Seal(attribution.Person{
		Email: email, FirstName: text(w.FirstName, 100), LastName: text(w.LastName, 100), Phone: text(w.Phone, 40), IP: ip,
	})
}

func keyOfHash(text string, s Sealer) (attribution.PersonKey, error) {
	var hash [32]byte
	if len(text) != hex.EncodedLen(len(hash)) {
		return attribution.PersonKey{}, errHash
	}
	if _, err := hex.Decode(hash[:], []byte(text)); err != nil {
		return attribution.PersonKey{}, errHash
	}
	return s.KeyOfHash(hash), nil
}

var errHash = &refusal{"invalid_email_hash", "person.email_hash must be the SHA-256 of the trimmed, lower-case address in 64 hexadecimal digits"}
