using Relay.Core.Diagnostics;

namespace Relay.Core.Srtp;

/// <summary>
/// The streams of one context, by SSRC: a bounded array that grows with them (a stream takes 272 bytes), searched front to back
/// (a leg has fewer than ten). It never makes
/// room by forgetting a stream on its own: a forgotten window would accept every packet of that stream once more.
/// </summary>
internal sealed class SrtpStreamTable
{
    private const int StreamsMax = 1024;

    private readonly int _maxStreams;
    private uint[] _ssrcs = [];
    private SrtpStream[] _streams = [];
    private int _count;

    /// <param name="maxStreams">1 to 1,024.</param>
    public SrtpStreamTable(int maxStreams)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(maxStreams, 1);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(maxStreams, StreamsMax);
        _maxStreams = maxStreams;
    }

    public int Count => _count;

    public bool IsFull => _count == _maxStreams;

    /// <summary>The stream in this place, from <see cref="Find"/> or <see cref="Add"/>. Good until the next change of the table.</summary>
    public ref SrtpStream this[int place] => ref _streams[place];

    /// <summary>The place of the stream, -1 if there is none.</summary>
    public int Find(uint ssrc)
    {
        // Few, and mostly the first: a search by vectors takes longer to begin.
        for (int place = 0; place < _count; place++)
        {
            if (_ssrcs[place] == ssrc)
            {
                return place;
            }
        }

        return -1;
    }

    /// <summary>Adds a stream that is not there yet, and returns its place. Only when not <see cref="IsFull"/>.</summary>
    public int Add(uint ssrc)
    {
        Invariant.Holds(!IsFull, "an SRTP stream was added to a full table");
        if (_count == _ssrcs.Length)
        {
            int length = Math.Min(Math.Max(1, 2 * _count), _maxStreams);
            Array.Resize(ref _ssrcs, length);
            Array.Resize(ref _streams, length);
        }

        _ssrcs[_count] = ssrc;
        _streams[_count] = default;
        return _count++;
    }

    /// <summary>The place of the stream, which is added if it is new. Only when it is known or there is room.</summary>
    public int FindOrAdd(uint ssrc)
    {
        int place = Find(ssrc);
        return place >= 0 ? place : Add(ssrc);
    }

    public bool Remove(uint ssrc)
    {
        int place = Find(ssrc);
        if (place < 0)
        {
            return false;
        }

        _count--;
        _ssrcs[place] = _ssrcs[_count];
        _streams[place] = _streams[_count];
        return true;
    }
}
