package boltstore

import (
	"encoding/binary"
	"fmt"
	"time"

	"github.com/google/uuid"

	"tributary/internal/attribution"
	"tributary/internal/store"
)

// An event is about 40 bytes instead of 500 as JSON. Its layout, every number a varint:
//
//	flags · at, as milliseconds since the time in the id · received - at · number of the site · visitor (16 bytes)
//	latest: number of the ref, at - touch · first: likewise, left out when it is the latest
//	numbers of url, referrer and the five UTM values, each where its flag is set
//	an opt-in's tail, where its flag is set: person (16 bytes), opt-in id (16), sealed, form (3 numbers), via, disposition
//	note and ignored, each a number, where the flag is set
//	the reference that a click is counted for, a number, where it is not the one of its touch
//	the id that an opt-in joins (16 bytes), where its flag is set
//	a test has a flag and no more
//	an imported referral: its id in Keap, with its length, where its flag is set
const (
	hasLatest = 1 << iota
	hasFirst
	firstIsLatest
	hasURL
	hasReferrer
	hasUTM1 // five flags in a row
	_
	_
	_
	_
	hasNote
	hasIgnored
	hasOptIn
	hasCounted
	hasJoins
	isTest
	hasReferral
)

// eventTexts are the strings of an event that are kept as numbers, each under its flag.
func eventTexts(e *attribution.Event) [9]struct {
	flag uint64
	text *string
} {
	type flagged = struct {
		flag uint64
		text *string
	}
	return [9]flagged{
		{hasURL, &e.URL}, {hasReferrer, &e.Referrer},
		{hasUTM1, &e.UTM.Source}, {hasUTM1 << 1, &e.UTM.Medium}, {hasUTM1 << 2, &e.UTM.Campaign},
		{hasUTM1 << 3, &e.UTM.Term}, {hasUTM1 << 4, &e.UTM.Content},
		{hasNote, &e.Note}, {hasIgnored, &e.Ignored},
	}
}

func idTime(id uuid.UUID) int64 {
	if id.Version() != 7 {
		return 0
	}
	return int64(binary.BigEndian.Uint64(id[:8]) >> 16)
}

func eventFlags(e *attribution.Event) (flags uint64) {
	for _, t := range eventTexts(e) {
		if *t.text != "" {
			flags |= t.flag
		}
	}
	if !e.Latest.IsZero() {
		flags |= hasLatest
	}
	switch {
	case e.First.IsZero():
	case e.First.Ref == e.Latest.Ref && e.First.At.Equal(e.Latest.At):
		flags |= firstIsLatest
	default:
		flags |= hasFirst
	}
	if e.Type == attribution.OptedIn {
		flags |= hasOptIn
	}
	if e.Joins != uuid.Nil {
		flags |= hasJoins
	}
	if e.Test {
		flags |= isTest
	}
	if e.Type == attribution.Referred {
		flags |= hasReferral
	}
	return flags
}

// encodeEvent appends an event to b, with what became of it.
func (a *accountTx) encodeEvent(b []byte, e *attribution.Event, o store.Outcome, counted attribution.Ref) ([]byte, error) {
	w := eventWriter{a: a, b: b}
	flags := eventFlags(e)
	if counted != e.Latest.Ref && !counted.IsZero() {
		flags |= hasCounted
	}
	at := e.At.UnixMilli()
	w.uvarint(flags)
	w.varint(at - idTime(e.ID))
	w.varint(e.Received.UnixMilli() - at)
	w.text(e.Site)
	w.b = append(w.b, e.Visitor[:]...)
	if flags&hasLatest != 0 {
		w.touch(e.Latest, at)
	}
	if flags&hasFirst != 0 {
		w.touch(e.First, at)
	}
	for _, t := range eventTexts(e) {
		if *t.text != "" {
			w.text(*t.text)
		}
	}
	if flags&hasOptIn != 0 {
		w.optIn(e, o)
	}
	if flags&hasCounted != 0 {
		w.ref(counted)
	}
	if flags&hasJoins != 0 {
		w.b = append(w.b, e.Joins[:]...)
	}
	if flags&hasReferral != 0 {
		w.uvarint(uint64(len(e.Referral)))
		w.b = append(w.b, e.Referral...)
	}
	return w.b, w.err
}

type eventWriter struct {
	a   *accountTx
	b   []byte
	err error
}

func (w *eventWriter) uvarint(n uint64) { w.b = binary.AppendUvarint(w.b, n) }
func (w *eventWriter) varint(n int64)   { w.b = binary.AppendVarint(w.b, n) }

func (w *eventWriter) text(s string) {
	if w.err != nil {
		return
	}
	var n uint64
	n, w.err = w.a.number(s)
	w.uvarint(n)
}

func (w *eventWriter) ref(r attribution.Ref) {
	if w.err != nil {
		return
	}
	var n uint64
	n, w.err = w.a.refNumber(r)
	w.uvarint(n)
}

func (w *eventWriter) touch(t attribution.Touch, at int64) {
	w.ref(t.Ref)
	w.varint(at - t.At.UnixMilli())
}

func (w *eventWriter) optIn(e *attribution.Event, o store.Outcome) {
	w.b = append(w.b, e.Person[:]...)
	w.b = append(w.b, o.OptIn[:]...)
	w.uvarint(uint64(len(e.Sealed)))
	w.b = append(w.b, e.Sealed...)
	for _, s := range []string{e.Form.ID, e.Form.Action, e.Form.Provider, string(e.Via), string(o.Disposition)} {
		w.text(s)
	}
}

// decodeEvent reads what encodeEvent wrote.
func (a *accountTx) decodeEvent(id uuid.UUID, payload []byte) (store.LoggedEvent, error) {
	r := eventReader{a: a, b: payload}
	e := attribution.Event{ID: id, Type: attribution.Clicked}
	flags := r.uvarint()
	at := idTime(id) + r.varint()
	e.At = milliTime(at)
	e.Received = milliTime(at + r.varint())
	e.Site = r.text()
	copy(e.Visitor[:], r.bytes(16))
	if flags&hasLatest != 0 {
		e.Latest = r.touch(at)
	}
	if flags&hasFirst != 0 {
		e.First = r.touch(at)
	}
	if flags&firstIsLatest != 0 {
		e.First = e.Latest
	}
	for _, t := range eventTexts(&e) {
		if flags&t.flag != 0 {
			*t.text = r.text()
		}
	}
	logged := store.LoggedEvent{Outcome: store.Outcome{Disposition: store.Accepted}}
	if flags&hasOptIn != 0 {
		r.optIn(&e, &logged.Outcome)
	}
	logged.Counted = e.Latest.Ref
	if flags&hasCounted != 0 {
		logged.Counted = r.ref()
	}
	if flags&hasJoins != 0 {
		copy(e.Joins[:], r.bytes(16))
	}
	if flags&hasReferral != 0 {
		e.Type, e.Via, e.Referral = attribution.Referred, attribution.ViaImport, string(r.bytes(r.uvarint()))
	}
	e.Test = flags&isTest != 0
	switch {
	case e.IsTest():
		logged.Disposition, logged.Reason = store.Test, store.TestReason
	case e.Ignored != "":
		logged.Disposition, logged.Reason = store.Ignored, e.Ignored
	}
	logged.Event = e
	return logged, r.err
}

// visitorIn reads no more of an event than its visitor.
func visitorIn(payload []byte) (visitor uuid.UUID) {
	r := eventReader{b: payload}
	r.uvarint()
	r.varint()
	r.varint()
	r.uvarint()
	copy(visitor[:], r.bytes(16))
	return visitor
}

func milliTime(ms int64) time.Time { return time.UnixMilli(ms).UTC() }

// eventReader stops at the first fault and keeps it.
type eventReader struct {
	a   *accountTx
	b   []byte
	err error
}

func (r *eventReader) fail() {
	if r.err == nil {
		r.err = fmt.Errorf("%w: an event ends too early", store.ErrDamaged)
	}
	r.b = nil
}

func (r *eventReader) uvarint() uint64 {
	n, size := binary.Uvarint(r.b)
	if size <= 0 {
		r.fail()
		return 0
	}
	r.b = r.b[size:]
	return n
}

func (r *eventReader) varint() int64 {
	n, size := binary.Varint(r.b)
	if size <= 0 {
		r.fail()
		return 0
	}
	r.b = r.b[size:]
	return n
}

func (r *eventReader) bytes(n uint64) []byte {
	if uint64(len(r.b)) < n {
		r.fail()
		return nil
	}
	out := r.b[:n]
	r.b = r.b[n:]
	return out
}

func (r *eventReader) text() string {
	n := r.uvarint()
	if r.err != nil {
		return ""
	}
	var s string
	s, r.err = r.a.text(n)
	return s
}

func (r *eventReader) ref() attribution.Ref {
	ref, err := attribution.ParseRef(r.text())
	if err != nil && r.err == nil {
		r.err = fmt.Errorf("%w: %w", store.ErrDamaged, err)
	}
	return ref
}

func (r *eventReader) touch(at int64) attribution.Touch {
	return attribution.Touch{Ref: r.ref(), At: milliTime(at - r.varint())}
}

func (r *eventReader) optIn(e *attribution.Event, o *store.Outcome) {
	e.Type = attribution.OptedIn
	copy(e.Person[:], r.bytes(16))
	copy(o.OptIn[:], r.bytes(16))
	e.Sealed = append([]byte(nil), r.bytes(r.uvarint())...)
	e.Form = attribution.Form{ID: r.text(), Action: r.text(), Provider: r.text()}
	e.Via = attribution.Via(r.text())
	o.Disposition = store.Disposition(r.text())
}
