using System.Buffers.Binary;
using System.Text;
using Relay.Core.Diagnostics;
using Relay.Core.Ice;
using Relay.Core.Primitives;
using Relay.Core.Stun;
using Xunit;

namespace Relay.Core.Tests.Ice;

/// <summary>What the client puts into one binding request; the defaults are those of a sound check.</summary>
internal sealed record Check
{
    public bool Nominate { get; init; }

    public uint? Nomination { get; init; }

    public uint? Priority { get; init; } = 100;

    public bool Controlled { get; init; }

    public ushort[] Extra { get; init; } = [];

    public bool Integrity { get; init; } = true;

    public bool Fingerprint { get; init; } = true;

    public string? Username { get; init; }

    public string? Password { get; init; }

    public StunClass Class { get; init; }

    public StunMethod Method { get; init; } = StunMethod.Binding;
}

/// <summary>
/// An agent, its client and the engine's flow table, in virtual time. The flow table is kept by the agent's contract, and
/// after every call it has to agree with the agent.
/// </summary>
internal sealed class IceLeg
{
    public const int Slot = 7;

    private readonly SeededRandomSource _random = new(8445);
    private readonly HashSet<TransportAddress> _flows = [];
    private readonly byte[] _response = new byte[IceLiteAgent.ResponseMaxBytes];
    private uint _transaction;

    public IceLeg(IceOptions? options = null, bool start = true)
    {
        Agent = new IceLiteAgent(options ?? IceOptions.Default, _random);
        Local = IceCredentials.Generate(Slot, _random);
        Remote = Ufrag("peer");
        if (start)
        {
            Agent.Start(Local, Remote, Now);
        }
    }

    public IceLiteAgent Agent { get; }

    /// <summary>The credentials that the client's requests are made for.</summary>
    public IceCredentials Local { get; set; }

    public IceRemoteUfrag Remote { get; set; }

    public Instant Now { get; private set; } = Instant.Zero + TimeSpan.FromHours(1);

    public int FlowCount => _flows.Count;

    public int ResponseLength { get; private set; }

    public ReadOnlySpan<byte> Response => _response.AsSpan(0, ResponseLength);

    public static TransportAddress A { get; } = TransportAddress.FromIPv4(0xC0000201, 1111);

    public static TransportAddress B { get; } = TransportAddress.FromIPv4(0xC0000202, 2222);

    public static TransportAddress C { get; } = new(UInt128.One, 3333);

    public static IceRemoteUfrag Ufrag(string text)
    {
        Assert.True(IceRemoteUfrag.TryCreate(text, out IceRemoteUfrag ufrag));
        return ufrag;
    }

    /// <summary>Lets time pass, calling the agent exactly when it wants to be called.</summary>
    public void Advance(double seconds)
    {
        Instant end = Now + TimeSpan.FromSeconds(seconds);
        while (Agent.NextTimeout <= end)
        {
            Instant due = Agent.NextTimeout;
            Now = due > Now ? due : Now;
            Agent.HandleTimeout(Now);
            Drain();
            Assert.True(Agent.NextTimeout > due, "a handled timeout is not asked for again");
        }

        Now = end;
    }

    public byte[] Request(Check? check = null)
    {
        check ??= new Check();
        string username = check.Username ?? Encoding.ASCII.GetString(Local.Ufrag) + ":" + Encoding.ASCII.GetString(Remote.Value);
        byte[] password = check.Password is null ? Local.Password.ToArray() : Encoding.ASCII.GetBytes(check.Password);
        byte[] id = new byte[12];
        BinaryPrimitives.WriteUInt32BigEndian(id.AsSpan(4), ++_transaction);
        byte[] buffer = new byte[1024];
        var writer = new StunMessageWriter(buffer);
        writer.WriteHeader(check.Class, check.Method, id);
        foreach (ushort type in check.Extra)
        {
            writer.AddAttribute(type, "abc"u8);
        }

        if (username.Length > 0)
        {
            writer.AddUsername(Encoding.ASCII.GetBytes(username));
        }

        if (check.Priority is uint priority)
        {
            writer.AddPriority(priority);
        }

        if (check.Nomination is uint nomination)
        {
            writer.AddNomination(nomination);
        }

        if (check.Nominate)
        {
            writer.AddUseCandidate();
        }

        if (check.Controlled)
        {
            writer.AddIceControlled(1);
        }
        else
        {
            writer.AddIceControlling(1);
        }

        Assert.True(!check.Integrity || writer.AddMessageIntegrity(password));
        Assert.True(!check.Fingerprint || writer.AddFingerprint());
        return buffer[..writer.Length];
    }

    /// <summary>Sends a check and expects it to succeed.</summary>
    public void Send(TransportAddress from, Check? check = null)
    {
        byte[] password = Local.Password.ToArray();
        byte[] request = Request(check);
        Assert.Equal(DropReason.None, Receive(from, request));
        Assert.Equal(DropReason.None, StunMessageReader.TryParse(Response, out StunMessageReader message));
        Assert.Equal(StunClass.SuccessResponse, message.Class);
        Assert.Equal(request[8..20], message.TransactionId.ToArray());
        Assert.True(message.TryGetXorMappedAddress(out TransportAddress mapped));
        Assert.Equal(from, mapped);
        Assert.True(message.HasFingerprint);
        Assert.True(message.VerifyIntegrity(password));
    }

    public void Nominate(TransportAddress from, uint priority = 100) =>
        Send(from, new Check { Nominate = true, Priority = priority });

    /// <summary>Sends a check that is refused; with an error answer of that code, or with none if it is 0.</summary>
    public void Refused(DropReason expected, TransportAddress from, Check check, int errorCode = 0) =>
        Refused(expected, from, Request(check), errorCode);

    public void Refused(DropReason expected, TransportAddress from, byte[] request, int errorCode = 0)
    {
        byte[] password = Local.Password.ToArray();
        (IceState, TransportAddress, bool, int) before = (Agent.State, Agent.SelectedRemote, Agent.IsValidated(from), FlowCount);
        Assert.Equal(expected, Receive(from, request));
        Assert.Equal(before, (Agent.State, Agent.SelectedRemote, Agent.IsValidated(from), FlowCount));
        if (errorCode == 0)
        {
            Assert.Equal(0, ResponseLength);
            return;
        }

        Assert.Equal(DropReason.None, StunMessageReader.TryParse(Response, out StunMessageReader message));
        Assert.Equal(StunClass.ErrorResponse, message.Class);
        Assert.True(message.TryGetErrorCode(out int code));
        Assert.Equal(errorCode, code);
        Assert.True(message.HasFingerprint);
        Assert.True(message.VerifyIntegrity(password));
    }

    public DropReason Receive(TransportAddress from, ReadOnlySpan<byte> datagram)
    {
        ResponseLength = 0;
        DropReason reason = StunMessageReader.TryParse(datagram, out StunMessageReader message);
        if (reason != DropReason.None)
        {
            return reason;
        }

        reason = Agent.HandleBindingRequest(message, from, from, Now, _response, out int length);
        ResponseLength = length;
        Drain();
        if (reason == DropReason.None && Agent.IsValidated(from))
        {
            _flows.Add(from);
        }

        Assert.All(_flows, flow => Assert.True(Agent.IsValidated(flow)));
        Assert.Equal(Agent.State == IceState.Connected, Agent.HasSelected);
        Assert.True(!Agent.HasSelected || _flows.Contains(Agent.SelectedRemote));
        return reason;
    }

    public void Restart(string remoteUfrag)
    {
        Local = IceCredentials.Generate(Slot, _random);
        Remote = Ufrag(remoteUfrag);
        Assert.True(Agent.HandleRestart(Local, Remote, Now));
        Drain();
    }

    /// <summary>The address was a stream, and it ends.</summary>
    public void EndStream(TransportAddress remote)
    {
        Agent.HandleStreamClosed(remote);
        Drain();
    }

    public void Close(CloseReason reason)
    {
        Agent.HandleClose(reason);
        Drain();
    }

    public void Drain()
    {
        while (Agent.TryDequeueRemoved(out TransportAddress remote))
        {
            Assert.False(Agent.IsValidated(remote));
            Assert.True(_flows.Remove(remote), "an address is removed once");
        }
    }
}
