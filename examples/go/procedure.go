package main

import (
	"bytes"
	"crypto/sha256"
	"regexp"
	"strings"
)

var implemented = []int64{1, 2, 3, 5, 6, 12, 14, 18, 20, 21, 22, 23, 24}
var readable = []int64{1, 2, 3, 5, 14, 18, 21, 22, 23, 24, 25}
var consumes = map[int64]int64{1: 1, 2: 2, 3: 3, 5: 5, 6: 18, 24: 24}
var uriForm = regexp.MustCompile(`^([A-Za-z][A-Za-z0-9+.-]*):(?:[A-Za-z0-9._~:/?#\[\]@!$&'()*+,;=-]|%[0-9A-Fa-f]{2})*$`)

// part is what the procedure knows of one of the manifest's components.
type part struct {
	index            int
	device           *Component
	parameters       map[int64]*Item
	checked, unknown bool
	// Number of the fetch that its content came by; 0: none.
	origin int
}

// Procedure is the update or invocation procedure (draft §6.3).
type Procedure struct {
	device   *Device
	delivery *Delivery
	envelope *Envelope
	manifest *Manifest
	effects  *[]Effect
	// What the current slots of the device's components hold.
	contents []Content
	parts    []*part
	held     map[int64]bool
	fetches  int
	invoked  bool
	section  uint64
}

func (p *Procedure) Run() {
	for i := range p.device.Components {
		component := &p.device.Components[i]
		p.contents = append(p.contents, component.Slots[component.Current])
	}
	for _, index := range p.manifest.components {
		p.parts = append(p.parts, &part{index: index, device: &p.device.Components[index], parameters: map[int64]*Item{}})
	}
	p.held = map[int64]bool{}
	wanted := []uint64{keyPayloadFetch, keyInstall, keyValidate}
	if p.delivery.Event == "boot" {
		wanted = []uint64{keyValidate, keyLoad, keyInvoke}
	}
	alone := true
	for _, section := range wanted {
		if p.manifest.sections[section] != nil {
			alone = false
			p.shared()
			p.sequence(section)
		}
	}
	if alone {
		p.shared()
	}
	for _, one := range p.parts {
		if one.unknown {
			refuse("procedure", "not-validated")
		}
	}
}

// shared runs before each other section, and must find vendor and class to be the device's (draft §8.4.5).
func (p *Procedure) shared() {
	p.sequence(keyShared)
	if len(p.parts) > 0 && !p.held[1] {
		refuse("applicability", "vendor-mismatch")
	}
	if len(p.parts) > 0 && !p.held[2] {
		refuse("applicability", "class-mismatch")
	}
}

func (p *Procedure) sequence(section uint64) {
	list := p.manifest.sections[section]
	p.section = section
	selected := p.parts
	if len(selected) > 1 {
		selected = selected[:1]
	}
	for i := 0; i < len(list); i += 2 {
		code, is := list[i].Int()
		if !is || !has(implemented, code) || !has(p.device.Capabilities.Commands, code) {
			refuse("commands", "command-unsupported")
		}
		if code == 12 {
			selected = p.selectParts(list[i+1])
			continue
		}
		if len(p.parts) == 0 {
			refuse("components", "index-missing")
		}
		for _, one := range selected {
			p.command(code, list[i+1], one)
		}
	}
}

func (p *Procedure) selectParts(argument *Item) []*part {
	if argument.Major == Simple {
		return p.parts
	}
	indices := argument.Items
	if argument.Major == Uint {
		indices = []*Item{argument}
	}
	var selected []*part
	for _, index := range indices {
		if index.Number >= uint64(len(p.parts)) {
			refuse("components", "index-range")
		}
		selected = append(selected, p.parts[index.Number])
	}
	return selected
}

func (p *Procedure) command(code int64, argument *Item, one *part) {
	switch code {
	case 20:
		for i := 0; i < len(argument.Items); i += 2 {
			key, is := argument.Items[i].Int()
			if !is || !has(readable, key) || !has(p.device.Capabilities.Parameters, key) {
				refuse("parameters", "param-unsupported")
			}
			one.parameters[key] = argument.Items[i+1]
		}
	case 18:
		content := Bytes(one.need(18).Content)
		p.store(one, Content{Kind: "bytes", Bytes: &content})
		one.origin, one.unknown = 0, false
		p.did(Effect{Kind: "write"}, one)
	case 21:
		p.fetch(one)
	case 22:
		p.copyFrom(one)
	case 23:
		p.invoke(one)
	default:
		p.condition(code, one)
	}
}

func (one *part) need(key int64) *Item {
	if one.parameters[key] == nil {
		refuse("parameters", "param-missing")
	}
	return one.parameters[key]
}

func among(list []Bytes, wanted []byte) bool {
	for _, bytesOf := range list {
		if bytes.Equal(bytesOf, wanted) {
			return true
		}
	}
	return false
}

func hold(condition bool, stage, reason string) {
	if !condition {
		refuse(stage, reason)
	}
}

func (p *Procedure) condition(code int64, one *part) {
	if code == 14 {
		refuse("commands", "abort")
	}
	value := one.need(consumes[code])
	switch code {
	case 1:
		if value.Major == Tag {
			hold(among(one.device.Pens, value.Items[0].Content), "applicability", "vendor-mismatch")
		} else {
			hold(among(one.device.VendorIDs, value.Content), "applicability", "vendor-mismatch")
		}
	case 2:
		hold(among(one.device.ClassIDs, value.Content), "applicability", "class-mismatch")
	case 24:
		hold(among(one.device.DeviceIDs, value.Content), "applicability", "device-mismatch")
	case 5:
		hold(value.Number == uint64(one.device.Current), "applicability", "slot-mismatch")
	case 3:
		p.matchImage(value, one)
	case 6:
		content := p.contents[one.index]
		equal := content.Kind == "empty" && len(value.Content) == 0 || content.Kind == "bytes" && bytes.Equal(*content.Bytes, value.Content)
		hold(equal, "payload", "content-mismatch")
	}
	p.held[code] = true
	if code == 3 || code == 6 {
		one.checked = true
		for _, other := range p.parts {
			other.unknown = other.unknown && other.origin != one.origin
		}
	}
}

func (p *Procedure) matchImage(value *Item, one *part) {
	algorithm, digest := digestValue(Decode(value.Content))
	if !isSHA256(p.device, algorithm) {
		refuse("digest", "digest-alg-unsupported")
	}
	content, size := p.contents[one.index], one.parameters[14]
	switch content.Kind {
	case "empty":
		refuse("payload", "image-mismatch")
	case "assumed":
		hold(content.Digest.Algorithm == algorithm && bytes.Equal(content.Digest.Bytes, digest), "payload", "image-mismatch")
		hold(size == nil || content.Size == nil || uint64(*content.Size) == size.Number, "payload", "size-mismatch")
		return
	}
	image := []byte(*content.Bytes)
	if size != nil && size.Number != uint64(len(image)) {
		hold(one.device.Storage == "fixed" && size.Number < uint64(len(image)), "payload", "size-mismatch")
		hold(len(bytes.Trim(image[size.Number:], "\xff")) == 0, "payload", "size-mismatch")
		image = image[:size.Number]
	}
	actual := sha256.Sum256(image)
	hold(bytes.Equal(actual[:], digest), "payload", "image-mismatch")
}

func sizeOf(content Content) uint64 {
	if content.Bytes != nil {
		return uint64(len(*content.Bytes))
	}
	if content.Size != nil {
		return uint64(*content.Size)
	}
	return 0
}

func (p *Procedure) store(one *part, content Content) {
	hold(sizeOf(content) <= one.device.Capacity, "resource", "limit-size")
	p.contents[one.index] = content
	one.checked = false
}

func (p *Procedure) did(effect Effect, one *part) {
	effect.Component = &one.index
	*p.effects = append(*p.effects, effect)
}

func (p *Procedure) fetch(one *part) {
	uri := string(one.need(21).Content)
	if payload, found := p.envelope.payloads[uri]; found {
		content := Bytes(payload)
		p.receive(one, Content{Kind: "bytes", Bytes: &content})
		return
	}
	if strings.HasPrefix(uri, "#") {
		refuse("payload", "fetch-failed")
	}
	form := uriForm.FindStringSubmatch(uri)
	if form == nil || !has(p.device.Capabilities.Schemes, strings.ToLower(form[1])) {
		refuse("payload", "uri-rejected")
	}
	p.did(Effect{Kind: "fetch", URI: uri}, one)
	for _, payload := range p.delivery.Payloads {
		if payload.URI == uri {
			p.receive(one, payload.Content)
			return
		}
	}
	refuse("payload", "fetch-failed")
}

func (p *Procedure) receive(one *part, content Content) {
	limit := one.parameters[14]
	if content.Kind == "endless" {
		hold(len(*content.Bytes) > 0, "payload", "fetch-failed")
		hold(limit == nil, "payload", "size-mismatch")
		refuse("resource", "limit-size")
	}
	hold(limit == nil || sizeOf(content) <= limit.Number, "payload", "size-mismatch")
	p.store(one, content)
	p.fetches++
	one.origin, one.unknown = p.fetches, one.parameters[3] == nil
	p.did(Effect{Kind: "write"}, one)
}

func (p *Procedure) copyFrom(one *part) {
	index := one.need(22).Number
	if index >= uint64(len(p.parts)) || p.parts[index] == one || p.contents[p.parts[index].index].Kind == "empty" {
		refuse("payload", "source-missing")
	}
	source := p.parts[index]
	p.store(one, p.contents[source.index])
	one.origin, one.unknown = source.origin, source.unknown
	p.did(Effect{Kind: "copy"}, one)
}

// invoke: only in the invoke section, and only what was checked after it was last written (draft §4.2, §8.4.6).
func (p *Procedure) invoke(one *part) {
	hold(p.section == keyInvoke, "commands", "command-forbidden")
	hold(p.contents[one.index].Kind != "empty", "commands", "directive-failed")
	hold(one.checked, "procedure", "not-validated")
	effect := Effect{Kind: "invoke"}
	if given := one.parameters[23]; given != nil {
		arguments := Bytes(given.Content)
		effect.Arguments = &arguments
	}
	p.did(effect, one)
	p.invoked = true
}
