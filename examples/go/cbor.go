package main

import (
	"bytes"
	"unicode/utf8"
)

// Major types of CBOR (RFC 8949).
const (
	Uint = iota
	Nint
	Bstr
	Tstr
	Array
	Map
	Tag
	Simple
)

const maxDepth = 16

// Item is a data item with its bytes. Number is the argument of its head; Items are those of an array, of a map key
// and value in turn, or the one of a tag.
type Item struct {
	Major    int
	Info     byte
	Number   uint64
	Content  []byte
	Items    []*Item
	Raw      []byte
	Shortest bool
}

// Int is the value of an integer; false: it is none, or too large for any code.
func (item *Item) Int() (int64, bool) {
	if item.Major > Nint || item.Number > 1<<62 {
		return 0, false
	}
	if item.Major == Nint {
		return -1 - int64(item.Number), true
	}
	return int64(item.Number), true
}

// IsInt tells whether it is that integer.
func (item *Item) IsInt(wanted int64) bool {
	value, is := item.Int()
	return is && value == wanted
}

func readItem(data []byte, depth int) (*Item, []byte) {
	if depth > maxDepth {
		refuse("resource", "limit-depth")
	}
	if len(data) == 0 {
		refuse("decode", "not-well-formed")
	}
	item := &Item{Major: int(data[0] >> 5), Info: data[0] & 31}
	rest := data[1:]
	// draft §8.1: lengths are definite.
	if item.Info == 31 && item.Major >= Bstr && item.Major <= Map {
		refuse("decode", "non-deterministic")
	}
	if item.Info > 27 {
		refuse("decode", "not-well-formed")
	}
	item.Number, item.Shortest = uint64(item.Info), true
	if item.Info >= 24 {
		width := 1 << (item.Info - 24)
		if width > len(rest) {
			refuse("decode", "not-well-formed")
		}
		item.Number = 0
		for _, b := range rest[:width] {
			item.Number = item.Number<<8 | uint64(b)
		}
		rest = rest[width:]
		item.Shortest = item.Number >= []uint64{24, 1 << 8, 1 << 16, 1 << 32}[item.Info-24]
	}
	switch item.Major {
	case Bstr, Tstr:
		if item.Number > uint64(len(rest)) {
			refuse("decode", "not-well-formed")
		}
		item.Content, rest = rest[:item.Number], rest[item.Number:]
		if item.Major == Tstr && !utf8.Valid(item.Content) {
			refuse("decode", "cbor-invalid")
		}
	case Array, Map, Tag:
		count := item.Number
		if item.Major == Tag {
			count = 1
		}
		// Every item has at least one byte.
		if count > uint64(len(rest)) {
			refuse("decode", "not-well-formed")
		}
		if item.Major == Map {
			count *= 2
		}
		for ; count > 0; count-- {
			var one *Item
			one, rest = readItem(rest, depth+1)
			item.Items = append(item.Items, one)
		}
	case Simple:
		if item.Info == 24 && item.Number < 32 {
			refuse("decode", "not-well-formed")
		}
	}
	item.Raw = data[:len(data)-len(rest)]
	return item, rest
}

// Decode reads the one item that the bytes are.
func Decode(data []byte) *Item {
	item, rest := readItem(data, 0)
	if len(rest) > 0 {
		refuse("decode", "trailing-data")
	}
	return item
}

// Expect refuses an item of another kind.
func Expect(item *Item, major int, stage, reason string) *Item {
	if item.Major == Tag && major != Tag && stage != "authenticate" {
		refuse("envelope", "wrong-tag")
	}
	if item.Major != major {
		refuse(stage, reason)
	}
	return item
}

// Inside is the item within a byte string.
func Inside(item *Item, stage, reason string) *Item {
	return Decode(Expect(item, Bstr, stage, reason).Content)
}

// InOrder refuses a map whose keys are not in their shortest form, ascending by their bytes, each once.
func InOrder(pairs []*Item) {
	var before []byte
	for i := 0; i < len(pairs); i += 2 {
		order := bytes.Compare(before, pairs[i].Raw)
		if !pairs[i].Shortest || order > 0 {
			refuse("decode", "non-deterministic")
		}
		if order == 0 {
			refuse("decode", "cbor-invalid")
		}
		before = pairs[i].Raw
	}
}

// IsNil tells whether it is CBOR's null.
func (item *Item) IsNil() bool { return item.Major == Simple && item.Info == 22 }
