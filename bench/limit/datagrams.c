#include "datagrams.h"
#include <errno.h>
#include <netinet/udp.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <arpa/inet.h>
#include <sys/eventfd.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

enum {
    TRAIN_STRIDE = 65536 + 2176,   // not a multiple of a page: trains must not all start in the same cache sets
    SINGLE_STRIDE = 2048 + 64,
    CONTROL_BYTES = 128,
    SEND_BATCH = 512,
    GATHER_INTERVAL_NS = 1000000,
    GATHER_BUSY = 3,               // messages to be expected in a pause, a train being one
    GATHER_ENOUGH = 4,             // a call that brought so many messages is followed by the next at once
    GATHER_MIN_NS = 5000,          // a shorter sleep costs more than it brings
};

// Datagrams for one destination that leave as one message.
struct group {
    struct sockaddr_in to;
    int segment, total, count, first_vector, vectors;
    bool is_closed;
};

// Where the open group of a destination is, if the stamp is that of the present flush.
struct open_group {
    uint32_t stamp;
    int group;
};

struct datagrams {
    struct datagrams_options options;
    int socket, wake, stride;
    struct counters counters;
    struct latency latency;
    bool may_have_more;

    // Gathering: how many messages came since the interval began, and when the last receive call brought how many.
    int64_t interval_start_ns, received_ns;
    int64_t arrived;
    int last_count;
    bool is_busy;

    uint8_t *slab;
    struct mmsghdr in[BATCH];
    struct iovec in_vectors[BATCH];
    struct sockaddr_in in_names[BATCH];
    _Alignas(8) uint8_t in_control[BATCH][CONTROL_BYTES];
    struct datagram datagrams[SEGMENTS_MAX];

    int queued, groups;
    int64_t outgoing_arrived_ns[SEGMENTS_MAX];
    struct group group[SEGMENTS_MAX];
    int group_of[SEGMENTS_MAX];
    struct iovec vector_of[SEGMENTS_MAX];
    struct mmsghdr out[SEND_BATCH];
    struct iovec out_vectors[SEGMENTS_MAX];
    _Alignas(8) uint8_t out_control[SEND_BATCH][CONTROL_BYTES];
    uint32_t stamp;
    struct open_group open[ADDRESS_SLOTS];
};

static volatile sig_atomic_t is_stopping, is_reset;

static void on_signal(int number)
{
    if (number == SIGUSR1)
        is_reset = 1;
    else
        is_stopping = 1;
}

static int64_t now_ns(clockid_t clock)
{
    struct timespec time;
    clock_gettime(clock, &time);
    return time.tv_sec * 1000000000LL + time.tv_nsec;
}

static void fail(const char *what)
{
    fprintf(stderr, "%s: %s\n", what, strerror(errno));
    exit(1);
}

static void set_option(int socket, int level, int name, int value, const char *what)
{
    if (setsockopt(socket, level, name, &value, sizeof value) != 0)
        fail(what);
}

static void open_socket(struct datagrams *io)
{
    io->socket = socket(AF_INET, SOCK_DGRAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
    io->wake = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
    if (io->socket < 0 || io->wake < 0)
        fail("socket");
    set_option(io->socket, SOL_SOCKET, SO_RCVBUF, io->options.buffer_bytes, "SO_RCVBUF");
    set_option(io->socket, SOL_SOCKET, SO_SNDBUF, io->options.buffer_bytes, "SO_SNDBUF");
    if (io->options.gro)
        set_option(io->socket, SOL_UDP, UDP_GRO, 1, "UDP_GRO");
    if (io->options.measures_latency)
        set_option(io->socket, SOL_SOCKET, SO_TIMESTAMPNS, 1, "SO_TIMESTAMPNS");
    struct sockaddr_in local = { .sin_family = AF_INET, .sin_port = htons(io->options.port), .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
    socklen_t length = sizeof local;
    if (bind(io->socket, (struct sockaddr *)&local, length) != 0 || getsockname(io->socket, (struct sockaddr *)&local, &length) != 0)
        fail("bind");
    printf("port %d\n", ntohs(local.sin_port));
    fflush(stdout);
}

static void connect_buffers(struct datagrams *io)
{
    io->stride = io->options.gro ? TRAIN_STRIDE : SINGLE_STRIDE;
    io->slab = aligned_alloc(4096, ((size_t)io->stride * BATCH + 4095) / 4096 * 4096);
    if (io->slab == NULL)
        fail("memory");
    for (int i = 0; i < BATCH; i++) {
        io->in_vectors[i].iov_base = io->slab + (size_t)i * io->stride;
        io->in_vectors[i].iov_len = io->options.gro ? 65535 : DATAGRAM_MAX;
        io->in[i].msg_hdr.msg_iov = &io->in_vectors[i];
        io->in[i].msg_hdr.msg_iovlen = 1;
        io->in[i].msg_hdr.msg_name = &io->in_names[i];
    }
    for (int i = 0; i < SEND_BATCH; i++) {
        io->out[i].msg_hdr.msg_namelen = sizeof(struct sockaddr_in);
        struct cmsghdr *control = (struct cmsghdr *)io->out_control[i];
        control->cmsg_level = SOL_UDP;
        control->cmsg_type = UDP_SEGMENT;
        control->cmsg_len = CMSG_LEN(sizeof(uint16_t));
    }
}

static struct datagrams *datagrams_open(const struct datagrams_options *options)
{
    struct datagrams *io = calloc(1, sizeof *io);
    if (io == NULL)
        fail("memory");
    io->options = *options;
    struct sigaction action = { .sa_handler = on_signal };
    sigaction(SIGTERM, &action, NULL);
    sigaction(SIGINT, &action, NULL);
    sigaction(SIGUSR1, &action, NULL);
    prctl(PR_SET_TIMERSLACK, 1);
    connect_buffers(io);
    open_socket(io);
    return io;
}

struct datagrams *datagrams_start(int argc, char **argv, const char *usage, const char **rest, bool *to_partner, bool *copies)
{
    struct datagrams_options options = { .buffer_bytes = 4 << 20 };
    *rest = NULL;
    for (int i = 1; i < argc; i++) {
        const char *value = i + 1 < argc ? argv[i + 1] : "";
        char *end = NULL;
        long number = strtol(value, &end, 10);
        bool has_number = *value != 0 && *end == 0;
        if (strcmp(argv[i], "--gro") == 0)
            options.gro = true;
        else if (strcmp(argv[i], "--gso") == 0)
            options.gso = true;
        else if (strcmp(argv[i], "--latency") == 0)
            options.measures_latency = true;
        else if (to_partner != NULL && strcmp(argv[i], "--partner") == 0)
            *to_partner = true;
        else if (copies != NULL && strcmp(argv[i], "--copy") == 0)
            *copies = true;
        else if (strcmp(argv[i], "--port") == 0 && has_number && number >= 0 && number <= 65535)
            options.port = (uint16_t)number, i++;
        else if (strcmp(argv[i], "--gather") == 0 && has_number && number >= 0 && number <= 1000)
            options.gather_us = (int)number, i++;
        else if (strcmp(argv[i], "--buffer") == 0 && has_number && number >= 4096 && number <= 1 << 30)
            options.buffer_bytes = (int)number, i++;
        else if (argv[i][0] != '-' && *rest == NULL)
            *rest = argv[i];
        else {
            fprintf(stderr, "%s: not understood: %s\n%s", argv[0], argv[i], usage);
            exit(2);
        }
    }
    return datagrams_open(&options);
}

static void wait_for_more(struct datagrams *io)
{
    struct timespec second = { .tv_sec = 1 };
    struct pollfd descriptors[2] = { { .fd = io->socket, .events = POLLIN }, { .fd = io->wake, .events = POLLIN } };
    ppoll(descriptors, 2, &second, NULL);
}

// Busy, and the last call brought little: a pause lets packets gather, so that trains and groups grow. From one receive call to the next at most. Idle: straight through.
static void gather(struct datagrams *io)
{
    if (io->options.gather_us == 0)
        return;
    int64_t pause = io->options.gather_us * 1000L, elapsed = io->received_ns - io->interval_start_ns;
    io->arrived += io->last_count;
    if (elapsed >= GATHER_INTERVAL_NS) {
        io->is_busy = io->arrived * pause >= GATHER_BUSY * elapsed;
        io->interval_start_ns = io->received_ns;
        io->arrived = 0;
    }
    if (!io->is_busy || io->last_count >= GATHER_ENOUGH)
        return;
    pause -= now_ns(CLOCK_MONOTONIC) - io->received_ns;
    if (pause < GATHER_MIN_NS)
        return;
    io->counters.gathers++;
    struct timespec time = { .tv_nsec = pause };
    clock_nanosleep(CLOCK_MONOTONIC, 0, &time, NULL);
}

static void read_control(struct msghdr *header, int *segment, int64_t *arrived_ns)
{
    for (struct cmsghdr *c = CMSG_FIRSTHDR(header); c != NULL; c = CMSG_NXTHDR(header, c)) {
        if (c->cmsg_level == SOL_UDP && c->cmsg_type == UDP_GRO) {
            int value;
            memcpy(&value, CMSG_DATA(c), sizeof value);
            *segment = value;
        } else if (c->cmsg_level == SOL_SOCKET && c->cmsg_type == SCM_TIMESTAMPNS) {
            struct timespec time;
            memcpy(&time, CMSG_DATA(c), sizeof time);
            *arrived_ns = time.tv_sec * 1000000000LL + time.tv_nsec;
        }
    }
}

static int cut(struct datagrams *io, int message, int count)
{
    struct msghdr *header = &io->in[message].msg_hdr;
    int length = (int)io->in[message].msg_len;
    int segment = length;
    int64_t arrived_ns = 0;
    if (header->msg_flags & MSG_TRUNC)
        return count;
    if (header->msg_controllen > 0)
        read_control(header, &segment, &arrived_ns);
    io->counters.trains += segment < length;
    uint8_t *data = io->in_vectors[message].iov_base;
    for (int at = 0; at < length && count < SEGMENTS_MAX; at += segment) {
        struct datagram *datagram = &io->datagrams[count++];
        datagram->data = data + at;
        datagram->length = length - at < segment ? length - at : segment;
        datagram->from = io->in_names[message];
        datagram->arrived_ns = arrived_ns;
    }
    return count;
}

int datagrams_receive(struct datagrams *io, struct datagram **datagrams)
{
    if (is_stopping)
        return -1;
    if (is_reset) {
        is_reset = 0;
        memset(&io->latency, 0, sizeof io->latency);
        memset(&io->counters, 0, sizeof io->counters);
    }
    if (!io->may_have_more)
        wait_for_more(io);
    else
        gather(io);

    bool has_control = io->options.gro || io->options.measures_latency;
    for (int i = 0; i < BATCH; i++) {
        io->in[i].msg_hdr.msg_namelen = sizeof(struct sockaddr_in);
        io->in[i].msg_hdr.msg_control = has_control ? io->in_control[i] : NULL;
        io->in[i].msg_hdr.msg_controllen = has_control ? CONTROL_BYTES : 0;
    }
    int arrived = recvmmsg(io->socket, io->in, BATCH, MSG_DONTWAIT, NULL);
    io->counters.receive_calls++;
    io->may_have_more = arrived > 0;
    io->last_count = arrived > 0 ? arrived : 0;
    io->received_ns = now_ns(CLOCK_MONOTONIC);
    int count = 0;
    for (int i = 0; i < arrived; i++)
        count = cut(io, i, count);
    io->counters.received += (uint64_t)count;
    *datagrams = io->datagrams;
    return count;
}

static bool takes(const struct group *group, const struct sockaddr_in *to, int length)
{
    return is_same_address(&group->to, to) && !group->is_closed && length <= group->segment
        && group->count < GSO_SEGMENTS_MAX && group->total + length <= GSO_BYTES_MAX;
}

static int find_group(struct datagrams *io, const struct sockaddr_in *to, int length)
{
    // A train's datagrams stand one behind the other.
    if (io->options.gso && io->groups > 0 && takes(&io->group[io->groups - 1], to, length))
        return io->groups - 1;
    struct open_group *open = &io->open[address_slot(to)];
    if (io->options.gso && open->stamp == io->stamp && takes(&io->group[open->group], to, length))
        return open->group;
    open->stamp = io->stamp;
    open->group = io->groups;
    io->group[io->groups] = (struct group){ .to = *to, .segment = length };
    return io->groups++;
}

void datagrams_queue(struct datagrams *io, const struct datagram *datagram, const struct sockaddr_in *to)
{
    if (io->queued == SEGMENTS_MAX)
        datagrams_flush(io);
    if (io->queued == 0)
        io->stamp++;
    int index = find_group(io, to, datagram->length);
    struct group *group = &io->group[index];
    group->count++;
    group->total += datagram->length;
    group->is_closed = datagram->length < group->segment;
    io->group_of[io->queued] = index;
    io->outgoing_arrived_ns[io->queued] = datagram->arrived_ns;
    io->vector_of[io->queued++] = (struct iovec){ datagram->data, (size_t)datagram->length };
}

// Lays the vectors of each group side by side; neighbours in memory become one.
static void lay_out(struct datagrams *io)
{
    int next = 0;
    for (int i = 0; i < io->groups; i++) {
        io->group[i].first_vector = next;
        io->group[i].vectors = 0;
        next += io->group[i].count;
    }
    for (int i = 0; i < io->queued; i++) {
        struct group *group = &io->group[io->group_of[i]];
        struct iovec *next_vector = &io->out_vectors[group->first_vector + group->vectors];
        struct iovec *last = group->vectors > 0 ? next_vector - 1 : NULL;
        if (last != NULL && (uint8_t *)last->iov_base + last->iov_len == (uint8_t *)io->vector_of[i].iov_base) {
            last->iov_len += io->vector_of[i].iov_len;
        } else {
            *next_vector = io->vector_of[i];
            group->vectors++;
        }
    }
}

static void send_groups(struct datagrams *io, int first, int count)
{
    for (int i = 0; i < count; i++) {
        struct group *group = &io->group[first + i];
        struct msghdr *header = &io->out[i].msg_hdr;
        header->msg_name = &group->to;
        header->msg_iov = &io->out_vectors[group->first_vector];
        header->msg_iovlen = (size_t)group->vectors;
        header->msg_control = group->count > 1 ? io->out_control[i] : NULL;
        header->msg_controllen = group->count > 1 ? CMSG_SPACE(sizeof(uint16_t)) : 0;
        uint16_t segment = (uint16_t)group->segment;
        memcpy(CMSG_DATA((struct cmsghdr *)io->out_control[i]), &segment, sizeof segment);
    }
    for (int done = 0; done < count;) {
        int sent = sendmmsg(io->socket, io->out + done, (unsigned)(count - done), MSG_DONTWAIT);
        io->counters.send_calls++;
        if (sent > 0) {
            for (int i = done; i < done + sent; i++)
                io->counters.sent += (uint64_t)io->group[first + i].count;
            io->counters.messages += (uint64_t)sent;
            done += sent;
        } else if (errno == EAGAIN) {
            for (; done < count; done++)
                io->counters.send_full += (uint64_t)io->group[first + done].count;
        } else if (errno != EINTR) {
            // An error belongs to the first message: skip that one and go on.
            io->counters.send_errors++;
            done++;
        }
    }
}

void datagrams_flush(struct datagrams *io)
{
    if (io->queued == 0)
        return;
    lay_out(io);
    if (io->options.measures_latency) {
        int64_t now = now_ns(CLOCK_REALTIME);
        for (int i = 0; i < io->queued; i++)
            latency_add(&io->latency, now - io->outgoing_arrived_ns[i]);
    }
    for (int i = 0; i < io->groups; i += SEND_BATCH)
        send_groups(io, i, io->groups - i < SEND_BATCH ? io->groups - i : SEND_BATCH);
    io->queued = io->groups = 0;
}

const struct counters *datagrams_counters(const struct datagrams *io)
{
    return &io->counters;
}

void datagrams_report(const struct datagrams *io, const char *more)
{
    const struct counters *c = &io->counters;
    printf("{\"received\":%lu,\"sent\":%lu,\"receiveCalls\":%lu,\"sendCalls\":%lu,\"trains\":%lu,\"messages\":%lu,"
        "\"gathers\":%lu,\"sendErrors\":%lu,\"sendFull\":%lu,\"latency\":{",
        c->received, c->sent, c->receive_calls, c->send_calls, c->trains, c->messages, c->gathers, c->send_errors, c->send_full);
    latency_print(stdout, &io->latency);
    printf("}%s}\n", more);
}
