using System.Buffers.Binary;
using System.Diagnostics.CodeAnalysis;
using System.Runtime.InteropServices;
using System.Security.Cryptography;
using Relay.Core.Srtp;
using Xunit;

namespace Relay.Core.Tests.Srtp;

[SuppressMessage("Security", "CA5350", Justification = "SRTP's authentication is HMAC-SHA1 (RFC 3711 section 4.2.1).")]
public unsafe class HmacSha1BatchTests
{
    /// <summary>Sixteen lanes, eight, and none; where the processor lacks one, the next takes its place.</summary>
    public static TheoryData<int> Widths => [Sha1Lanes.Wide, Sha1Lanes.Narrow, 0];

    [Theory]
    [MemberData(nameof(Widths))]
    public void Every_length_has_the_tag_of_the_frameworks_hmac(int lanes)
    {
        using Jobs jobs = new(lanes, seed: 1);
        for (int first = 0; first < 1600; first += 32)
        {
            for (int length = first; length < first + 32; length++)
            {
                jobs.Add(length);
            }

            jobs.FlushAndCheck();
        }
    }

    [Theory]
    [MemberData(nameof(Widths))]
    public void Any_number_of_jobs_of_any_lengths_and_keys(int lanes)
    {
        using Jobs jobs = new(lanes, seed: 2);
        Random random = new(3);
        for (int round = 0; round < 20; round++)
        {
            for (int count = 1; count <= 40; count++)
            {
                for (int i = 0; i < count; i++)
                {
                    jobs.Add(random.Next(1600));
                }

                jobs.FlushAndCheck();
            }
        }
    }

    [Theory]
    [MemberData(nameof(Widths))]
    public void A_few_long_ones_among_short_ones(int lanes)
    {
        using Jobs jobs = new(lanes, seed: 4);
        Random random = new(5);
        for (int round = 0; round < 200; round++)
        {
            int count = random.Next(3, 41);
            int longOnes = random.Next(0, 5);
            for (int i = 0; i < count; i++)
            {
                jobs.Add(i < longOnes ? random.Next(1000, HmacSha1Batch.MessageMaxBytes + 1) : random.Next(200));
            }

            jobs.FlushAndCheck();
        }
    }

    [Theory]
    [MemberData(nameof(Widths))]
    public void One_job_more_than_fits_flushes_the_others(int lanes)
    {
        using Jobs jobs = new(lanes, seed: 6);
        for (int i = 0; i < HmacSha1Batch.JobsMax; i++)
        {
            jobs.Add(100);
        }

        Assert.Equal(HmacSha1Batch.JobsMax, jobs.Batch.Count);
        jobs.Add(100);
        Assert.Equal(1, jobs.Batch.Count);
        jobs.FlushAndCheck();
        Assert.Equal(0, jobs.Batch.Count);
    }

    [Theory]
    [MemberData(nameof(Widths))]
    public void Nothing_is_written_around_a_tag_nor_to_a_message(int lanes)
    {
        using Jobs jobs = new(lanes, seed: 7);
        for (int i = 0; i < 20; i++)
        {
            jobs.Add(1200);
        }

        jobs.FlushAndCheck();
        jobs.CheckSurroundings();
    }

    [Fact]
    public void A_flush_of_nothing_does_nothing()
    {
        HmacSha1Batch batch = new();
        batch.Flush();
        Assert.Equal(0, batch.Count);
    }

    [Fact]
    public void A_message_longer_than_a_slot_is_a_bug()
    {
        using HmacSha1 key = new([1]);
        Assert.Throws<InvalidOperationException>(
            () => new HmacSha1Batch().Add(key, null, HmacSha1Batch.MessageMaxBytes + 1, 0, null));
    }

    // A batch over keys of their own, and what the framework makes of the same jobs.
    private sealed class Jobs : IDisposable
    {
        private const int SlotBytes = 64;
        private const int TagOffset = 27;
        private const byte Untouched = 0xEE;

        private readonly Random _random;
        private readonly byte* _messages;
        private readonly byte* _tags;
        private readonly List<(HmacSha1 Key, byte[] Message, byte[] Expected)> _jobs = [];

        public Jobs(int lanes, int seed)
        {
            _random = new Random(seed);
            Batch = new HmacSha1Batch(lanes);
            _messages = (byte*)NativeMemory.Alloc((HmacSha1Batch.JobsMax + 2) * HmacSha1Batch.MessageMaxBytes);
            _tags = (byte*)NativeMemory.Alloc((HmacSha1Batch.JobsMax + 1) * SlotBytes);
        }

        public HmacSha1Batch Batch { get; }

        public void Add(int length)
        {
            int place = _jobs.Count;
            byte[] key = new byte[20];
            byte[] message = new byte[length + 4];
            _random.NextBytes(key);
            _random.NextBytes(message);
            byte* at = MessageAt(place);
            message.AsSpan(0, length).CopyTo(new Span<byte>(at, length));
            new Span<byte>(_tags + (place * SlotBytes), SlotBytes).Fill(Untouched);
            HmacSha1 hmac = new(key);
            uint suffix = BinaryPrimitives.ReadUInt32BigEndian(message.AsSpan(length));
            Batch.Add(hmac, at, length, suffix, TagAt(place));
            _jobs.Add((hmac, message, HMACSHA1.HashData(key, message)[..HmacSha1Batch.TagBytes]));
        }

        public void FlushAndCheck()
        {
            Batch.Flush();
            for (int place = 0; place < _jobs.Count; place++)
            {
                (HmacSha1 key, byte[] message, byte[] expected) = _jobs[place];
                Assert.Equal(expected, new ReadOnlySpan<byte>(TagAt(place), HmacSha1Batch.TagBytes));
                Assert.Equal(message.AsSpan(0, message.Length - 4), new ReadOnlySpan<byte>(MessageAt(place), message.Length - 4));
                key.Dispose();
            }

            _jobs.Clear();
        }

        public void CheckSurroundings()
        {
            for (int at = 0; at < 20 * SlotBytes; at++)
            {
                if (at % SlotBytes is < TagOffset or >= TagOffset + HmacSha1Batch.TagBytes)
                {
                    Assert.Equal(Untouched, _tags[at]);
                }
            }
        }

        public void Dispose()
        {
            NativeMemory.Free(_messages);
            NativeMemory.Free(_tags);
        }

        // Packets are aligned to nothing.
        private byte* MessageAt(int place) => _messages + (place * (HmacSha1Batch.MessageMaxBytes + 1));

        private byte* TagAt(int place) => _tags + (place * SlotBytes) + TagOffset;
    }
}
