using Relay.Core.Diagnostics;
using Relay.Core.Primitives;
using Relay.Core.Stun;

namespace Relay.Core.Ice;

/// <summary>
/// The lite, always controlled agent of one leg (RFC 8445 sections 2.5 and 7.3), one component, peer-reflexive remotes only.
/// It answers checks and never sends one. What it allocates later is bounded: more than two addresses, more than a hundred
/// checks. <see cref="Start"/> may be called again for the next leg in the slot.
/// <para>
/// Contract: after every Handle call drain <see cref="TryDequeueRemoved"/> and take those addresses out of the flow table;
/// only then, if the call answered None and <see cref="IsValidated"/> says so, put the request's remote in.
/// </para>
/// <para>
/// Which pair is selected. The first nominated pair. After that, a request on another pair moves the selection to it if
/// one of these holds: (1) it carries NOMINATION with a larger number than any before (a smaller one never moves it);
/// (2) it nominates, and its PRIORITY is not below that of the selected pair; (3) it nominates, and the selected pair was
/// not nominated within NominationHold: libwebrtc puts USE-CANDIDATE on its own selected pair only, so the client has left
/// the old one, perhaps for a worse network; (4) the selected pair was silent for SelectedSilence: the NAT has rebound, and
/// consent checks need not carry USE-CANDIDATE; or it was a stream that has ended. Within NominationHold a lower priority
/// loses, which is what aggressive nomination (RFC 5245 section 8.1.1.2) needs.
/// </para>
/// <para>
/// Restart (RFC 8445 section 9) is make-before-break: old credentials, selected pair and consent go on until a pair is
/// nominated with the new credentials; then the old credentials are gone, and the old addresses stay validated for late
/// media until they have been silent for ConsentTimeout, as any pair does. A restart not completed within ConnectTimeout
/// is abandoned while the old pair lives on; if the old pair dies first, only the restart is left.
/// </para>
/// </summary>
public sealed class IceLiteAgent
{
    /// <summary>Bytes that the response buffer of <see cref="HandleBindingRequest"/> needs.</summary>
    public const int ResponseMaxBytes = IceBindingResponse.MaxBytes;

    /// <summary>
    /// Beside USERNAME and MESSAGE-INTEGRITY. An array, because a span over a constant allocates in unoptimized code.
    /// </summary>
    private static readonly ushort[] Understood =
    [
        StunAttributeType.Priority, StunAttributeType.UseCandidate, StunAttributeType.XorMappedAddress,
        StunAttributeType.ErrorCode, StunAttributeType.UnknownAttributes,
    ];

    private readonly IceOptions _options;
    private readonly IcePairTable _pairs;
    private readonly IceTransactionMemory _transactions;
    private IceCredentials _local;
    private IceCredentials _pendingLocal;
    private IceRemoteUfrag _remote;
    private IceRemoteUfrag _pendingRemote;
    private uint _newestGeneration;
    private uint _highestNomination;
    private int _selected = IcePairTable.None;
    private bool _wasConnected;
    private Instant _connectDeadline = Instant.Never;
    private Instant _restartDeadline = Instant.Never;

    /// <param name="options">Timers and limits.</param>
    /// <param name="random">Keys the hash of the replay memory.</param>
    /// <exception cref="InvalidOperationException">An option is out of range.</exception>
    public IceLiteAgent(IceOptions options, RandomSource random)
    {
        ArgumentNullException.ThrowIfNull(options);
        ArgumentNullException.ThrowIfNull(random);
        options.Validate();
        _options = options;
        _pairs = new IcePairTable(options.MaxPairs);
        _transactions = new IceTransactionMemory(random);
    }

    public IceState State { get; private set; }

    /// <summary>Why it closed; None while it has not.</summary>
    public CloseReason CloseReason { get; private set; }

    /// <summary>When <see cref="HandleTimeout"/> wants to be called; moves with every Handle call.</summary>
    public Instant NextTimeout { get; private set; } = Instant.Never;

    /// <summary>The generation of the credentials in force: 1 after the start, larger after every completed restart.</summary>
    public uint Generation { get; private set; }

    /// <summary>A restart waits for its first nominated pair; <see cref="PendingCredentials"/> are valid too.</summary>
    public bool IsRestarting { get; private set; }

    /// <summary>The credentials in force.</summary>
    public ref readonly IceCredentials LocalCredentials => ref _local;

    /// <summary>The credentials of the restart under way; empty unless <see cref="IsRestarting"/>.</summary>
    public ref readonly IceCredentials PendingCredentials => ref _pendingLocal;

    /// <summary>There is a pair to send on.</summary>
    public bool HasSelected => _selected != IcePairTable.None;

    /// <summary>
    /// Where to send; the default value unless <see cref="HasSelected"/>, and if that was a stream that has ended.
    /// </summary>
    public TransportAddress SelectedRemote => HasSelected && !_pairs[_selected].HasEnded ? _pairs[_selected].Remote : default;

    /// <summary>Begins to wait for checks. A used agent forgets everything, removed addresses included.</summary>
    public void Start(in IceCredentials local, in IceRemoteUfrag remote, Instant now)
    {
        Invariant.Holds(State is IceState.New or IceState.Closed, "an agent is started once, or again after it closed");
        Invariant.Holds(!local.IsEmpty && !remote.Value.IsEmpty, "an agent is started with credentials");
        _pairs.Reset();
        _transactions.Clear();
        _local = local;
        _remote = remote;
        DropPending();
        _newestGeneration = 1;
        Generation = 1;
        _highestNomination = 0;
        _selected = IcePairTable.None;
        _wasConnected = false;
        _connectDeadline = now + _options.ConnectTimeout;
        CloseReason = CloseReason.None;
        State = IceState.Checking;
        UpdateNextTimeout();
    }

    /// <summary>
    /// Begins a restart; one under way is replaced. False, with no effect, if the agent is not running.
    /// </summary>
    public bool HandleRestart(in IceCredentials newLocal, in IceRemoteUfrag newRemote, Instant now)
    {
        Invariant.Holds(!newLocal.IsEmpty && !newRemote.Value.IsEmpty, "a restart has credentials");
        HandleTimeout(now);
        if (State is not (IceState.Checking or IceState.Connected))
        {
            return false;
        }

        _pendingLocal = newLocal;
        _pendingRemote = newRemote;
        _newestGeneration++;
        _restartDeadline = now + _options.ConnectTimeout;
        IsRestarting = true;
        UpdateNextTimeout();
        return true;
    }

    /// <summary>
    /// Takes a STUN message for this leg. None: <paramref name="responseLength"/> bytes of
    /// <paramref name="response"/> go back to <paramref name="remote"/> (0 for a binding indication, which is a mere
    /// keepalive and changes nothing). Anything else: dropped, and nothing has changed; an authenticated but faulty request
    /// still has an error to send back, so send <paramref name="responseLength"/> bytes if there are any. What is not
    /// authenticated is never answered. <paramref name="response"/> has at least <see cref="ResponseMaxBytes"/> bytes.
    /// </summary>
    /// <param name="request">The message.</param>
    /// <param name="remote">Where it came from, as the flow table knows it.</param>
    /// <param name="mapped">What the answer says of that: the same but for a <see cref="VirtualAddress"/>.</param>
    /// <param name="now">The time.</param>
    /// <param name="response">Takes the answer.</param>
    /// <param name="responseLength">Its bytes.</param>
    public DropReason HandleBindingRequest(
        in StunMessageReader request,
        in TransportAddress remote,
        in TransportAddress mapped,
        Instant now,
        Span<byte> response,
        out int responseLength)
    {
        Invariant.Holds(response.Length >= ResponseMaxBytes, "the response buffer is large enough");
        responseLength = 0;
        HandleTimeout(now);
        if (State is not (IceState.Checking or IceState.Connected))
        {
            return DropReason.WrongState;
        }

        if (request.Method != StunMethod.Binding)
        {
            return DropReason.StunUnexpectedMethod;
        }

        if (request.Class != StunClass.Request)
        {
            return request.Class == StunClass.Indication ? DropReason.None : DropReason.StunUnexpectedClass;
        }

        DropReason reason = Authenticate(request, out bool pending);
        if (reason != DropReason.None)
        {
            return reason;
        }

        ReadOnlySpan<byte> password = pending ? _pendingLocal.Password : _local.Password;
        reason = CheckContent(request, password, response, out uint priority, out responseLength);
        if (reason != DropReason.None)
        {
            return reason;
        }

        // Written first: a completed restart moves the password.
        int length = IceBindingResponse.WriteSuccess(request.TransactionId, mapped, password, response);
        reason = Accept(request, remote, pending, priority, now);
        responseLength = reason == DropReason.None ? length : 0;
        UpdateNextTimeout();
        return reason;
    }

    /// <summary>Applies whatever is due. Safe to call at any time.</summary>
    public void HandleTimeout(Instant now)
    {
        if (now < NextTimeout)
        {
            return;
        }

        if (HasSelected ? now >= ConsentDeadline() : now >= _connectDeadline)
        {
            if (!IsRestarting || now >= _restartDeadline)
            {
                HandleClose(_wasConnected ? CloseReason.ConsentExpired : CloseReason.ConnectTimeout);
                return;
            }

            _selected = IcePairTable.None;
            _connectDeadline = _restartDeadline;
            State = IceState.Checking;
            CompleteRestart();
        }

        if (IsRestarting && now >= _restartDeadline)
        {
            DropPending();
        }

        _pairs.RemoveSilent(now - _options.ConsentTimeout, _selected);
        UpdateNextTimeout();
    }

    /// <summary>
    /// The stream that an address stands for has ended. If that was the selected pair, nothing is sent until a request comes on
    /// another one; the agent lives on for as long as it does when a pair falls silent.
    /// </summary>
    public void HandleStreamClosed(in TransportAddress remote)
    {
        _pairs.End(remote, _selected);
        UpdateNextTimeout();
    }

    /// <summary>Ends the agent: all addresses are removed, no request is answered. No effect if it is closed already.</summary>
    public void HandleClose(CloseReason reason)
    {
        if (State == IceState.Closed)
        {
            return;
        }

        State = IceState.Closed;
        CloseReason = reason;
        _selected = IcePairTable.None;
        _local = default;
        DropPending();
        _pairs.RemoveAll();
        UpdateNextTimeout();
    }

    /// <summary>
    /// An authenticated request came from the address within ConsentTimeout: media and DTLS are accepted from it, selected
    /// or not.
    /// </summary>
    public bool IsValidated(in TransportAddress remote) => _pairs.Find(remote) != IcePairTable.None;

    /// <summary>The next address that is no longer validated (evicted, silent, or the agent closed).</summary>
    public bool TryDequeueRemoved(out TransportAddress remote) => _pairs.TryDequeueRemoved(out remote);

    private static bool MatchesUsername(ReadOnlySpan<byte> username, ReadOnlySpan<byte> local, ReadOnlySpan<byte> remote) =>
        username.Length == local.Length + 1 + remote.Length
        && username.StartsWith(local)
        && username[local.Length] == (byte)':'
        && username.EndsWith(remote);

    private DropReason Authenticate(in StunMessageReader request, out bool pending)
    {
        pending = false;
        if (!request.HasFingerprint || !request.HasIntegrity || request.Username.IsEmpty)
        {
            return DropReason.StunMissingAttribute;
        }

        if (!MatchesUsername(request.Username, _local.Ufrag, _remote.Value))
        {
            pending = IsRestarting && MatchesUsername(request.Username, _pendingLocal.Ufrag, _pendingRemote.Value);
            if (!pending)
            {
                return DropReason.StunUnknownUser;
            }
        }

        return request.VerifyIntegrity(pending ? _pendingLocal.Password : _local.Password)
            ? DropReason.None
            : DropReason.StunBadIntegrity;
    }

    /// <summary>
    /// The errors that an authenticated request is told about. A lite agent is always controlled (RFC 8445 section 6.1.1),
    /// so a peer that says it is too gets 487 whatever the tie-breakers (section 7.3.1.1), and takes the other role.
    /// </summary>
    private static DropReason CheckContent(
        in StunMessageReader request, ReadOnlySpan<byte> password, Span<byte> response, out uint priority, out int responseLength)
    {
        responseLength = 0;
        priority = 0;
        Span<ushort> unknown = stackalloc ushort[IceBindingResponse.MaxUnknownAttributes];
        int unknownCount = request.CollectUnknownRequired(Understood, unknown);
        if (unknownCount > 0)
        {
            responseLength = IceBindingResponse.WriteUnknownAttributes(
                request.TransactionId, unknown[..unknownCount], password, response);
            return DropReason.StunUnknownAttribute;
        }

        if (request.TryGetAttribute(StunAttributeType.IceControlled, out _))
        {
            responseLength = IceBindingResponse.WriteError(request.TransactionId, StunErrorCode.RoleConflict, password, response);
            return DropReason.IceRoleConflict;
        }

        if (!request.TryGetPriority(out priority))
        {
            responseLength = IceBindingResponse.WriteError(request.TransactionId, StunErrorCode.BadRequest, password, response);
            return DropReason.StunMissingAttribute;
        }

        return DropReason.None;
    }

    private DropReason Accept(in StunMessageReader request, in TransportAddress remote, bool pending, uint priority, Instant now)
    {
        int index = _pairs.Find(remote);
        if (!_transactions.TryAdd(request.TransactionId))
        {
            // A retransmission is answered again, a copy from elsewhere is not; neither counts as consent or nomination.
            return index == IcePairTable.None ? DropReason.StunReplayed : DropReason.None;
        }

        if (index == IcePairTable.None)
        {
            index = _pairs.Add(remote, _selected, now);
            if (index == IcePairTable.None)
            {
                return DropReason.IceTooManyPairs;
            }
        }

        bool hasNomination = request.TryGetNomination(out uint nomination);
        bool nominates = hasNomination || request.HasUseCandidate;
        bool select;
        if (pending)
        {
            select = nominates;
            if (select)
            {
                CompleteRestart();
            }
        }
        else
        {
            select = index != _selected && ShouldSelect(priority, nominates, hasNomination, nomination, now);
        }

        ref IcePair pair = ref _pairs[index];
        pair.Priority = priority;
        pair.LastRequest = now;
        if (nominates)
        {
            pair.Nominated = true;
            pair.LastNomination = now;
            _highestNomination = Math.Max(_highestNomination, nomination);
        }

        if (select)
        {
            _pairs.RemoveEnded(keep: index);
            _selected = index;
            _wasConnected = true;
            State = IceState.Connected;
        }

        return DropReason.None;
    }

    /// <summary>The rules of the type's remarks, for a request on a pair that is not the selected one.</summary>
    private bool ShouldSelect(uint priority, bool nominates, bool hasNomination, uint nomination, Instant now)
    {
        if (!HasSelected)
        {
            return nominates;
        }

        if (hasNomination && nomination != _highestNomination)
        {
            return nomination > _highestNomination;
        }

        ref IcePair selected = ref _pairs[_selected];
        if (selected.HasEnded || now - selected.LastRequest >= _options.SelectedSilence)
        {
            return true;
        }

        return nominates
            && (priority >= selected.Priority || !selected.Nominated || now - selected.LastNomination >= _options.NominationHold);
    }

    private void CompleteRestart()
    {
        _local = _pendingLocal;
        _remote = _pendingRemote;
        Generation = _newestGeneration;
        _highestNomination = 0;
        _pairs.ClearNominations();
        DropPending();
    }

    private void DropPending()
    {
        IsRestarting = false;
        _pendingLocal = default;
        _pendingRemote = default;
        _restartDeadline = Instant.Never;
    }

    private Instant ConsentDeadline() => _pairs[_selected].LastRequest + _options.ConsentTimeout;

    private void UpdateNextTimeout()
    {
        if (State is not (IceState.Checking or IceState.Connected))
        {
            NextTimeout = Instant.Never;
            return;
        }

        Instant next = HasSelected ? ConsentDeadline() : _connectDeadline;
        next = Instant.Min(next, _restartDeadline);
        NextTimeout = Instant.Min(next, _pairs.OldestRequest(_selected) + _options.ConsentTimeout);
    }
}
