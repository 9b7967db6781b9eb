using System.Buffers.Binary;
using System.Runtime.InteropServices;
using Relay.Core.Diagnostics;

namespace Relay.Core.Srtp;

/// <summary>
/// Tags of many packets at once: HMAC-SHA1 over a message and four bytes behind it (the rollover counter, RFC 3711 section
/// 4.2), cut to 80 bits. SHA-1 of one message is a chain that no machine can widen, but the messages of a batch go side by
/// side, each in a lane of its own with a key of its own (<see cref="Sha1Lanes"/>). Used by one thread.
/// </summary>
/// <remarks>
/// Jobs are sorted by their length in blocks, so that lanes which are hashed together end together, or nearly so. When too
/// few are left to be worth a vector, OpenSSL takes each of them on from where it stands.
/// </remarks>
internal sealed unsafe class HmacSha1Batch
{
    /// <summary>The most jobs that wait; one more makes room by a flush.</summary>
    public const int JobsMax = 64;

    /// <summary>The longest message: what a slot of packet memory holds.</summary>
    public const int MessageMaxBytes = 2048;

    /// <summary>Bytes of a tag.</summary>
    public const int TagBytes = 10;

    private const int SuffixBytes = 4;
    private const int LengthBytes = 8;
    private const byte EndMark = 0x80;

    // The end of a message, its suffix, the end mark and the length: one block or two.
    private const int TailBlocksMax = 2;
    private const int TailBytes = TailBlocksMax * Sha1Lanes.BlockBytes;
    private const int BlocksMax = (MessageMaxBytes / Sha1Lanes.BlockBytes) + TailBlocksMax;

    // From how many lanes on a vector of eight beats OpenSSL, which uses the processor's SHA-1 instructions where it has
    // them. Measured with both on one processor.
    private const int LanesMinFast = 4;
    private const int LanesMinSlow = 7;

    private const int ScheduleOffset = 0;
    private const int StateOffset = Sha1Lanes.ScheduleWords * Sha1Lanes.RowBytes;
    private const int DigestOffset = StateOffset + (Sha1Lanes.StateWords * Sha1Lanes.RowBytes);
    private const int TailsOffset = DigestOffset + (Sha1Lanes.StateWords * Sha1Lanes.RowBytes);
    private const int ScratchBytes = TailsOffset + (Sha1Lanes.Wide * TailBytes);

    private readonly Job[] _jobs = new Job[JobsMax];
    private readonly byte[] _order = new byte[JobsMax];
    private readonly int _lanesMax;
    private readonly int _lanesMin;

    // Pinned, because it is used by address. It holds what was hashed and whole digests, but of keyed states nothing that is
    // left after a flush: each is overwritten by what it becomes.
    private readonly byte[] _scratch = GC.AllocateArray<byte>(ScratchBytes + Sha1Lanes.RowBytes, pinned: true);
    private readonly uint* _schedule;
    private readonly uint* _state;
    private readonly uint* _digests;
    private readonly byte* _tails;
    private int _count;

    /// <param name="lanesMax">At most so many lanes, for tests: 16, 8, or 0 to compute each tag alone.</param>
    public HmacSha1Batch(int lanesMax = Sha1Lanes.Wide)
    {
        _lanesMax = lanesMax >= Sha1Lanes.Wide && Sha1Lanes.IsWideSupported ? Sha1Lanes.Wide
            : lanesMax >= Sha1Lanes.Narrow && Sha1Lanes.IsNarrowSupported ? Sha1Lanes.Narrow
            : 0;
        _lanesMin = _lanesMax == 0 ? int.MaxValue : Sha1Lanes.IsNarrowFast ? LanesMinFast : LanesMinSlow;
        nint start = Marshal.UnsafeAddrOfPinnedArrayElement(_scratch, 0);
        byte* scratch = (byte*)((start + Sha1Lanes.RowBytes - 1) & ~(nint)(Sha1Lanes.RowBytes - 1));
        _schedule = (uint*)(scratch + ScheduleOffset);
        _state = (uint*)(scratch + StateOffset);
        _digests = (uint*)(scratch + DigestOffset);
        _tails = scratch + TailsOffset;
    }

    /// <summary>Jobs that wait.</summary>
    public int Count => _count;

    /// <summary>Fewer jobs than this are computed one by one; <see cref="int.MaxValue"/> without lanes.</summary>
    public int LanesMin => _lanesMin;

    /// <summary>False where nothing is gained over computing tags one by one.</summary>
    public bool HasLanes => _lanesMax > 0;

    /// <summary>Notes a tag to be computed at the next flush.</summary>
    /// <param name="key">The session's; disposed only after a flush.</param>
    /// <param name="message">Header and body. Neither moves, nor changes, nor goes away before the flush.</param>
    /// <param name="length">0 to <see cref="MessageMaxBytes"/>.</param>
    /// <param name="suffix">Hashed behind the message, in network order.</param>
    /// <param name="tag">Where <see cref="TagBytes"/> bytes are written; as lasting as the message.</param>
    public void Add(HmacSha1 key, byte* message, int length, uint suffix, byte* tag)
    {
        Invariant.Holds((uint)length <= MessageMaxBytes, "a message is too long for a batch");
        if (_count == JobsMax)
        {
            Flush();
        }

        int inPlace = length / Sha1Lanes.BlockBytes;
        int rest = length % Sha1Lanes.BlockBytes;
        bool fitsOne = rest + SuffixBytes + 1 + LengthBytes <= Sha1Lanes.BlockBytes;
        _jobs[_count++] = new Job
        {
            Key = key,
            Message = message,
            Tag = tag,
            Length = length,
            Suffix = suffix,
            BlocksInPlace = inPlace,
            Blocks = inPlace + (fitsOne ? 1 : TailBlocksMax),
        };
    }

    /// <summary>Writes all tags that wait.</summary>
    public void Flush()
    {
        if (_count == 0)
        {
            return;
        }

        if (_count >= _lanesMin)
        {
            HashInLanes();
        }
        else
        {
            foreach (ref readonly Job job in _jobs.AsSpan(0, _count))
            {
                HashAlone(job);
            }
        }

        Clear();
    }

    /// <summary>Forgets the jobs that wait.</summary>
    public void Clear()
    {
        _jobs.AsSpan(0, _count).Clear();
        _count = 0;
    }

    private void HashInLanes()
    {
        SortByBlocks();
        ReadOnlySpan<byte> order = _order.AsSpan(0, _count);
        while (order.Length >= _lanesMin)
        {
            int lanes = Math.Min(order.Length, _lanesMax);
            HashTogether(order[..lanes]);
            order = order[lanes..];
        }

        foreach (byte job in order)
        {
            HashAlone(_jobs[job]);
        }
    }

    // Longest first; a counting sort, because peers choose the lengths.
    private void SortByBlocks()
    {
        Span<byte> places = stackalloc byte[BlocksMax + 1];
        places.Clear();
        ReadOnlySpan<Job> jobs = _jobs.AsSpan(0, _count);
        foreach (ref readonly Job job in jobs)
        {
            places[job.Blocks]++;
        }

        int place = 0;
        for (int blocks = BlocksMax; blocks >= 0; blocks--)
        {
            int count = places[blocks];
            places[blocks] = (byte)place;
            place += count;
        }

        for (int i = 0; i < jobs.Length; i++)
        {
            _order[places[jobs[i].Blocks]++] = (byte)i;
        }
    }

    private static void HashAlone(in Job job)
    {
        Span<byte> suffix = stackalloc byte[SuffixBytes];
        Span<byte> digest = stackalloc byte[HmacSha1.DigestBytes];
        BinaryPrimitives.WriteUInt32BigEndian(suffix, job.Suffix);
        job.Key.Compute(new ReadOnlySpan<byte>(job.Message, job.Length), suffix, default, digest);
        digest[..TagBytes].CopyTo(new Span<byte>(job.Tag, TagBytes));
    }

    private void HashTogether(ReadOnlySpan<byte> order)
    {
        byte** positions = stackalloc byte*[Sha1Lanes.Wide];
        for (int lane = 0; lane < order.Length; lane++)
        {
            ref readonly Job job = ref _jobs[order[lane]];
            SetColumn(_state, lane, job.Key.InnerState);
            WriteTail(job, Tail(lane));
            positions[lane] = job.BlocksInPlace > 0 ? job.Message : Tail(lane);
        }

        HashMessages(order, positions);

        // The outer hash (RFC 2104) is over one block that begins with the inner digests, which lie as a schedule wants them.
        Buffer.MemoryCopy(_digests, _schedule, ScratchBytes, Sha1Lanes.StateWords * Sha1Lanes.RowBytes);
        FillRow(Sha1Lanes.StateWords, (uint)EndMark << 24);
        for (int row = Sha1Lanes.StateWords + 1; row < Sha1Lanes.BlockWords - 1; row++)
        {
            FillRow(row, 0);
        }

        FillRow(Sha1Lanes.BlockWords - 1, 8 * (Sha1Lanes.BlockBytes + HmacSha1.DigestBytes));
        for (int lane = 0; lane < order.Length; lane++)
        {
            SetColumn(_state, lane, _jobs[order[lane]].Key.OuterState);
        }

        if (order.Length > Sha1Lanes.Narrow)
        {
            Sha1Lanes.CompressWide(_state, _schedule);
        }
        else
        {
            Sha1Lanes.CompressNarrow(_state, _schedule);
        }

        for (int lane = 0; lane < order.Length; lane++)
        {
            WriteTag(lane, _jobs[order[lane]].Tag);
        }
    }

    // Hashes on in steps, each as long as all lanes stay where they are: in their message, or in their tail.
    private void HashMessages(ReadOnlySpan<byte> order, byte** positions)
    {
        int active = order.Length;
        int done = 0;
        while (active >= _lanesMin)
        {
            int step = int.MaxValue;
            foreach (byte job in order[..active])
            {
                int next = done < _jobs[job].BlocksInPlace ? _jobs[job].BlocksInPlace : _jobs[job].Blocks;
                step = Math.Min(step, next - done);
            }

            Compress(active, positions, step);
            done += step;
            for (int lane = 0; lane < active; lane++)
            {
                bool isInTail = done == _jobs[order[lane]].BlocksInPlace;
                positions[lane] = isInTail ? Tail(lane) : positions[lane] + (step * Sha1Lanes.BlockBytes);
            }

            while (active > 0 && _jobs[order[active - 1]].Blocks == done)
            {
                CopyColumn(_state, _digests, --active);
            }
        }

        for (int lane = 0; lane < active; lane++)
        {
            HashOnAlone(_jobs[order[lane]], lane, positions[lane], done);
        }
    }

    private void Compress(int active, byte** positions, int blocks)
    {
        int lanes = active > Sha1Lanes.Narrow ? Sha1Lanes.Wide : Sha1Lanes.Narrow;
        for (int lane = active; lane < lanes; lane++)
        {
            // Something that can be read; what becomes of the lane is not looked at.
            positions[lane] = positions[0];
        }

        if (lanes == Sha1Lanes.Wide)
        {
            Sha1Lanes.CompressWide(_state, positions, blocks, _schedule);
        }
        else
        {
            Sha1Lanes.CompressNarrow(_state, positions, blocks, _schedule);
        }
    }

    // The lane's message from where it stands to its end, by OpenSSL, whose state's first words are SHA-1's.
    private void HashOnAlone(in Job job, int lane, byte* position, int done)
    {
        Sha1State state = default;
        for (int word = 0; word < Sha1Lanes.StateWords; word++)
        {
            state[word] = _state[(word * Sha1Lanes.Wide) + lane];
        }

        int inPlace = Math.Max(job.BlocksInPlace - done, 0) * Sha1Lanes.BlockBytes;
        bool isHashed = inPlace == 0 || LibCrypto.Sha1Update(&state, position, (nuint)inPlace) == 1;
        byte* tail = inPlace == 0 ? position : Tail(lane);
        int tailBlocks = job.Blocks - Math.Max(job.BlocksInPlace, done);
        isHashed = isHashed && LibCrypto.Sha1Update(&state, tail, (nuint)(tailBlocks * Sha1Lanes.BlockBytes)) == 1;
        Invariant.Holds(isHashed, "OpenSSL failed to hash");
        SetColumn(_digests, lane, state);
    }

    private static void WriteTail(in Job job, byte* tail)
    {
        int hashed = job.BlocksInPlace * Sha1Lanes.BlockBytes;
        int rest = job.Length - hashed;
        Span<byte> blocks = new(tail, (job.Blocks - job.BlocksInPlace) * Sha1Lanes.BlockBytes);
        blocks[rest..].Clear();
        new ReadOnlySpan<byte>(job.Message + hashed, rest).CopyTo(blocks);
        BinaryPrimitives.WriteUInt32BigEndian(blocks[rest..], job.Suffix);
        blocks[rest + SuffixBytes] = EndMark;
        long bits = 8L * (Sha1Lanes.BlockBytes + job.Length + SuffixBytes);
        BinaryPrimitives.WriteInt64BigEndian(blocks[^LengthBytes..], bits);
    }

    private void WriteTag(int lane, byte* tag)
    {
        Span<byte> bytes = new(tag, TagBytes);
        BinaryPrimitives.WriteUInt32BigEndian(bytes, _state[lane]);
        BinaryPrimitives.WriteUInt32BigEndian(bytes[4..], _state[Sha1Lanes.Wide + lane]);
        BinaryPrimitives.WriteUInt16BigEndian(bytes[8..], (ushort)(_state[(2 * Sha1Lanes.Wide) + lane] >> 16));
    }

    private byte* Tail(int lane) => _tails + (lane * TailBytes);

    private void FillRow(int row, uint word) => new Span<uint>(_schedule + (row * Sha1Lanes.Wide), Sha1Lanes.Wide).Fill(word);

    private static void SetColumn(uint* rows, int lane, in Sha1State state)
    {
        for (int word = 0; word < Sha1Lanes.StateWords; word++)
        {
            rows[(word * Sha1Lanes.Wide) + lane] = state[word];
        }
    }

    private static void CopyColumn(uint* from, uint* to, int lane)
    {
        for (int word = 0; word < Sha1Lanes.StateWords; word++)
        {
            to[(word * Sha1Lanes.Wide) + lane] = from[(word * Sha1Lanes.Wide) + lane];
        }
    }

    private struct Job
    {
        public HmacSha1 Key;
        public byte* Message;
        public byte* Tag;
        public int Length;
        public uint Suffix;
        public int BlocksInPlace;
        public int Blocks;
    }
}
