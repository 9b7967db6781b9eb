namespace Relay.Browser.Tests;

/// <summary>What a participant's fake camera shows and its fake microphone plays. The value is the index of its RGB channel.</summary>
public enum Tint
{
    Red = 0,
    Green = 1,
    Blue = 2,
}
