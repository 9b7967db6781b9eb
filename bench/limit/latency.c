#include "latency.h"

// Exact below 64 ns, then 64 buckets for each power of two: none is wider than a 64th of its value.
enum { SUB_BITS = 6, SUB = 1 << SUB_BITS };

static int bucket_of(int64_t nanoseconds)
{
    if (nanoseconds < SUB)
        return nanoseconds < 0 ? 0 : (int)nanoseconds;
    int power = 63 - __builtin_clzll((uint64_t)nanoseconds) - SUB_BITS;
    int bucket = (power + 1) * SUB + (int)((nanoseconds >> power) - SUB);
    return bucket < LATENCY_BUCKETS ? bucket : LATENCY_BUCKETS - 1;
}

static int64_t end_of(int bucket)
{
    if (bucket < SUB)
        return bucket + 1;
    int power = bucket / SUB - 1;
    return (int64_t)(bucket % SUB + SUB + 1) << power;
}

void latency_add(struct latency *latency, int64_t nanoseconds)
{
    latency->count++;
    latency->buckets[bucket_of(nanoseconds)]++;
    if (nanoseconds > latency->max_ns)
        latency->max_ns = nanoseconds;
}

double latency_percentile(const struct latency *latency, double share)
{
    uint64_t wanted = (uint64_t)(share * (double)latency->count);
    uint64_t seen = 0;
    for (int i = 0; i < LATENCY_BUCKETS; i++) {
        seen += latency->buckets[i];
        if (seen > wanted || (seen == latency->count && seen > 0))
            return (double)end_of(i) / 1000;
    }
    return 0;
}

void latency_print(FILE *to, const struct latency *latency)
{
    fprintf(to, "\"p50\":%.1f,\"p90\":%.1f,\"p99\":%.1f,\"p999\":%.1f,\"max\":%.1f",
        latency_percentile(latency, 0.5), latency_percentile(latency, 0.9), latency_percentile(latency, 0.99),
        latency_percentile(latency, 0.999), (double)latency->max_ns / 1000);
}
