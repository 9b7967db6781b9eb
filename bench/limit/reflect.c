// A bare UDP reflector: every datagram goes back to its sender or, with --partner, to the flow that was seen before or after its
// sender's. What the kernel and the batching cost, and nothing else. With --copy each datagram is sent from a slot of its own,
// as from a relay that has to keep it or change it: what is received as one piece is then sent in as many as there are datagrams.
#include "datagrams.h"
#include <stdlib.h>
#include <string.h>

static const char usage[] =
    "reflect [--port N] [--gro] [--gso] [--gather MICROSECONDS] [--latency] [--buffer BYTES] [--partner] [--copy]\n"
    "Listens on 127.0.0.1, prints \"port N\", and one line of JSON on SIGTERM; SIGUSR1 starts the counters afresh.\n";

// Flows in the order in which they were first seen: 0 and 1 are partners, 2 and 3 and so on.
static uint32_t flow_of[ADDRESS_SLOTS];
static struct sockaddr_in flows[ADDRESS_SLOTS / 2];
static uint32_t flow_count;

static const struct sockaddr_in *partner_of(const struct sockaddr_in *from)
{
    uint32_t slot = address_slot(from);
    while (flow_of[slot] != 0 && !is_same_address(&flows[flow_of[slot] - 1], from))
        slot = (slot + 1) & (ADDRESS_SLOTS - 1);
    if (flow_of[slot] == 0) {
        if (flow_count == ADDRESS_SLOTS / 2)
            return NULL;
        flows[flow_count] = *from;
        flow_of[slot] = ++flow_count;
    }
    uint32_t partner = (flow_of[slot] - 1) ^ 1;
    return partner < flow_count ? &flows[partner] : NULL;
}

// A datagram's slot, from its place in the batch: all of them have been sent before the next batch comes.
enum { SLOT_BYTES = 2048, SLOT_HEADROOM = 64 };
static _Alignas(64) uint8_t slots[SEGMENTS_MAX][SLOT_BYTES];

static void copy_to_slot(struct datagram *datagram, int place)
{
    uint8_t *slot = slots[place] + SLOT_HEADROOM;
    memcpy(slot, datagram->data, (size_t)datagram->length);
    datagram->data = slot;
}

int main(int argc, char **argv)
{
    const char *rest;
    bool to_partner = false, copies = false;
    struct datagrams *io = datagrams_start(argc, argv, usage, &rest, &to_partner, &copies);
    struct datagram *datagrams;
    for (int count; (count = datagrams_receive(io, &datagrams)) >= 0;) {
        for (int i = 0; i < count; i++) {
            const struct sockaddr_in *to = to_partner ? partner_of(&datagrams[i].from) : &datagrams[i].from;
            if (to == NULL)
                continue;
            if (copies)
                copy_to_slot(&datagrams[i], i);
            datagrams_queue(io, &datagrams[i], to);
        }
        datagrams_flush(io);
    }
    datagrams_report(io, "");
    return 0;
}
