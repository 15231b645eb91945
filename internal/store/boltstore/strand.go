package boltstore

import (
	"bytes"

	bolt "go.etcd.io/bbolt"
)

// strand is a run of an index whose keys end in a time and a name, of a job or an opt-in: strands are merged by these.
type strand struct {
	table
	cursor *bolt.Cursor
	prefix []byte // taken off each key
	within []byte // what its keys begin with
	back   bool   // latest first
	tail   []byte // time and name of the row it stands on; nil at its end
}

// strandsOf are the runs of an index with these prefixes, latest first.
func strandsOf(t table, prefixes ...[]byte) (out []*strand) {
	for _, prefix := range prefixes {
		out = append(out, &strand{table: t, prefix: prefix, within: prefix, back: true})
	}
	return out
}

// groups are the runs below a prefix, by the word up to the next 00.
func (t table) groups(prefix []byte) (out [][]byte) {
	c := t.bucket.Cursor()
	for k, _ := c.Seek(prefix); k != nil && bytes.HasPrefix(k, prefix); k, _ = c.Seek(after(out[len(out)-1])) {
		word, _, _ := bytes.Cut(k[len(prefix):], []byte{0})
		out = append(out, bytes.Clone(k[:len(prefix)+len(word)+1]))
	}
	return out
}

// begin goes to the first row beyond a tail (nil for the very first).
func (s *strand) begin(beyond []byte) error {
	s.cursor = s.bucket.Cursor()
	var k, v []byte
	if s.back {
		below := after(s.within)
		if beyond != nil {
			below = append(bytes.Clone(s.prefix), beyond...)
		}
		if k, v = s.cursor.Seek(below); k == nil {
			k, v = s.cursor.Last()
		}
		for k != nil && bytes.Compare(k, below) >= 0 {
			k, v = s.cursor.Prev()
		}
		return s.stand(k, v)
	}
	from := s.within
	if beyond != nil {
		from = append(append(bytes.Clone(s.prefix), beyond...), 0)
	}
	k, v = s.cursor.Seek(from)
	return s.stand(k, v)
}

func (s *strand) next() error {
	if s.back {
		return s.stand(s.cursor.Prev())
	}
	return s.stand(s.cursor.Next())
}

func (s *strand) stand(k, v []byte) error {
	if s.tail = nil; k == nil || !bytes.HasPrefix(k, s.prefix) {
		return nil
	}
	if _, err := s.open(k, v); err != nil {
		return err
	}
	s.tail = bytes.Clone(k[len(s.prefix):])
	return nil
}

// before says whether a strand's row is listed before another's.
func (s *strand) before(t *strand) bool {
	if t.tail == nil || s.tail == nil {
		return s.tail != nil
	}
	if s.back {
		return bytes.Compare(s.tail, t.tail) > 0
	}
	return bytes.Compare(s.tail, t.tail) < 0
}

// firstOf is the strand whose row comes next; nil when all are at their end.
func firstOf(strands []*strand) (first *strand) {
	for _, s := range strands {
		if s.tail != nil && (first == nil || s.before(first)) {
			first = s
		}
	}
	return first
}

func beginAll(strands []*strand, beyond []byte) error {
	for _, s := range strands {
		if err := s.begin(beyond); err != nil {
			return err
		}
	}
	return nil
}
