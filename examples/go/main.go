// A small verifier of SUIT manifests (draft-ietf-suit-manifest-37) on the bench, standard library only.
//
// It authenticates COSE_Sign1 by ES256, ESP256, EdDSA or Ed25519, installs and invokes. It has no try-each,
// run-sequence or swap, no digest but SHA-256, no protection against power cuts, and claims none of them.
package main

var claims = map[string]any{
	"name": "example in Go", "version": "1", "revisions": []string{"37"},
	"levels": []string{"authenticated", "applicable", "installed", "invoked"}, "events": []string{"update", "boot"},
	"commands": implemented, "parameters": readable, "algorithms": []int{-7, -9, -8, -19}, "digests": []int{-16},
	"structures": []string{"sign1"}, "extensions": []string{},
	"reports":    []string{"stage", "reason", "sequence", "components", "effects"},
	"keepsState": true,
}

func decide(device *Device, delivery *Delivery, effects *[]Effect) string {
	data := delivery.Envelope
	if data == nil && delivery.Event == "boot" {
		data = device.Installed
	}
	if data == nil {
		refuse("procedure", "state-conflict")
	}
	envelope := ReadEnvelope(*data)
	digest := Authenticate(device, envelope.members[keyWrapper])
	checkDigest(device, digest, envelope.members[keyManifest].Raw, "digest", "manifest-digest-mismatch")
	*effects = append(*effects, Effect{Kind: "authenticated"})
	manifest := ReadManifest(device, envelope, delivery.Event)
	procedure := &Procedure{device: device, delivery: delivery, envelope: envelope, manifest: manifest, effects: effects}
	procedure.Run()
	for i := range device.Components {
		component := &device.Components[i]
		component.Slots[component.Current] = procedure.contents[i]
	}
	if delivery.Event == "update" {
		device.SequenceNumber, device.Installed = &manifest.sequence, data
		*effects = append(*effects, Effect{Kind: "commit", SequenceNumber: &manifest.sequence})
	}
	if procedure.invoked {
		return "invoked"
	}
	return "installed"
}

func main() { Serve(claims, decide) }
