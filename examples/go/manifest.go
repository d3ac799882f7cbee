package main

import "bytes"

// Keys of the envelope and of the manifest (draft §11).
const (
	keyWrapper      = 2
	keyManifest     = 3
	keyShared       = 4
	keyValidate     = 7
	keyLoad         = 8
	keyInvoke       = 9
	keyPayloadFetch = 16
	keyInstall      = 20
	keyText         = 23
)

// Envelope has the members with integer keys, and the integrated payloads.
type Envelope struct {
	members  map[uint64]*Item
	payloads map[string][]byte
}

func ReadEnvelope(data []byte) *Envelope {
	item := Decode(data)
	if item.Major != Tag && item.Major != Map {
		refuse("envelope", "envelope-structure")
	}
	if item.Major != Tag || item.Number != 107 {
		refuse("envelope", "wrong-tag")
	}
	pairs := Expect(item.Items[0], Map, "envelope", "envelope-structure").Items
	envelope := &Envelope{map[uint64]*Item{}, map[string][]byte{}}
	var last uint64
	var text *Item
	for i := 0; i < len(pairs); i += 2 {
		key, value := pairs[i], pairs[i+1]
		if key.Major == Tstr {
			envelope.checkText(key, text)
			text = key
			envelope.payloads[string(key.Content)] = Expect(value, Bstr, "envelope", "envelope-structure").Content
			continue
		}
		envelope.checkKey(key, last, text != nil)
		last = key.Number
		if last == keyWrapper {
			Expect(value, Bstr, "authenticate", "auth-malformed")
		}
		envelope.members[last] = Expect(value, Bstr, "envelope", "envelope-structure")
	}
	if envelope.members[keyWrapper] == nil {
		refuse("authenticate", "auth-missing")
	}
	if envelope.members[keyManifest] == nil {
		refuse("envelope", "envelope-structure")
	}
	return envelope
}

func (envelope *Envelope) checkText(key, before *Item) {
	if before == nil {
		return
	}
	order := len(before.Content) - len(key.Content)
	if order == 0 {
		order = bytes.Compare(before.Content, key.Content)
	}
	if order == 0 {
		refuse("decode", "cbor-invalid")
	}
	if order > 0 {
		refuse("envelope", "envelope-order")
	}
}

func (envelope *Envelope) checkKey(key *Item, last uint64, afterText bool) {
	known := []uint64{keyWrapper, keyManifest, keyPayloadFetch, keyInstall, keyText}
	if key.Major == Nint || (key.Major == Uint && !has(known, key.Number)) {
		refuse("envelope", "unknown-envelope-key")
	}
	Expect(key, Uint, "decode", "type-mismatch")
	if envelope.members[key.Number] != nil {
		refuse("decode", "cbor-invalid")
	}
	if key.Number < last || afterText {
		refuse("envelope", "envelope-order")
	}
}

// members of a map with integer keys, and whether it has others than the known ones.
func membersOf(item *Item, known ...uint64) (map[uint64]*Item, bool) {
	pairs := Expect(item, Map, "structure", "manifest-structure").Items
	found, unknown := map[uint64]*Item{}, false
	for i := 0; i < len(pairs); i += 2 {
		if pairs[i].Major != Nint {
			Expect(pairs[i], Uint, "decode", "type-mismatch")
		}
		if pairs[i].Major == Uint && has(known, pairs[i].Number) {
			found[pairs[i].Number] = pairs[i+1]
		} else {
			unknown = true
		}
	}
	InOrder(pairs)
	return found, unknown
}

// Manifest, read and checked as a whole before anything is run.
type Manifest struct {
	device   *Device
	envelope *Envelope
	sequence Uint64
	// Indices into the device's components.
	components []int
	// The array of commands of each section, by manifest key.
	sections map[uint64][]*Item
}

func ReadManifest(device *Device, envelope *Envelope, event string) *Manifest {
	item := Inside(envelope.members[keyManifest], "envelope", "envelope-structure")
	found, unknown := membersOf(item, 1, 2, 3, 4, keyValidate, keyLoad, keyInvoke, keyPayloadFetch, keyInstall, keyText)
	manifest := &Manifest{device: device, envelope: envelope, sections: map[uint64][]*Item{}}
	manifest.checkVersion(found)
	if unknown {
		refuse("structure", "unknown-critical-key")
	}
	if found[3] == nil {
		refuse("structure", "manifest-structure")
	}
	common, unknown := membersOf(Inside(found[3], "structure", "manifest-structure"), 2, keyShared)
	if unknown {
		refuse("structure", "unknown-critical-key")
	}
	manifest.readComponents(common[2])
	sequences := map[uint64]*Item{keyShared: common[keyShared]}
	for _, key := range []uint64{keyPayloadFetch, keyInstall, keyText} {
		sequences[key] = manifest.element(found[key], key, event)
	}
	manifest.checkPlain(found[4], sequences[keyText])
	delete(sequences, keyText)
	for _, key := range []uint64{keyValidate, keyLoad, keyInvoke} {
		sequences[key] = found[key]
	}
	for _, key := range []uint64{keyShared, keyPayloadFetch, keyInstall, keyValidate, keyLoad, keyInvoke} {
		if sequence := sequences[key]; sequence != nil {
			manifest.sections[key] = manifest.section(sequence, key)
		}
	}
	return manifest
}

func (manifest *Manifest) checkVersion(found map[uint64]*Item) {
	if found[1] == nil {
		refuse("version", "version-missing")
	}
	if Expect(found[1], Uint, "version", "version-unsupported").Number != 1 {
		refuse("version", "version-unsupported")
	}
	if found[2] == nil {
		refuse("sequence", "sequence-missing")
	}
	manifest.sequence = Uint64(Expect(found[2], Uint, "decode", "type-mismatch").Number)
	if installed := manifest.device.SequenceNumber; installed != nil && manifest.sequence < *installed {
		refuse("sequence", "sequence-rollback")
	}
}

// isIdentifier compares an array of byte strings.
func isIdentifier(item *Item, wanted []Bytes) bool {
	parts := Expect(item, Array, "structure", "manifest-structure").Items
	equal := len(parts) == len(wanted)
	for i, part := range parts {
		Expect(part, Bstr, "structure", "manifest-structure")
		equal = equal && bytes.Equal(part.Content, wanted[i])
	}
	return equal
}

func (manifest *Manifest) readComponents(item *Item) {
	if item == nil {
		return
	}
	own := manifest.device.Components
	list := Expect(item, Array, "structure", "manifest-structure").Items
	if len(list) == 0 {
		refuse("structure", "manifest-structure")
	}
	if len(list) > len(own) {
		refuse("components", "component-count")
	}
	for _, one := range list {
		index := -1
		for i := range own {
			if isIdentifier(one, own[i].Identifier) {
				index = i
			}
		}
		if index < 0 {
			refuse("components", "component-unsupported")
		}
		if has(manifest.components, index) {
			refuse("structure", "manifest-structure")
		}
		manifest.components = append(manifest.components, index)
	}
}

// element is a severable element, where it is; nil: it is not there (draft §5.4).
func (manifest *Manifest) element(place *Item, key uint64, event string) *Item {
	severed := manifest.envelope.members[key]
	if place == nil || place.Major != Array {
		if severed != nil {
			refuse("severable", "severed-unlisted")
		}
		return place
	}
	if severed != nil {
		checkDigest(manifest.device, place, severed.Raw, "severable", "severed-mismatch")
		return severed
	}
	digestValue(place)
	if event == "update" && key != keyText {
		refuse("severable", "severed-missing")
	}
	return nil
}

func (manifest *Manifest) checkPlain(uri, text *Item) {
	if uri != nil {
		Expect(uri, Tstr, "decode", "type-mismatch")
	}
	if text == nil {
		return
	}
	languages := pairsOf(Inside(text, "decode", "type-mismatch"))
	for i := 1; i < len(languages); i += 2 {
		texts := pairsOf(languages[i])
		for j := 0; j < len(texts); j += 2 {
			if texts[j].Major != Array {
				continue
			}
			listed := false
			for _, index := range manifest.components {
				listed = isIdentifier(texts[j], manifest.device.Components[index].Identifier) || listed
			}
			if !listed {
				refuse("structure", "manifest-structure")
			}
			pairsOf(texts[j+1])
		}
	}
}

func pairsOf(item *Item) []*Item {
	pairs := Expect(item, Map, "decode", "type-mismatch").Items
	InOrder(pairs)
	return pairs
}

func (manifest *Manifest) section(item *Item, key uint64) []*Item {
	if item.Major == Array {
		refuse("structure", "manifest-structure")
	}
	sequence := checkSequence(Inside(item, "decode", "type-mismatch"), key, 0)
	if len(manifest.components) > 1 && len(sequence) > 0 && !sequence[0].IsInt(12) {
		refuse("components", "index-missing")
	}
	return sequence
}

var conditions = []int64{1, 2, 3, 5, 6, 14, 24}
var withPolicy = []int64{1, 2, 3, 5, 6, 14, 18, 21, 22, 23, 24, 31}
var inShared = []int64{1, 2, 3, 5, 6, 12, 14, 15, 20, 24, 32}
var flowControl = []int64{12, 15, 20, 32}

// checkSequence looks at the form; what the commands need is asked when they are run.
func checkSequence(item *Item, section uint64, depth int) []*Item {
	if depth > maxDepth {
		refuse("resource", "limit-depth")
	}
	list := Expect(item, Array, "commands", "command-malformed").Items
	if len(list)%2 != 0 {
		refuse("commands", "command-malformed")
	}
	for i := 0; i < len(list); i += 2 {
		if list[i].Major != Nint {
			Expect(list[i], Uint, "commands", "command-malformed")
		}
		code, _ := list[i].Int()
		known := has(withPolicy, code) || has(flowControl, code)
		if section == keyShared && (code < 0 || (known && !has(inShared, code))) {
			refuse("commands", "command-forbidden")
		}
		if known {
			checkArgument(code, list[i+1], section, depth)
		}
	}
	return list
}

func checkArgument(code int64, argument *Item, section uint64, depth int) {
	switch {
	case has(withPolicy, code):
		if Expect(argument, Uint, "commands", "command-malformed").Number > 15 {
			refuse("commands", "command-malformed")
		}
	case code == 12:
		checkIndex(argument)
	case code == 20:
		checkParameters(argument, section)
	case code == 32:
		checkSequence(Inside(argument, "commands", "command-malformed"), section, depth+1)
	default:
		branches := Expect(argument, Array, "commands", "command-malformed").Items
		if len(branches) == 0 || (len(branches) == 1 && branches[0].IsNil()) {
			refuse("commands", "command-malformed")
		}
		for i, branch := range branches {
			if i == len(branches)-1 && branch.IsNil() {
				break
			}
			checkSequence(Inside(branch, "commands", "command-malformed"), section, depth+1)
		}
	}
}

func checkIndex(item *Item) {
	if item.Major == Uint || (item.Major == Simple && item.Info == 21) {
		return
	}
	list := Expect(item, Array, "components", "index-type").Items
	for _, one := range list {
		Expect(one, Uint, "components", "index-type")
	}
	if len(list) == 0 {
		refuse("components", "index-type")
	}
}

func checkParameters(item *Item, section uint64) {
	pairs := Expect(item, Map, "commands", "command-malformed").Items
	if len(pairs) == 0 {
		refuse("commands", "command-malformed")
	}
	for i := 0; i < len(pairs); i += 2 {
		if pairs[i].Major != Nint {
			Expect(pairs[i], Uint, "parameters", "param-type")
		}
	}
	InOrder(pairs)
	for i := 0; i < len(pairs); i += 2 {
		key, _ := pairs[i].Int()
		if key < 0 && section == keyShared {
			refuse("commands", "command-forbidden")
		}
		checkType(key, pairs[i+1])
	}
}

func checkType(key int64, value *Item) {
	const stage, reason = "parameters", "param-type"
	switch key {
	case 3:
		digestValue(Inside(value, stage, reason))
	case 5, 14, 22:
		Expect(value, Uint, stage, reason)
	case 12, 13:
		if info := Expect(value, Simple, stage, reason).Info; info != 20 && info != 21 {
			refuse(stage, reason)
		}
	case 18, 23, 25:
		Expect(value, Bstr, stage, reason)
	case 21:
		Expect(value, Tstr, stage, reason)
	case 1, 2, 24:
		if key == 1 && value.Major == Tag {
			if value.Number != 112 || len(Expect(value.Items[0], Bstr, stage, reason).Content) == 0 {
				refuse(stage, reason)
			}
		} else if len(Expect(value, Bstr, stage, reason).Content) != 16 {
			refuse(stage, reason)
		}
	}
}
