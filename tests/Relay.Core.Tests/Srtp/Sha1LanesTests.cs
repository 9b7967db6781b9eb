using System.Buffers.Binary;
using System.Diagnostics.CodeAnalysis;
using System.Runtime.InteropServices;
using System.Security.Cryptography;
using Relay.Core.Srtp;
using Xunit;

namespace Relay.Core.Tests.Srtp;

[SuppressMessage("Security", "CA5350", Justification = "SRTP's authentication is HMAC-SHA1 (RFC 3711 section 4.2.1).")]
public unsafe class Sha1LanesTests
{
    private static readonly uint[] Initial = [0x67452301, 0xEFCDAB89, 0x98BADCFE, 0x10325476, 0xC3D2E1F0];

    /// <summary>Both, whatever this processor has; what it lacks is not called by the relay, and not here.</summary>
    public static TheoryData<int> Widths => [Sha1Lanes.Wide, Sha1Lanes.Narrow];

    [Theory]
    [MemberData(nameof(Widths))]
    public void Each_lane_hashes_its_own_message(int lanes)
    {
        if (!IsSupported(lanes))
        {
            return;
        }

        using Rows rows = new();
        Random random = new(lanes);
        byte** pointers = stackalloc byte*[Sha1Lanes.Wide];
        for (int blocks = 1; blocks <= 9; blocks++)
        {
            byte[][] messages = [.. Enumerable.Range(0, lanes).Select(_ => Padded(random, blocks))];
            GCHandle[] pins = [.. messages.Select(m => GCHandle.Alloc(m, GCHandleType.Pinned))];
            for (int lane = 0; lane < lanes; lane++)
            {
                pointers[lane] = (byte*)pins[lane].AddrOfPinnedObject();
                rows.Start(lane);
            }

            if (lanes == Sha1Lanes.Wide)
            {
                Sha1Lanes.CompressWide(rows.State, pointers, blocks, rows.Schedule);
            }
            else
            {
                Sha1Lanes.CompressNarrow(rows.State, pointers, blocks, rows.Schedule);
            }

            for (int lane = 0; lane < lanes; lane++)
            {
                Assert.Equal(SHA1.HashData(Unpadded(messages[lane])), rows.Digest(lane));
                pins[lane].Free();
            }
        }
    }

    [Theory]
    [MemberData(nameof(Widths))]
    public void Words_in_place_are_hashed_as_a_message_is(int lanes)
    {
        if (!IsSupported(lanes))
        {
            return;
        }

        using Rows rows = new();
        Random random = new(lanes);
        byte[][] messages = [.. Enumerable.Range(0, lanes).Select(_ => Padded(random, 1))];
        for (int lane = 0; lane < lanes; lane++)
        {
            rows.Start(lane);
            for (int word = 0; word < Sha1Lanes.BlockWords; word++)
            {
                rows.Schedule[(word * Sha1Lanes.Wide) + lane] = BinaryPrimitives.ReadUInt32BigEndian(messages[lane].AsSpan(4 * word));
            }
        }

        if (lanes == Sha1Lanes.Wide)
        {
            Sha1Lanes.CompressWide(rows.State, rows.Schedule);
        }
        else
        {
            Sha1Lanes.CompressNarrow(rows.State, rows.Schedule);
        }

        Assert.All(Enumerable.Range(0, lanes), lane => Assert.Equal(SHA1.HashData(Unpadded(messages[lane])), rows.Digest(lane)));
    }

    [Fact]
    public void The_narrow_form_leaves_the_other_columns_alone()
    {
        if (!IsSupported(Sha1Lanes.Narrow))
        {
            return;
        }

        using Rows rows = new();
        for (int lane = 0; lane < Sha1Lanes.Wide; lane++)
        {
            rows.Start(lane);
        }

        Sha1Lanes.CompressNarrow(rows.State, rows.Schedule);
        byte[] untouched = new byte[20];
        for (int word = 0; word < Sha1Lanes.StateWords; word++)
        {
            BinaryPrimitives.WriteUInt32BigEndian(untouched.AsSpan(4 * word), Initial[word]);
        }

        Assert.All(Enumerable.Range(0, Sha1Lanes.Wide), lane => Assert.Equal(lane >= Sha1Lanes.Narrow, rows.Digest(lane).SequenceEqual(untouched)));
    }

    private static bool IsSupported(int lanes) =>
        lanes == Sha1Lanes.Wide ? Sha1Lanes.IsWideSupported : Sha1Lanes.IsNarrowSupported;

    // A message with SHA-1's own padding, so that whole blocks give a digest that others can check.
    private static byte[] Padded(Random random, int blocks)
    {
        byte[] message = new byte[blocks * Sha1Lanes.BlockBytes];
        random.NextBytes(message);
        message[^9] = 0x80;
        BinaryPrimitives.WriteInt64BigEndian(message.AsSpan(message.Length - 8), 8 * (message.Length - 9));
        return message;
    }

    private static ReadOnlySpan<byte> Unpadded(byte[] message) => message.AsSpan(0, message.Length - 9);

    private sealed class Rows : IDisposable
    {
        public uint* State { get; } = Allocate(Sha1Lanes.StateWords);

        public uint* Schedule { get; } = Allocate(Sha1Lanes.ScheduleWords);

        public void Start(int lane)
        {
            for (int word = 0; word < Sha1Lanes.StateWords; word++)
            {
                State[(word * Sha1Lanes.Wide) + lane] = Initial[word];
            }
        }

        public byte[] Digest(int lane)
        {
            byte[] digest = new byte[20];
            for (int word = 0; word < Sha1Lanes.StateWords; word++)
            {
                BinaryPrimitives.WriteUInt32BigEndian(digest.AsSpan(4 * word), State[(word * Sha1Lanes.Wide) + lane]);
            }

            return digest;
        }

        public void Dispose()
        {
            NativeMemory.AlignedFree(State);
            NativeMemory.AlignedFree(Schedule);
        }

        private static uint* Allocate(int rows)
        {
            nuint bytes = (nuint)(rows * Sha1Lanes.RowBytes);
            uint* memory = (uint*)NativeMemory.AlignedAlloc(bytes, Sha1Lanes.RowBytes);
            NativeMemory.Clear(memory, bytes);
            return memory;
        }
    }
}
