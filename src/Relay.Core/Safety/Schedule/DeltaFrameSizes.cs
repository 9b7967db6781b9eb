namespace Relay.Core.Safety.Schedule;

/// <summary>
/// Tells a change of scene by the size of delta frames, without decoding any: a frame that has to paint a new picture is many
/// times as large as those before it. Keeps a moving mean and deviation. A mutable struct: keep it in a field.
/// </summary>
public struct DeltaFrameSizes
{
    /// <summary>A frame this many deviations above the mean is a jump.</summary>
    public const double Deviations = 4;

    /// <summary>Frames before anything is said: one or two seconds.</summary>
    public const int FramesMin = 30;

    /// <summary>The weight of a frame in mean and deviation.</summary>
    private const double Weight = 1.0 / 32;

    /// <summary>The deviation counts as at least this share of the mean, or small changes of a steady stream would be jumps.</summary>
    private const double DeviationMin = 0.2;

    private double _mean;
    private double _variance;
    private int _frames;

    /// <summary>Takes in a delta frame; true if it is a jump.</summary>
    /// <param name="bytes">Of all its packets' payloads.</param>
    public bool HandleFrame(int bytes)
    {
        if (_frames == 0)
        {
            (_mean, _variance, _frames) = (bytes, 0, 1);
            return false;
        }

        double limit = _mean + (Deviations * Math.Max(Math.Sqrt(_variance), DeviationMin * _mean));
        bool isJump = _frames >= FramesMin && bytes > limit;

        // A jump counts as no more than the limit, or it would hide the next one.
        double difference = (isJump ? limit : bytes) - _mean;
        _mean += Weight * difference;
        _variance = (1 - Weight) * (_variance + (Weight * difference * difference));
        _frames = Math.Min(_frames + 1, FramesMin);
        return isJump;
    }
}
