namespace Relay.Host.Check;

/// <summary>What a line of the check says.</summary>
internal enum CheckOutcome
{
    Ok,

    /// <summary>Worth knowing; not the relay's fault.</summary>
    Note,

    Failed,
}

/// <summary>One line for the operator.</summary>
internal sealed record CheckLine(CheckOutcome Outcome, string Text)
{
    public override string ToString() => Outcome switch
    {
        CheckOutcome.Ok => "ok    ",
        CheckOutcome.Note => "note  ",
        _ => "FAIL  ",
    } + Text;
}
