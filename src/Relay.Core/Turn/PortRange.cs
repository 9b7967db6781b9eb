using Relay.Core.Diagnostics;
using Relay.Core.Primitives;

namespace Relay.Core.Turn;

/// <summary>
/// Whose the ports of one relay address are. A port is drawn at random, so that nobody who sees one can guess the next
/// (CVE-2025-69217 was a server whose ports could be).
/// </summary>
internal sealed class PortRange
{
    private const int Free = -1;

    private readonly int _first;
    private readonly int[] _owners;
    private readonly RandomSource _random;

    /// <param name="first">The first port, 1 to 65534.</param>
    /// <param name="last">The last one, above the first, up to 65535.</param>
    /// <param name="random">Draws ports.</param>
    public PortRange(int first, int last, RandomSource random)
    {
        _first = first;
        _owners = new int[last - first + 1];
        Array.Fill(_owners, Free);
        _random = random;
        FreeCount = _owners.Length;
    }

    public int FreeCount { get; private set; }

    /// <summary>A free port; false if there is none. It stays free until <see cref="Take"/>.</summary>
    /// <param name="isEven">Wants an even one.</param>
    /// <param name="withNext">Wants the next one to be free as well.</param>
    /// <param name="port">The port.</param>
    public bool TryDraw(bool isEven, bool withNext, out ushort port)
    {
        if (FreeCount > 0)
        {
            int start = (int)(((ulong)_random.NextUInt32() * (uint)_owners.Length) >> 32);
            for (int i = 0; i < _owners.Length; i++)
            {
                int index = start + i < _owners.Length ? start + i : start + i - _owners.Length;
                if (IsFree(index) && !(isEven && ((_first + index) & 1) != 0) && (!withNext || IsFree(index + 1)))
                {
                    port = (ushort)(_first + index);
                    return true;
                }
            }
        }

        port = 0;
        return false;
    }

    /// <param name="port">A free port of the range.</param>
    /// <param name="owner">0 or more.</param>
    public void Take(ushort port, int owner)
    {
        Invariant.Holds(IsFree(port - _first) && owner >= 0, "a relay port has one owner");
        _owners[port - _first] = owner;
        FreeCount--;
    }

    /// <summary>Gives a taken port to another owner.</summary>
    public void Pass(ushort port, int owner)
    {
        Invariant.Holds(TryGetOwner(port, out _) && owner >= 0, "a relay port is passed on by its owner");
        _owners[port - _first] = owner;
    }

    public void Release(ushort port)
    {
        Invariant.Holds(TryGetOwner(port, out _), "a relay port is released by its owner");
        _owners[port - _first] = Free;
        FreeCount++;
    }

    public bool Contains(ushort port) => (uint)(port - _first) < (uint)_owners.Length;

    /// <summary>False for a free port and for one that is not of the range.</summary>
    public bool TryGetOwner(ushort port, out int owner)
    {
        owner = Contains(port) ? _owners[port - _first] : Free;
        return owner != Free;
    }

    private bool IsFree(int index) => (uint)index < (uint)_owners.Length && _owners[index] == Free;
}
