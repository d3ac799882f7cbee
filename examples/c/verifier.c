/*
 * A small verifier of SUIT manifests (draft-ietf-suit-manifest-37) on the bench: authenticates COSE_Sign1 by ES256,
 * ESP256, EdDSA or Ed25519, installs and invokes. It has no try-each, run-sequence or swap, no digest but SHA-256, no
 * protection against power cuts, and claims none of them.
 */
#define GAUNTLET_IMPLEMENTATION
#include "gauntlet.h"

#include "suit.h"

#include <string.h>

const char gauntlet_claims[] =
    "{\"name\":\"example in C\",\"version\":\"1\",\"revisions\":[\"37\"],"
    "\"levels\":[\"authenticated\",\"applicable\",\"installed\",\"invoked\"],\"events\":[\"update\",\"boot\"],"
    "\"commands\":[1,2,3,5,6,12,14,18,20,21,22,23,24],\"parameters\":[1,2,3,5,14,18,21,22,23,24,25],"
    "\"algorithms\":[-7,-9,-8,-19],\"digests\":[-16],\"structures\":[\"sign1\"],\"extensions\":[],"
    "\"reports\":[\"stage\",\"reason\",\"sequence\",\"components\",\"effects\"],\"keepsState\":true}";

bool refuse(struct run *run, const char *stage, const char *reason) {
    if (run->decision->reason == NULL) {
        run->decision->stage = stage;
        run->decision->reason = reason;
    }
    return false;
}

bool has_code(struct gauntlet_codes codes, int64_t code) {
    for (size_t i = 0; i < codes.count; i++)
        if (codes.items[i] == code) return true;
    return false;
}

static bool begin(struct run *run) {
    const struct gauntlet_delivery *delivery = run->delivery;
    struct gauntlet_device *device = run->device;
    if (!delivery->has_envelope && (!delivery->boot || !device->has_installed)) return refuse(run, "procedure", "state-conflict");
    run->bytes = delivery->has_envelope ? delivery->envelope : device->installed;
    run->contents = gauntlet_take((device->component_count + 1) * sizeof *run->contents);
    if (run->contents == NULL) return refuse(run, "resource", "limit-memory");
    for (size_t i = 0; i < device->component_count; i++)
        run->contents[i] = device->components[i].slots[device->components[i].current];
    return true;
}

static void commit(struct run *run) {
    struct gauntlet_device *device = run->device;
    for (size_t i = 0; i < device->component_count; i++)
        device->components[i].slots[device->components[i].current] = run->contents[i];
    if (run->delivery->boot) return;
    device->has_sequence = device->has_installed = true;
    device->sequence = run->sequence;
    device->installed = run->bytes;
    gauntlet_effect(run->decision, (struct gauntlet_effect){.kind = GAUNTLET_COMMIT, .sequence = run->sequence});
}

void gauntlet_decide(struct gauntlet_device *device, const struct gauntlet_delivery *delivery, struct gauntlet_decision *decision) {
    static struct run run;
    memset(&run, 0, sizeof run);
    run.device = device;
    run.delivery = delivery;
    run.decision = decision;
    if (!begin(&run) || !decode_envelope(&run) || !authenticate(&run) || !bind_manifest(&run) || !read_manifest(&run) ||
        !check_sequences(&run) || !run_procedure(&run))
        return;
    commit(&run);
    decision->level = run.invoked ? "invoked" : "installed";
}
