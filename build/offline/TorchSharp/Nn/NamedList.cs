using System.Collections;

namespace TorchSharp;

/// <summary>Values under names, in the order in which they were added. Small: a lookup is a scan.</summary>
internal sealed class NamedList<T> : IEnumerable<(string Name, T Value)>
{
    private readonly List<(string Name, T Value)> _items = new();

    public int Count => _items.Count;

    public bool Contains(string name) => IndexOf(name) >= 0;

    public void Add(string name, T value) => _items.Add((name, value));

    public void Clear() => _items.Clear();

    public bool Remove(string name)
    {
        var index = IndexOf(name);
        if (index >= 0)
        {
            _items.RemoveAt(index);
        }

        return index >= 0;
    }

    public bool TryGet(string name, out T value)
    {
        var index = IndexOf(name);
        value = index >= 0 ? _items[index].Value : default!;
        return index >= 0;
    }

    public List<(string Name, T Value)>.Enumerator GetEnumerator() => _items.GetEnumerator();

    IEnumerator<(string Name, T Value)> IEnumerable<(string Name, T Value)>.GetEnumerator() => _items.GetEnumerator();

    IEnumerator IEnumerable.GetEnumerator() => _items.GetEnumerator();

    private int IndexOf(string name)
    {
        for (var i = 0; i < _items.Count; i++)
        {
            if (_items[i].Name == name)
            {
                return i;
            }
        }

        return -1;
    }
}
