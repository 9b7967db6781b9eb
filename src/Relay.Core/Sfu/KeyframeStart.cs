namespace Relay.Core.Sfu;

/// <summary>
/// Whether an H.264 IDR picture's first slice starts its keyframe: only if no parameter sets came or will come just before
/// it. A decoder that is given the slice alone shows nothing until the next keyframe.
/// </summary>
internal struct KeyframeStart
{
    private uint _highestTimestamp;

    /// <summary>Decides about a packet, as far as can be said yet.</summary>
    /// <param name="packet">The packet.</param>
    /// <param name="highest">The highest number before it, below zero if it is the first.</param>
    /// <param name="cache">The packets that came before it.</param>
    public void Resolve(ref MediaPacket packet, long highest, RetransmissionCache? cache)
    {
        if (packet.IsBareIdr && highest >= 0)
        {
            bool isKnown = packet.Sequence == highest + 1;
            uint before = _highestTimestamp;
            if (!isKnown && cache is not null && cache.TryGet(packet.Sequence - 1, packet.Arrival, out MediaPacket previous))
            {
                isKnown = true;
                before = previous.Timestamp;
            }

            packet.StartsKeyframe = isKnown && before != packet.Timestamp;
        }

        if (packet.Sequence > highest)
        {
            _highestTimestamp = packet.Timestamp;
        }
    }
}
