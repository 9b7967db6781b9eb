using Relay.Core.Sfu;
using Relay.Host.Workers;

namespace Relay.Host.Admin;

/// <summary>What the admin API remembers of one plain leg; its keys are not among it.</summary>
internal sealed class AdminTransport
{
    public AdminTransport(string id, LegId leg, in TransportParameters parameters)
    {
        Id = id;
        Leg = leg;
        Audio = new AdminStream(parameters.Audio);
        Video = new AdminStream(parameters.Video);
    }

    public string Id { get; }

    public LegId Leg { get; }

    /// <summary>Told by the worker.</summary>
    public bool IsConnected { get; set; }

    public AdminStream Audio { get; }

    public AdminStream Video { get; }

    /// <summary>The one room that it hears or is heard in.</summary>
    public AdminRoom? Room { get; set; }

    /// <summary>It hears nobody and nobody hears it.</summary>
    public bool IsAlone => Audio.IsAlone && Video.IsAlone;
}

/// <summary>One kind of media of a plain leg: whom it hears, and how many hear it.</summary>
internal sealed class AdminStream(in MediaParameters parameters)
{
    public bool Exists { get; } = parameters.CodecList.Length > 0;

    public bool CanProduce { get; } = parameters.CanProduce;

    public bool CanConsume { get; } = parameters.CanConsume;

    public AdminTransport? Source { get; set; }

    public int ConsumerCount { get; set; }

    public bool IsAlone => Source is null && ConsumerCount == 0;
}
