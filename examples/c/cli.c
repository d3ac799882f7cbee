/*
 * suit-verify: the verifier as a program of the usual kind, an envelope file in and an exit status out. It knows nothing
 * of the bench; examples/command/gauntlet.config.json tells `command:` how to use it.
 *
 *     suit-verify [options] update|boot ENVELOPE
 *       -k FILE   public key, raw: a SEC 1 point of P-256 or an Ed25519 key       -i HEX  its key id
 *       -a ID     COSE algorithm that it is for                                    -n N    sequence number installed
 *       -V HEX, -C HEX, -D HEX   vendor, class and device id                       -o DIR  slots, a file I-0 each
 *       -c HEX/HEX…   a component, in order     -p URI=FILE   what a URI resolves to    -s N  bytes of a slot
 *
 * 0: done. 1: refused, with stage and reason on stderr. 2: wrong usage.
 */
#include "gauntlet.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define MOST 16

static struct gauntlet_anchor anchor = {.roles = GAUNTLET_AUTHOR};
static struct gauntlet_component components[MOST];
static struct gauntlet_payload payloads[MOST];
static struct gauntlet_content slots[MOST];
static struct gauntlet_list vendor_ids, pens, class_ids, device_ids;
static size_t component_count, payload_count;
static uint64_t capacity = 1u << 20;

static _Noreturn void usage(const char *what) {
    fprintf(stderr, "suit-verify: %s\n", what);
    exit(2);
}

static struct gauntlet_bytes read_file(const char *path, bool needed) {
    FILE *file = fopen(path, "rb");
    struct gauntlet_bytes bytes = {NULL, 0};
    if (file == NULL) {
        if (needed) usage(path);
        return bytes;
    }
    fseek(file, 0, SEEK_END);
    long size = ftell(file);
    rewind(file);
    uint8_t *data = malloc((size_t)size + 1);
    if (data == NULL || fread(data, 1, (size_t)size, file) != (size_t)size) usage(path);
    fclose(file);
    return (struct gauntlet_bytes){data, (size_t)size};
}

static struct gauntlet_bytes from_hex(const char *text, size_t digits) {
    uint8_t *data = malloc(digits / 2 + 1);
    for (size_t i = 0; i + 1 < digits; i += 2) {
        char pair[3] = {text[i], text[i + 1], 0};
        data[i / 2] = (uint8_t)strtoul(pair, NULL, 16);
    }
    return (struct gauntlet_bytes){data, digits / 2};
}

static struct gauntlet_list one_id(const char *hex) {
    struct gauntlet_list list = {malloc(sizeof *list.items), *hex != 0};
    list.items[0] = from_hex(hex, strlen(hex));
    return list;
}

static void add_component(const char *text) {
    if (component_count == MOST) usage("too many components");
    struct gauntlet_list *identifier = &components[component_count++].identifier;
    identifier->items = calloc(MOST * 4, sizeof *identifier->items);
    for (const char *at = text; *at != 0 && identifier->count < MOST * 4;) {
        size_t digits = strcspn(at, "/");
        identifier->items[identifier->count++] = from_hex(at, digits);
        at += digits + (at[digits] == '/');
    }
}

static void add_payload(char *text) {
    char *equals = strrchr(text, '=');
    if (equals == NULL || payload_count == MOST) usage("-p wants URI=FILE, and not too many");
    struct gauntlet_payload *payload = payloads + payload_count++;
    payload->uri = (struct gauntlet_bytes){(uint8_t *)text, (size_t)(equals - text)};
    payload->content.kind = GAUNTLET_BYTES;
    payload->content.bytes = read_file(equals + 1, true);
}

static void set_key(struct gauntlet_bytes key) {
    if (key.size == 65) {
        anchor.key = GAUNTLET_P256;
        anchor.x = (struct gauntlet_bytes){key.data + 1, 32};
        anchor.y = (struct gauntlet_bytes){key.data + 33, 32};
    } else if (key.size == 32) {
        anchor.key = GAUNTLET_ED25519;
        anchor.x = key;
    } else usage("-k: a key of this size is of no kind that is known");
}

static void finish_device(struct gauntlet_device *device, const char *folder) {
    static int64_t commands[] = {1, 2, 3, 5, 6, 12, 14, 18, 20, 21, 22, 23, 24};
    static int64_t parameters[] = {1, 2, 3, 5, 14, 18, 21, 22, 23, 24, 25}, digests[] = {-16};
    static struct gauntlet_bytes schemes[] = {
        {(const uint8_t *)"http", 4}, {(const uint8_t *)"https", 5}, {(const uint8_t *)"coap", 4}, {(const uint8_t *)"coaps", 5},
    };
    device->anchors = &anchor;
    device->anchor_count = 1;
    device->components = components;
    device->component_count = component_count;
    device->commands = (struct gauntlet_codes){commands, sizeof commands / sizeof *commands};
    device->parameters = (struct gauntlet_codes){parameters, sizeof parameters / sizeof *parameters};
    device->digests = (struct gauntlet_codes){digests, 1};
    device->schemes = (struct gauntlet_list){schemes, 4};
    for (size_t i = 0; i < component_count; i++) {
        char path[4096];
        components[i].vendor_ids = vendor_ids;
        components[i].pens = pens;
        components[i].class_ids = class_ids;
        components[i].device_ids = device_ids;
        components[i].capacity = capacity;
        components[i].slots = slots + i;
        components[i].slot_count = 1;
        if (folder == NULL) continue;
        snprintf(path, sizeof path, "%s/%zu-0", folder, i);
        slots[i].bytes = read_file(path, false);
        if (slots[i].bytes.data != NULL) slots[i].kind = GAUNTLET_BYTES;
    }
}

static void write_slots(const char *folder) {
    for (size_t i = 0; i < component_count && folder != NULL; i++) {
        char path[4096];
        if (slots[i].kind != GAUNTLET_BYTES) continue;
        snprintf(path, sizeof path, "%s/%zu-0", folder, i);
        FILE *file = fopen(path, "wb");
        if (file == NULL || fwrite(slots[i].bytes.data, 1, slots[i].bytes.size, file) != slots[i].bytes.size || fclose(file) != 0) usage(path);
    }
}

static void tell(const struct gauntlet_decision *decision) {
    for (size_t i = 0; i < decision->effect_count; i++) {
        const struct gauntlet_effect *effect = decision->effects + i;
        switch (effect->kind) {
        case GAUNTLET_AUTHENTICATED: puts("authentic"); break;
        case GAUNTLET_FETCH: printf("GET %.*s\n", (int)effect->bytes.size, (const char *)effect->bytes.data); break;
        case GAUNTLET_WRITE: printf("write %zu\n", effect->component); break;
        case GAUNTLET_COPY: printf("copy %zu\n", effect->component); break;
        case GAUNTLET_INVOKE: printf("invoke %zu\n", effect->component); break;
        case GAUNTLET_COMMIT: printf("installed %llu\n", (unsigned long long)effect->sequence); break;
        }
    }
}

int main(int argc, char **argv) {
    struct gauntlet_device device = {0};
    struct gauntlet_delivery delivery = {.has_envelope = true};
    static struct gauntlet_decision decision;
    static int64_t algorithm;
    const char *folder = NULL;
    for (int option; (option = getopt(argc, argv, "k:i:a:n:V:C:D:o:c:p:s:")) != -1;) {
        switch (option) {
        case 'k': set_key(read_file(optarg, true)); break;
        case 'i':
            anchor.has_kid = *optarg != 0;
            anchor.kid = from_hex(optarg, strlen(optarg));
            break;
        case 'a':
            algorithm = strtoll(optarg, NULL, 10);
            anchor.algorithms = (struct gauntlet_codes){&algorithm, 1};
            break;
        case 'n':
            device.has_sequence = true;
            device.sequence = strtoull(optarg, NULL, 10);
            break;
        case 'V': vendor_ids = one_id(optarg); break;
        case 'C': class_ids = one_id(optarg); break;
        case 'D': device_ids = one_id(optarg); break;
        case 'o': folder = optarg; break;
        case 's': capacity = strtoull(optarg, NULL, 10); break;
        case 'c': add_component(optarg); break;
        case 'p': add_payload(optarg); break;
        default: return 2;
        }
    }
    if (argc - optind != 2) usage("wants update or boot, and an envelope");
    delivery.boot = strcmp(argv[optind], "boot") == 0;
    delivery.envelope = read_file(argv[optind + 1], true);
    delivery.payloads = payloads;
    delivery.payload_count = payload_count;
    finish_device(&device, folder);
    gauntlet_decide(&device, &delivery, &decision);
    tell(&decision);
    if (decision.level == NULL) {
        fprintf(stderr, "refused at %s: %s\n", decision.stage, decision.reason);
        return 1;
    }
    write_slots(folder);
    printf("%s\n", decision.level);
    return 0;
}
