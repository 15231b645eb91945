package boltstore

import (
	"bytes"
	"encoding/binary"
	"encoding/json"
	"fmt"
	"hash/crc32"

	bolt "go.etcd.io/bbolt"

	"tributary/internal/store"
)

// bbolt has no page checksums: a flipped bit comes back as a wrong value without an error. So every record ends in a
// CRC-32C over the name of its bucket, its key and its value; nothing that does not fit is ever served.
const sumLength = 4

var castagnoli = crc32.MakeTable(crc32.Castagnoli)

// table is a bucket whose records carry checksums.
type table struct {
	name   string
	bucket *bolt.Bucket
	salt   uint32
	tx     *txn // nil in a read
}

func newTable(name string, b *bolt.Bucket, tx *txn) table {
	return table{name: name, bucket: b, salt: crc32.Checksum([]byte(name), castagnoli), tx: tx}
}

func (t table) sum(key, payload []byte) uint32 {
	return crc32.Update(crc32.Update(t.salt, castagnoli, key), castagnoli, payload)
}

// open checks a stored value and returns its payload, which lives as long as the transaction.
func (t table) open(key, value []byte) ([]byte, error) {
	if len(value) < sumLength {
		return nil, fmt.Errorf("%w: %s has a record without a checksum", store.ErrDamaged, t.name)
	}
	payload := value[:len(value)-sumLength]
	if binary.BigEndian.Uint32(value[len(payload):]) != t.sum(key, payload) {
		return nil, fmt.Errorf("%w: a checksum in %s does not fit", store.ErrDamaged, t.name)
	}
	return payload, nil
}

// get returns a payload, or nil and false.
func (t table) get(key []byte) ([]byte, bool, error) {
	value := t.bucket.Get(key)
	if value == nil {
		return nil, false, nil
	}
	payload, err := t.open(key, value)
	return payload, err == nil, err
}

func (t table) has(key []byte) (bool, error) {
	_, found, err := t.get(key)
	return found, err
}

// put stores a payload. It copies both arguments: bbolt itself keeps a reference to the value until the commit.
func (t table) put(key, payload []byte) error {
	value := t.tx.room(len(payload) + sumLength)
	value = append(append(value, payload...), 0, 0, 0, 0)
	binary.BigEndian.PutUint32(value[len(payload):], t.sum(key, payload))
	return t.bucket.Put(key, value)
}

func (t table) delete(key []byte) error { return t.bucket.Delete(key) }

// getJSON decodes a record into v and reports whether it was there.
func (t table) getJSON(key []byte, v any) (bool, error) {
	payload, found, err := t.get(key)
	if !found || err != nil {
		return false, err
	}
	if err := json.Unmarshal(payload, v); err != nil {
		return false, fmt.Errorf("%w: %s: %w", store.ErrDamaged, t.name, err)
	}
	return true, nil
}

func (t table) putJSON(key []byte, v any) error {
	payload, err := json.Marshal(v)
	if err != nil {
		return fmt.Errorf("encoding for %s: %w", t.name, err)
	}
	return t.put(key, payload)
}

// move replaces an index entry; equal keys change nothing.
func (t table) move(old, now []byte) error {
	if bytes.Equal(old, now) {
		return nil
	}
	if err := t.delete(old); err != nil {
		return err
	}
	return t.put(now, nil)
}

// ascend calls fn for the records with a prefix, from a key on, until fn returns false. Keys and payloads must not be
// kept.
func (t table) ascend(prefix, from []byte, fn func(key, payload []byte) (bool, error)) error {
	c := t.bucket.Cursor()
	for k, v := c.Seek(laterOf(prefix, from)); k != nil && bytes.HasPrefix(k, prefix); k, v = c.Next() {
		if more, err := t.visit(k, v, fn); err != nil || !more {
			return err
		}
	}
	return nil
}

// descend is ascend backwards, from the last key below the given one.
func (t table) descend(prefix, below []byte, fn func(key, payload []byte) (bool, error)) error {
	c := t.bucket.Cursor()
	k, v := c.Seek(below)
	if k == nil {
		k, v = c.Last()
	}
	for k != nil && bytes.Compare(k, below) >= 0 {
		k, v = c.Prev()
	}
	for ; k != nil && bytes.HasPrefix(k, prefix); k, v = c.Prev() {
		if more, err := t.visit(k, v, fn); err != nil || !more {
			return err
		}
	}
	return nil
}

func (t table) visit(k, v []byte, fn func(key, payload []byte) (bool, error)) (bool, error) {
	payload, err := t.open(k, v)
	if err != nil {
		return false, err
	}
	return fn(k, payload)
}

func laterOf(a, b []byte) []byte {
	if bytes.Compare(a, b) > 0 {
		return a
	}
	return b
}

// after is the smallest key that is greater than every key with this prefix.
func after(prefix []byte) []byte {
	end := bytes.Clone(prefix)
	for i := len(end) - 1; i >= 0; i-- {
		if end[i]++; end[i] != 0 {
			return end[:i+1]
		}
	}
	return bytes.Repeat([]byte{0xff}, 64)
}
