package boltstore

import (
	"cmp"
	"encoding/binary"
	"fmt"
	"slices"

	"tributary/internal/attribution"
	"tributary/internal/store"
)

// A breakdown is kept by days, with everything of one affiliate and day in one record: a row for each value would take as
// much room as the click itself. The record is a list of parts, each
//
//	place of the value × 3 + dimension, × 2, + 1 where it has opt-ins or referrals, as uvarint
//	clicks, and then opt-ins and referrals where it says so, as varints
//
// The place is that in the affiliate's list of values, from 1 on; 0 is for the values beyond MaxValues. Once a value is in the list
// it stays, and one that found no room never gets any, so a recount of the log gives the very same parts.

// partKey is what a part is counted for while its transaction runs. Other stands for the values beyond the list.
type partKey struct {
	partRow
	dimension uint8
	value     string
	other     bool
}

type partRow struct {
	account attribution.AccountID
	ref     attribution.Ref
	day     attribution.Day
}

// codedPart is a part as it is stored.
type codedPart struct {
	code uint64
	attribution.Part
}

const dimensions = 3

func codeOf(place uint64, dimension uint8) uint64 { return place*dimensions + uint64(dimension) }

// countParts adds to an affiliate's breakdowns when the transaction commits. Events of nobody are not broken down.
func (a *accountTx) countParts(ref attribution.Ref, hour attribution.Hour, l attribution.Landing, p attribution.Part) {
	if ref.IsZero() || p == (attribution.Part{}) {
		return
	}
	for i, value := range l.Values() {
		if value != "" {
			a.countPart(partKey{partRow{a.id, ref, attribution.DayOf(hour)}, uint8(i), value, false}, p)
		}
	}
}

func (a *accountTx) countPart(k partKey, p attribution.Part) { a.tx.parts[k] = a.tx.parts[k].Add(p) }

// breakDown counts an opt-in as it is now instead of what it was before; nil for nothing. What it counts for is in its own
// record alone, so that every way of changing one comes out right.
func (a *accountTx) breakDown(before, now *attribution.OptIn) {
	for _, o := range []*attribution.OptIn{before, now} {
		if o == nil {
			continue
		}
		p := partOf(o)
		if o == before {
			p = attribution.Part{}.Less(p)
		}
		a.countParts(o.Ref, attribution.HourOf(o.At), o.Landed(), p)
		a.tx.changed[changeKey{a.id, o.Ref}] = true
	}
	a.tx.changed[changeKey{account: a.id}] = true
}

func partOf(o *attribution.OptIn) attribution.Part {
	return attribution.Part{OptIns: 1, Referrals: one(o.IsCredited())}
}

// flushParts writes what was counted, each record once.
func (tx *txn) flushParts() error {
	rows := map[partRow][]codedPart{}
	for k, p := range tx.parts {
		if p == (attribution.Part{}) {
			continue
		}
		code, err := tx.code(k)
		if err != nil {
			return fmt.Errorf("breaking down: %w", err)
		}
		rows[k.partRow] = append(rows[k.partRow], codedPart{code, p})
	}
	clear(tx.parts)
	for _, row := range sortedRows(rows) {
		if err := tx.addParts(row, rows[row]); err != nil {
			return fmt.Errorf("breaking down: %w", err)
		}
		tx.changed[changeKey{row.account, row.ref}] = true
	}
	return nil
}

// sortedRows are in key order, so that the tree is walked once.
func sortedRows(rows map[partRow][]codedPart) []partRow {
	sorted := make([]partRow, 0, len(rows))
	for row := range rows {
		sorted = append(sorted, row)
	}
	slices.SortFunc(sorted, func(x, y partRow) int {
		return cmp.Or(cmp.Compare(x.account, y.account), cmp.Compare(x.ref.Kind, y.ref.Kind), cmp.Compare(x.ref.Value, y.ref.Value), cmp.Compare(x.day, y.day))
	})
	return sorted
}

func (tx *txn) code(k partKey) (uint64, error) {
	if k.other {
		return codeOf(0, k.dimension), nil
	}
	a, err := tx.account(k.account)
	if err != nil {
		return 0, err
	}
	place, err := a.place(k.ref, k.dimension, k.value)
	return codeOf(place, k.dimension), err
}

func (tx *txn) addParts(row partRow, add []codedPart) error {
	a, err := tx.account(row.account)
	if err != nil {
		return err
	}
	key := dayKey(row.ref, row.day)
	payload, _, err := a.table("breakdowns").get(key)
	if err != nil {
		return err
	}
	stored, err := decodeParts(payload)
	if err != nil {
		return err
	}
	sum := sumParts(append(stored, add...))
	if len(sum) == 0 {
		return a.table("breakdowns").delete(key)
	}
	return a.table("breakdowns").put(key, encodeParts(sum))
}

// sumParts joins the parts of the same code, and leaves out those of nothing.
func sumParts(parts []codedPart) []codedPart {
	slices.SortFunc(parts, func(x, y codedPart) int { return cmp.Compare(x.code, y.code) })
	sum := parts[:0]
	for i := 0; i < len(parts); {
		p := parts[i]
		for i++; i < len(parts) && parts[i].code == p.code; i++ {
			p.Part = p.Part.Add(parts[i].Part)
		}
		if p.Part != (attribution.Part{}) {
			sum = append(sum, p)
		}
	}
	return sum
}

func encodeParts(parts []codedPart) []byte {
	b := make([]byte, 0, 4*len(parts))
	for _, p := range parts {
		more := p.OptIns != 0 || p.Referrals != 0
		b = binary.AppendUvarint(b, p.code<<1|uint64(one(more)))
		b = binary.AppendVarint(b, p.Clicks)
		if more {
			b = binary.AppendVarint(binary.AppendVarint(b, p.OptIns), p.Referrals)
		}
	}
	return b
}

func decodeParts(b []byte) (parts []codedPart, err error) {
	parts = make([]codedPart, 0, len(b)/3+1)
	err = visitParts(b, func(p codedPart) { parts = append(parts, p) })
	return parts, err
}

// visitParts calls fn for every part of a record.
func visitParts(b []byte, fn func(codedPart)) error {
	r := eventReader{b: b}
	for len(r.b) > 0 && r.err == nil {
		head := r.uvarint()
		p := codedPart{code: head >> 1, Part: attribution.Part{Clicks: r.varint()}}
		if head&1 != 0 {
			p.OptIns, p.Referrals = r.varint(), r.varint()
		}
		if r.err == nil {
			fn(p)
		}
	}
	if r.err != nil {
		return fmt.Errorf("%w: a breakdown ends too early", store.ErrDamaged)
	}
	return nil
}
