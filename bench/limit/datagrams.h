// A UDP socket that moves batches, as the relay does: recvmmsg and sendmmsg of 64, GRO and GSO if wanted, and gathering for a
// moment when busy. The same system calls and the same options, so that what differs is what the programs do in between.
#pragma once
#include <netinet/in.h>
#include <stdbool.h>
#include <stdint.h>
#include "latency.h"

enum {
    BATCH = 64,                    // messages a receive call
    GSO_SEGMENTS_MAX = 64,         // the kernel's own limit on older systems
    GSO_BYTES_MAX = 64800,
    DATAGRAM_MAX = 1600,
    SEGMENTS_MAX = BATCH * GSO_SEGMENTS_MAX,
};

struct datagrams_options {
    uint16_t port;                 // on 127.0.0.1; 0 takes a free one
    bool gro, gso;
    int gather_us;                 // 0 never gathers
    bool measures_latency;
    int buffer_bytes;              // of the kernel, each way
};

struct datagram {
    uint8_t *data;
    int length;
    struct sockaddr_in from;
    int64_t arrived_ns;            // CLOCK_REALTIME, 0 if not measured
};

struct counters {
    uint64_t received, sent, receive_calls, send_calls, trains, messages, send_errors, send_full, gathers;
};

struct datagrams;

enum { ADDRESS_SLOTS = 1 << 16 };

// Where a table of ADDRESS_SLOTS looks for an address first: its low bits, which differ between flows on loopback.
static inline uint32_t address_slot(const struct sockaddr_in *address)
{
    return (__builtin_bswap32(address->sin_addr.s_addr) ^ __builtin_bswap16(address->sin_port)) & (ADDRESS_SLOTS - 1);
}

static inline bool is_same_address(const struct sockaddr_in *left, const struct sockaddr_in *right)
{
    return left->sin_addr.s_addr == right->sin_addr.s_addr && left->sin_port == right->sin_port;
}

// Reads the options that both programs have, then opens. Prints "port N" and returns, or says what is wrong and exits.
// rest takes what is left: one argument that is no option, or NULL.
struct datagrams *datagrams_start(int argc, char **argv, const char *usage, const char **rest, bool *to_partner, bool *copies);

// Waits, receives and cuts trains into datagrams. Returns how many there are, 0 at times, -1 once SIGTERM has come.
int datagrams_receive(struct datagrams *io, struct datagram **datagrams);

// Adds one to what goes out with the next flush. Its memory stays the caller's and unchanged until then.
void datagrams_queue(struct datagrams *io, const struct datagram *datagram, const struct sockaddr_in *to);

void datagrams_flush(struct datagrams *io);

const struct counters *datagrams_counters(const struct datagrams *io);

// One JSON line: counters, latency, and what the program adds (such as ",\"failures\":0").
void datagrams_report(const struct datagrams *io, const char *more);
