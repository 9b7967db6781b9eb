namespace Relay.Core.Primitives;

/// <summary>Serial number arithmetic (RFC 1982) on the 16-bit RTP sequence numbers of RFC 3550 section 5.1.</summary>
public static class SequenceNumber
{
    /// <summary>True if <paramref name="value"/> comes after <paramref name="reference"/>, across the wrap at 65,535.</summary>
    public static bool IsNewer(ushort value, ushort reference) => Distance(reference, value) > 0;

    /// <summary>Steps from <paramref name="from"/> to <paramref name="to"/>, -32,768 to 32,767.</summary>
    public static int Distance(ushort from, ushort to) => (short)(ushort)(to - from);

    /// <summary>The 64-bit number nearest to <paramref name="reference"/> whose low 16 bits are <paramref name="value"/>.</summary>
    public static long Extend(ushort value, long reference) => reference + Distance((ushort)reference, value);
}
