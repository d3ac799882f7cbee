// The shim: messages of docs/harness-protocol.md as Go values, JSON lines on stdin and stdout. Standard library only.
package main

import (
	"bufio"
	"encoding/hex"
	"encoding/json"
	"os"
	"strconv"
)

// Bytes are hexadecimal in JSON, Uint64 a decimal string.
type Bytes []byte
type Uint64 uint64

func (b Bytes) MarshalText() ([]byte, error) { return []byte(hex.EncodeToString(b)), nil }

func (b *Bytes) UnmarshalText(text []byte) (err error) {
	*b, err = hex.DecodeString(string(text))
	return err
}

func (n Uint64) MarshalText() ([]byte, error) { return []byte(strconv.FormatUint(uint64(n), 10)), nil }

func (n *Uint64) UnmarshalText(text []byte) error {
	value, err := strconv.ParseUint(string(text), 10, 64)
	*n = Uint64(value)
	return err
}

type Key struct {
	Crv    string  `json:"crv"`
	X      Bytes   `json:"x"`
	Y      Bytes   `json:"y"`
	Alg    *int64  `json:"alg"`
	KeyOps []int64 `json:"keyOps"`
}

type Anchor struct {
	Kid        Bytes    `json:"kid"`
	Key        Key      `json:"key"`
	Algorithms []int64  `json:"algorithms"`
	Roles      []string `json:"roles"`
}

type Digest struct {
	Algorithm int64 `json:"algorithm"`
	Bytes     Bytes `json:"bytes"`
}

// Content of a slot, or what a URI resolves to: empty, bytes, assumed or endless.
type Content struct {
	Kind   string  `json:"kind"`
	Bytes  *Bytes  `json:"bytes,omitempty"`
	Digest *Digest `json:"digest,omitempty"`
	Size   *Uint64 `json:"size,omitempty"`
}

type Component struct {
	Identifier []Bytes   `json:"identifier"`
	VendorIDs  []Bytes   `json:"vendorIds"`
	Pens       []Bytes   `json:"pens"`
	ClassIDs   []Bytes   `json:"classIds"`
	DeviceIDs  []Bytes   `json:"deviceIds"`
	Capacity   uint64    `json:"capacity"`
	Storage    string    `json:"storage"`
	Current    int       `json:"current"`
	Slots      []Content `json:"slots"`
}

type Device struct {
	Anchors []Anchor `json:"anchors"`
	Policy  struct {
		Kind  string   `json:"kind"`
		Count int      `json:"count"`
		Roles []string `json:"roles"`
	} `json:"policy"`
	Components     []Component `json:"components"`
	SequenceNumber *Uint64     `json:"sequenceNumber"`
	Installed      *Bytes      `json:"installed"`
	Capabilities   struct {
		Commands   []int64  `json:"commands"`
		Parameters []int64  `json:"parameters"`
		Digests    []int64  `json:"digests"`
		Schemes    []string `json:"schemes"`
	} `json:"capabilities"`
}

type Payload struct {
	URI string `json:"uri"`
	Content
}

type Delivery struct {
	Event    string    `json:"event"`
	Envelope *Bytes    `json:"envelope"`
	Payloads []Payload `json:"payloads"`
}

type Effect struct {
	Kind           string  `json:"kind"`
	Component      *int    `json:"component,omitempty"`
	URI            string  `json:"uri,omitempty"`
	Arguments      *Bytes  `json:"arguments,omitempty"`
	SequenceNumber *Uint64 `json:"sequenceNumber,omitempty"`
}

// Refusal is the panic of whatever refuses a delivery; words of docs/harness-protocol.md.
type Refusal struct{ Stage, Reason string }

func refuse(stage, reason string) { panic(Refusal{stage, reason}) }

type state struct {
	SequenceNumber *Uint64     `json:"sequenceNumber,omitempty"`
	Installed      *Bytes      `json:"installed,omitempty"`
	Contents       [][]Content `json:"contents"`
}

type answer struct {
	Type    string   `json:"type"`
	Session int      `json:"session"`
	ID      int      `json:"id"`
	Kind    string   `json:"kind"`
	Level   string   `json:"level,omitempty"`
	Stage   string   `json:"stage,omitempty"`
	Reason  string   `json:"reason,omitempty"`
	Effects []Effect `json:"effects"`
	State   struct {
		SequenceNumber *Uint64 `json:"sequenceNumber,omitempty"`
		Full           state   `json:"full"`
	} `json:"state"`
}

// Decide may change the device, appends what it does to effects, and returns the level it accepted at.
type Decide func(device *Device, delivery *Delivery, effects *[]Effect) (level string)

func decideOne(device *Device, delivery *Delivery, decide Decide) (reply answer) {
	reply.Type, reply.Kind, reply.Effects = "decision", "accepted", []Effect{}
	defer func() {
		if thrown := recover(); thrown != nil {
			refusal, is := thrown.(Refusal)
			if !is {
				panic(thrown)
			}
			reply.Kind, reply.Stage, reply.Reason = "rejected", refusal.Stage, refusal.Reason
		}
		reply.State.SequenceNumber = device.SequenceNumber
		reply.State.Full = state{device.SequenceNumber, device.Installed, [][]Content{}}
		for _, component := range device.Components {
			reply.State.Full.Contents = append(reply.State.Full.Contents, component.Slots)
		}
	}()
	reply.Level = decide(device, delivery, &reply.Effects)
	return reply
}

// Serve answers until stdin ends.
func Serve(claims any, decide Decide) {
	lines := bufio.NewReaderSize(os.Stdin, 1<<16)
	out := json.NewEncoder(os.Stdout)
	out.SetEscapeHTML(false)
	devices := map[int]*Device{}
	for {
		line, err := lines.ReadBytes('\n')
		if err != nil {
			return
		}
		var message struct {
			Type      string `json:"type"`
			Session   int    `json:"session"`
			ID        int    `json:"id"`
			Recipient *Device
			Delivery
		}
		if err := json.Unmarshal(line, &message); err != nil {
			panic(err)
		}
		switch message.Type {
		case "hello":
			out.Encode(map[string]any{"type": "hello", "protocol": 1, "claims": claims})
		case "open":
			devices[message.Session] = message.Recipient
		case "deliver":
			reply := decideOne(devices[message.Session], &message.Delivery, decide)
			reply.Session, reply.ID = message.Session, message.ID
			out.Encode(reply)
		default:
			delete(devices, message.Session)
			out.Encode(map[string]any{"type": "close", "session": message.Session})
		}
	}
}
