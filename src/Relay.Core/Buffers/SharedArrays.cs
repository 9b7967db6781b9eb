using Relay.Core.Diagnostics;

namespace Relay.Core.Buffers;

/// <summary>
/// Arrays of one length that all legs of a worker share: a leg takes one when it has something to keep and gives it back
/// when it has not, so that an idle leg costs nothing. Made when first needed, but for a few, and never freed. Used by one
/// thread.
/// </summary>
public sealed class SharedArrays<T>
    where T : struct
{
    private readonly Stack<T[]> _free = new();
    private readonly int _max;
    private int _made;

    /// <param name="length">Elements of each array.</param>
    /// <param name="max">The most arrays, 1 or more.</param>
    /// <param name="ready">Made at once, so that the first who need one allocate nothing; 0 to <paramref name="max"/>.</param>
    public SharedArrays(int length, int max, int ready = 0)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(length, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(max, 1);
        ArgumentOutOfRangeException.ThrowIfNegative(ready);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(ready, max);
        Length = length;
        _max = max;
        for (; _made < ready; _made++)
        {
            _free.Push(new T[length]);
        }
    }

    /// <summary>Elements of each array.</summary>
    public int Length { get; }

    /// <summary>Arrays that somebody has.</summary>
    public int InUse => _made - _free.Count;

    /// <summary>Takes an array; what it holds is left from before. False if all are in use.</summary>
    public bool TryRent([System.Diagnostics.CodeAnalysis.NotNullWhen(true)] out T[]? array)
    {
        if (!_free.TryPop(out array) && _made < _max)
        {
            array = new T[Length];
            _made++;
            // Room for its return, so that giving back never allocates.
            _free.EnsureCapacity(_made);
        }

        return array is not null;
    }

    /// <summary>Gives an array back.</summary>
    public void Return(T[] array)
    {
        ArgumentNullException.ThrowIfNull(array);
        Invariant.Holds(array.Length == Length && _free.Count < _made, "an array goes back where it came from");
        _free.Push(array);
    }
}
