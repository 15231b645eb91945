package boltstore

import (
	"bytes"
	"context"
	"encoding/binary"
	"fmt"

	"tributary/internal/store"
)

// Get implements store.Documents.
func (s *Store) Get(ctx context.Context, kind, key string) (d store.Document, err error) {
	err = s.view(func(tx *txn) error {
		d, err = tx.document(kind, key)
		if err == nil && d.Version == 0 {
			err = fmt.Errorf("%s %w", kind, store.ErrNotFound)
		}
		return err
	})
	return d, err
}

// document returns what is stored, with version 0 when nothing is.
func (tx *txn) document(kind, key string) (store.Document, error) {
	t, there, err := tx.documents(kind)
	if err != nil || !there {
		return store.Document{Key: key}, err
	}
	payload, found, err := t.get([]byte(key))
	if err != nil || !found {
		return store.Document{Key: key}, err
	}
	return decodeDocument(key, payload)
}

func decodeDocument(key string, payload []byte) (store.Document, error) {
	version, size := binary.Uvarint(payload)
	if size <= 0 {
		return store.Document{}, fmt.Errorf("%w: a document without a version", store.ErrDamaged)
	}
	return store.Document{Key: key, Version: int64(version), Value: bytes.Clone(payload[size:])}, nil
}

// Put implements store.Documents.
func (s *Store) Put(ctx context.Context, kind, key string, value []byte, version int64) (int64, error) {
	err := s.write(ctx, func(tx *txn) error {
		t, err := tx.currentDocument(kind, key, version)
		if err != nil {
			return err
		}
		tx.documentChanged(kind, key)
		return t.put([]byte(key), append(binary.AppendUvarint(nil, uint64(version+1)), value...))
	})
	return version + 1, err
}

// Delete implements store.Documents.
func (s *Store) Delete(ctx context.Context, kind, key string, version int64) error {
	return s.write(ctx, func(tx *txn) error {
		t, err := tx.currentDocument(kind, key, version)
		if err != nil {
			return err
		}
		tx.documentChanged(kind, key)
		return t.delete([]byte(key))
	})
}

func (tx *txn) currentDocument(kind, key string, version int64) (table, error) {
	stored, err := tx.document(kind, key)
	if err != nil {
		return table{}, err
	}
	if stored.Version != version {
		return table{}, store.ErrConflict
	}
	t, _, err := tx.documents(kind)
	return t, err
}

// List implements store.Documents.
func (s *Store) List(ctx context.Context, kind, from string, limit int) (out []store.Document, err error) {
	err = s.view(func(tx *txn) error {
		t, there, err := tx.documents(kind)
		if err != nil || !there {
			return err
		}
		return t.ascend(nil, append([]byte(from), 0), func(key, payload []byte) (bool, error) {
			if len(out) == limit {
				return false, nil
			}
			d, err := decodeDocument(string(key), payload)
			out = append(out, d)
			return true, err
		})
	})
	return out, err
}
