namespace Relay.Core.Safety.Schedule;

/// <summary>How often a source is looked at.</summary>
public enum SourceRisk : byte
{
    /// <summary>Long clean.</summary>
    Low,

    Normal,

    /// <summary>New, or with a suspicion behind it.</summary>
    High,
}
