package main

import (
	"bytes"
	"crypto/ecdsa"
	"crypto/ed25519"
	"crypto/elliptic"
	"crypto/sha256"
	"encoding/binary"
	"fmt"
	"math/big"
)

const (
	labelAlg  = 1
	labelCrit = 2
	labelKid  = 4
	maxBlocks = 8
)

var curves = map[int64]string{-7: "P-256", -9: "P-256", -8: "Ed25519", -19: "Ed25519"}

// What can be wrong with a key, the furthest last.
var failures = []string{"key-unknown", "alg-disallowed", "key-usage", "sig-invalid"}

func has[T comparable](list []T, wanted T) bool {
	for _, one := range list {
		if one == wanted {
			return true
		}
	}
	return false
}

// digestValue reads a SUIT_Digest (draft §10).
func digestValue(item *Item) (int64, []byte) {
	parts := Expect(item, Array, "digest", "digest-malformed").Items
	if len(parts) < 2 || parts[0].Major > Nint {
		refuse("digest", "digest-malformed")
	}
	algorithm, is := parts[0].Int()
	if !is {
		refuse("digest", "digest-alg-unsupported")
	}
	value := Expect(parts[1], Bstr, "digest", "digest-malformed").Content
	lengths := map[int64]int{-16: 32, -18: 32, -43: 48, -44: 64, -45: 64}
	if length, known := lengths[algorithm]; known && length != len(value) {
		refuse("digest", "digest-malformed")
	}
	return algorithm, value
}

func isSHA256(device *Device, algorithm int64) bool {
	return algorithm == -16 && has(device.Capabilities.Digests, algorithm)
}

func checkDigest(device *Device, item *Item, data []byte, stage, reason string) {
	algorithm, value := digestValue(item)
	if !isSHA256(device, algorithm) {
		refuse("digest", "digest-alg-unsupported")
	}
	if actual := sha256.Sum256(data); !bytes.Equal(actual[:], value) {
		refuse(stage, reason)
	}
}

// labels has the values of the labels that count.
func labels(item *Item) map[uint64]*Item {
	pairs := Expect(item, Map, "authenticate", "auth-malformed").Items
	found, seen := map[uint64]*Item{}, map[string]bool{}
	for i := 0; i < len(pairs); i += 2 {
		key := pairs[i]
		if key.Major > Nint && key.Major != Tstr {
			refuse("authenticate", "auth-malformed")
		}
		// RFC 9052 §3: labels are unique, however they are encoded.
		name := fmt.Sprint(key.Major, key.Number, string(key.Content))
		if seen[name] {
			refuse("decode", "cbor-invalid")
		}
		seen[name] = true
		if key.Major == Uint && (key.Number == labelAlg || key.Number == labelCrit || key.Number == labelKid) {
			found[key.Number] = pairs[i+1]
		}
	}
	return found
}

func understood(safe, open map[uint64]*Item) bool {
	for _, label := range []uint64{labelAlg, labelKid} {
		if safe[label] != nil && open[label] != nil {
			return false
		}
	}
	if open[labelCrit] != nil {
		return false
	}
	critical := safe[labelCrit]
	if critical == nil {
		return true
	}
	if critical.Major != Array || len(critical.Items) == 0 {
		return false
	}
	for _, one := range critical.Items {
		known := one.Major == Uint && (one.Number == labelAlg || one.Number == labelKid)
		if !known || safe[one.Number] == nil {
			return false
		}
	}
	return true
}

func appendHead(to []byte, major, size int) []byte {
	switch {
	case size < 24:
		return append(to, byte(major<<5|size))
	case size < 1<<8:
		return append(to, byte(major<<5|24), byte(size))
	case size < 1<<16:
		return binary.BigEndian.AppendUint16(append(to, byte(major<<5|25)), uint16(size))
	}
	return binary.BigEndian.AppendUint32(append(to, byte(major<<5|26)), uint32(size))
}

func appendString(to, content []byte) []byte {
	return append(appendHead(to, Bstr, len(content)), content...)
}

// toBeSigned is the Sig_structure of RFC 9052 §4.4.
func toBeSigned(protected, payload []byte) []byte {
	if bytes.Equal(protected, []byte{0xa0}) {
		protected = nil
	}
	message := append(appendHead(appendHead(nil, Array, 4), Tstr, 10), "Signature1"...)
	return appendString(appendString(appendString(message, protected), nil), payload)
}

func verifies(key *Key, message, signature []byte) bool {
	if len(signature) != 64 {
		return false
	}
	if key.Crv == "Ed25519" {
		return len(key.X) == ed25519.PublicKeySize && ed25519.Verify(ed25519.PublicKey(key.X), message, signature)
	}
	x, y := new(big.Int).SetBytes(key.X), new(big.Int).SetBytes(key.Y)
	if !elliptic.P256().IsOnCurve(x, y) {
		return false
	}
	hash := sha256.Sum256(message)
	r, s := new(big.Int).SetBytes(signature[:32]), new(big.Int).SetBytes(signature[32:])
	return ecdsa.Verify(&ecdsa.PublicKey{Curve: elliptic.P256(), X: x, Y: y}, hash[:], r, s)
}

func entitled(device *Device, roles []string) bool {
	wanted := []string{"author", "qualifier"}
	if device.Policy.Kind == "any" {
		wanted = wanted[:1]
	} else if device.Policy.Kind == "roles" {
		wanted = device.Policy.Roles
	}
	for _, role := range roles {
		if has(wanted, role) {
			return true
		}
	}
	return false
}

// objection is the index of what is wrong with using the key; -1: nothing.
func objection(device *Device, anchor *Anchor, algorithm int64) int {
	key := &anchor.Key
	switch {
	case !entitled(device, anchor.Roles):
		return 0
	case !has(anchor.Algorithms, algorithm):
		return 1
	case key.Crv != curves[algorithm] || (key.Alg != nil && *key.Alg != algorithm) || (key.KeyOps != nil && !has(key.KeyOps, 2)):
		return 2
	}
	return -1
}

type block struct {
	algorithm          int64
	kid                []byte
	hasKid             bool
	message, signature []byte
}

// tryAnchors notes who signed; the reason if nobody did.
func tryAnchors(device *Device, b *block, by map[int]bool) string {
	best, verified, known := 0, false, !b.hasKid
	for i := range device.Anchors {
		anchor := &device.Anchors[i]
		known = known || (anchor.Kid != nil && bytes.Equal(anchor.Kid, b.kid))
		failure := objection(device, anchor, b.algorithm)
		if failure < 0 {
			if verifies(&anchor.Key, b.message, b.signature) {
				by[i], verified = true, true
				continue
			}
			failure = 3
		}
		if failure > best {
			best = failure
		}
	}
	if verified {
		return ""
	}
	if best == 3 && !known {
		return failures[0]
	}
	return failures[best]
}

// protectedHeader refuses one that is no map as malformed, whatever is wrong with it.
func protectedHeader(content []byte) *Item {
	defer func() {
		if thrown := recover(); thrown != nil {
			if _, is := thrown.(Refusal); is {
				thrown = Refusal{"authenticate", "auth-malformed"}
			}
			panic(thrown)
		}
	}()
	return Decode(content)
}

// checkBlock returns why the block authenticates nothing; "": it does.
func checkBlock(device *Device, content, payload []byte, by map[int]bool) string {
	item := Decode(content)
	if item.Major != Tag || item.Number != 18 {
		return "cose-unsupported"
	}
	parts := Expect(item.Items[0], Array, "authenticate", "auth-malformed").Items
	if len(parts) != 4 || !parts[2].IsNil() {
		refuse("authenticate", "auth-malformed")
	}
	protected := Expect(parts[0], Bstr, "authenticate", "auth-malformed").Content
	signature := Expect(parts[3], Bstr, "authenticate", "auth-malformed").Content
	safe := map[uint64]*Item{}
	if len(protected) > 0 {
		safe = labels(protectedHeader(protected))
	}
	open := labels(parts[1])
	if !understood(safe, open) {
		return "cose-unsupported"
	}
	if safe[labelAlg] == nil {
		return "alg-disallowed"
	}
	algorithm, _ := safe[labelAlg].Int()
	if curves[algorithm] == "" {
		return "alg-unsupported"
	}
	b := &block{algorithm: algorithm, message: toBeSigned(protected, payload), signature: signature}
	kid := safe[labelKid]
	if kid == nil {
		kid = open[labelKid]
	}
	if kid != nil {
		b.hasKid, b.kid = true, Expect(kid, Bstr, "authenticate", "auth-malformed").Content
	}
	return tryAnchors(device, b, by)
}

// authorized: those that signed are all that the policy wants; a key counts once.
func authorized(device *Device, by map[int]bool) bool {
	roles, keys, all, any := map[string]bool{}, map[string]bool{}, true, false
	for i := range device.Anchors {
		anchor := &device.Anchors[i]
		if entitled(device, anchor.Roles) {
			any = true
			all = all && by[i]
		}
		if by[i] {
			keys[anchor.Key.Crv+string(anchor.Key.X)] = true
			for _, role := range anchor.Roles {
				roles[role] = true
			}
		}
	}
	switch device.Policy.Kind {
	case "roles":
		for _, role := range device.Policy.Roles {
			if !roles[role] {
				return false
			}
		}
		return true
	case "all":
		return any && all
	}
	return len(keys) >= 1 && len(keys) >= device.Policy.Count
}

// Authenticate returns the SUIT_Digest that was signed, not yet compared with anything (draft §6.2, §8.3).
func Authenticate(device *Device, wrapper *Item) *Item {
	parts := Expect(Inside(wrapper, "authenticate", "auth-malformed"), Array, "authenticate", "auth-malformed").Items
	if len(parts) == 0 {
		refuse("authenticate", "auth-malformed")
	}
	seen := map[string]bool{}
	for i, part := range parts {
		Expect(part, Bstr, "authenticate", "auth-malformed")
		if i > 0 && seen[string(part.Content)] {
			refuse("authenticate", "auth-malformed")
		}
		seen[string(part.Content)] = i > 0
	}
	if len(parts) == 1 {
		refuse("authenticate", "auth-missing")
	}
	if len(parts)-1 > maxBlocks {
		refuse("resource", "limit-count")
	}
	by, first := map[int]bool{}, ""
	for _, part := range parts[1:] {
		if failure := checkBlock(device, part.Content, parts[0].Content, by); first == "" {
			first = failure
		}
	}
	if len(by) == 0 {
		refuse("authenticate", first)
	}
	if !authorized(device, by) {
		refuse("authenticate", "threshold-unmet")
	}
	return Decode(parts[0].Content)
}
