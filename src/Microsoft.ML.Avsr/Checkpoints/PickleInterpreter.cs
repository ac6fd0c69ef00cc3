using System.Text;

namespace Microsoft.ML.Avsr.Checkpoints;

/// <summary>
/// Runs the stack machine of Python's pickle format, protocols 0 to 5, without Python. Names of classes and functions are text; the
/// few in <see cref="PickleReducer"/> have a meaning, all others become inert objects. Memory is metered: a small file cannot ask for much.
/// </summary>
internal sealed partial class PickleInterpreter(PickleBytes bytes, TorchPickleOptions options)
{
    // Rough sizes of what an opcode makes, so that the meter follows real memory.
    private const int ValueCost = 64;
    private const int ContainerCost = 48;
    private const int SlotCost = 24;
    private const int PairCost = 120;
    private const int MemoCost = 80;
    private const int MaxLongBytes = 256;

    private readonly List<PickleValue> _stack = [];
    private readonly List<int> _marks = [];
    private readonly Dictionary<long, PickleValue> _memo = new(SeededComparer.Instance);
    private long _spent;

    /// <summary>Runs one pickle up to its STOP mark.</summary>
    public PickleValue Run()
    {
        _stack.Clear();
        _marks.Clear();
        _memo.Clear();
        while (true)
        {
            var opcode = bytes.ReadByte();
            if (opcode == (byte)'.')
                return Pop();
            Step(opcode);
        }
    }

    public CheckpointException Refuse(string rule) => bytes.Refuse(rule);

    /// <summary>Books memory before it is taken.</summary>
    public void Charge(long cost)
    {
        _spent += cost;
        if (_spent > options.MaxObjectBytes)
            throw Refuse($"its objects need more than {options.MaxObjectBytes} bytes (TorchPickleOptions.MaxObjectBytes)");
    }

    public void ChargeCopy(int items) => Charge(ValueCost + ((long)items * SlotCost));

    public void Put(PickleValue dictionary, PickleValue key, PickleValue value)
    {
        Charge(PairCost);
        dictionary.Put(key, value);
    }

    private void Step(byte opcode)
    {
        switch (opcode)
        {
            case 0x80: // PROTO
                var protocol = bytes.ReadByte();
                if (protocol > 5)
                    throw Refuse($"is pickle protocol {protocol}, 0 to 5 are known; not a PyTorch file, or a damaged one");
                break;
            case 0x95: // FRAME: a hint for buffering only
                bytes.ReadExactly(stackalloc byte[8]);
                break;
            case (byte)'(':
                if (_marks.Count >= options.MaxStack)
                    throw Refuse($"nests more than {options.MaxStack} marks");
                _marks.Add(_stack.Count);
                break;
            case (byte)'0':
                // POP removes a mark that lies on top, as Python's does.
                if (_marks.Count > 0 && _marks[^1] == _stack.Count)
                    _marks.RemoveAt(_marks.Count - 1);
                else
                    Pop();
                break;
            case (byte)'1': PopToMark(); break;
            case (byte)'2': Push(Peek()); break;
            case (byte)'N': Push(PickleValue.None); break;
            case 0x88: Push(PickleValue.True); break;
            case 0x89: Push(PickleValue.False); break;
            case (byte)'I': PushIntegerLine(bytes.ReadLine(MaxLongBytes)); break;
            case (byte)'L': PushIntegerLine(bytes.ReadLine(MaxLongBytes).TrimEnd('L')); break;
            case (byte)'F': PushFloatLine(bytes.ReadLine(MaxLongBytes)); break;
            case (byte)'J': PushNew(PickleValue.Integer(ReadInt32())); break;
            case (byte)'K': PushNew(PickleValue.Integer(bytes.ReadByte())); break;
            case (byte)'M': PushNew(PickleValue.Integer(bytes.ReadByte() | (bytes.ReadByte() << 8))); break;
            case 0x8a: PushLong(bytes.ReadByte()); break;
            case 0x8b: PushLong(ReadInt32()); break;
            case (byte)'G': PushFloat(); break;
            case (byte)'S': PushText(Unquote(bytes.ReadLine(options.MaxStringBytes))); break;
            case (byte)'V': PushText(bytes.ReadLine(options.MaxStringBytes)); break;
            case (byte)'T': PushText(Encoding.Latin1.GetString(ReadChunk(ReadInt32()))); break;
            case (byte)'U': PushText(Encoding.Latin1.GetString(ReadChunk(bytes.ReadByte()))); break;
            case (byte)'X': PushUtf8(ReadUInt32()); break;
            case 0x8c: PushUtf8(bytes.ReadByte()); break;
            case 0x8d: PushUtf8(ReadLength64()); break;
            case (byte)'B': PushNew(PickleValue.Bytes(ReadChunk(ReadUInt32()))); break;
            case (byte)'C': PushNew(PickleValue.Bytes(ReadChunk(bytes.ReadByte()))); break;
            case 0x8e or 0x96: PushNew(PickleValue.Bytes(ReadChunk(ReadLength64()))); break;
            default: StepContainers(opcode); break;
        }
    }

    private void StepContainers(byte opcode)
    {
        switch (opcode)
        {
            case (byte)']': PushNew(PickleValue.List([])); break;
            case (byte)')': PushNew(PickleValue.Tuple([])); break;
            case (byte)'}': PushNew(PickleValue.Dictionary()); break;
            case 0x8f: PushNew(PickleValue.Set([])); break;
            case (byte)'l': PushNew(PickleValue.List(PopToMark())); break;
            case (byte)'t': PushNew(PickleValue.Tuple(PopToMark())); break;
            case 0x91: PushNew(PickleValue.Set(PopToMark())); break;
            case 0x85: PushNew(PickleValue.Tuple([Pop()])); break;
            case 0x86: PushTuple(2); break;
            case 0x87: PushTuple(3); break;
            case (byte)'d':
                var pairs = PopToMark();
                PushNew(PickleValue.Dictionary());
                SetItems(Peek(), pairs);
                break;
            case (byte)'a':
                var item = Pop();
                Append(Peek(), [item]);
                break;
            case (byte)'e' or 0x90:
                var items = PopToMark();
                Append(Peek(), items);
                break;
            case (byte)'s':
                var value = Pop();
                var key = Pop();
                SetItems(Peek(), [key, value]);
                break;
            case (byte)'u':
                var more = PopToMark();
                SetItems(Peek(), more);
                break;
            case (byte)'p': Remember(ParseIndex(bytes.ReadLine(20))); break;
            case (byte)'q': Remember(bytes.ReadByte()); break;
            case (byte)'r': Remember(ReadUInt32()); break;
            case 0x94: Remember(_memo.Count); break;
            case (byte)'g': Recall(ParseIndex(bytes.ReadLine(20))); break;
            case (byte)'h': Recall(bytes.ReadByte()); break;
            case (byte)'j': Recall(ReadUInt32()); break;
            default: StepObjects(opcode); break;
        }
    }

    private void StepObjects(byte opcode)
    {
        switch (opcode)
        {
            case (byte)'c':
                var module = bytes.ReadLine(1024);
                PushGlobal(module, bytes.ReadLine(1024));
                break;
            case 0x93:
                var name = Pop().AsString();
                var from = Pop().AsString();
                if (name is null || from is null)
                    throw Refuse("names a class by something that is not text");
                PushGlobal(from, name);
                break;
            case (byte)'R':
                var arguments = Pop();
                PushNew(PickleReducer.Reduce(this, Pop(), arguments));
                break;
            case 0x81:
                var created = Pop();
                PushNew(PickleReducer.Create(this, Pop(), created));
                break;
            case 0x92:
                Pop(); // keyword arguments: only foreign classes have them
                var positional = Pop();
                PushNew(PickleReducer.Create(this, Pop(), positional));
                break;
            case (byte)'i':
                var instanceModule = bytes.ReadLine(1024);
                PushGlobal(instanceModule, bytes.ReadLine(1024));
                var type = Pop();
                PushNew(PickleReducer.Create(this, type, PickleValue.Tuple(PopToMark())));
                break;
            case (byte)'o':
                var parts = PopToMark();
                if (parts.Count == 0)
                    throw Refuse("makes an object without a class");
                PushNew(PickleReducer.Create(this, parts[0], PickleValue.Tuple(parts[1..])));
                break;
            case (byte)'b':
                var state = Pop();
                Build(Peek(), state);
                break;
            case (byte)'Q':
                PushNew(PickleValue.Of(PickleReducer.Storage(this, Pop())));
                break;
            default:
                throw Refuse($"has the opcode 0x{opcode:x2}, which PyTorch files do not use");
        }
    }

    private void PushGlobal(string module, string name)
    {
        if (TorchClasses.IsAttack(module, name))
            throw Refuse($"asks for '{CheckpointException.Shorten(module)}.{CheckpointException.Shorten(name)}', which runs code when it is loaded by Python; such a file is refused");
        Charge(2 * (module.Length + name.Length));
        PushNew(PickleValue.Global($"{module}.{name}"));
    }

    private static void Build(PickleValue target, PickleValue state)
    {
        // Only foreign objects keep a state; what is built onto a dictionary or a tensor (Python attributes) is of no use here.
        if (target.Kind == PickleKind.Object)
            target.SetState(state);
    }

    private void SetItems(PickleValue target, List<PickleValue> items)
    {
        if (items.Count % 2 != 0)
            throw Refuse("sets a key without a value");
        if (target.Kind == PickleKind.Object)
        {
            // A foreign dictionary class: its items are its state.
            if (target.State is null)
            {
                Charge(ValueCost);
                target.SetState(PickleValue.Dictionary());
            }
            target = target.State!;
        }
        if (target.Kind != PickleKind.Dictionary)
            throw Refuse($"sets keys of a {target.Kind}");
        for (var i = 0; i < items.Count; i += 2)
            Put(target, items[i], items[i + 1]);
    }

    private void Append(PickleValue target, List<PickleValue> items)
    {
        if (target.Kind == PickleKind.Object)
        {
            if (target.State is null)
            {
                Charge(ValueCost);
                target.SetState(PickleValue.List([]));
            }
            target = target.State!;
        }
        if (target.Kind is not (PickleKind.List or PickleKind.Set))
            throw Refuse($"appends to a {target.Kind}");
        Charge((long)items.Count * SlotCost);
        foreach (var item in items)
            target.Append(item);
    }

    private void Push(PickleValue value)
    {
        if (_stack.Count >= options.MaxStack)
            throw Refuse($"stacks more than {options.MaxStack} values (TorchPickleOptions.MaxStack)");
        _stack.Add(value);
    }

    private void PushNew(PickleValue value)
    {
        Charge(value.Kind is PickleKind.List or PickleKind.Tuple or PickleKind.Set or PickleKind.Dictionary or PickleKind.Object ? ValueCost + ContainerCost : ValueCost);
        Push(value);
    }

    private PickleValue Peek()
    {
        // Values below a mark belong to the container that is being built.
        if (_stack.Count == 0 || (_marks.Count > 0 && _marks[^1] == _stack.Count))
            throw Refuse("takes a value from an empty stack");
        return _stack[^1];
    }

    private PickleValue Pop()
    {
        var value = Peek();
        _stack.RemoveAt(_stack.Count - 1);
        return value;
    }

    private List<PickleValue> PopToMark()
    {
        if (_marks.Count == 0)
            throw Refuse("closes a container that it did not open");
        var mark = _marks[^1];
        _marks.RemoveAt(_marks.Count - 1);
        Charge((long)(_stack.Count - mark) * 8);
        var items = _stack.GetRange(mark, _stack.Count - mark);
        _stack.RemoveRange(mark, items.Count);
        return items;
    }

    private void PushTuple(int count)
    {
        var items = new PickleValue[count];
        for (var i = count - 1; i >= 0; i--)
            items[i] = Pop();
        Charge(count * SlotCost);
        PushNew(PickleValue.Tuple([.. items]));
    }

    private void Remember(long index)
    {
        Charge(MemoCost);
        _memo[index] = Peek();
    }

    private void Recall(long index)
    {
        if (!_memo.TryGetValue(index, out var value))
            throw Refuse($"refers to memo {index}, which it never stored");
        Push(value);
    }
}
