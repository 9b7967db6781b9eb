// How long datagrams stay in the program: from the kernel's receive timestamp to the moment before the call that sends them.
#pragma once
#include <stdint.h>
#include <stdio.h>

enum { LATENCY_BUCKETS = 2048 };

struct latency {
    uint64_t count;
    int64_t max_ns;
    uint64_t buckets[LATENCY_BUCKETS];
};

void latency_add(struct latency *latency, int64_t nanoseconds);

// The upper end of the bucket that the share (0 to 1) of the datagrams lies in or below, in microseconds.
double latency_percentile(const struct latency *latency, double share);

// "p50":..,"p90":..,"p99":..,"p999":..,"max":.. in microseconds, without braces.
void latency_print(FILE *to, const struct latency *latency);
