using Microsoft.ML.Data;

namespace Microsoft.ML.Avsr;

/// <summary>
/// A stage's cursor that reads some rows ahead, so that the stage can work on them together. The other columns that were asked for are
/// kept for those rows; the work is done when an output of the block is first read. Blocks begin small, for callers that want a few rows.
/// </summary>
internal sealed class LookAheadCursor : DataViewRowCursor
{
    private const int FirstBlock = 4;

    private readonly BoundStage _stage;
    private readonly DataViewRowCursor _input;
    private readonly bool[] _active;
    private readonly RowWork _work;
    private readonly ColumnBuffer?[] _kept;
    private readonly Delegate?[] _getters;
    private readonly ValueGetter<DataViewRowId> _inputId;
    private readonly DataViewRowId[] _ids;
    private readonly long[] _batches;
    private int _block;
    private int _count;
    private int _slot = -1;
    private bool _computed;
    private bool _ended;
    private bool _disposed;
    private long _position = -1;

    public LookAheadCursor(BoundStage stage, DataViewRowCursor input, bool[] active, int slots)
    {
        _stage = stage;
        _input = input;
        _active = active;
        _block = Math.Min(FirstBlock, slots);
        _ids = new DataViewRowId[slots];
        _batches = new long[slots];
        _inputId = input.GetIdGetter();
        _work = stage.Start(input, active, slots)!;
        _kept = [.. stage.InputSchema.Select(c => active[c.Index] ? ColumnBuffer.Create(input, input.Schema[c.Index], slots) : null)];
        _getters = [.. _kept.Select(buffer => buffer?.Getter(Current)), .. stage.OutputGetters(_work, active, Computed)];
    }

    public override DataViewSchema Schema => _stage.OutputSchema;
    public override long Position => _position;
    public override long Batch => _batches[Math.Max(0, _slot)];
    public override bool IsColumnActive(DataViewSchema.Column column) => _active[column.Index];
    public override ValueGetter<DataViewRowId> GetIdGetter() => (ref DataViewRowId value) => value = _ids[Current()];
    public override ValueGetter<TValue> GetGetter<TValue>(DataViewSchema.Column column) =>
        BoundStage.Typed<TValue>(column.Index < _getters.Length ? _getters[column.Index] : null, column);

    public override bool MoveNext()
    {
        if (_slot + 1 >= _count && !ReadBlock())
        {
            _position = -1;
            _slot = -1;
            _count = 0;
            return false;
        }
        _slot++;
        _position++;
        return true;
    }

    protected override void Dispose(bool disposing)
    {
        if (disposing && !_disposed)
        {
            _disposed = true;
            _input.Dispose();
        }
        base.Dispose(disposing);
    }

    private bool ReadBlock()
    {
        if (_position >= 0)
            _block = Math.Min(_ids.Length, _block * 2);
        _count = 0;
        _slot = -1;
        _computed = false;
        while (_count < _block && !_ended)
        {
            if (!_input.MoveNext())
            {
                _ended = true;
                break;
            }
            _work.Capture(_count);
            foreach (var buffer in _kept)
                buffer?.Capture(_count);
            _inputId(ref _ids[_count]);
            _batches[_count] = _input.Batch;
            _count++;
        }
        return _count > 0;
    }

    private int Current() => _slot >= 0 ? _slot : throw new InvalidOperationException("The cursor is not on a row: call MoveNext first.");

    private int Computed()
    {
        var slot = Current();
        if (!_computed)
        {
            _work.Compute(_count);
            _computed = true;
        }
        return slot;
    }
}
