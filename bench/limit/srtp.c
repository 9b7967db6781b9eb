// The smallest SRTP relay by OpenSSL's EVP: opens what a leg sends, gives it SSRC and numbers of its own, seals it for the leg's
// partner. No repair, no reports, no codecs: the floor for what decrypting and encrypting every packet costs.
#include "cipher.h"
#include "datagrams.h"
#include <arpa/inet.h>
#include <stdlib.h>
#include <string.h>

static const char usage[] =
    "srtp [--port N] [--gro] [--gso] [--gather MICROSECONDS] [--latency] [--buffer BYTES] LEGS\n"
    "LEGS is a file with one line for each leg, partners one after the other:\n"
    "  PROFILE ADDRESS:PORT KEY-OF-THE-LEG KEY-OF-THE-RELAY SSRC\n"
    "PROFILE is AEAD_AES_128_GCM, AEAD_AES_256_GCM or AES128_CM_SHA1_80; a key is hexadecimal, master key and salt; the SSRC is\n"
    "that of what the leg gets, as a decimal number. Prints \"port N\", and one line of JSON on SIGTERM; SIGUSR1 starts the\n"
    "counters afresh.\n";

enum { WINDOW = 1024, WINDOW_WORDS = WINDOW / 64, STREAMS_MAX = 4 };

// One SSRC of a sender: its replay window, and where its numbers went.
struct stream {
    uint32_t ssrc;
    bool is_used;
    int64_t highest;
    uint64_t seen[WINDOW_WORDS];
    int64_t offset;                // added to an index on its way out
};

struct leg {
    struct sockaddr_in remote;
    struct cipher in, out;
    uint32_t out_ssrc;
    int64_t out_next;              // first index of the next stream towards this leg
    struct stream streams[STREAMS_MAX];
};

static struct leg *legs;
static int leg_count;
static uint32_t leg_of[ADDRESS_SLOTS];   // a leg's number plus one, 0 for none
static uint64_t failures, replays, unknown;

static void fail(const char *what, int line)
{
    fprintf(stderr, "line %d of the legs: %s\n", line, what);
    exit(1);
}

static bool read_key(const char *hex, int length, uint8_t *key)
{
    if ((int)strlen(hex) != 2 * length)
        return false;
    for (int i = 0; i < length; i++)
        if (sscanf(hex + 2 * i, "%2hhx", &key[i]) != 1)
            return false;
    return true;
}

// The slot that holds the address, or the empty one that would.
static uint32_t slot_of(const struct sockaddr_in *address)
{
    uint32_t slot = address_slot(address);
    while (leg_of[slot] != 0 && !is_same_address(&legs[leg_of[slot] - 1].remote, address))
        slot = (slot + 1) & (ADDRESS_SLOTS - 1);
    return slot;
}

static void read_leg(const char *text, int line)
{
    char name[32], address[64], in[128], out[128];
    unsigned ssrc;
    if (sscanf(text, "%31s %63s %127s %127s %u", name, address, in, out, &ssrc) != 5)
        fail("not five words", line);
    enum profile profile = AES_CM_SHA1_80;
    if (strcmp(name, "AEAD_AES_128_GCM") == 0)
        profile = AEAD_AES_128_GCM;
    else if (strcmp(name, "AEAD_AES_256_GCM") == 0)
        profile = AEAD_AES_256_GCM;
    else if (strcmp(name, "AES128_CM_SHA1_80") != 0)
        fail("unknown profile", line);

    legs = realloc(legs, sizeof(struct leg) * (size_t)(leg_count + 1));
    if (legs == NULL || leg_count == ADDRESS_SLOTS / 2)
        fail("no memory", line);
    struct leg *leg = &legs[leg_count];
    memset(leg, 0, sizeof *leg);
    char *colon = strchr(address, ':');
    if (colon == NULL)
        fail("no port", line);
    *colon = 0;
    leg->remote.sin_family = AF_INET;
    leg->remote.sin_port = htons((uint16_t)atoi(colon + 1));
    if (inet_pton(AF_INET, address, &leg->remote.sin_addr) != 1)
        fail("not an IPv4 address", line);
    uint32_t slot = slot_of(&leg->remote);
    if (leg_of[slot] != 0)
        fail("the address is that of another leg", line);
    leg_of[slot] = (uint32_t)++leg_count;
    leg->out_ssrc = ssrc;

    uint8_t key[KEY_MAX + SALT_MAX];
    int length = profile_key_length(profile) + profile_salt_length(profile);
    if (!read_key(in, length, key) || !cipher_init(&leg->in, profile, key, false))
        fail("the first key is not usable", line);
    if (!read_key(out, length, key) || !cipher_init(&leg->out, profile, key, true))
        fail("the second key is not usable", line);
    // Sealed in place: a longer tag would run over the next packet of a train.
    if (leg_count % 2 == 0 && leg->out.tag_length != legs[leg_count - 2].out.tag_length)
        fail("partners must have tags of one length", line);
}

static void read_legs(const char *path)
{
    FILE *file = fopen(path, "r");
    if (file == NULL) {
        perror(path);
        exit(1);
    }
    char text[512];
    for (int line = 1; fgets(text, sizeof text, file) != NULL; line++)
        if (text[0] != '#' && text[0] != '\n')
            read_leg(text, line);
    fclose(file);
    if (leg_count == 0 || leg_count % 2 != 0)
        fail("the number of legs is not even, or 0", 0);
}

static struct stream *find_stream(struct leg *leg, uint32_t ssrc)
{
    for (int i = 0; i < STREAMS_MAX; i++)
        if (!leg->streams[i].is_used || leg->streams[i].ssrc == ssrc)
            return &leg->streams[i];
    return NULL;
}

// RFC 3711 appendix A.
static int64_t guess(const struct stream *stream, uint16_t sequence)
{
    if (!stream->is_used)
        return sequence;
    return stream->highest + (int16_t)(sequence - (uint16_t)stream->highest);
}

static bool is_new(const struct stream *stream, int64_t index)
{
    if (!stream->is_used || index > stream->highest)
        return true;
    return index >= 0 && index > stream->highest - WINDOW
        && (stream->seen[index % WINDOW / 64] & 1ULL << index % 64) == 0;
}

static void mark(struct stream *stream, int64_t index)
{
    if (index > stream->highest) {
        if (index - stream->highest >= WINDOW)
            memset(stream->seen, 0, sizeof stream->seen);
        else
            for (int64_t skipped = stream->highest + 1; skipped < index; skipped++)
                stream->seen[skipped % WINDOW / 64] &= ~(1ULL << skipped % 64);
        stream->highest = index;
    }
    stream->seen[index % WINDOW / 64] |= 1ULL << index % 64;
}

static int header_length(const uint8_t *packet, int length)
{
    if (length < RTP_HEADER_BYTES || packet[0] >> 6 != 2)
        return -1;
    int header = RTP_HEADER_BYTES + 4 * (packet[0] & 15);
    if ((packet[0] & 16) != 0) {
        if (header + 4 > length)
            return -1;
        header += 4 + 4 * (packet[header + 2] << 8 | packet[header + 3]);
    }
    return header <= length ? header : -1;
}

static uint32_t read_word(const uint8_t *at)
{
    uint32_t word;
    memcpy(&word, at, sizeof word);
    return __builtin_bswap32(word);
}

// Opens, renumbers and seals in place. False: it goes nowhere.
static bool relay(struct leg *leg, struct leg *partner, struct datagram *datagram)
{
    uint8_t *packet = datagram->data;
    int length = datagram->length - leg->in.tag_length;
    int header = header_length(packet, length);
    if (header < 0) {
        failures++;
        return false;
    }
    uint32_t ssrc = read_word(packet + 8);
    uint16_t sequence = (uint16_t)(packet[2] << 8 | packet[3]);
    struct stream *stream = find_stream(leg, ssrc);
    if (stream == NULL) {
        unknown++;
        return false;
    }
    int64_t index = guess(stream, sequence);
    if (!is_new(stream, index)) {
        replays++;
        return false;
    }
    if (!cipher_open(&leg->in, packet, header, length, ssrc, (uint64_t)index)) {
        failures++;
        return false;
    }
    if (!stream->is_used) {
        stream->is_used = true;
        stream->ssrc = ssrc;
        stream->highest = index - 1;
        stream->offset = partner->out_next - index;
    }
    mark(stream, index);

    int64_t out = index + stream->offset;
    if (out < 0)
        return false;
    if (out >= partner->out_next)
        partner->out_next = out + 1;
    packet[2] = (uint8_t)(out >> 8);
    packet[3] = (uint8_t)out;
    uint32_t out_ssrc = __builtin_bswap32(partner->out_ssrc);
    memcpy(packet + 8, &out_ssrc, sizeof out_ssrc);
    datagram->length = length + partner->out.tag_length;
    return cipher_seal(&partner->out, packet, header, length, partner->out_ssrc, (uint64_t)out);
}

int main(int argc, char **argv)
{
    const char *path;
    struct datagrams *io = datagrams_start(argc, argv, usage, &path, NULL, NULL);
    if (path == NULL) {
        fputs(usage, stderr);
        return 2;
    }
    read_legs(path);
    struct datagram *datagrams;
    for (int count; (count = datagrams_receive(io, &datagrams)) >= 0;) {
        for (int i = 0; i < count; i++) {
            uint32_t found = leg_of[slot_of(&datagrams[i].from)];
            if (found == 0) {
                unknown++;
                continue;
            }
            struct leg *partner = &legs[(found - 1) ^ 1];
            if (relay(&legs[found - 1], partner, &datagrams[i]))
                datagrams_queue(io, &datagrams[i], &partner->remote);
        }
        datagrams_flush(io);
    }
    char more[128];
    snprintf(more, sizeof more, ",\"failures\":%lu,\"replays\":%lu,\"unknown\":%lu", failures, replays, unknown);
    datagrams_report(io, more);
    return 0;
}
