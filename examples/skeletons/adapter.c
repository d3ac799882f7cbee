/*
 * Puts your verifier on the bench: gauntlet.config.mjs names this program. gauntlet.h describes what it is given.
 * It refuses everything until gauntlet_decide asks your verifier; "gauntlet doctor mine" says what to do next.
 */
#define GAUNTLET_IMPLEMENTATION
#include "gauntlet.h"

const char gauntlet_claims[] =
    "{\"name\":\"mine\",\"version\":\"0.1\",\"revisions\":[\"37\"],"
    /* Add installed and invoked, and the event boot, as far as you go. */
    "\"levels\":[\"authenticated\",\"applicable\"],\"events\":[\"update\"],"
    /* SUIT codes that you implement; -7: ES256, -8: EdDSA, -9: ESP256, -19: Ed25519; -16: SHA-256. */
    "\"commands\":[1,2,3,12,20,21],\"parameters\":[1,2,3,14,21],\"algorithms\":[-7],\"digests\":[-16],"
    "\"structures\":[\"sign1\"],\"extensions\":[],"
    /* And sequence, components, effects once you keep device up to date. */
    "\"reports\":[\"stage\",\"reason\"],\"keepsState\":false}";

void gauntlet_decide(struct gauntlet_device *device, const struct gauntlet_delivery *delivery, struct gauntlet_decision *decision) {
    (void)device;
    (void)delivery;
    /* Call your verifier here, and set decision->level = "applicable" where it accepts. */
    decision->stage = "authenticate";
    decision->reason = "cose-unsupported";
}
