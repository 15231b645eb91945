package boltstore

import (
	"encoding/binary"
	"fmt"

	"tributary/internal/attribution"
	"tributary/internal/store"
)

// accountCache remembers what the committer looks up with every event. It is dropped whenever a transaction fails,
// because it may then hold what was never committed.
type accountCache struct {
	numbers   map[string]uint64                   // of strings
	refs      map[attribution.Ref]uint64          // the same, of references
	canonical map[attribution.Ref]attribution.Ref // the reference under which another is counted
	known     map[attribution.Ref]bool            // looked up, or on the way to be
	values    map[valuesOf]*values                // that are told apart in breakdowns
	held      int                                 // how many those are
	wanted    *[]attribution.Status               // news; nil while not read
}

// cacheLimit bounds each map; a full one starts over, which costs look-ups and nothing else.
const cacheLimit = 50_000

func (s *Store) cache(id attribution.AccountID) *accountCache {
	c := s.caches[string(id)]
	if c == nil {
		c = &accountCache{numbers: map[string]uint64{}, refs: map[attribution.Ref]uint64{}, canonical: map[attribution.Ref]attribution.Ref{}, known: map[attribution.Ref]bool{}, values: map[valuesOf]*values{}}
		s.caches[string(id)] = c
	}
	return c
}

func remember[K comparable, V any](m map[K]V, k K, v V) {
	if len(m) >= cacheLimit {
		clear(m)
	}
	m[k] = v
}

// number returns the number of a string, giving it the next one when it is new. Page addresses, campaigns and
// affiliates repeat in every event: a number takes 1 to 3 bytes where the text takes 40. "" is 0.
func (a *accountTx) number(text string) (uint64, error) {
	if text == "" {
		return 0, nil
	}
	if n, ok := a.cache.numbers[text]; ok {
		return n, nil
	}
	n, err := a.storedNumber(text)
	if err != nil {
		return 0, err
	}
	remember(a.cache.numbers, text, n)
	return n, nil
}

// refNumber is the number of a reference's text.
func (a *accountTx) refNumber(ref attribution.Ref) (uint64, error) {
	if n, ok := a.cache.refs[ref]; ok {
		return n, nil
	}
	n, err := a.number(ref.String())
	if err == nil {
		remember(a.cache.refs, ref, n)
	}
	return n, err
}

func (a *accountTx) storedNumber(text string) (uint64, error) {
	payload, found, err := a.table("strings").get([]byte(text))
	if err != nil {
		return 0, err
	}
	if found {
		return numberOf(payload)
	}
	n, err := a.table("strings").bucket.NextSequence()
	if err != nil {
		return 0, fmt.Errorf("numbering a string: %w", err)
	}
	if err := a.table("strings").put([]byte(text), binary.AppendUvarint(nil, n)); err != nil {
		return 0, err
	}
	return n, a.table("numbers").put(binary.BigEndian.AppendUint64(nil, n), []byte(text))
}

func numberOf(payload []byte) (uint64, error) {
	n, size := binary.Uvarint(payload)
	if size != len(payload) {
		return 0, fmt.Errorf("%w: a number of the wrong length", store.ErrDamaged)
	}
	return n, nil
}

// text is number backwards.
func (a *accountTx) text(n uint64) (string, error) {
	if n == 0 {
		return "", nil
	}
	payload, found, err := a.table("numbers").get(binary.BigEndian.AppendUint64(nil, n))
	if err != nil {
		return "", err
	}
	if !found {
		return "", fmt.Errorf("%w: string %d is missing", store.ErrDamaged, n)
	}
	return string(payload), nil
}
