package boltstore

import (
	"encoding/binary"
	"fmt"
	"slices"

	"tributary/internal/attribution"
	"tributary/internal/store"
)

// valuesOf is whose values in which dimension.
type valuesOf struct {
	ref       attribution.Ref
	dimension uint8
}

// values are those that are told apart, as string numbers in the order in which they came.
type values struct {
	// mixed says that clicks of a code, whose own list was full, came to this affiliate as "other": some of them may be of
	// values that are told apart here.
	mixed   bool
	numbers []uint64
}

const mixedFlag = 1

// valuesHeld bounds what the cache of values holds in all.
const valuesHeld = 500_000

// values reads the list of an affiliate and dimension.
func (a *accountTx) values(of valuesOf) (*values, error) {
	if v := a.heldValues()[of]; v != nil {
		return v, nil
	}
	payload, found, err := a.table("values").get(valuesKey(of.ref, of.dimension))
	if err != nil {
		return nil, err
	}
	v := &values{}
	if found {
		if v, err = decodeValues(payload); err != nil {
			return nil, err
		}
	}
	a.holdValues(of, v)
	return v, nil
}

// heldValues are those that were read before: by the committer, or in this read.
func (a *accountTx) heldValues() map[valuesOf]*values {
	if a.cache != nil {
		return a.cache.values
	}
	return a.lists
}

func (a *accountTx) holdValues(of valuesOf, v *values) {
	if a.cache == nil {
		a.lists[of] = v
		return
	}
	if a.cache.held += len(v.numbers) + 1; a.cache.held > valuesHeld {
		clear(a.cache.values)
		a.cache.held = len(v.numbers) + 1
	}
	a.cache.values[of] = v
}

func (a *accountTx) putValues(of valuesOf, v *values) error {
	return a.table("values").put(valuesKey(of.ref, of.dimension), encodeValues(v))
}

func encodeValues(v *values) []byte {
	b := binary.AppendUvarint(nil, uint64(one(v.mixed)*mixedFlag))
	for _, n := range v.numbers {
		b = binary.AppendUvarint(b, n)
	}
	return b
}

func decodeValues(payload []byte) (*values, error) {
	r := eventReader{b: payload}
	v := &values{mixed: r.uvarint()&mixedFlag != 0}
	for len(r.b) > 0 && r.err == nil {
		v.numbers = append(v.numbers, r.uvarint())
	}
	if r.err != nil {
		return nil, fmt.Errorf("%w: a list of values ends too early", store.ErrDamaged)
	}
	return v, nil
}

// place is where a value stands in its list, from 1 on. A new one is added while there is room; 0 means that there is none.
func (a *accountTx) place(ref attribution.Ref, dimension uint8, value string) (uint64, error) {
	n, err := a.number(value)
	if err != nil {
		return 0, err
	}
	of := valuesOf{ref, dimension}
	v, err := a.values(of)
	if err != nil {
		return 0, err
	}
	if i := slices.Index(v.numbers, n); i >= 0 {
		return uint64(i + 1), nil
	}
	if len(v.numbers) >= store.MaxValues {
		return 0, nil
	}
	v.numbers = append(v.numbers, n)
	a.cache.held++
	return uint64(len(v.numbers)), a.putValues(of, v)
}

// moveParts gives the clicks that were broken down under a code to its affiliate; its opt-ins have moved by themselves.
func (a *accountTx) moveParts(code, ref attribution.Ref) error {
	if err := a.tx.flushTallies(); err != nil {
		return err
	}
	err := a.eachPart(code, func(k partKey, p attribution.Part) error {
		a.countPart(k, attribution.Part{}.Less(p))
		k.ref = ref
		a.countPart(k, p)
		if !k.other {
			return nil
		}
		return a.mix(valuesOf{ref, k.dimension})
	})
	if err != nil {
		return err
	}
	if err := a.tx.flushTallies(); err != nil {
		return err
	}
	for i := range attribution.Dimensions {
		delete(a.cache.values, valuesOf{code, uint8(i)})
		if err := a.table("values").delete(valuesKey(code, uint8(i))); err != nil {
			return err
		}
	}
	return nil
}

// mix notes that what counts as "other" may be of values that are told apart.
func (a *accountTx) mix(of valuesOf) error {
	v, err := a.values(of)
	if err != nil || v.mixed {
		return err
	}
	v.mixed = true
	return a.putValues(of, v)
}

// eachPart calls fn for every part of a reference. fn must not write breakdowns.
func (a *accountTx) eachPart(ref attribution.Ref, fn func(partKey, attribution.Part) error) error {
	return a.table("breakdowns").ascend(refPrefix(ref), nil, func(key, payload []byte) (bool, error) {
		err := a.partsOf(partRow{a.id, ref, keyDay(key)}, payload, fn)
		return err == nil, err
	})
}

// partsOf calls fn for every part of a record.
func (a *accountTx) partsOf(row partRow, payload []byte, fn func(partKey, attribution.Part) error) error {
	parts, err := decodeParts(payload)
	for _, p := range parts {
		k := partKey{partRow: row, dimension: uint8(p.code % dimensions)}
		if k.value, k.other, err = a.valueAt(valuesOf{row.ref, k.dimension}, p.code/dimensions); err != nil {
			return err
		}
		if err = fn(k, p.Part); err != nil {
			return err
		}
	}
	return err
}

// valueAt is place backwards; other for place 0.
func (a *accountTx) valueAt(of valuesOf, place uint64) (value string, other bool, err error) {
	if place == 0 {
		return "", true, nil
	}
	v, err := a.values(of)
	if err != nil {
		return "", false, err
	}
	if place > uint64(len(v.numbers)) {
		return "", false, fmt.Errorf("%w: a breakdown has a value that is not in its list", store.ErrDamaged)
	}
	value, err = a.text(v.numbers[place-1])
	return value, false, err
}
